"""Reads the code for rules that no linter knows: who may mint a proof, where time, chance, SQL and Any may stand."""

import ast
import re
from collections.abc import Iterable

import pytest

from tests.house.code import Source, calls, dotted, rooms, sources

PURE = ("audit", "authenticators", "directory", "login", "notices", "oidc", "policy")
EDGES = ("account", "admin", "endpoints", "pages", "web")
IMPURE_MODULES = ("aiosmtplib", "asyncio", "asyncpg", "httpx2", "idp.settings", "starlette", "uvicorn")

# Who may construct the values on which everything rests. Storage and use cases restore or receive them.
CONSTRUCTORS = {
    "Proof": {"idp/authenticators/evidence.py"},
    "Cleared": {"idp/login/next_step.py"},
    "NewGrant": {"idp/usecases/opening.py"},
    "Opening": {"idp/usecases/opening.py"},
    "Issuing": {"idp/usecases/opening.py", "idp/usecases/token.py"},
}

CHANCE_AND_TIME = re.compile(
    r"(datetime\.)?(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|sleep)"
    r"|secrets\.\w+|random\.\w+|os\.urandom|uuid\.uuid[147]|uuid[147]|pyotp\.random_base32|random_base32|urandom"
)
CLOCK_IN_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(|\bcurrent_(timestamp|date|time)\b",
    re.IGNORECASE,
)
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s)", re.DOTALL
)


def within(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def at(source: Source, line: int, what: str) -> str:
    return f"{source.path}:{line} {what}"


@pytest.mark.parametrize("name", list(CONSTRUCTORS))
def test_only_one_place_constructs(name: str) -> None:
    """A proof comes from a settled attempt; a cleared purpose from the table of checks."""
    outside = [source for source in sources("idp", "bench") if source.path not in CONSTRUCTORS[name]]
    built = [
        at(source, line, call) for source in outside for line, call in calls(source) if call.split(".")[-1] == name
    ]
    renamed = [
        at(source, node.lineno, f"{name} as {alias.asname}")
        for source in outside
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == name and alias.asname not in {None, name}
    ]
    assert built + renamed == []


def test_what_leaves_the_authorization_endpoint_is_made_of_cleared() -> None:
    """By decision 17: one module gives codes and tokens, and whatever function of it does was handed a `Cleared`."""
    module, givers = "idp.oidc.authorization_response.success", {"success", "Issuing", "NewGrant"}
    using = {source.path for source in sources("idp") for _, name in source.imports() if name == module}
    assert using == {"idp/usecases/opening.py"}
    (opening,) = (source for source in sources("idp") if source.path in using)
    giving = [
        node
        for node in ast.walk(opening.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(each, ast.Call) and dotted(each.func) in givers for each in ast.walk(node))
    ]
    handed = [{ast.unparse(each.annotation) for each in node.args.args if each.annotation} for node in giving]
    assert len(giving) == len(givers)
    assert all("Cleared[Authorization]" in types for types in handed)


def test_pure_rooms_take_time_and_chance_as_arguments() -> None:
    found = [
        at(source, line, call)
        for source in rooms(*PURE)
        for line, call in calls(source)
        if CHANCE_AND_TIME.fullmatch(call)
    ]
    passed_on = [
        at(source, node.lineno, dotted(node))
        for source in rooms(*PURE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and CHANCE_AND_TIME.fullmatch(dotted(node))
    ]
    assert sorted({*found, *passed_on}) == []


def test_pure_rooms_import_nothing_that_does_io() -> None:
    found = [(source, line, name) for source in rooms(*PURE) for line, name in source.imports()]
    assert [at(source, line, name) for source, line, name in found if within(name, IMPURE_MODULES)] == []


def test_edges_reach_storage_keys_and_the_outside_only_through_use_cases() -> None:
    below = ("idp.storage", "idp.keystore", "idp.outbound")
    found = [(source, line, name) for source in rooms(*EDGES) for line, name in source.imports()]
    assert [at(source, line, name) for source, line, name in found if within(name, below)] == []


def test_the_front_of_a_room_is_its_map() -> None:
    """`__init__` imports from its own room only, so that importing a room pulls in nothing unexpected."""
    fronts = [source for source in sources("idp") if source.path.endswith("/__init__.py")]
    strangers = [
        at(source, line, name)
        for source in fronts
        for line, name in source.imports()
        if not within(name, [source.path.removesuffix("/__init__.py").replace("/", ".")])
    ]
    assert strangers == []


def test_imports_are_absolute() -> None:
    found = [(source, line, name) for source in sources("idp", "tests", "bench") for line, name in source.imports()]
    assert [at(source, line, name) for source, line, name in found if name.startswith(".")] == []


def test_sql_stands_in_storage() -> None:
    elsewhere = [source for source in sources("idp") if source.room != "storage"]
    found = [(source, line, text) for source in elsewhere for line, text in source.strings() if SQL.match(text)]
    assert [at(source, line, text[:40]) for source, line, text in found] == []


def test_sql_knows_no_clock() -> None:
    """One instant per request, taken at the edge and passed in."""
    found = [(source, line, text) for source in rooms("storage") for line, text in source.strings()]
    assert [at(source, line, text[:40]) for source, line, text in found if CLOCK_IN_SQL.search(text)] == []


def test_any_and_ignored_types_stand_only_in_storage() -> None:
    """Rows come untyped from the database; the mappers there are the one place that may say so, with a reason."""
    found = [
        at(source, node.lineno, "Any")
        for source in sources("idp")
        if source.room != "storage"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Name) and node.id == "Any")
        or (isinstance(node, ast.Attribute) and dotted(node) == "typing.Any")
    ]
    ignored = [
        at(source, number, line.strip())
        for source in sources("idp")
        for number, line in enumerate(source.text.splitlines(), 1)
        if "# type: ignore" in line and (source.room != "storage" or not re.search(r"ignore\[[^]]+\]\s+# \w", line))
    ]
    assert found + ignored == []


def test_exceptions_are_caught_by_name() -> None:
    """`except Exception` stands only in the web room and in the job loop; who cleans up raises again."""
    found = [
        at(source, node.lineno, "catches everything")
        for source in sources("idp")
        if source.room not in {"web", "jobs"}
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]
    assert found == []


def test_every_file_opens_with_what_it_owns() -> None:
    files = sources("idp", "tests", "bench")
    assert [source.path for source in files if not ast.get_docstring(source.tree)] == []


def test_our_own_code_is_never_patched_in_tests() -> None:
    """Only clock and entropy are substituted, and those are arguments."""
    patched = re.compile(r"(mock\.patch|monkeypatch\.setattr)\(\s*[\"']?idp\b")
    assert [source.path for source in sources("tests") if patched.search(source.text)] == []
