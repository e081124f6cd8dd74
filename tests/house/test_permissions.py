"""Who may do what is said where it is done: every use case that changes something for an actor names its permission."""

import ast

from idp.directory.permissions import Permission
from tests.house.code import Source, rooms

ACTING = {"Unit", "Actor"}
MACHINERY = {
    "idp/usecases/unit.py",  # makes units
    "idp/usecases/management.py",  # what these use cases share
    "idp/usecases/client_checks.py",  # what clients and registration share
    "idp/usecases/client_secrets.py",  # the same
}


def _acts(source: Source) -> bool:
    """Whether somebody's wish is carried out there: a public function takes a Unit, or the actor to make one for."""
    return any(
        isinstance(argument.annotation, ast.Name) and argument.annotation.id in ACTING
        for node in source.tree.body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
        for argument in (*node.args.args, *node.args.kwonlyargs)
    )


def _named(source: Source) -> dict[str, str]:
    """`PERMISSION` and `READING` of a module, by the member that they name."""
    return {
        target.id: node.value.attr
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in {"PERMISSION", "READING"}
    }


def test_a_use_case_that_changes_something_names_its_permission() -> None:
    acting = [source for source in rooms("usecases") if source.path not in MACHINERY and _acts(source)]
    assert len(acting) > 5
    assert [source.path for source in acting if "PERMISSION" not in _named(source)] == []


def test_every_permission_is_asked_for_somewhere() -> None:
    asked = {member for source in rooms("usecases") for member in _named(source).values()}
    assert asked == set(Permission.__members__)
