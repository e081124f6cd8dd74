"""What stands in the product is used there: what only tests call proves nothing about it. Maps leave nothing out."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.house.code import Source, sources

DECLARED = {"PERMISSION", "READING"}  # read by test_permissions, and by the roles once there are some

# Each with the reason why nothing in the product uses it yet.
WAITING = {
    "idp/audit/catalogue.py KINDS": "what an auditor can filter by",
    "idp/commands/tree.py command_line": "__main__ imports it by name",
    "idp/demo/errors_explained.py known_codes": "tests ask whether every code is explained",
    "idp/oidc/errors.py ServerError": "the family is whole: metadata and edges spell these codes",
    "idp/oidc/errors.py TemporarilyUnavailable": "as ServerError",
}


def module_of(source: Source) -> str:
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_command(node: ast.stmt, source: Source) -> bool:
    """Typer finds these by their decorator, and `tree` the verbs by their name."""
    decorated = isinstance(node, ast.FunctionDef) and bool(node.decorator_list)
    return source.room == "commands" and (decorated or (isinstance(node, ast.FunctionDef) and node.name == "run"))


def defined(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not is_command(node, source):
                yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            names = (name for target in node.targets for name in ast.walk(target))
            yield from (name.id for name in names if isinstance(name, ast.Name) and not name.id.startswith("__"))


def used_elsewhere(product: dict[str, Source]) -> dict[str, set[str]]:
    """Names of each module that others import, or reach through it."""
    used: dict[str, set[str]] = defaultdict(set)
    for source in product.values():
        reached: dict[str, str] = {}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    if whole in product:
                        reached[alias.asname or alias.name] = whole
                    else:
                        used[node.module].add(alias.name)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in reached:
                used[reached[node.value.id]].add(node.attr)
    return used


def test_nothing_stands_in_the_product_that_only_tests_use() -> None:
    product = {module_of(source): source for source in sources("idp")}
    elsewhere = used_elsewhere(product)
    unused = set()
    for module, source in product.items():
        here = {
            node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        unused |= {f"{source.path} {name}" for name in {*defined(source)} - DECLARED - here - elsewhere[module]}
    assert unused == WAITING.keys()


@pytest.mark.parametrize("room", ["audit", "keystore", "usecases"])
def test_the_map_of_a_room_names_every_module_of_it(room: str) -> None:
    """A reader begins at the room's docstring; a module that it leaves out is found by nobody."""
    (start,) = (source for source in sources("idp") if source.path == f"idp/{room}/__init__.py")
    modules = {source.path.split("/")[-1].removesuffix(".py") for source in sources("idp") if source.room == room}
    assert modules - {"__init__"} - set(re.findall(r"\w+", ast.get_docstring(start.tree) or "")) == set()
