"""What the mails about factors and recovery codes say."""

from collections.abc import Mapping
from typing import Literal

from idp.notices.mails import (
    AppReplaced,
    EnrolmentPassMailed,
    FactorAdded,
    FactorChanged,
    NewRecoveryCodes,
    RecoveryCodeSpent,
    SetUpNeeded,
    TwoFactorOff,
    TwoFactorOn,
    TwoFactorReset,
)
from idp.notices.sentences import Words
from idp.words import times
from idp.words.speech import counted, marked, say

_Kind = Literal["app", "key"]
_FIRST: Mapping[_Kind, str] = {
    "app": marked("An authenticator app was added to your account. You need its codes to sign in from now on."),
    "key": marked("A security key or passkey was added to your account. You need it to sign in from now on."),
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


def of_factors(
    mail: TwoFactorOn | AppReplaced | TwoFactorOff | TwoFactorReset | EnrolmentPassMailed | SetUpNeeded, brand: str
) -> Words:
    """Two-factor as a whole: on, off, replaced, reset, or needed soon."""
    keep = say("Keep your recovery codes somewhere safe.")
    match mail:
        case SetUpNeeded():
            return _needed(mail, brand)
        case TwoFactorOn(method=method):
            subject = say("Two-factor is on for your %(brand)s account", brand=brand)
            kind: _Kind = "key" if method == "key" else "app"
            return Words(subject=subject, happened=say(_FIRST[kind]), advice=keep)
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


def of_one_factor(mail: FactorAdded | FactorChanged, brand: str) -> Words:
    """One of several: added, removed, lost or found again."""
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


def of_codes(mail: RecoveryCodeSpent | NewRecoveryCodes, brand: str) -> Words:
    """Recovery codes: one used, or a new set."""
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
