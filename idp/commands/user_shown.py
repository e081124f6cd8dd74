"""One person as `idp user show` prints them: facts for people, a document for machines, never a secret."""

from datetime import datetime

from idp.commands.output import facts, moment
from idp.usecases.user_profile import flat
from idp.usecases.users import Lock, Shown

_METHODS = {
    "pwd": "password",
    "otp": "app code",
    "recovery_code": "recovery code",
    "key": "security key",
    "enrolment_pass": "enrolment pass",
}


def document_of(shown: Shown) -> dict[str, object]:
    """For machines."""
    return {
        "username": shown.user.username,
        "sub": shown.user.subject,
        "status": shown.user.status.value,
        "profile": {name: value for name, value in flat(shown.person).items() if name != "username"},
        "groups": list(shown.groups),
        "password": None
        if shown.password_set_at is None
        else {"set_at": shown.password_set_at, "change_demanded": shown.password_change_demanded},
        "authenticator_apps": shown.apps,
        "security_keys": shown.keys,
        "reported_as_lost": shown.suspended,
        "enrolment_pass": {"demanded": shown.enrolment_pass_demanded, "until": shown.pass_until},
        "recovery_codes_left": shown.codes_left,
        "recovery_codes_saved": shown.codes_saved,
        "rule": _rule(shown),
        "exemption": None
        if shown.exemption is None
        else {"until": shown.exemption.until, "reason": shown.exemption.reason},
        "sessions": shown.sessions,
        "locks": [_lock(lock) for lock in shown.locks],
        "created_at": shown.created_at,
        "updated_at": shown.person.updated_at,
    }


def text_of(shown: Shown) -> str:
    """For people."""
    exemption = shown.exemption
    pairs = [
        ("user", shown.user.username),
        ("sub", shown.user.subject),
        ("status", shown.user.status.value),
        *((name, value) for name, value in flat(shown.person).items() if name != "username"),
        ("groups", shown.groups),
        ("password", _password(shown.password_set_at, shown.password_change_demanded)),
        ("authenticator apps", shown.apps),
        ("security keys", shown.keys or None),
        ("reported as lost", shown.suspended or None),
        ("enrolment pass", _pass(shown)),
        ("recovery codes", _codes(shown)),
        ("own rule", _rule(shown)),
        ("exempt", f"until {moment(exemption.until)}: {exemption.reason}" if exemption else None),
        ("sessions", shown.sessions),
        *(("failures", _lock_text(lock)) for lock in shown.locks),
        ("made", shown.created_at),
        ("changed", shown.person.updated_at),
    ]
    return facts(pairs)


def _password(set_at: datetime | None, demanded: str | None) -> str:
    if set_at is None:
        return "none"
    reasons = {"set_by_other": ", to be changed: somebody else set it", "compromised": ", to be changed: compromised"}
    return f"set {moment(set_at)}{reasons.get(demanded or '', '')}"


def _codes(shown: Shown) -> str | None:
    if not shown.apps and not shown.codes_left:
        return None
    return f"{shown.codes_left} left" + ("" if shown.codes_saved else ", not saved yet")


def _pass(shown: Shown) -> str | None:
    parts = ["needed for a new factor"] if shown.enrolment_pass_demanded else []
    if shown.pass_until is not None:
        parts.append(f"one given, until {moment(shown.pass_until)}")
    return "; ".join(parts) or None


def _rule(shown: Shown) -> str | None:
    return shown.own_rule.words if shown.own_rule else None


def _lock(lock: Lock) -> dict[str, object]:
    return {
        "method": lock.method,
        "known_browser": lock.known_browser,
        "failures": lock.failures,
        "paused_until": lock.paused_until,
        "disabled_at": lock.disabled_at,
    }


def _lock_text(lock: Lock) -> str:
    method = _METHODS.get(lock.method, lock.method) + (" from known browsers" if lock.known_browser else "")
    text = f"{method}: {lock.failures} in a row"
    if lock.disabled_at:
        return f"{text}, closed since {moment(lock.disabled_at)}"
    return f"{text}, paused until {moment(lock.paused_until)}" if lock.paused_until else text
