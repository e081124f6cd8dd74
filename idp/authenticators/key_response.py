"""What a browser hands over of a security key or passkey: JSON read strictly, and what the browser vouches for.

Owns the shapes (WebAuthn 5.8.1, 6.1) and the checks of what the browser says. Owns no keys and no signatures:
those are `security_key`'s.
"""

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Literal, Self
from urllib.parse import urlsplit

from idp.values.issuer import Issuer
from idp.values.strict_json import strict_json

LONGEST = 32 * 1024
"""Characters of a response. The largest real ones, with certificates that we do not ask for, stay below 10 KB."""
MOST_TRANSPORTS, LONGEST_TRANSPORT = 8, 32

_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_TRANSPORT = re.compile(f"[a-z-]{{1,{LONGEST_TRANSPORT}}}")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class KeyRefusal(StrEnum):
    """Why what a key answered counts for nothing; the values are those of security events."""

    BAD_SHAPE = "bad_shape"
    """No answer of a key at all, or one that a sound key does not give."""
    WRONG_CHALLENGE = "wrong_challenge"
    """An answer to another question: an earlier try, another sign-in."""
    WRONG_ORIGIN = "wrong_origin"
    """Made at another site, or for a page of ours inside another site's."""
    WRONG_RELYING_PARTY = "wrong_relying_party"
    NOT_PRESENT = "not_present"
    NOT_VERIFIED = "not_verified"
    """The key verified nobody where it stands alone."""
    UNKNOWN_KEY = "unknown_key"
    FOREIGN_PERSON = "foreign_person"
    """The key names another person than the one whose key it is."""
    BAD_SIGNATURE = "bad_signature"
    COUNTER_WENT_BACK = "counter_went_back"
    """Signed rightly, with a counter that had been passed: there are two of this key (WebAuthn 6.1.1)."""
    ALREADY_REGISTERED = "already_registered"


class Refused(Exception):
    """The answer is refused; raised and caught within this room alone."""

    def __init__(self, refusal: KeyRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """We, as keys know us: a key answers for this id alone, and browsers let pages of this origin alone ask."""

    id: str
    origin: str
    name: str
    """As the browser shows it."""

    @classmethod
    def of(cls, issuer: Issuer, name: str) -> Self:
        """The host of the issuer. Where that is an IP address, browsers know no such relying party."""
        parts = urlsplit(issuer)
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        # As browsers write an origin: lower case, and without the port that goes without saying (RFC 6454 6.1).
        port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
        return cls(id=host, origin=f"{parts.scheme}://{shown}{port}", name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """One try: who asks, and the challenges that are due. There are several only while a service key is rotated."""

    party: RelyingParty
    challenges: tuple[bytes, ...]
    """The first one is what is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What `navigator.credentials.create()` gave, not yet judged."""

    credential_id: bytes
    client_data: bytes
    attestation_object: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What `navigator.credentials.get()` gave, not yet judged: the id tells which key it claims to be."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


def attestation(text: str) -> Attestation | KeyRefusal:
    """The answer to a creation."""
    try:
        credential_id, response = _credential(text)
        return Attestation(
            credential_id=credential_id,
            client_data=_octets(response, "clientDataJSON"),
            attestation_object=_octets(response, "attestationObject"),
            transports=_transports(response.get("transports")),
        )
    except (ValueError, KeyError):
        return KeyRefusal.BAD_SHAPE


def presented(text: str) -> Presented | KeyRefusal:
    """The answer to a request."""
    try:
        credential_id, response = _credential(text)
        return Presented(
            credential_id=credential_id,
            client_data=_octets(response, "clientDataJSON"),
            authenticator_data=_octets(response, "authenticatorData"),
            signature=_octets(response, "signature"),
            user_handle=None if response.get("userHandle") is None else _octets(response, "userHandle"),
        )
    except (ValueError, KeyError):
        return KeyRefusal.BAD_SHAPE


def answered_challenge(
    client_data: bytes, kind: Literal["webauthn.create", "webauthn.get"], ceremony: Ceremony
) -> bytes:
    """The challenge that was answered, once all that the browser vouches for is right. Raises Refused.

    WebAuthn 7.1 steps 5 to 11, 7.2 steps 8 to 14.
    """
    try:
        said = _members(strict_json(client_data))
        challenge, origin = _octets(said, "challenge"), said["origin"]
    except (ValueError, KeyError):
        raise Refused(KeyRefusal.BAD_SHAPE) from None
    if said.get("type") != kind:
        raise Refused(KeyRefusal.BAD_SHAPE)
    if not any(compare_digest(challenge, due) for due in ceremony.challenges):
        raise Refused(KeyRefusal.WRONG_CHALLENGE)
    # We ask nothing of a key inside somebody else's page, so nothing answered there was asked by us.
    if origin != ceremony.party.origin or said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise Refused(KeyRefusal.WRONG_ORIGIN)
    return challenge


def base64url(octets: bytes) -> str:
    """Without padding, as browsers' JSON has it (WebAuthn 5.1)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _credential(text: str) -> tuple[bytes, Mapping[str, object]]:
    if len(text) > LONGEST:
        raise ValueError("too long")
    credential = _members(strict_json(text))
    if credential["type"] != "public-key" or credential["id"] != credential["rawId"]:
        raise ValueError("no public key credential")
    return _octets(credential, "rawId"), _members(credential["response"])


def _members(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 (the one error of this module's reading)
    return value


def _octets(members: Mapping[str, object], name: str) -> bytes:
    """Octets of a member that must be there. Raises ValueError and KeyError."""
    text = members[name]
    if not isinstance(text, str) or not text or not _BASE64URL.fullmatch(text):
        raise ValueError("no octets")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(octets) != text:
        raise ValueError("written in a way that nobody writes")
    return octets


def _transports(value: object) -> tuple[str, ...]:
    """Hints for later requests; what is no word is left out, for the list is open (WebAuthn 5.8.4)."""
    named: Collection[object] = value if isinstance(value, list) else ()
    words = {each for each in named if isinstance(each, str) and _TRANSPORT.fullmatch(each)}
    return tuple(sorted(words)[:MOST_TRANSPORTS])
