"""What each mail says: subject, what happened, and what there is to do. No apology, no jargon."""

from datetime import datetime
from typing import assert_never

from idp.authenticators.methods import Counter
from idp.notices.factor_wording import of_codes, of_factors, of_one_factor
from idp.notices.mails import (
    AccountSwitchedOff,
    AddressAdded,
    AddressLeft,
    AnyMail,
    AppReplaced,
    ConfirmAddress,
    EnrolmentPassMailed,
    EverythingElseEnded,
    FactorAdded,
    FactorChanged,
    ForgottenPassword,
    KeyIsCopied,
    NewBrowser,
    NewPassword,
    NewRecoveryCodes,
    RecoveryCodeSpent,
    SecondStepFailed,
    SetUpNeeded,
    SignInPaused,
    TwoFactorOff,
    TwoFactorOn,
    TwoFactorReset,
)
from idp.notices.sentences import Words
from idp.words import times
from idp.words.speech import counted, marked, say

_PAUSED = {
    Counter.PASSWORD: marked("There were too many wrong passwords. You can try again at %(time)s."),
    Counter.APP_CODE: marked("There were too many wrong codes. You can try again at %(time)s."),
    Counter.RECOVERY_CODE: marked("There were too many wrong recovery codes. You can try again at %(time)s."),
    Counter.KEY: marked("There were too many wrong tries with a security key. You can try again at %(time)s."),
    Counter.ENROLMENT_PASS: marked("There were too many wrong enrolment passes. You can try again at %(time)s."),
}
_CLOSED = {
    Counter.PASSWORD: marked("There were far too many wrong passwords, so it is closed until it is reset."),
    Counter.APP_CODE: marked("There were far too many wrong codes, so it is closed until it is reset."),
    Counter.RECOVERY_CODE: marked("There were far too many wrong recovery codes, so it is closed until it is reset."),
    Counter.KEY: marked("There were far too many wrong tries with a security key, so it is closed until it is reset."),
    Counter.ENROLMENT_PASS: marked(
        "There were far too many wrong enrolment passes, so it is closed until it is reset."
    ),
}


def words(mail: AnyMail, brand: str) -> Words:
    """The sentences of a mail from this service."""
    match mail:
        case TwoFactorOn() | AppReplaced() | TwoFactorOff() | TwoFactorReset() | EnrolmentPassMailed() | SetUpNeeded():
            return of_factors(mail, brand)
        case FactorAdded() | FactorChanged():
            return of_one_factor(mail, brand)
        case RecoveryCodeSpent() | NewRecoveryCodes():
            return of_codes(mail, brand)
        case NewPassword() | AccountSwitchedOff() | EverythingElseEnded():
            return _of_account(mail, brand)
        case ConfirmAddress() | AddressAdded() | AddressLeft():
            return _of_addresses(mail, brand)
        case SecondStepFailed() | SignInPaused() | KeyIsCopied():
            return _of_tries(mail, brand)
        case NewBrowser() | ForgottenPassword():
            return _of_signing_in(mail, brand)
        case other:
            assert_never(other)


def _of_signing_in(mail: NewBrowser | ForgottenPassword, brand: str) -> Words:
    match mail:
        case NewBrowser():
            return Words(
                subject=say("A new browser signed in to your %(brand)s account", brand=brand),
                happened=say("Your account was signed in to from a browser that we did not know."),
            )
        case _:
            return Words(
                subject=say("Choose a new password for your %(brand)s account", brand=brand),
                happened=say("Somebody, we think you, told us that the password of this account is forgotten."),
                link=mail.link,
                link_words=say("Choose a new password"),
                was_it_you=say(
                    "The link works once, until %(time)s; of several only the latest does.",
                    time=times.clock(mail.until),
                ),
                advice=say("If it was not you, do nothing: your password stays as it is."),
            )


