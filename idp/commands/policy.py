"""`idp policy`: second-factor rules, exemptions, and why somebody needs what they need."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

import typer

from idp.authenticators.acr import NAMES
from idp.authenticators.methods import Level
from idp.commands import typed
from idp.commands.call import change, read
from idp.commands.output import Json, moment, table, tell
from idp.commands.spread import spread
from idp.policy.rules import ACR, Grace, Rule, Target
from idp.usecases import policy
from idp.usecases.policy import Explanation

app = typer.Typer(no_args_is_help=True)

Demand = Literal["required", "if_enrolled", "none"]

_LEVELS = {name: level for level, name in NAMES.items() if level >= Level.TWO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Options of `set`."""

    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="With required: from that day on.", show_default=False)
    ] = None
    grace: Annotated[
        int, typer.Option(metavar="DAYS", help="With required: so long after it first applies to somebody.")
    ] = 0
    enrolment_pass: Annotated[
        bool, typer.Option("--enrolment-pass", help="A first factor is set up only with a pass; not for clients.")
    ] = False
    remember: Annotated[
        int, typer.Option(metavar="DAYS", help="With if_enrolled: so long a browser may be spared the code.")
    ] = 0


@app.command("set")
@spread
def set_(
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="server, client:ID, group:NAME or user:NAME.", show_default=False),
    ],
    demand: Annotated[Demand, typer.Argument(help="none removes the rule.", show_default=False)],
    level: Annotated[str, typer.Argument(help="With required: the level.")] = "2fa",
    *,
    terms: Terms,
    as_json: Json = False,
) -> None:
    """Set what a place asks: required (a second factor), if_enrolled (only of those who have one), or none.

    With --from or --grace, whoever never had a factor may put setting one up off until then. With --enrolment-pass,
    whoever merely knows the password sets none up: see `idp user enrolment-pass`. With --remember, people may say with
    a code that their browser is not asked again; only where every rule that applies to them says so.
    """
    kind, name = _target(target)
    rule = _rule(demand, level, terms)
    if terms.enrolment_pass:
        rule = _with_pass(rule)
    changed = change(lambda unit: policy.set_rule(unit, kind, name, rule))
    words = rule.words if rule else "no rule"
    where = f"{kind} {name}".strip()
    text = f"{where}: {words}." if changed else f"{where} had that already: {words}."
    document = {"target": kind, "name": name, "rule": rule.words if rule else None, "changed": changed}
    tell(document, lambda: text, as_json=as_json)


@app.command()
def show(*, as_json: Json = False) -> None:
    """Show every rule and every exemption."""
    shown = read(lambda services, _: policy.show(services))
    rules = [{"target": each.kind, "name": each.name, "rule": each.rule.words} for each in shown.rules]
    exemptions = [{"username": each.username, "until": each.until, "reason": each.reason} for each in shown.exemptions]

    def text() -> str:
        parts = [table(("target", "name", "rule"), [list(each.values()) for each in rules], empty="No rules.")]
        if exemptions:
            parts.append(table(("exempt", "until", "reason"), [list(each.values()) for each in exemptions], empty=""))
        return "\n\n".join(parts)

    tell({"rules": rules, "exemptions": exemptions}, text, as_json=as_json)


@app.command()
def explain(
    username: Annotated[str, typer.Argument(metavar="USER", show_default=False)],
    client_id: Annotated[str, typer.Argument(metavar="CLIENT", show_default=False)],
    acr: Annotated[str | None, typer.Option("--acr", help="As if the request asked it.", show_default=False)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Say what a person needs at a client, and each reason."""
    found = read(lambda services, at: policy.explain(services, username, client_id, acr, at))
    tell(_document(username, client_id, found), lambda: _text(username, found), as_json=as_json)


def _target(text: str) -> tuple[Target, str]:
    kind, colon, name = text.partition(":")
    if kind == "server" and not colon:
        return "server", ""
    match kind:
        case "client" | "group" | "user" if name:
            return kind, name
        case _:
            raise typer.BadParameter("TARGET is server, client:ID, group:NAME or user:NAME")


def _rule(demand: Demand, level: str, terms: Terms) -> Rule | None:
    grace = Grace(starts_at=typed.start(terms.start) if terms.start else None, days=terms.grace)
    if demand != "required" and grace != Grace():
        raise typer.BadParameter("--from and --grace go with required")
    if demand != "if_enrolled" and terms.remember:
        raise typer.BadParameter("--remember goes with if_enrolled")
    match demand:
        case "none":
            return None
        case "if_enrolled":
            return Rule(level=None, remember_days=terms.remember)
        case "required":
            if level not in _LEVELS:
                raise typer.BadParameter(f"a rule can require {', '.join(_LEVELS)}")
            return Rule(level=_LEVELS[level], grace=grace if grace != Grace() else None)


def _with_pass(rule: Rule | None) -> Rule:
    if rule is None:
        raise typer.BadParameter("--enrolment-pass goes with required and if_enrolled")
    return replace(rule, enrolment_pass=True)


def _document(username: str, client_id: str, found: Explanation) -> dict[str, object]:
    reasons = [
        {"source": each.source, "name": each.name, "words": each.words, "effect": each.effect}
        for each in found.requirement.reasons
    ]
    return {
        "username": username,
        "client_id": client_id,
        "level": ACR[found.requirement.level],
        "enrolled": found.enrolled,
        "needs_enrolment": policy.needs_enrolment(found),
        "needs_enrolment_pass": policy.needs_pass(found),
        "exempt_until": _waived(found, "exempt"),
        "grace_until": _waived(found, "grace"),
        "reasons": reasons,
        "sentences": list(found.sentences),
    }


def _waived(found: Explanation, kind: str) -> datetime | None:
    waiver = found.requirement.waiver
    return waiver.until if waiver and waiver.kind == kind else None


def _text(username: str, found: Explanation) -> str:
    first, *rest = found.sentences
    lines = [first, *(f"  {line}" for line in rest)]
    if policy.needs_enrolment(found):
        lines.append(f"{username} has none yet, so the next sign-in sets one up.")
    if (until := policy.may_wait(found)) is not None:
        lines.append(f"{username} has none yet; each sign-in offers to set one up, from {moment(until)} on it must.")
    if policy.needs_pass(found):
        lines.append("A first factor is set up with an enrolment pass only; `idp user enrolment-pass` makes one.")
    return "\n".join(lines)
