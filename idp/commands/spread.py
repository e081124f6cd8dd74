"""Options that belong together, as one parameter: a dataclass spread over the command line and put together again."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from typing import TypeVar, get_type_hints

Result = TypeVar("Result")


def spread(function: Callable[..., Result]) -> Callable[..., Result]:
    """The same command for Typer, each parameter that is a dataclass replaced by one option per field."""
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}
    own = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in groups
    ]
    parameters = [*own, *(option for group in groups.values() for option in _options(group))]
    required_first = sorted(parameters, key=lambda each: each.default is not inspect.Parameter.empty)

    @wraps(function)
    def command(**given: object) -> Result:
        built = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        return function(**given, **built)

    command.__dict__["__signature__"] = inspect.Signature(required_first)
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _options(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
