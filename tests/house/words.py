"""The sentences of the product, as Babel's extractors find them, and the catalogues brought up to date with them.

`make words` writes: what is new stands there without a translation, what nobody says any more is gone.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from tests.house.code import ROOT, tracked_files

LOCALES = ROOT / "idp" / "words" / "locales"
SENTENCE: tuple[int, ...] | None = None
KEYWORDS = {"_": SENTENCE, "say": SENTENCE, "marked": SENTENCE, "counted": (1, 2)}
METHODS = (
    ("idp/", ".py", "python"),
    ("templates/", ".html", "jinja2.ext:babel_extract"),
    ("templates/", ".txt", "jinja2.ext:babel_extract"),
)
ELSEWHERE = ("idp/demo/", "templates/demo/", "idp/words/speech.py", "idp/words/in_templates.py")
"""The demo speaks English; the two modules define the names that are looked for."""


def found() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """File and sentence; a pair where it has a plural."""
    for path in tracked_files():
        method = next((how for folder, end, how in METHODS if path.startswith(folder) and path.endswith(end)), None)
        if method is None or path.startswith(ELSEWHERE) or (method == "python" and not speaks(path)):
            continue
        file = BytesIO((ROOT / path).read_bytes())
        options = {"trimmed": "false", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
        for _, sentence, _, _ in extract(method, file, KEYWORDS, options=options):
            yield path, sentence if isinstance(sentence, str) else tuple(sentence)


def speaks(path: str) -> bool:
    """Others may call something else by these names."""
    return "from idp.words.speech import" in (ROOT / path).read_text(encoding="utf-8")


def template() -> Catalog:
    """All of them, with the files that they stand in."""
    made = Catalog(charset="utf-8", fuzzy=False)
    for path, sentence in found():
        made.add(sentence, locations=[(path, 0)])
    return made


def catalogue(path: Path) -> Catalog:
    """One language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def update(path: Path, wanted: Catalog) -> None:
    """Replaced at once: others may be reading it."""
    told = catalogue(path) if path.exists() else Catalog(locale=path.stem, charset="utf-8", fuzzy=False)
    told.update(wanted, no_fuzzy_matching=True)
    made = Catalog(locale=path.stem, charset="utf-8", fuzzy=False, header_comment="")
    for message in told:
        if message.id:
            made.add(message.id, message.string, locations=[(place, 0) for place in places(message.locations)])
    lines = BytesIO()
    write_po(lines, made, width=10_000, sort_output=True, include_lineno=False, omit_header=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {path.stem}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    beside = path.with_suffix(".new")
    beside.write_text(f'{head}"Plural-Forms: {made.plural_forms}\\n"\n\n{lines.getvalue().decode()}', encoding="utf-8")
    beside.replace(path)


def translated(message: Message) -> bool:
    """Every form of it."""
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def places(locations: list[tuple[str, int]]) -> list[str]:
    return sorted({path for path, _ in locations})


if __name__ == "__main__":
    wanted = template()
    for path in sorted(LOCALES.glob("*.po")):
        update(path, wanted)
        missing = [message.id for message in catalogue(path) if message.id and not translated(message)]
        print(f"{path.relative_to(ROOT)}: {len(missing)} sentences wait for their translation")
        print(*(f"  {each}" for each in missing), sep="\n")
