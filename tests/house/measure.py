"""Counts lines of files and functions, per room. Prints them for people; the bounds are in test_sizes."""

import ast
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.house.code import Source, sources

BAR_WIDTH = 30
EDGES = frozenset({"account", "admin", "endpoints", "pages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function: where it stands, its lines from `def` to the end, how many of them are docstring."""

    path: str
    line: int
    name: str
    lines: int
    docstring: int
    parameters: int
    handler: bool


def functions(source: Source) -> list[Function]:
    """All functions of a file."""
    return [
        Function(
            path=source.path,
            line=node.lineno,
            name=node.name,
            lines=(node.end_lineno or node.lineno) - node.lineno + 1,
            docstring=_docstring_lines(node),
            parameters=_parameters(node),
            handler=source.room in EDGES and isinstance(node, ast.AsyncFunctionDef) and _takes_request(node),
        )
        for node in source.functions()
    ]


def line_count(source: Source) -> int:
    """Lines of a file."""
    return len(source.text.splitlines())


def percentile(values: Iterable[int], percent: int) -> int:
    """The smallest value that at least `percent` % of the values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([argument for argument in arguments if argument.arg not in {"self", "cls"}])


def _takes_request(node: ast.AsyncFunctionDef) -> bool:
    first = next((argument for argument in node.args.args if argument.arg != "self"), None)
    return first is not None and first.annotation is not None and ast.unparse(first.annotation) == "Request"


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    return (node.body[0].end_lineno or node.body[0].lineno) - node.body[0].lineno + 1


def _print_rooms(files: tuple[Source, ...]) -> None:
    by_room: dict[str, list[Source]] = defaultdict(list)
    for source in files:
        by_room[source.room].append(source)
    totals = {room: sum(map(line_count, members)) for room, members in by_room.items()}
    print(f"{'room':<16}{'lines':>7}  {'':<{BAR_WIDTH}} files: number, median, max   functions: p90, max")
    for room, total in sorted(totals.items(), key=lambda item: -item[1]):
        lengths, sizes = _sizes(by_room[room])
        bar = "█" * max(1, round(total / max(totals.values()) * BAR_WIDTH))
        print(
            f"{room:<16}{total:>7}  {bar:<{BAR_WIDTH}}"
            f"{len(lengths):>14}{statistics.median_low(lengths):>8}{max(lengths):>5}"
            f"{percentile(sizes, 90):>17}{max(sizes, default=0):>5}"
        )


def _print_summary(title: str, files: tuple[Source, ...]) -> None:
    lengths, sizes = _sizes(files)
    if lengths:
        print(
            f"{title:<8} {sum(lengths)} lines in {len(lengths)} files"
            f" (median {statistics.median_low(lengths)}, max {max(lengths)}),"
            f" {len(sizes)} functions (median {percentile(sizes, 50)}, p90 {percentile(sizes, 90)},"
            f" max {max(sizes, default=0)})"
        )


def _sizes(files: Iterable[Source]) -> tuple[list[int], list[int]]:
    files = list(files)
    return [line_count(source) for source in files], [each.lines for source in files for each in functions(source)]


def _print_largest(title: str, found: list[tuple[int, str]]) -> None:
    print(f"\n{title}")
    for size, name in sorted(found, reverse=True)[:5]:
        print(f"{size:>6}  {name}")


def main() -> None:
    """The table, the totals and the five largest files and functions."""
    product = sources("idp")
    _print_rooms(product)
    print()
    _print_summary("product", product)
    _print_summary("tests", sources("tests"))
    _print_summary("bench", sources("bench"))
    _print_largest("largest files", [(line_count(source), source.path) for source in product])
    found = [function for source in product for function in functions(source)]
    _print_largest("longest functions", [(each.lines, f"{each.path}:{each.line} {each.name}") for each in found])


if __name__ == "__main__":
    main()
