"""Security events as sentences for the person whom they are about. Pure; what has no sentence is not told here."""

from collections.abc import Callable, Mapping

Details = Mapping[str, object]

_WAYS = {"otp": "authenticator app", "recovery_code": "recovery code", "pwd": "password"}


def sentence(kind: str, details: Details, app: str) -> str:
    """What happened, in one sentence without its end: where and when follow."""
    return _SENTENCES[kind](details, app)


def _completed(details: Details, app: str) -> str:
    how = "Signed in" if not details.get("silent") else "Signed in without a question"
    return f"{how} to {app}"


def _refused_factor(details: Details, _: str) -> str:
    if details.get("reason") in {"replayed", "used"}:
        return "A code that was used before was tried again"
    return "Wrong recovery code" if details.get("method") == "recovery_code" else "Wrong code"


def _enrolled(details: Details, _: str) -> str:
    if details.get("replaced"):
        return "Authenticator app replaced"
    return "Authenticator app added" if details.get("further") else "Two-factor turned on"


def _of_factor(words: str) -> Callable[[Details, str], str]:
    kinds = {"otp": "authenticator app", "key": "security key or passkey"}
    return lambda details, _: words.format(what=kinds.get(str(details.get("method")), "factor"))


def _way(details: Details) -> str:
    return _WAYS.get(str(details.get("method")), "sign-in")


def _session_ended(details: Details, _: str) -> str:
    by = {
        "admin": "by an admin",
        "other_person": "because somebody else signed in there",
        "followed": "with the one after it",
    }
    return f"A browser was signed out {by.get(str(details.get('reason')), 'from here')}"


def _says(words: str) -> Callable[[Details, str], str]:
    return lambda _, app: words.format(app=app)


_SENTENCES: Mapping[str, Callable[[Details, str], str]] = {
    "sign_in_completed": _completed,
    "password_refused": _says("Wrong password, or a try while it was paused"),
    "factor_refused": _refused_factor,
    "enrolment_confirmed": _enrolled,
    "key_registered": _says("Security key or passkey added"),
    "enrolment_put_off": _says("Setting up two-factor put off"),
    "recovery_codes_made": _says("New recovery codes made"),
    "recovery_code_used": _says("Recovery code used"),
    "factor_renamed": _says("An app or a key renamed"),
    "factor_removed": _of_factor("One {what} removed"),
    "factor_suspended": _of_factor("One {what} reported as lost"),
    "factor_reactivated": _of_factor("One {what} found and in use again"),
    "second_factor_turned_off": _says("Two-factor turned off"),
    "second_factor_reset": _says("Two-factor reset by an admin"),
    "password_changed": _says("Password changed"),
    "password_set": _says("Password set by an admin"),
    "password_reset": _says("New password chosen by a mailed link"),
    "profile_changed": _says("Profile changed"),
    "user_changed": _says("Profile changed by an admin"),
    "address_change_asked": _says("Another email wanted"),
    "address_confirmed": _says("New email confirmed"),
    "address_restored": _says("The email before is back, by the link in a mail"),
    "account_secured": _says("Everything signed out by the link in a mail"),
    "not_me_reported": _says("Something reported as not you, and everything else signed out"),
    "consent_given": _says("Allowed {app} to use the account"),
    "app_disconnected": _says("Disconnected {app}"),
    "signed_out": _says("Signed out"),
    "session_ended": _session_ended,
    "browser_remembered": _says("A browser was remembered: it is not asked for a code for a while"),
    "browser_forgotten": _says("Remembered browsers forgotten"),
    "throttle_paused": lambda details, _: f"Too many tries: the {_way(details)} is paused",
    "authenticator_disabled": lambda details, _: f"Too many tries: the {_way(details)} is switched off",
    "refresh_token_replayed": _says("An old token of {app} came back, so {app} was disconnected"),
    "code_replayed": _says("A sign-in code of {app} came twice, so {app} was disconnected"),
}

KINDS = tuple(_SENTENCES)
"""The kinds that are told."""

SIGN_INS = (
    "sign_in_completed",
    "password_refused",
    "factor_refused",
    "recovery_code_used",
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
