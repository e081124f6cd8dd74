"""Each claim in one sentence, for people who see an ID token for the first time. Pure; knows no HTTP.

The clauses: OpenID Connect Core 2 and 5.1, RFC 7519 4.1, RFC 8176 for `amr`, Front-Channel Logout 3 for `sid`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE, HOUR, DAY = 60, 3_600, 86_400
INSTANTS = frozenset(("exp", "iat", "nbf", "auth_time", "updated_at"))

MEANINGS: Mapping[str, str] = {
    "iss": "Who says all this: the provider's address, letter for letter the one this app trusts.",
    "sub": "You, as this provider names you. It never changes and is never anyone else's: apps key accounts on it.",
    "aud": "Whom the token is meant for: the client id of this app. Any other app must refuse it.",
    "azp": "The app that asked for the token. It stands here when the audience alone would not tell.",
    "exp": "From this instant on nobody should accept the token as a proof of the sign-in.",
    "iat": "When the provider made this token. A refresh gives a newer one.",
    "nbf": "Before this instant the token does not count.",
    "auth_time": "When you last proved who you are. A refresh or a silent sign-in leaves it as it was.",
    "nonce": "A random value this app sent with the request. It ties the token to that one request.",
    "at_hash": "A hash of the access token that came along, so that the two cannot be mixed with others.",
    "c_hash": "A hash of the authorization code, so that the two cannot be mixed with others.",
    "jti": "The name of this one token, for revoking it or for seeing it twice.",
    "sid": "Your browser session at the provider. A sign-out message carries the same value.",
    "acr": "How strong the sign-in was, as one word that apps compare.",
    "amr": "What you showed to sign in, one value for each kind of proof.",
    "name": "Your full name, for showing. Not unique, and it may change.",
    "given_name": "Your first name or names.",
    "family_name": "Your last name or names.",
    "middle_name": "Your middle name or names.",
    "nickname": "What people call you.",
    "preferred_username": "The name you sign in with. It may change, so apps must not key accounts on it.",
    "profile": "The address of a page about you.",
    "picture": "The address of a picture of you.",
    "website": "The address of your site.",
    "gender": "As you gave it.",
    "birthdate": "Your date of birth, or only its year.",
    "zoneinfo": "Your time zone.",
    "locale": "Your language and region.",
    "updated_at": "When the provider last changed this profile.",
    "email": "Your e-mail address. It may change, so apps must not key accounts on it.",
    "email_verified": "Whether the provider knows that the address is yours.",
    "phone_number": "Your telephone number.",
    "phone_number_verified": "Whether the provider knows that the number is yours.",
    "address": "Your postal address, as one object.",
    "groups": "The groups you are in, always a list, from which apps derive what you may do.",
    "roles": "Your roles, from which apps derive what you may do.",
    "scope": "The permissions that were granted, separated by blanks.",
    "client_id": "The app the token was given to.",
    "events": "What a security event or logout token is about.",
}

AMR_MEANINGS: Mapping[str, str] = {
    "pwd": "a password",
    "otp": "a code from an authenticator app",
    "recovery_code": "a recovery code, in place of the authenticator app",
    "mfa": "proofs of more than one kind, together",
    "hwk": "a key kept in hardware",
    "swk": "a key kept in software",
    "user": "a touch that shows somebody was there",
    "pin": "a PIN",
    "sms": "a code by text message",
    "fpt": "a fingerprint",
    "face": "a face",
}

ACR_MEANINGS: Mapping[str, str] = {
    "1fa": "one kind of proof, usually the password alone",
    "2fa": "two kinds of proof: something you know and something you have",
    "phr": "a proof that a fake site cannot pass on, such as a passkey",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClaim:
    """A claim as it is shown: its name, its value as text, and a sentence."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedClaim:
    """A claim before and after a refresh; an absent one is empty text."""

    name: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the refresh changed it."""
        return self.before != self.after


def explain(claims: Mapping[str, object], at: datetime) -> tuple[ExplainedClaim, ...]:
    """Every claim with its sentence, those that matter most for the sign-in first."""
    return tuple(
        ExplainedClaim(name=name, value=_shown(name, claims[name], at), meaning=_meaning(name, claims[name]))
        for name in _ordered(claims)
    )


def compare(before: Mapping[str, object], after: Mapping[str, object], at: datetime) -> tuple[ComparedClaim, ...]:
    """The ID token before a refresh beside the one after it, claim by claim."""
    names = _ordered({**before, **after})
    return tuple(
        ComparedClaim(
            name=name,
            before=_shown(name, before[name], at) if name in before else "",
            after=_shown(name, after[name], at) if name in after else "",
        )
        for name in names
    )


def proofs(claims: Mapping[str, object]) -> tuple[str, ...]:
    """What the person showed, in words, from `amr`; `mfa` only sums up and is left out."""
    return tuple(AMR_MEANINGS.get(each, f"“{each}”") for each in _texts(claims.get("amr")) if each != "mfa")


def instant(seconds: int, at: datetime) -> str:
    """A NumericDate as UTC text with its distance from now, which people can judge without arithmetic."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({distance(seconds - int(at.timestamp()))})"


def distance(seconds: int) -> str:
    """How far away, in one unit: "in 10 minutes", "2 hours ago"."""
    size = abs(seconds)
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)):
        if size >= length:
            count = size // length
            words = f"{count} {unit}" + ("s" if count > 1 else "")
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"


def _ordered(claims: Mapping[str, object]) -> list[str]:
    known = [name for name in MEANINGS if name in claims]
    return [*known, *sorted(set(claims) - set(known))]


def _shown(name: str, value: object, at: datetime) -> str:
    if name in INSTANTS and isinstance(value, int | float) and not isinstance(value, bool):
        return instant(int(value), at)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _meaning(name: str, value: object) -> str:
    words = MEANINGS.get(name, "A claim this demo has no words for; the provider's administrators know it.")
    match name:
        case "amr":
            return " ".join((words, *_amr(value)))
        case "acr" if str(value) in ACR_MEANINGS:
            return f"{words} Here: {ACR_MEANINGS[str(value)]}."
        case "email_verified":
            return (
                f"{words} {'Apps may rely on it.' if value is True else 'Some apps refuse it until somebody checks.'}"
            )
        case _:
            return words


def _amr(value: object) -> Iterator[str]:
    for each in _texts(value):
        yield f"{each}: {AMR_MEANINGS.get(each, 'a kind of proof this demo has no words for')}."


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
