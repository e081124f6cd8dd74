"""Secrets that mask themselves: printing, logging or formatting one shows its kind and nothing else.

`.expose()` is the only way to the text, so that every place where a secret is opened can be found by searching.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Self

from idp.values.entropy import Entropy, unguessable


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Text that must not be seen. Subclasses name the kind; equality is in constant time."""

    _text: str

    def expose(self) -> str:
        """The text itself; call it only where the text is sent, hashed or sealed."""
        return self._text

    def __repr__(self) -> str:
        """The kind alone."""
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """The kind alone, in f-strings too."""
        return repr(self)

    def __eq__(self, other: object) -> bool:
        """Constant-time comparison with a secret of the same kind."""
        if type(other) is not type(self):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        """Hash of a digest, never of the text."""
        return hash(sha256(self._text.encode()).digest())


class Password(Secret):
    """What a person typed as a password, before or after NFC."""


class ClientSecret(Secret):
    """The shared secret of a client (RFC 6749 2.3.1)."""


class ClientAssertion(Secret):
    """A JWT by which a client proves itself, once (RFC 7523 2.2)."""


class TotpSecret(Secret):
    """Base32 text (A–Z2–7, no padding) of a TOTP key."""


class AppCode(Secret):
    """What a person typed as the code of an authenticator app."""


class RecoveryCode(Secret):
    """One recovery code, as shown or as typed."""


class EnrolmentPass(Secret):
    """What lets a first second factor in, as handed over or as typed."""


class DatabaseUrl(Secret):
    """A PostgreSQL URL, which may hold a password."""


class SmtpUrl(Secret):
    """Where mails are handed over, which may hold a password."""


class Verifier(Secret):
    """A PKCE code verifier (RFC 7636 4.1)."""


@dataclass(frozen=True, slots=True)
class Digest:
    """SHA-256 of a token: the only form in which a bearer value is stored."""

    octets: bytes

    LENGTH: ClassVar[int] = 32

    def __repr__(self) -> str:
        """The kind alone: a digest in a log would link it to a row."""
        return "Digest(…)"

    def __eq__(self, other: object) -> bool:
        """Constant-time comparison."""
        return isinstance(other, Digest) and hmac.compare_digest(self.octets, other.octets)

    def __hash__(self) -> int:
        """Hash of the octets."""
        return hash(self.octets)


class Token(Secret):
    """A bearer value of 256 random bits: code, refresh token, cookie value."""

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """A fresh token: 43 base64url characters."""
        return cls(unguessable(entropy))

    def digest(self) -> Digest:
        """What is stored. High entropy needs no slow hash."""
        return Digest(sha256(self._text.encode()).digest())


class Code(Token):
    """An authorization code (RFC 6749 4.1.2)."""


class RefreshToken(Token):
    """A refresh token (RFC 6749 1.5)."""


class CookieValue(Token):
    """The random value of one of our cookies."""


class LinkSecret(Token):
    """What makes a mailed link its reader's."""
