"""What each mail says, in English: subject, what happened, and what there is to do. No apology, no jargon."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from idp.authenticators.methods import Counter
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
from idp.words import times

_WAYS = {
    Counter.PASSWORD: "passwords",
    Counter.APP_CODE: "codes",
    Counter.RECOVERY_CODE: "recovery codes",
    Counter.KEY: "tries with a security key",
    Counter.ENROLMENT_PASS: "enrolment passes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one mail, in the order in which they stand."""

    subject: str
    happened: str
    was_it_you: str = "Was it you? Nothing to do."
    advice: str = ""
    """What it means for the next sign-in, or what to keep."""
    shown: str = ""
    """To be typed in."""
    link: str = ""
    link_words: str = ""


def words(mail: AnyMail, brand: str) -> Words:
    """The sentences of a mail from this service."""
    match mail:
        case TwoFactorOn() | AppReplaced() | TwoFactorOff() | TwoFactorReset() | EnrolmentPassMailed() | SetUpNeeded():
            return _of_factors(mail, brand)
        case FactorAdded() | FactorChanged():
            return _of_one_factor(mail, brand)
        case RecoveryCodeSpent() | NewRecoveryCodes():
            return _of_codes(mail, brand)
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
                subject=f"A new browser signed in to your {brand} account",
                happened="Your account was signed in to from a browser that we did not know.",
            )
        case _:
            return Words(
                subject=f"Choose a new password for your {brand} account",
                happened="Somebody, we think you, told us that the password of this account is forgotten.",
                link=mail.link,
                link_words="Choose a new password",
                was_it_you=f"The link works once, until {times.clock(mail.until)}; of several only the latest does.",
                advice="If it was not you, do nothing: your password stays as it is.",
            )


def _of_account(mail: NewPassword | AccountSwitchedOff | EverythingElseEnded, brand: str) -> Words:
    match mail:
        case EverythingElseEnded():
            return Words(
                subject=f"Your {brand} account was secured",
                happened="Somebody signed in to your account told us that something in it was not you. Every other"
                " browser and every app was signed out, and a new password was asked for.",
            )
        case NewPassword(by="person"):
            return Words(
                subject=f"The password of your {brand} account was changed",
                happened="The password of your account was changed. Other browsers and apps were signed out.",
            )
        case NewPassword(by="admin"):
            return Words(
                subject=f"The password of your {brand} account was set by an admin",
                happened="An admin set a new password for your account. Browsers and apps were signed out.",
                was_it_you="Did you ask for it? Nothing to do.",
            )
        case _:
            return Words(
                subject=f"Your {brand} account is switched off",
                happened="An admin switched your account off. Browsers and apps were signed out.",
                was_it_you="Did you ask for it? Nothing to do.",
                advice="Nobody can sign in to it until an admin switches it on again.",
            )


def _of_factors(
    mail: TwoFactorOn | AppReplaced | TwoFactorOff | TwoFactorReset | EnrolmentPassMailed | SetUpNeeded, brand: str
) -> Words:
    keep = "Keep your recovery codes somewhere safe."
    match mail:
        case SetUpNeeded():
            return _needed(mail, brand)
        case TwoFactorOn(method="key"):
            return Words(
                subject=f"Two-factor is on for your {brand} account",
                happened="A security key or passkey was added to your account. You need it to sign in from now on.",
                advice=keep,
            )
        case TwoFactorOn():
            return Words(
                subject=f"Two-factor is on for your {brand} account",
                happened="An authenticator app was added to your account. You need its codes to sign in from now on.",
                advice=keep,
            )
        case AppReplaced(codes=codes):
            return Words(
                subject=f"The authenticator app of your {brand} account was replaced",
                happened="A new authenticator app was set up. The one before and its recovery codes no longer work."
                if codes
                else "A new authenticator app was set up. The one whose place it took no longer works.",
                advice=keep,
            )
        case EnrolmentPassMailed():
            return _of_pass(mail, brand)
        case TwoFactorOff():
            return Words(
                subject=f"Two-factor is off for your {brand} account",
                happened="Two-factor sign-in was turned off for your account. Its password alone lets anybody in now.",
                advice="You can turn it on again at any time in your account.",
            )
        case _:
            return Words(
                subject=f"Two-factor of your {brand} account was reset by an admin",
                happened="An admin took the authenticator app and the recovery codes off your account.",
                was_it_you="Did you ask for it? Nothing to do.",
                advice="Setting up two-factor again needs an enrolment pass, which an admin gives you.",
            )


def _of_pass(mail: EnrolmentPassMailed, brand: str) -> Words:
    return Words(
        subject=f"An enrolment pass for your {brand} account",
        happened="An admin made you an enrolment pass: you need it to set up two-factor when you next sign in.",
        shown=mail.enrolment_pass,
        was_it_you=f"It works once, until {times.full_day(mail.until)} at {times.clock(mail.until)};"
        " of several only the latest does.",
        advice="Type it only on our own sign-in page, and give it to nobody: we never ask for it otherwise.",
    )


