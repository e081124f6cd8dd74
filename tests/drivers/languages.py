"""Languages that only tests speak, made of the English sentences: a longer one, and one from right to left."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Mapping

from babel import Locale

from idp.web.views import View
from idp.words.speech import Language, Speech, speaking
from tests.house.words import template

PLACEHOLDER = re.compile(r"(%\(\w+\)s)")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ACCENTED = str.maketrans(LETTERS + LETTERS.upper(), "áƀçđéƒǧĥíĵķłɱñóƥɋřšŧúṽŵẋýž" + "ÁƁÇĐÉƑǦĤÍĴĶŁṀÑÓƤɊŘŠŦÚṼŴẊÝŽ")
ARABIC = str.maketrans(LETTERS, "ابتثجحخدذرزسشصضطظعغفقكلمنه")
SAMPLES = re.compile(r"tests\.browser\.\w+_(pages|frame)")


def longer(sentence: str) -> str:
    """Accents on every letter, 40 % more of them, and marks at both ends: what stands outside was not translated."""
    said = outside_placeholders(sentence, lambda text: text.translate(ACCENTED))
    words = " ".join("łóñǧéř" for _ in range(round(len(sentence) * 0.4 / 7)))
    return f"⟦{said} {words}⟧" if words else f"⟦{said}⟧"


def mirrored(sentence: str) -> str:
    """Arabic letters, which say nothing, in the order of the English ones."""
    return outside_placeholders(sentence, lambda text: text.lower().translate(ARABIC))


def outside_placeholders(sentence: str, change: Callable[[str], str]) -> str:
    return "".join(part if PLACEHOLDER.fullmatch(part) else change(part) for part in PLACEHOLDER.split(sentence))


def made_of(change: Callable[[str], str], tag: str, *, rtl: bool = False) -> Speech:
    """A language with every sentence of ours in it."""
    sentences, plurals = dict[str, str](), dict[str, tuple[str, ...]]()
    for message in template():
        if isinstance(message.id, tuple):
            plurals[message.id[0]] = tuple(change(form) for form in message.id)
        elif message.id:
            sentences[str(message.id)] = change(str(message.id))
    return Speech(
        language=Language(
            tag=tag,
            locale=Locale.parse(tag),
            sentences=sentences,
            plurals=plurals,
            direction="rtl" if rtl else "ltr",
        )
    )


def sample_views(speech: Speech) -> Mapping[str, View]:
    """The sample pages with the sentences that stand in their values said anew."""
    kept = {name: sys.modules.pop(name) for name in [*sys.modules] if SAMPLES.fullmatch(name)}
    try:
        with speaking(speech):
            views: Mapping[str, View] = importlib.import_module("tests.browser.sample_pages").VIEWS
            return views
    finally:
        sys.modules.update(kept)
