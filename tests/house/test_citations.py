"""Every document and every requirement that code or tests cite can be looked up in this repository."""

import re
from pathlib import Path

from tests.house.code import ROOT, sources

NAMED = re.compile(r"[\w./-]*\w\.md\b")
UNPUBLISHED = re.compile(r"\b(?:[Dd]esign|[Uu][Xx])(?: section)? \d|\b[Cc]ertification [A-Z]\d")
REQUIREMENT = re.compile(r"\b[NTAO]-\d\d\b")
DECISION = re.compile(r"\b[Dd]ecision (\d+)\b")


def test_every_document_that_is_cited_is_here() -> None:
    cited = [(source.path, name) for source in sources("idp", "bench", "tests") for name in NAMED.findall(source.text)]
    assert [(path, name) for path, name in cited if not Path(ROOT, name).is_file()] == []


def test_no_section_of_an_unpublished_document_is_cited() -> None:
    assert [source.path for source in sources("idp", "bench", "tests") if UNPUBLISHED.search(source.text)] == []


def test_every_requirement_and_decision_that_is_cited_is_here() -> None:
    """By its id alone: `O-15` stands in docs/security-requirements.md, `decision 4` in docs/decisions/0004-….md."""
    known = set(REQUIREMENT.findall(Path(ROOT, "docs/security-requirements.md").read_text(encoding="utf-8")))
    decisions = {int(path.name[:4]) for path in Path(ROOT, "docs/decisions").glob("[0-9]*.md")}
    unknown = [
        (source.path, found)
        for source in sources("idp", "bench", "tests")
        for found in (
            *(set(REQUIREMENT.findall(source.text)) - known),
            *({int(number) for number in DECISION.findall(source.text)} - decisions),
        )
    ]
    assert unknown == []
