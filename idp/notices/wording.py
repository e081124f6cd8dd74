"""What each mail says: subject, what happened, and what there is to do. No apology, no jargon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, assert_never

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
from idp.words.speech import counted, marked, say

_Kind = Literal["app", "key"]
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
_ADDED: Mapping[_Kind, str] = {
    "app": marked("Another authenticator app was added to your account. It opens the account from now on."),
    "key": marked("Another security key or passkey was added to your account. It opens the account from now on."),
}
_REMOVED: Mapping[_Kind, str] = {
    "app": marked("One authenticator app of your account was removed and no longer works. The others stay."),
    "key": marked("One security key or passkey of your account was removed and no longer works. The others stay."),
}
_LOST: Mapping[_Kind, str] = {
    "app": marked(
        "One authenticator app of your account was reported as lost and opens nothing any more."
        " Other browsers and all apps were signed out."
    ),
    "key": marked(
        "One security key or passkey of your account was reported as lost and opens nothing any more."
        " Other browsers and all apps were signed out."
    ),
}
_FOUND: Mapping[_Kind, str] = {
    "app": marked("One authenticator app that was reported as lost opens your account again."),
    "key": marked("One security key or passkey that was reported as lost opens your account again."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one mail, in the order in which they stand."""

    subject: str
    happened: str
    was_it_you: str = field(default_factory=lambda: say("Was it you? Nothing to do."))
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


def _of_factors(
    mail: TwoFactorOn | AppReplaced | TwoFactorOff | TwoFactorReset | EnrolmentPassMailed | SetUpNeeded, brand: str
) -> Words:
    keep = say("Keep your recovery codes somewhere safe.")
    match mail:
        case SetUpNeeded():
            return _needed(mail, brand)
        case TwoFactorOn(method="key"):
            return Words(
                subject=say("Two-factor is on for your %(brand)s account", brand=brand),
                happened=say(
                    "A security key or passkey was added to your account. You need it to sign in from now on."
                ),
                advice=keep,
            )
        case TwoFactorOn():
            return Words(
                subject=say("Two-factor is on for your %(brand)s account", brand=brand),
                happened=say(
                    "An authenticator app was added to your account. You need its codes to sign in from now on."
                ),
                advice=keep,
            )
        case AppReplaced(codes=codes):
            return Words(
                subject=say("The authenticator app of your %(brand)s account was replaced", brand=brand),
                happened=say(
                    "A new authenticator app was set up. The one before and its recovery codes no longer work."
                )
                if codes
                else say("A new authenticator app was set up. The one whose place it took no longer works."),
                advice=keep,
            )
        case EnrolmentPassMailed():
            return _of_pass(mail, brand)
        case TwoFactorOff():
            return Words(
                subject=say("Two-factor is off for your %(brand)s account", brand=brand),
                happened=say(
                    "Two-factor sign-in was turned off for your account. Its password alone lets anybody in now."
                ),
                advice=say("You can turn it on again at any time in your account."),
            )
        case _:
            return Words(
                subject=say("Two-factor of your %(brand)s account was reset by an admin", brand=brand),
                happened=say("An admin took the authenticator app and the recovery codes off your account."),
                was_it_you=say("Did you ask for it? Nothing to do."),
                advice=say("Setting up two-factor again needs an enrolment pass, which an admin gives you."),
            )


def _of_pass(mail: EnrolmentPassMailed, brand: str) -> Words:
    return Words(
        subject=say("An enrolment pass for your %(brand)s account", brand=brand),
        happened=say("An admin made you an enrolment pass: you need it to set up two-factor when you next sign in."),
        shown=mail.enrolment_pass,
        was_it_you=say(
            "It works once, until %(time)s; of several only the latest does.", time=times.day_and_clock(mail.until)
        ),
        advice=say("Type it only on our own sign-in page, and give it to nobody: we never ask for it otherwise."),
    )


def _of_one_factor(mail: FactorAdded | FactorChanged, brand: str) -> Words:
    kind: _Kind = "key" if mail.method == "key" else "app"
    match mail:
        case FactorAdded():
            return Words(
                subject=say("One more way to sign in to your %(brand)s account", brand=brand),
                happened=say(_ADDED[kind]),
            )
        case FactorChanged(now="removed"):
            return Words(
                subject=say("One way to sign in to your %(brand)s account was removed", brand=brand),
                happened=say(_REMOVED[kind]),
            )
        case FactorChanged(now="lost"):
            return Words(
                subject=say("Something of your %(brand)s account was reported as lost", brand=brand),
                happened=say(_LOST[kind]),
                advice=say("If you find it, you can use it again: sign in and choose it under Two-factor."),
            )
        case _:
            return Words(
                subject=say("Something of your %(brand)s account is in use again", brand=brand),
                happened=say(_FOUND[kind]),
            )


def _needed(mail: SetUpNeeded, brand: str) -> Words:
    day, time = times.full_day(mail.until), times.day_and_clock(mail.until)
    if mail.key:
        subject = say("Your %(brand)s account needs a security key or passkey by %(day)s", brand=brand, day=day)
        happened = say(
            "From %(time)s on, your account needs a security key or passkey. Setting it up takes 2 minutes.", time=time
        )
    else:
        subject = say("Your %(brand)s account needs two-factor sign-in by %(day)s", brand=brand, day=day)
        happened = say(
            "From %(time)s on, your account needs two-factor sign-in. Setting it up takes 2 minutes.", time=time
        )
    return Words(
        subject=subject,
        happened=happened,
        link=mail.link,
        link_words=say("Set it up now"),
        was_it_you=say(
            "Until then you can sign in as before. Afterwards your next sign-in asks you to set it up first."
        ),
    )


def _of_codes(mail: RecoveryCodeSpent | NewRecoveryCodes, brand: str) -> Words:
    match mail:
        case RecoveryCodeSpent(left=left):
            return Words(
                subject=say("A recovery code of your %(brand)s account was used", brand=brand),
                happened=counted(
                    "A recovery code was used in place of your authenticator app. %(number)s is left.",
                    "A recovery code was used in place of your authenticator app. %(number)s are left.",
                    left,
                )
                if left
                else say("A recovery code was used in place of your authenticator app. None is left."),
                advice=say("A used code works no more: cross it off your list."),
            )
        case _:
            return Words(
                subject=say("New recovery codes for your %(brand)s account", brand=brand),
                happened=say("New recovery codes were made for your account. The ones before no longer work."),
                advice=say("Keep the new ones somewhere safe, and throw the old ones away."),
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
