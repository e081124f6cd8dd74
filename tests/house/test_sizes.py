"""Holds the sizes that keep the code readable: files, functions, parameters, edge handlers, settings."""

import ast
import statistics

from tests.house.code import rooms, sources
from tests.house.measure import functions, line_count, percentile

FILE_MEDIAN, FILE_MAX = 120, 300
FUNCTION_P90, FUNCTION_MAX = 25, 50
PARAMETERS_MAX = 6
HANDLER_MAX = 15
SETTINGS_MAX = 30


def test_half_of_the_files_fit_on_two_screens() -> None:
    assert statistics.median_low([line_count(source) for source in sources("idp")]) <= FILE_MEDIAN


def test_no_file_is_long() -> None:
    lengths = {source.path: line_count(source) for source in sources("idp", "bench")}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_MAX} == {}


def test_nine_functions_in_ten_are_short() -> None:
    assert percentile([each.lines for source in sources("idp") for each in functions(source)], 90) <= FUNCTION_P90


def test_no_function_is_long() -> None:
    found = [each for source in sources("idp", "bench") for each in functions(source) if each.lines > FUNCTION_MAX]
    assert [f"{each.path}:{each.line} {each.name} has {each.lines} lines" for each in found] == []


def test_no_function_takes_many_parameters() -> None:
    found = [each for source in sources("idp", "bench") for each in functions(source)]
    many = [each for each in found if each.parameters > PARAMETERS_MAX]
    assert [f"{each.path}:{each.line} {each.name} takes {each.parameters}" for each in many] == []


def test_an_edge_handler_parses_calls_and_renders() -> None:
    """The docstring is not counted: a handler may say what it is."""
    handlers = [each for source in sources("idp") for each in functions(source) if each.handler]
    long = [each for each in handlers if each.lines - each.docstring > HANDLER_MAX]
    assert [f"{each.path}:{each.line} {each.name} has {each.lines - each.docstring} lines" for each in long] == []


def test_there_are_few_settings() -> None:
    """What can wait until the database is open is configuration there, no setting."""
    fields = [
        statement
        for source in rooms("settings")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and any("BaseSettings" in ast.unparse(base) for base in node.bases)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and "ClassVar" not in ast.unparse(statement.annotation)
    ]
    assert len(fields) <= SETTINGS_MAX
