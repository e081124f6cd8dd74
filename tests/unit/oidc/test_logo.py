"""Which octets are handed to browsers as the picture of a client."""

from __future__ import annotations

import io
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idp.oidc.logo import MOST_OCTETS, picture_of

FORMATS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("PNG", "image/png", {}),
    "jpeg": ("JPEG", "image/jpeg", {}),
    "progressive": ("JPEG", "image/jpeg", {"progressive": True, "exif": b"Exif\x00\x00" + b"x" * 300}),
    "gif": ("GIF", "image/gif", {}),
    "lossy": ("WEBP", "image/webp", {"lossless": False}),
    "lossless": ("WEBP", "image/webp", {"lossless": True}),
    "extended": ("WEBP", "image/webp", {"exif": b"Exif\x00\x00" + b"x" * 30}),
}


def drawn(name: str, width: int = 40, height: int = 30) -> bytes:
    """As Pillow writes it."""
    form, _, options = FORMATS[name]
    written = io.BytesIO()
    Image.new("RGB", (width, height), (10, 200, 30)).save(written, form, **options)
    return written.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_a_picture_is_known_by_its_octets(name: str) -> None:
    octets = drawn(name)
    assert picture_of(octets).media_type == FORMATS[name][1]
    assert picture_of(octets).octets == octets


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("width", "height"), [(2049, 1), (1, 2049)])
def test_a_picture_that_needs_a_lot_of_memory_is_none(name: str, width: int, height: int) -> None:
    picture_of(drawn(name, min(width, 2048), min(height, 2048)))
    with pytest.raises(ValueError, match="no sensible number of pixels"):
        picture_of(drawn(name, width, height))


def test_a_picture_of_no_pixels_is_none() -> None:
    with pytest.raises(ValueError, match="no sensible number of pixels"):
        picture_of(b"GIF89a" + pack("<HH", 0, 5))


def test_a_quarter_of_a_megabyte_at_most() -> None:
    octets = drawn("png")
    picture_of(octets + bytes(MOST_OCTETS - len(octets)))
    with pytest.raises(ValueError, match="too many octets"):
        picture_of(octets + bytes(MOST_OCTETS - len(octets) + 1))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><title>GIF89a</title>",
        b"BM" + bytes(60),
        b"\x00\x00\x01\x00" + bytes(60),
        b"RIFF" + pack("<I", 20) + b"WAVEfmt " + bytes(40),
        b"RIFF" + pack("<I", 20) + b"WEBPALPH" + bytes(40),
        b" \x89PNG\r\n\x1a\n" + bytes(60),
        b"\xff\xd8\xff\xe0\x00\x01" + bytes(60),
        b"\xff\xd8\xff\xe0\x00\x02" + bytes(60),
    ],
)
def test_nothing_else_is_a_picture(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"no PNG, JPEG, GIF or WebP|no JPEG segment|no WebP chunk"):
        picture_of(octets)


@given(st.sampled_from([*FORMATS]), st.integers(0, 40))
def test_a_picture_that_breaks_off_is_no_error_of_ours(name: str, length: int) -> None:
    octets = drawn(name)[:length]
    try:
        assert picture_of(octets).octets == octets
    except ValueError:
        return


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF....WEBPVP8X"]), st.binary(max_size=80))
def test_neither_are_any_other_octets(start: bytes, rest: bytes) -> None:
    try:
        picture_of(start + rest)
    except ValueError:
        return
