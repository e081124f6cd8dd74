"""The tables of docs/conformance.md, from the plan table: `python -m tests.certification.conformance` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.certification.plans import DYNAMIC, DYNAMIC_ONLY, EVERY_TYPE, PLANS, STATIC, Plan
from tests.house.code import ROOT

PAGE = Path(ROOT, "docs/conformance.md")
BEGIN, END = "<!-- plans: written by python -m tests.certification.conformance -->\n", "<!-- end of the plans -->\n"


def written(page: str) -> str:
    """The page with its tables as the plans are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n".join(_tables()) + "\n" + END + after


def _tables() -> Iterator[str]:
    yield from _overview()
    for plan in PLANS:
        yield from _plan(plan)


def _overview() -> Iterator[str]:
    yield "| plan | provider | modules | the suite runs, with static clients | with dynamic ones | tests here | state |"
    yield "|---|---|---|---|---|---|---|"
    for plan in PLANS:
        static, dynamic = (plan.runs.get(each, "–") for each in (STATIC, DYNAMIC))
        counts = f"{len(plan.modules)} | {static} | {dynamic} | {sum(1 for _ in plan.all_runs())}"
        yield f"| `{plan.name}` | {_setting(plan)} | {counts} | {_state(plan)} |"
    yield ""


def _plan(plan: Plan) -> Iterator[str]:
    yield f"## {plan.name}"
    yield ""
    mode = "; `response_mode=form_post`" if plan.response_mode == "form_post" else ""
    yield f"{_setting(plan).capitalize()}{mode}."
    yield ""
    yield "| module | response types | clients | state |"
    yield "|---|---|---|---|"
    for module in plan.modules:
        dynamic_only = module in DYNAMIC_ONLY or STATIC not in plan.runs
        clients = "dynamic" if dynamic_only else "static, dynamic" if DYNAMIC in plan.runs else "any"
        state = f"skipped: {plan.skips[module]}" if module in plan.skips else "passes"
        yield f"| `{module}` | {_types(plan, module)} | {clients} | {state} |"
    yield ""


def _types(plan: Plan, module: str) -> str:
    types = [each for entry in plan.entries if module in entry.modules for each in entry.response_types]
    return "all six" if types == list(EVERY_TYPE) else ", ".join(f"`{each}`" for each in types)


def _setting(plan: Plan) -> str:
    return "legacy setting" if plan.legacy else "default settings"


def _state(plan: Plan) -> str:
    skipped = sum(module in plan.skips for module in plan.modules)
    return f"passes, {skipped} modules skipped" if skipped else "passes"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
