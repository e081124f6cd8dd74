"""Named HMAC keys of the service, and the one thing that each is for. Sealed in the database, opened at the start.

Every use has its own key and its own label, so a value made for one purpose never passes for another.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from idp.keystore.compact import octets_of, segment
from idp.keystore.key_octets import KeyOctets
from idp.values.entropy import Entropy
from idp.values.ids import ClientId, InteractionId
from idp.values.secrets import CookieValue, RefreshToken

_REFERENCE_MAC = 16  # 128 bits: it guards no secret, only against links that make us name an app of somebody's choice
_LONGEST_REFERENCE = 1024


class ServiceKeyName(StrEnum):
    """What a key is for; the values are those of the database."""

    RECOVERY_CODE_PEPPER = "recovery_code_pepper"
    NAME_DIGEST = "name_digest"
    REFRESH_SUCCESSOR = "refresh_successor"
    CSRF = "csrf"
    AUDIT = "audit"
    CLIENT_REFERENCE = "client_reference"
    PAIRWISE_SUBJECT = "pairwise_subject"
    """Never rotated: with another key everybody would be somebody else to each pairwise client."""
    KEY_CHALLENGE = "key_challenge"


class MissingServiceKey(Exception):
    """The database holds no such key; the message names it and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKey:
    """One key; `id` derives from its content and is stored beside what lives longer than the key's turn."""

    name: ServiceKeyName
    id: str
    key: KeyOctets

    @classmethod
    def of(cls, name: ServiceKeyName, key: KeyOctets) -> Self:
        """The key under its own id."""
        return cls(name=name, id=key.identifier(name), key=key)

    @classmethod
    def generate(cls, name: ServiceKeyName, entropy: Entropy) -> Self:
        """A fresh key."""
        return cls.of(name, KeyOctets.generate(entropy))

    def hmac(self, message: bytes, label: str) -> bytes:
        """HMAC-SHA-256 over label, NUL, message; labels are our own constants and hold no NUL."""
        return hmac.digest(self.key.expose(), label.encode() + b"\0" + message, "sha256")


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """All service keys at hand, and which one of each name makes new values."""

    _keys: Mapping[tuple[ServiceKeyName, str], ServiceKey]
    _current: Mapping[ServiceKeyName, str]

    @classmethod
    def of(cls, keys: Iterable[ServiceKey], current: Mapping[ServiceKeyName, str]) -> Self:
        """Raises MissingServiceKey unless every name has a current key among these."""
        held = {(key.name, key.id): key for key in keys}
        for name in ServiceKeyName:
            if (name, current.get(name)) not in held:
                raise MissingServiceKey(f"the service key {name.value} is not at hand")
        return cls(held, dict(current))

    def current(self, name: ServiceKeyName) -> ServiceKey:
        """The key that makes new values."""
        return self._keys[name, self._current[name]]

    def get(self, name: ServiceKeyName, key_id: str) -> ServiceKey:
        """The key that made an old value. Raises MissingServiceKey."""
        key = self._keys.get((name, key_id))
        if key is None:
            raise MissingServiceKey(f"the service key {name.value} {key_id} is not at hand")
        return key

    def all(self, name: ServiceKeyName) -> Iterator[ServiceKey]:
        """Every key of that name, the current one first: what a value without a key id is compared with."""
        current = self.current(name)
        yield current
        yield from (key for key in self._keys.values() if key.name is name and key is not current)


def csrf_token(keys: ServiceKeys, browser: CookieValue, interaction: str) -> str:
    """The token of one browser and one Interaction (or one page of account and console, named by the caller).

    It is the same at each rendering. Masking it anew each time would only matter where a response that mixes it with
    text of an attacker's choice is compressed (BREACH); we compress no page.
    """
    return _csrf(keys.current(ServiceKeyName.CSRF), browser, interaction)


def csrf_matches(keys: ServiceKeys, browser: CookieValue, interaction: str, presented: str) -> bool:
    """Whether the token is this browser's for this Interaction, under the current key or an earlier one (N-43)."""
    expected = (_csrf(key, browser, interaction) for key in keys.all(ServiceKeyName.CSRF))
    return any(hmac.compare_digest(_utf8(presented), each.encode()) for each in expected)


def refresh_successor(keys: ServiceKeys, predecessor: RefreshToken, key_id: str | None = None) -> RefreshToken:
    """The token that follows this one: the same whenever asked under the same key, so a lost answer can be given again.

    `key_id` names the key that made it the first time; without it the current key makes it.
    """
    key = _named(keys, ServiceKeyName.REFRESH_SUCCESSOR, key_id)
    return RefreshToken(segment(key.hmac(predecessor.expose().encode(), "refresh successor")).decode())


def name_digest(keys: ServiceKeys, login_name: str) -> bytes:
    """32 octets standing for a login name that nobody has, so that throttling it stores no name. Give it normalised."""
    return keys.current(ServiceKeyName.NAME_DIGEST).hmac(_utf8(login_name), "login name")


def recovery_digest(keys: ServiceKeys, stretched: bytes, key_id: str | None = None) -> bytes:
    """32 octets to store for a code that argon2id has stretched; `key_id` is the pepper's, kept with the set (N-11)."""
    return _named(keys, ServiceKeyName.RECOVERY_CODE_PEPPER, key_id).hmac(stretched, "recovery code")


def key_challenges(
    keys: ServiceKeys, interaction: InteractionId, ceremony: int, purpose: Literal["create", "get"]
) -> tuple[bytes, ...]:
    """What a security key signs at one try, 32 octets (WebAuthn 13.4.3 asks for 16); the first is the one to ask.

    Made anew whenever it is needed, so none is stored. An answer may come back after the service key was rotated.
    """
    message = interaction.bytes + ceremony.to_bytes(8) + purpose.encode()
    return tuple(key.hmac(message, "key challenge") for key in keys.all(ServiceKeyName.KEY_CHALLENGE))


def client_reference(keys: ServiceKeys, client_id: ClientId) -> str:
    """URL-safe text by which a page whose Interaction is gone can still name the app. Proves only that we wrote it."""
    octets = _utf8(client_id)
    mac = keys.current(ServiceKeyName.CLIENT_REFERENCE).hmac(octets, "client reference")
    return segment(mac[:_REFERENCE_MAC] + octets).decode()


def opened_client_reference(keys: ServiceKeys, text: str) -> ClientId | None:
    """The client that a reference of ours names; None for every other text."""
    try:
        octets = octets_of(text.encode("ascii")) if len(text) <= _LONGEST_REFERENCE else b""
        mac, client_id = octets[:_REFERENCE_MAC], octets[_REFERENCE_MAC:].decode()
    except ValueError:
        return None
    message = client_id.encode()
    made = (key.hmac(message, "client reference") for key in keys.all(ServiceKeyName.CLIENT_REFERENCE))
    return ClientId(client_id) if any(hmac.compare_digest(mac, each[:_REFERENCE_MAC]) for each in made) else None


def _csrf(key: ServiceKey, browser: CookieValue, interaction: str) -> str:
    cookie = _utf8(browser.expose())
    # The length goes first: no pair of cookie and Interaction is written like another pair.
    message = len(cookie).to_bytes(4) + cookie + _utf8(interaction)
    return segment(key.hmac(message, "csrf")).decode()


def _utf8(text: str) -> bytes:
    """Two texts never give the same octets, and no text raises, whatever a request brought."""
    return text.encode("utf-8", "surrogatepass")


def _named(keys: ServiceKeys, name: ServiceKeyName, key_id: str | None) -> ServiceKey:
    return keys.current(name) if key_id is None else keys.get(name, key_id)
