"""Holds the documents to the code: commands, options, settings, make targets, links, and the tests that they name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from idp import settings
from idp.commands.tree import NOUNS, VERBS, command_line
from idp.settings import Address, Settings
from idp.storage import config_values
from idp.telemetry import Metrics
from tests.drivers.documents import Document, called, document, documents, rows
from tests.house.code import ROOT, tracked_files

DOCUMENTS = documents()
README = document("README.md")
OPERATIONS = document("docs/operations.md")
REQUIREMENTS = document("docs/security-requirements.md")
DECISIONS = sorted(Path(ROOT, "docs/decisions").glob("[0-9]*.md"))
DECISION_PAGE = 60  # lines
STATES = {"held", "partly", "not yet", "later issue"}
SETTING = re.compile(r"\bIDP_[A-Z][A-Z_]*[A-Z]\b")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def each(documents: Sequence[Document]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", documents, ids=[page.path for page in documents])


@cache
def whole_command(name: str) -> TyperCommand | TyperGroup | None:
    """A verb, or a noun with its verbs."""
    if name not in {*VERBS, *NOUNS}:
        return None
    tree = typer.main.get_command(command_line([name]))
    assert isinstance(tree, TyperGroup)
    return typed(tree.commands[name])


def typed(command: object) -> TyperCommand | TyperGroup:
    assert isinstance(command, TyperCommand | TyperGroup)
    return command


def mistake(arguments: Sequence[str]) -> str | None:
    """What the command line would object to in such a call; None where it would run."""
    if not arguments or arguments[0] == "--help" or arguments[0].isupper():
        return None
    command, rest = whole_command(arguments[0]), list(arguments[1:])
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        found = command.commands.get(rest.pop(0))
        command = typed(found) if found else None
    if command is None:
        return f"there is no command idp {' '.join(arguments)}"
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]
    return f"idp {' '.join(arguments)}: no option {unknown}" if unknown else None


def unparsed(arguments: Sequence[str]) -> str | None:
    """What a call that is to be typed as it stands would fail with, before anything is done."""
    if "--help" in arguments:
        return None
    command, rest = whole_command(arguments[0]), list(arguments[1:])
    while isinstance(command, TyperGroup) and rest:
        command = typed(command.commands[rest.pop(0)])
    assert command is not None
    try:
        command.make_context("idp", rest)
    except TyperException as error:
        return f"idp {' '.join(arguments)}: {error}"
    return None


@each(DOCUMENTS)
def test_every_command_in_a_block_can_be_typed(page: Document) -> None:
    """Name, options, number and kinds of arguments: nothing is started, nothing is asked of a database."""
    calls = [command.arguments for command in page.commands()]
    wrong = [mistake(arguments) or unparsed(arguments) for arguments in calls]
    assert [words for words in wrong if words] == []


@each(DOCUMENTS)
def test_every_command_in_the_prose_exists(page: Document) -> None:
    calls = [arguments for code in page.inline_code() if code.startswith("idp ") for arguments in called(code)]
    assert [found for arguments in calls if (found := mistake(arguments))] == []


@each(DOCUMENTS)
def test_every_make_target_exists(page: Document) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shells = "\n".join(block.text for block in page.blocks("sh", "console"))
    said = re.findall(r"^(?:\$ )?make ([a-z-]+)", shells, re.MULTILINE)
    said += [match[1] for code in page.inline_code() if (match := re.match(r"make ([a-z-]+)", code))]
    assert [target for target in said if target not in targets] == []


@each(DOCUMENTS)
def test_every_setting_named_exists(page: Document) -> None:
    secrets = {f"{name}_FILE" for name in settings.names() if "DATABASE" in name or name == "IDP_SMTP_URL"}
    known = {*settings.names(), *secrets, settings.CONFIG}
    assert sorted(set(SETTING.findall(page.text)) - known) == []


def shown_default(value: object) -> str | None:
    """As the table writes it; None where there is no value to show."""
    match value:
        case None:
            return None
        case ():
            return "none"
        case Address():
            return f"`{value.host}:{value.port}`"
        case _:
            return f"`{value}`"


def test_the_table_of_settings_is_complete_and_right() -> None:
    table = {
        name.strip("`"): default for name, default, *_ in rows(README.section("Run it for real")) if "IDP_" in name
    }
    assert list(table) == sorted(table, key=list(settings.names()).index)
    assert set(table) == set(settings.names())
    defaults = {
        f"{settings.PREFIX}{name.upper()}": shown_default(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert {name: text for name, text in defaults.items() if text is not None and table[name] != text} == {}


def test_the_table_of_configuration_is_complete() -> None:
    table = [name.strip("`") for name, *_ in rows(OPERATIONS.section("Configuration")) if name.startswith("`")]
    assert sorted(table) == list(config_values.names())


def test_the_table_of_metrics_is_complete() -> None:
    """Names as /metrics writes them."""
    written = re.findall(r"^# TYPE (idp_\w+) (?!gauge$)", Metrics().exposition().decode(), re.MULTILINE)
    gauges = re.findall(r"^# TYPE (idp_\w+) gauge$", Metrics().exposition().decode(), re.MULTILINE)
    names = {*written, *(name for name in gauges if not name.endswith("_created"))}
    table = {name.strip("`") for name, *_ in rows(OPERATIONS.section("Monitoring")) if name.startswith("`idp_")}
    assert table == names


@each(DOCUMENTS)
def test_every_link_leads_somewhere(page: Document) -> None:
    """Relative links and anchors; other sites are not asked."""
    assert [link for link in page.links() if "://" not in link and not leads_somewhere(page, link)] == []


def leads_somewhere(page: Document, link: str) -> bool:
    path, _, fragment = link.partition("#")
    target = (ROOT / page.path).parent / path if path else ROOT / page.path
    if not target.exists():
        return False
    relative = target.resolve().relative_to(ROOT).as_posix()
    return not fragment or fragment in document(relative).anchors()


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen, waiting = set[str](), ["README.md"]
    while waiting:
        page = document(waiting.pop())
        seen.add(page.path)
        for link in page.links():
            target = ((ROOT / page.path).parent / link.partition("#")[0]).resolve()
            if "://" not in link and target.is_relative_to(ROOT):
                found = [target] if target.is_file() else sorted(target.glob("*.md"))
                paths = [path.relative_to(ROOT).as_posix() for path in found if path.suffix == ".md"]
                waiting += [path for path in paths if path not in seen]
    assert sorted({page.path for page in DOCUMENTS} - seen) == []


# ── requirements ─────────────────────────────────────────────────────────────


def requirement_rows() -> Iterator[tuple[str, str, str, str]]:
    for cells in rows(REQUIREMENTS.text):
        if re.match(r"[ANOTV]-?(\d|apps|issuer)", cells[0]):
            assert len(cells) == 4, cells
            yield cells[0], cells[1], cells[2], cells[3]


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    machines = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return (
        {node.name for node in functions}
        | {node.name for node in machines}
        | {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
    )


@each(DOCUMENTS)
def test_every_test_named_in_a_document_exists(page: Document) -> None:
    tracked = set(tracked_files())
    found = TEST.findall(page.text)
    assert [f"{path}::{name}" for path, name in found if path not in tracked or name not in names_in(path)] == []


def test_each_requirement_stands_once_and_has_a_state() -> None:
    found = list(requirement_rows())
    ids = [name for cell, *_ in found for name in cell.split(", ")]
    assert len(found) > 50
    assert sorted({name for name in ids if ids.count(name) > 1}) == []
    assert {name: state for name, _, _, state in found if state not in STATES} == {}


def test_the_requirements_are_counted_right() -> None:
    counted = Counter(state for *_, state in requirement_rows())
    assert {cells[0]: int(cells[2]) for cells in rows(REQUIREMENTS.text) if cells[0] in STATES} == counted


def test_what_is_held_is_held_by_a_test() -> None:
    assert [name for name, _, tests, state in requirement_rows() if state == "held" and not TEST.search(tests)] == []
    assert [name for name, _, tests, state in requirement_rows() if state == "later issue" and TEST.search(tests)] == []


# ── decisions, changes ───────────────────────────────────────────────────────


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    listed = document("docs/decisions/README.md").links()
    assert sorted(link for link in listed if re.match(r"\d{4}", link)) == [path.name for path in DECISIONS]


@pytest.mark.parametrize("path", DECISIONS, ids=[path.name for path in DECISIONS])
def test_a_decision_is_dated_and_fits_on_a_page(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert re.match(r"\d{4}-\d{2}-\d{2} · \w+", lines[2])
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == ["Context", "Decision", "Consequences", "Alternatives"]
    assert len(lines) <= DECISION_PAGE


def test_the_changelog_says_first_what_concerns_security() -> None:
    """Keep a Changelog, with its last heading first."""
    text = document("CHANGELOG.md").text
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases[0].startswith("[Unreleased]")
    kinds = [re.findall(r"^### (\w+)$", release, re.MULTILINE) for release in releases]
    order = ["Security", "Added", "Changed", "Deprecated", "Removed", "Fixed"]
    assert all(found == sorted(found, key=order.index) for found in kinds)
