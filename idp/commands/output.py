"""What commands print: tables and facts for people, exactly one JSON document with --json. Secrets only on purpose."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]

Document = Mapping[str, object] | Sequence[object]

NOTHING = "-"


def tell(document: Document, text: Callable[[], str], *, as_json: bool) -> None:
    """Print the one or the other; the text is made only where it is printed."""
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n")
    else:
        sys.stdout.write(text().rstrip("\n") + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> str:
    """Columns as wide as they must be; `empty` where there are no rows."""
    cells = [[shown(cell) for cell in row] for row in rows]
    if not cells:
        return empty
    widths = [max(len(line[column]) for line in [list(heads), *cells]) for column in range(len(heads))]
    lines = [list(heads), *cells]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """One fact per line, the names in a column; those without a value are left out."""
    kept = [(name, shown(value)) for name, value in pairs if value is not None and value not in ("", [], ())]
    width = max((len(name) for name, _ in kept), default=0)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in kept)


def shown(value: object) -> str:
    """One value as people read it, without anything that a terminal would obey."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return moment(value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(shown(each) for each in value) or NOTHING
        case _:
            return "".join(
                character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(value)
            )


def moment(at: datetime) -> str:
    """To the minute, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _plain(value: object) -> object:
    """What JSON has no form for. Raises TypeError for whatever was not meant to be printed, secrets among it."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case set() | frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")
