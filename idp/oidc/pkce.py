"""Proof Key for Code Exchange (RFC 7636): S256 alone. Whether a client must use it stands with the client."""

import hmac
import re
from dataclasses import dataclass
from typing import Self

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from idp.oidc.errors import InvalidRequest
from idp.values.secrets import Verifier

METHODS = ("S256",)

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")  # RFC 7636 4.1
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")  # RFC 7636 4.2: base64url of 32 octets, without padding


@dataclass(frozen=True, slots=True)
class Challenge:
    """An S256 code challenge, as sent."""

    text: str

    @classmethod
    def parse(cls, challenge: str | None, method: str | None) -> Self | None:
        """The challenge of an authorization request, None where it has none. Raises InvalidRequest."""
        if challenge is None:
            if method is not None:
                raise InvalidRequest("code_challenge_method came without code_challenge")
            return None
        if method not in METHODS:  # RFC 7636 4.3 would read a missing method as plain; RFC 9700 2.1.1 asks for S256
            raise InvalidRequest("code_challenge_method must be S256")
        if not _CHALLENGE.fullmatch(challenge):
            raise InvalidRequest("code_challenge must be 43 base64url characters")
        return cls(challenge)


def verify(challenge: Challenge | None, verifier: Verifier | None) -> bool:
    """Whether the verifier answers the challenge (RFC 7636 4.6), in constant time; a malformed one does not.

    A verifier without a challenge is refused too: somebody took the challenge out of the request (RFC 9700 4.8.2).
    """
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    text = verifier.expose()
    if not _VERIFIER.fullmatch(text):
        return False
    return hmac.compare_digest(challenge.text, create_s256_code_challenge(text))
