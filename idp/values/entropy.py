"""Chance as an argument: the one place that turns bytes of entropy into ids and unguessable text."""

import base64
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

Entropy = Callable[[int], bytes]
"""Returns that many random bytes; `os.urandom` in production, a seeded source in tests."""

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""


def unguessable(entropy: Entropy, octets: int = 32) -> str:
    """Base64url text without padding carrying `octets` random bytes (32 by default: 43 characters)."""
    return base64.urlsafe_b64encode(entropy(octets)).rstrip(b"=").decode()


def ordered_uuid(entropy: Entropy, at: datetime) -> UUID:
    """A UUID version 7 (RFC 9562 5.7): rows made together lie together in an index. Never a secret."""
    octets = bytearray(int(at.timestamp() * 1000).to_bytes(6) + entropy(10))
    octets[6] = octets[6] & 0x0F | 0x70
    octets[8] = octets[8] & 0x3F | 0x80
    return UUID(bytes=bytes(octets))


def random_uuid(entropy: Entropy) -> UUID:
    """A UUID version 4 (122 random bits), where an id must not tell when it was made."""
    octets = bytearray(entropy(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    return UUID(bytes=bytes(octets))
