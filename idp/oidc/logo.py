"""Which pictures may stand for a client (logo_uri, OIDC Registration 2): judged by their octets, never by a name.

No SVG: it is a document with scripts and links, not a picture.
"""

import struct
from dataclasses import dataclass
from typing import Literal

MOST_OCTETS = 256 * 1024

_MOST_PIXELS = 2048
"""A side: a few octets may stand for a picture that no phone has the memory for."""

MediaType = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that a browser may be handed as what it is."""

    media_type: MediaType
    octets: bytes


def picture_of(octets: bytes) -> Picture:
    """Raises ValueError for anything that is no picture of a sensible size."""
    if len(octets) > MOST_OCTETS:
        raise ValueError("too many octets")
    try:
        media_type, size = _seen(octets)
    except struct.error:
        raise ValueError("a picture that breaks off") from None
    if not all(1 <= side <= _MOST_PIXELS for side in size):
        raise ValueError("no sensible number of pixels")
    return Picture(media_type=media_type, octets=octets)


def _seen(octets: bytes) -> tuple[MediaType, tuple[int, ...]]:
    """What it is, and its width and height in either order."""
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", struct.unpack_from(">II", octets, 16)
    if octets.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", struct.unpack_from("<HH", octets, 6)
    if octets.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg(octets)
    if octets.startswith(b"RIFF") and octets[8:12] == b"WEBP":
        return "image/webp", _webp(octets)
    raise ValueError("no PNG, JPEG, GIF or WebP")


def _jpeg(octets: bytes) -> tuple[int, ...]:
    """From the frame header (ITU T.81 B.2.2), past the segments before it."""
    at = 2
    while True:
        mark, kind, length = struct.unpack_from(">BBH", octets, at)
        if mark != 0xFF or length < 2:  # noqa: PLR2004 - a length counts its own two octets
            raise ValueError("no JPEG segment")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - SOFn without DHT, JPG, DAC
            return struct.unpack_from(">HH", octets, at + 5)
        at += 2 + length


def _webp(octets: bytes) -> tuple[int, ...]:
    """From the first chunk: lossy (RFC 6386 9.1), lossless or extended (RFC 9649 2.7, 3.4)."""
    match octets[12:16]:
        case b"VP8 ":
            return tuple(side & 0x3FFF for side in struct.unpack_from("<HH", octets, 26))
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", octets, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width, height = octets[24:27], octets[27:30]
            if len(height) < 3:  # noqa: PLR2004 - 24 bits each
                raise ValueError("a picture that breaks off")
            return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    raise ValueError("no WebP chunk of a picture")