def _of_one_factor(mail: FactorAdded | FactorChanged, brand: str) -> Words:
    what = "security key or passkey" if mail.method == "key" else "authenticator app"
    match mail:
        case FactorAdded():
            return Words(
                subject=f"One more way to sign in to your {brand} account",
                happened=f"Another {what} was added to your account. It opens the account from now on.",
            )
        case FactorChanged(now="removed"):
            return Words(
                subject=f"One way to sign in to your {brand} account was removed",
                happened=f"One {what} of your account was removed and no longer works. The others stay.",
            )
        case FactorChanged(now="lost"):
            return Words(
                subject=f"Something of your {brand} account was reported as lost",
                happened=f"One {what} of your account was reported as lost and opens nothing any more."
                " Other browsers and all apps were signed out.",
                advice="If you find it, you can use it again: sign in and choose it under Two-factor.",
            )
        case _:
            return Words(
                subject=f"Something of your {brand} account is in use again",
                happened=f"One {what} that was reported as lost opens your account again.",
            )


def _needed(mail: SetUpNeeded, brand: str) -> Words:
    what = "a security key or passkey" if mail.key else "two-factor sign-in"
    day = times.full_day(mail.until)
    return Words(
        subject=f"Your {brand} account needs {what} by {day}",
        happened=f"From {day} at {times.clock(mail.until)} on, your account needs {what}."
        " Setting it up takes 2 minutes.",
        link=mail.link,
        link_words="Set it up now",
        was_it_you="Until then you can sign in as before. Afterwards your next sign-in asks you to set it up first.",
    )


def _of_codes(mail: RecoveryCodeSpent | NewRecoveryCodes, brand: str) -> Words:
    match mail:
        case RecoveryCodeSpent(left=left):
            how_many = {0: "None is left", 1: "1 is left"}.get(left, f"{left} are left")
            return Words(
                subject=f"A recovery code of your {brand} account was used",
                happened=f"A recovery code was used in place of your authenticator app. {how_many}.",
                advice="A used code works no more: cross it off your list.",
            )
        case _:
            return Words(
                subject=f"New recovery codes for your {brand} account",
                happened="New recovery codes were made for your account. The ones before no longer work.",
                advice="Keep the new ones somewhere safe, and throw the old ones away.",
            )


def _of_addresses(mail: ConfirmAddress | AddressAdded | AddressLeft, brand: str) -> Words:
    match mail:
        case ConfirmAddress(username=username, link=link, until=until):
            return Words(
                subject=f"Confirm this address for your {brand} account",
                happened=f"The account {username} is to have this address.",
                link=link,
                link_words="Confirm the address, signed in as ever",
                was_it_you=f"The link works once, until {times.full_day(until)} at {times.clock(until)};"
                " of several only the latest does.",
                advice="If you know nothing of it, do nothing: then the account does not get this address.",
            )
        case AddressAdded(by=by):
            return Words(
                subject=f"This is the address of your {brand} account now",
                happened="This address was confirmed for your account. It signs you in, and mails about it come here."
                if by == "person"
                else "An admin gave your account this address. It signs you in, and mails about it come here.",
                was_it_you="Was it you? Nothing to do." if by == "person" else "Did you ask for it? Nothing to do.",
            )
        case _:
            return Words(
                subject=f"The address of your {brand} account was changed",
                happened="Your account has another address now. This one signs you in no more, and gets no more mails.",
                advice="If it was not you, the link below gives this address back and signs everybody out.",
            )


def _of_tries(mail: SecondStepFailed | SignInPaused | KeyIsCopied, brand: str) -> Words:
    match mail:
        case KeyIsCopied():
            return Words(
                subject=f"A security key of your {brand} account is suspended",
                happened="A key of your account signed in, and so did a copy of it. It signs nobody in any more.",
                was_it_you="A key that keeps its secret cannot be copied: somebody else may have used the copy.",
                advice="Sign in another way, look at your sessions, and remove the key from your account.",
            )
        case SecondStepFailed(failures=failures, with_key=True):
            tries = "A key was refused" if failures == 1 else f"A key was refused {failures} times in a row"
            return Words(
                subject=f"Your {brand} password was right, the security key was not",
                happened=f"Your password was typed and was right. {tries}, so nobody was signed in.",
                advice="If it was not you, somebody knows your password: choose a new one.",
            )
        case SecondStepFailed(failures=failures):
            tries = "A wrong code was typed" if failures == 1 else f"Wrong codes were typed {failures} times in a row"
            return Words(
                subject=f"Your {brand} password was right, the code was not",
                happened=f"Your password was typed and was right. {tries}, so nobody was signed in.",
                advice="If it was not you, somebody knows your password: choose a new one.",
            )
        case SignInPaused(until=datetime() as until, method=method):
            again = times.clock(times.rounded_up(until))
            return Words(
                subject=f"Signing in to your {brand} account is paused",
                happened=f"There were too many wrong {_WAYS[method]}. You can try again at {again}.",
                advice="The pause keeps others from guessing. Your account is safe.",
            )
        case _:
            return Words(
                subject=f"A way to sign in to your {brand} account is closed",
                happened=f"There were far too many wrong {_WAYS[mail.method]}, so it is closed until it is reset.",
            )
