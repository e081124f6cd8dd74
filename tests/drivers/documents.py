"""What a reader of the documents would copy: blocks, commands with what they are said to print, tables, links, names.

Owns reading. Whether what stands there is true is for the tests to find out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.code import ROOT, tracked_files

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r'<img src="([^"]+)"')
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_SEPARATORS = {"|", "||", "&&", ";"}
SHELLS = {"sh", "console"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; `language` is empty where none is said."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One call of `idp`, and the output shown below it (None where none is shown)."""

    arguments: tuple[str, ...]
    output: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One Markdown file."""

    path: str
    text: str

    @property
    def prose(self) -> str:
        """Everything outside fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[Block]:
        """The fenced blocks in these languages; all where none is named."""
        found = [Block(language=match[1], text=match[2]) for match in _FENCE.finditer(self.text)]
        return [block for block in found if not languages or block.language in languages]

    def commands(self) -> Iterator[Command]:
        """The calls of `idp` that a reader would type, in order."""
        for block in self.blocks(*SHELLS):
            yield from _commands(block)

    def inline_code(self) -> list[str]:
        """What stands between backticks in the prose."""
        return _INLINE.findall(self.prose)

    def links(self) -> list[str]:
        """Targets of links and pictures."""
        return _LINK.findall(self.prose) + _PICTURE.findall(self.prose)

    def anchors(self) -> set[str]:
        """What `#…` may point to here."""
        return {anchor(heading) for heading in _HEADING.findall(self.prose)}

    def section(self, heading: str) -> str:
        """The text below a heading, up to the next one of the same or a higher rank."""
        start = re.search(rf"^(#+) +{re.escape(heading)} *$", self.text, re.MULTILINE)
        assert start is not None, f"{self.path} has no section «{heading}»"
        rest = self.text[start.end() :]
        end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
        return rest[: end.start()] if end else rest


def documents() -> list[Document]:
    """Every Markdown file of the project."""
    paths = [path for path in tracked_files() if path.endswith(".md")]
    return [document(path) for path in paths]


def document(path: str) -> Document:
    """One of them."""
    return Document(path=path, text=Path(ROOT, path).read_text(encoding="utf-8"))


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row in the text, but not of its head."""
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def anchor(heading: str) -> str:
    """As the common renderers make it."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def words(line: str) -> list[str]:
    """A line as a shell would cut it, comments gone."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return list(lexer)


def called(line: str) -> Iterator[tuple[str, ...]]:
    """The arguments of each call of `idp` in one line, whatever stands before it."""
    call: list[str] | None = None
    for word in words(line):
        if word in _SEPARATORS:
            if call is not None:
                yield tuple(call)
            call = None
        elif call is not None:
            call.append(word)
        elif word == "idp" or word.endswith(".venv/bin/idp"):
            call = []
    if call is not None:
        yield tuple(call)


def _commands(block: Block) -> Iterator[Command]:
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "sh":
        for line in lines:
            yield from (Command(arguments=arguments) for arguments in called(line))
        return
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        output = "\n".join(lines[start + 1 : end]).strip("\n")
        yield from (Command(arguments=arguments, output=output) for arguments in called(lines[start][2:]))
