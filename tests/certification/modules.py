"""What makes a test a module of the suite: its name, and the runs that the plans give it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn, ParamSpec, TypeVar

import pytest

from tests.certification.plans import SKIPS, Run, runs_of

P = ParamSpec("P")
T = TypeVar("T")


def name_of_test(module: str) -> str:
    """The test of a module: `oidcc-prompt-login` is `test_oidcc_prompt_login`."""
    return "test_" + module.replace("-", "_").lower()


def module(name: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Run the test once for every run that a plan gives this module."""

    def mark(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        assert function.__name__ == name_of_test(name), f"{function.__name__} is not named after {name}"
        return pytest.mark.parametrize("run", runs_of(name), ids=str)(function)

    return mark


def skipped(run: Run) -> NoReturn:
    """End the module as the suite does where its plan allows that; call it once the reason was seen to hold."""
    pytest.skip(SKIPS[run.module])
