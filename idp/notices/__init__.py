"""The mails that people get: a closed union, what causes each, its words, and how it reads as text and HTML. Pure.

    mails       the union, and the letter that one of them travels in
    causes      which security event is told by which mail
    wording     subject and sentences of each; of those about factors in factor_wording, both made of sentences
    rendering   both forms of one letter, from templates/mails

Owns no address and sends nothing: a letter is stored with the event that causes it, and `usecases.mailing` sends it.
"""
