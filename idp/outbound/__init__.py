"""Calls to the outside: documents of clients and notices to them, over https and to vetted addresses only; mails.

Owns where we may connect to, how long a call takes and how much of an answer is read (OWASP ASVS V1.3.6, RFC 7591 5).
Decides nothing about what came: whoever asked judges it, in `usecases`.
"""
