"""The certification plans are whole: a test for each module, each as often as in the suite, and a page that says so."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.certification.conformance import PAGE, written
from tests.certification.modules import name_of_test
from tests.certification.plans import PLANS, RUNS, SKIPS, Plan
from tests.house.code import calls, sources

DISTINCT = {
    "oidcc-basic-certification-test-plan": 38,
    "oidcc-config-certification-test-plan": 1,
    "oidcc-dynamic-certification-test-plan": 23,
    "oidcc-implicit-certification-test-plan": 31,
    "oidcc-hybrid-certification-test-plan": 37,
    "oidcc-formpost-basic-certification-test-plan": 38,
    "oidcc-formpost-implicit-certification-test-plan": 31,
    "oidcc-formpost-hybrid-certification-test-plan": 37,
    "oidcc-rp-initiated-logout-certification-test-plan": 11,
    "oidcc-frontchannel-rp-initiated-logout-certification-test-plan": 2,
    "oidcc-backchannel-rp-initiated-logout-certification-test-plan": 2,
    "oidcc-3rdparty-init-login-certification-test-plan": 2,
}
"""Modules of each plan, each counted once."""


def written_modules() -> list[tuple[str, str]]:
    """Every `@module("…")` with the name of the test below it."""
    return [
        (decorator.args[0].value, node.name)
        for source in sources("tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "module"
        if isinstance(decorator.args[0], ast.Constant) and isinstance(decorator.args[0].value, str)
    ]


def test_every_plan_is_here_with_all_its_modules() -> None:
    assert {plan.name: len(plan.modules) for plan in PLANS} == DISTINCT


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_plan_runs_as_often_as_in_the_suite(plan: Plan) -> None:
    counted = [run for run in plan.all_runs() if not plan.chosen or run.response_type == plan.chosen[0]]
    assert Counter(run.registration for run in counted) == plan.runs


def test_every_module_is_one_test_of_its_name() -> None:
    written = written_modules()
    assert Counter(module for module, _ in written) == Counter({run.module for run in RUNS})
    assert [test for module, test in written if test != name_of_test(module)] == []


def test_only_modules_of_a_plan_are_skipped() -> None:
    assert set(SKIPS) <= {run.module for run in RUNS}


def test_no_module_is_excused_by_other_means() -> None:
    """A skip passes through the one function that knows the plans' reasons; nothing is expected to fail."""
    excuses = [
        f"{source.path}:{line} {call}"
        for source in sources("tests")
        if source.path.startswith("tests/certification/")
        for line, call in calls(source)
        if call in {"pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
    ]
    assert [excuse.rsplit(" ", 1)[1] for excuse in excuses] == ["pytest.skip"], excuses


def test_the_page_says_what_the_plans_say() -> None:
    """`python -m tests.certification.conformance` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page)
    assert "oidcc-server" in page
