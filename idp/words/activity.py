"""Security events as sentences for the person whom they are about. Pure; what has no sentence is not told here."""

from collections.abc import Callable, Mapping

from idp.words.speech import marked, say

Details = Mapping[str, object]
Sentence = Callable[[Details, str], str]


def sentence(kind: str, details: Details, app: str) -> str:
    """What happened, in one sentence without its end: where and when follow."""
    return _SENTENCES[kind](details, app)


def _completed(details: Details, app: str) -> str:
    if details.get("silent"):
        return say("Signed in without a question to %(app)s", app=app)
    return say("Signed in to %(app)s", app=app)


def _refused_factor(details: Details, _: str) -> str:
    if details.get("reason") in {"replayed", "used"}:
        return say("A code that was used before was tried again")
    if details.get("method") == "key":
        return say("Security key or passkey refused")
    return say("Wrong recovery code") if details.get("method") == "recovery_code" else say("Wrong code")


def _enrolled(details: Details, _: str) -> str:
    if details.get("replaced"):
        return say("Authenticator app replaced")
    return say("Authenticator app added") if details.get("further") else say("Two-factor turned on")


def _by(member: str, otherwise: str, **known: str) -> Sentence:
    """The sentence that belongs to one of the event's details."""
    return lambda details, _: say(known.get(str(details.get(member)), otherwise))


def _says(words: str) -> Sentence:
    return lambda _, app: say(words, app=app) if "%(app)s" in words else say(words)


_SENTENCES: Mapping[str, Sentence] = {
    "sign_in_completed": _completed,
    "password_refused": _says(marked("Wrong password, or a try while it was paused")),
    "factor_refused": _refused_factor,
    "passkey_refused": _says(marked("Security key or passkey refused")),
    "key_copied": _says(marked("One security key suspended, because there is a copy of it")),
    "enrolment_confirmed": _enrolled,
    "key_registered": _says(marked("Security key or passkey added")),
    "enrolment_pass_made": _says(marked("An admin made an enrolment pass")),
    "enrolment_pass_refused": _says(marked("Enrolment pass refused")),
    "help_wanted": _says(marked("Help wanted: the password was right, and no second factor at hand")),
    "enrolment_put_off": _says(marked("Setting up two-factor put off")),
    "recovery_codes_made": _says(marked("New recovery codes made")),
    "recovery_code_used": _says(marked("Recovery code used")),
    "factor_renamed": _says(marked("An app or a key renamed")),
    "factor_removed": _by(
        "method",
        marked("One factor removed"),
        otp=marked("One authenticator app removed"),
        key=marked("One security key or passkey removed"),
    ),
    "factor_suspended": _by(
        "method",
        marked("One factor reported as lost"),
        otp=marked("One authenticator app reported as lost"),
        key=marked("One security key or passkey reported as lost"),
    ),
    "factor_reactivated": _by(
        "method",
        marked("One factor found and in use again"),
        otp=marked("One authenticator app found and in use again"),
        key=marked("One security key or passkey found and in use again"),
    ),
    "second_factor_turned_off": _says(marked("Two-factor turned off")),
    "second_factor_reset": _says(marked("Two-factor reset by an admin")),
    "password_changed": _says(marked("Password changed")),
    "password_set": _says(marked("Password set by an admin")),
    "password_reset": _says(marked("New password chosen by a mailed link")),
    "profile_changed": _says(marked("Profile changed")),
    "user_changed": _says(marked("Profile changed by an admin")),
    "address_change_asked": _says(marked("Another email wanted")),
    "address_confirmed": _says(marked("New email confirmed")),
    "address_restored": _says(marked("The email before is back, by the link in a mail")),
    "account_secured": _says(marked("Everything signed out by the link in a mail")),
    "not_me_reported": _says(marked("Something reported as not you, and everything else signed out")),
    "browser_remembered": _says(marked("A browser was remembered: it is not asked for a code for a while")),
    "browser_forgotten": _says(marked("Remembered browsers forgotten")),
    "consent_given": _says(marked("Allowed %(app)s to use the account")),
    "app_disconnected": _says(marked("Disconnected %(app)s")),
    "signed_out": _says(marked("Signed out")),
    "session_ended": _by(
        "reason",
        marked("A browser was signed out from here"),
        admin=marked("A browser was signed out by an admin"),
        other_person=marked("A browser was signed out because somebody else signed in there"),
        followed=marked("A browser was signed out with the one after it"),
    ),
    "throttle_paused": _by(
        "method",
        marked("Too many tries: the sign-in is paused"),
        otp=marked("Too many tries: the authenticator app is paused"),
        recovery_code=marked("Too many tries: the recovery code is paused"),
        pwd=marked("Too many tries: the password is paused"),
        key=marked("Too many tries: the security key or passkey is paused"),
        enrolment_pass=marked("Too many tries: the enrolment pass is paused"),
    ),
    "authenticator_disabled": _by(
        "method",
        marked("Too many tries: the sign-in is switched off"),
        otp=marked("Too many tries: the authenticator app is switched off"),
        recovery_code=marked("Too many tries: the recovery code is switched off"),
        pwd=marked("Too many tries: the password is switched off"),
        key=marked("Too many tries: the security key or passkey is switched off"),
        enrolment_pass=marked("Too many tries: the enrolment pass is switched off"),
    ),
    "refresh_token_replayed": _says(marked("An old token of %(app)s came back, so %(app)s was disconnected")),
    "code_replayed": _says(marked("A sign-in code of %(app)s came twice, so %(app)s was disconnected")),
}

KINDS = tuple(_SENTENCES)
"""The kinds that are told."""

SIGN_INS = (
    "sign_in_completed",
    "password_refused",
    "factor_refused",
    "passkey_refused",
    "enrolment_pass_refused",
    "recovery_code_used",
    "help_wanted",
    "signed_out",
    "session_ended",
    "throttle_paused",
    "authenticator_disabled",
)
"""Who came in, or tried to, and how it ended."""
APPS = ("consent_given", "app_disconnected", "refresh_token_replayed", "code_replayed")
"""What apps were let in."""
CHANGES = tuple(kind for kind in KINDS if kind not in {*SIGN_INS, *APPS})
"""Whatever changed the account."""
