"""Which language somebody is answered in: what the app asked for (`ui_locales`), then what the browser says."""

import re
from collections.abc import Iterable
from functools import lru_cache

from idp.words.speech import Language, languages

MOST_CHARACTERS = 1000
"""Read of either; nobody's list of languages is longer, and what comes after decides nothing."""

_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.ASCII)
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


@lru_cache(maxsize=256)
def asked_for(ui_locales: str) -> Language | None:
    """OIDC Core 3.1.2.1: tags in order of preference; None where it names none that we speak, which is no error.

    One tag is such a list, too: the `locale` of an account.
    """
    return _first(ui_locales[:MOST_CHARACTERS].lower().split())


@lru_cache(maxsize=256)
def accepted(accept_language: str) -> Language:
    """RFC 9110 12.5.4: by quality, at equal quality in the order named. English where nothing else is left."""
    wanted = sorted(_ranges(accept_language[:MOST_CHARACTERS].lower()), key=lambda each: -each[1])
    return _first(tag for tag, quality in wanted if quality > 0) or languages()["en"]


def _ranges(text: str) -> Iterable[tuple[str, float]]:
    """What is no language range is passed over, and so is `*`: English is what is left anyway."""
    for part in text.split(","):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        qualities = [_QUALITY.fullmatch(piece) for piece in parameters]
        if not all(qualities):
            continue
        yield tag, min((float(found[1]) for found in qualities if found), default=1.0)


def _first(tags: Iterable[str]) -> Language | None:
    """RFC 4647 3.4: each tag is shortened from its end until it is one of ours."""
    for tag in tags:
        parts = tag.split("-") if _TAG.fullmatch(tag) else []
        while parts:
            language = languages().get("-".join(parts))
            if language is not None:
                return language
            parts.pop()
    return None
