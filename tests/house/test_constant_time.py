"""Secrets are compared in constant time (ASVS 11.2.4): nothing exposed is compared, and the types do it right."""

from __future__ import annotations

import ast

from tests.house.code import Source, calls, rooms, sources

TYPES = {"idp/values/secrets.py", "idp/keystore/key_octets.py"}
"""Where the types stand that hold secrets and digests."""
EXPOSED = {"expose", "octets", "_octets"}


def compared(source: Source) -> list[str]:
    """Comparisons one side of which is a secret's text, or the octets of a digest or a key."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            looks_inside = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant)
            if not looks_inside and any(EXPOSED & chain(side) for side in (node.left, *node.comparators)):
                found.append(f"{source.path}:{node.lineno} {ast.unparse(node)}")
    return found


def chain(node: ast.expr) -> set[str]:
    """The names in `a.b().c`, from the end: what a value was taken from. The length of a thing is not the thing."""
    names = set()
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
            node = node.value
        else:
            node = node.func
    return names


def test_what_a_secret_exposes_is_never_compared_by_its_characters() -> None:
    """`==` stops at the first difference, and so tells how long the common beginning is."""
    assert [place for source in sources("idp") for place in compared(source)] == []


def test_types_of_secrets_compare_in_constant_time() -> None:
    """Whoever writes `digest == other` gets it right without knowing."""
    found = [source for source in rooms("values", "keystore") if source.path in TYPES]
    assert {source.path for source in found} == TYPES
    for source in found:
        equals = [each for each in source.functions() if each.name == "__eq__"]
        assert equals
        for function in equals:
            held = Source(path=source.path, text="", tree=ast.Module(body=[function], type_ignores=[]))
            assert "hmac.compare_digest" in {name for _, name in calls(held)}, f"{source.path}:{function.lineno}"