def _of_account(mail: NewPassword | AccountSwitchedOff | EverythingElseEnded, brand: str) -> Words:
    match mail:
        case EverythingElseEnded():
            return Words(
                subject=say("Your %(brand)s account was secured", brand=brand),
                happened=say(
                    "Somebody signed in to your account told us that something in it was not you. "
                    "Every other browser and every app was signed out, and a new password was asked for."
                ),
            )
        case NewPassword(by="person"):
            return Words(
                subject=say("The password of your %(brand)s account was changed", brand=brand),
                happened=say("The password of your account was changed. Other browsers and apps were signed out."),
            )
        case NewPassword(by="admin"):
            return Words(
                subject=say("The password of your %(brand)s account was set by an admin", brand=brand),
                happened=say("An admin set a new password for your account. Browsers and apps were signed out."),
                was_it_you=say("Did you ask for it? Nothing to do."),
            )
        case _:
            return Words(
                subject=say("Your %(brand)s account is switched off", brand=brand),
                happened=say("An admin switched your account off. Browsers and apps were signed out."),
                was_it_you=say("Did you ask for it? Nothing to do."),
                advice=say("Nobody can sign in to it until an admin switches it on again."),
            )


def _of_addresses(mail: ConfirmAddress | AddressAdded | AddressLeft, brand: str) -> Words:
    match mail:
        case ConfirmAddress(username=username, link=link, until=until):
            return Words(
                subject=say("Confirm this address for your %(brand)s account", brand=brand),
                happened=say("The account %(username)s is to have this address.", username=username),
                link=link,
                link_words=say("Confirm the address, signed in as ever"),
                was_it_you=say(
                    "The link works once, until %(time)s; of several only the latest does.",
                    time=times.day_and_clock(until),
                ),
                advice=say("If you know nothing of it, do nothing: then the account does not get this address."),
            )
        case AddressAdded(by=by):
            return Words(
                subject=say("This is the address of your %(brand)s account now", brand=brand),
                happened=say(
                    "This address was confirmed for your account. It signs you in, and mails about it come here."
                )
                if by == "person"
                else say("An admin gave your account this address. It signs you in, and mails about it come here."),
                was_it_you=say("Was it you? Nothing to do.")
                if by == "person"
                else say("Did you ask for it? Nothing to do."),
            )
        case _:
            return Words(
                subject=say("The address of your %(brand)s account was changed", brand=brand),
                happened=say(
                    "Your account has another address now. This one signs you in no more, and gets no more mails."
                ),
                advice=say("If it was not you, the link below gives this address back and signs everybody out."),
            )


def _of_tries(mail: SecondStepFailed | SignInPaused | KeyIsCopied, brand: str) -> Words:
    match mail:
        case KeyIsCopied():
            return Words(
                subject=say("A security key of your %(brand)s account is suspended", brand=brand),
                happened=say("A key of your account signed in, and so did a copy of it. It signs nobody in any more."),
                was_it_you=say("A key that keeps its secret cannot be copied: somebody else may have used the copy."),
                advice=say("Sign in another way, look at your sessions, and remove the key from your account."),
            )
        case SecondStepFailed(failures=failures, with_key=True):
            return Words(
                subject=say("Your %(brand)s password was right, the security key was not", brand=brand),
                happened=counted(
                    "Your password was typed and was right. A key was refused, so nobody was signed in.",
                    "Your password was typed and was right. A key was refused %(number)s times in a row,"
                    " so nobody was signed in.",
                    failures,
                ),
                advice=say("If it was not you, somebody knows your password: choose a new one."),
            )
        case SecondStepFailed(failures=failures):
            return Words(
                subject=say("Your %(brand)s password was right, the code was not", brand=brand),
                happened=counted(
                    "Your password was typed and was right. A wrong code was typed, so nobody was signed in.",
                    "Your password was typed and was right. Wrong codes were typed %(number)s times in a row,"
                    " so nobody was signed in.",
                    failures,
                ),
                advice=say("If it was not you, somebody knows your password: choose a new one."),
            )
        case SignInPaused(until=datetime() as until, method=method):
            again = times.clock(times.rounded_up(until))
            return Words(
                subject=say("Signing in to your %(brand)s account is paused", brand=brand),
                happened=say(_PAUSED[method], time=again),
                advice=say("The pause keeps others from guessing. Your account is safe."),
            )
        case _:
            return Words(
                subject=say("A way to sign in to your %(brand)s account is closed", brand=brand),
                happened=say(_CLOSED[mail.method]),
            )
