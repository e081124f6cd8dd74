"""The tables of docs/conformance.md, from the plan table: `python -m tests.certification.conformance` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.certification.plans import DYNAMIC, DYNAMIC_ONLY, PLANS, STATIC, Plan
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
    yield "| plan | provider | modules | runs with static clients | with dynamic ones | state |"
    yield "|---|---|---|---|---|---|"
    for plan in PLANS:
        static, dynamic = (str(plan.runs.get(each, "–")) for each in (STATIC, DYNAMIC))
        yield f"| `{plan.name}` | {_setting(plan)} | {len(plan.modules)} | {static} | {dynamic} | {_state(plan)} |"
    yield ""


def _plan(plan: Plan) -> Iterator[str]:
    yield f"## {plan.name}"
    yield ""
    mode = "`response_mode=form_post`; " if plan.response_mode == "form_post" else ""
    yield f"{mode}{_setting(plan)}.".capitalize() if not mode else f"{mode}{_setting(plan)}."
    yield ""
    yield "| module | response types | clients | state |"
    yield "|---|---|---|---|"
    for module in plan.modules:
        types = ", ".join(
            f"`{each}`" for entry in plan.entries if module in entry.modules for each in entry.response_types
        )
        dynamic_only = module in DYNAMIC_ONLY or STATIC not in plan.runs
        clients = "dynamic" if dynamic_only else "static, dynamic" if DYNAMIC in plan.runs else "any"
        skip = plan.skips.get(module)
        yield f"| `{module}` | {types} | {clients} | {f'skipped: {skip}' if skip else 'passes'} |"
    yield ""


def _setting(plan: Plan) -> str:
    return "legacy setting" if plan.legacy else "default settings"


def _state(plan: Plan) -> str:
    skipped = sum(module in plan.skips for module in plan.modules)
    return f"passes, {skipped} modules skipped" if skipped else "passes"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
