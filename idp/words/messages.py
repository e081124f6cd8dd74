"""The sentences that code chooses, a typed function per message, its arguments are what it names.

The house's words: «sign in», «two-factor», «authenticator app», «code», «recovery code»; no apology, no jargon.
"""

from typing import Literal

from idp.words.speech import marked, say

# ── reasons and notices ──────────────────────────────────────────────────────────────────────────

Asker = Literal["server", "client", "group", "user", "request"]


def enrolment_why(asker: Asker, app: str, brand: str) -> str:
    """Why two-factor must be set up now; a rule of a group or of a person is not told to the person in detail."""
    match asker:
        case "client" | "request":
            return say("%(app)s needs two-factor sign-in, so this account must have it.", app=app)
        case "server":
            return say("%(brand)s asks everyone for two-factor sign-in, so this account must have it.", brand=brand)
        case "group" | "user":
            return say("This account must have two-factor sign-in.")


_PAUSED = {
    "password": marked("There were too many wrong passwords. The pause keeps others from guessing."),
    "code": marked("There were too many wrong codes. The pause keeps others from guessing."),
    "recovery_code": marked("There were too many wrong recovery codes. The pause keeps others from guessing."),
    "key": marked("There were too many wrong tries with a key. The pause keeps others from guessing."),
    "enrolment_pass": marked("There were too many wrong enrolment passes. The pause keeps others from guessing."),
}


def paused_reason(method: Literal["password", "code", "recovery_code", "key", "enrolment_pass"]) -> str:
    """What was tried too often."""
    return say(_PAUSED[method])


def switched_off_until_reset(contact: str) -> str:
    """A second factor at its hard limit."""
    return say("There were too many wrong codes, so this way in is switched off. Ask %(contact)s.", contact=contact)


def closed_until_reset(contact: str) -> str:
    """A password at its hard limit, in a browser that never signed in here; the same text for any name."""
    return say(
        "There were too many wrong passwords, so signing in from here is switched off. Ask %(contact)s.",
        contact=contact,
    )


_WAYS = {
    "code": marked("Use your authenticator app"),
    "recovery_code": marked("Use a recovery code"),
    "key": marked("Use your security key or passkey"),
}


def paused_way(method: Literal["code", "recovery_code", "key"]) -> str:
    """Words of a link on the pause page: what still works."""
    return say(_WAYS[method])


# ── consent ──────────────────────────────────────────────────────────────────────────────────────

_SCOPES = {
    "openid": marked("Know who you are here"),
    "profile": marked("Your name"),
    "email": marked("Your email"),
    "address": marked("Your address"),
    "phone": marked("Your phone number"),
    "groups": marked("Your groups"),
    "offline_access": marked("Stay connected when you are away"),
}


def permission(scope: str) -> str:
    """What a scope means, in the person's words."""
    known = _SCOPES.get(scope)
    return say(known) if known else say("Extra permission: %(scope)s", scope=scope)


def qr_label() -> str:
    """What a screen reader says of the picture."""
    return say("QR code holding the set-up key shown below")
