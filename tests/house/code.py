"""Reads the tracked Python files as syntax trees, once. Judges nothing: the tests beside it do."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: its path from the root, its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder under `idp` (the module where it stands in none), else the top folder."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[1] if parts[0] == "idp" else parts[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of each module imported (`from a import b` counts as `a.b`)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def strings(self) -> Iterator[tuple[int, str]]:
        """Line and value of every string literal that is no docstring."""
        docstrings = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.lineno, node.value


def tracked_files() -> list[str]:
    """Paths from the root of all files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in listing.split("\0") if path and (ROOT / path).is_file())


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files under these folders."""
    return tuple(_read(path) for path in tracked_files() if path.endswith(".py") and path.split("/")[0] in folders)


def rooms(*names: str) -> Iterator[Source]:
    """The files of these rooms of `idp`; none where a room does not exist yet."""
    return (source for source in sources("idp") if source.room in names)


@cache
def _read(path: str) -> Source:
    text = (ROOT / path).read_text(encoding="utf-8")
    return Source(path=path, text=text, tree=ast.parse(text, filename=path))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def calls(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each call."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield node.lineno, name
