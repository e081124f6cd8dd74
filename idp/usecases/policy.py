"""Second-factor policy: rules set and shown, and why a person needs what they need at a client."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.audit.service import PolicyRuleSet
from idp.authenticators.acr import level_of, lowest_level_asked
from idp.authenticators.methods import Level
from idp.directory.permissions import Permission
from idp.login.browser_session import KNOWN_LIFETIME
from idp.policy.explanation import sentences
from idp.policy.requirement import Requirement, requirement
from idp.policy.rules import Grace, Rule, Rules, Target
from idp.storage import accounts, groups, policy_rules
from idp.storage.policy_rules import Listed, ListedExemption, RulePlace
from idp.usecases.management import Refused, found_client, found_group, found_user
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.ids import UserId

__all__ = ["Explanation", "Listed", "ListedExemption", "Policy", "explain", "set_rule", "show"]

PERMISSION = Permission.POLICY_WRITE
READING = Permission.POLICY_READ

LATEST_START = timedelta(days=730)
LONGEST_GRACE = 365
"""Days."""
LONGEST_REMEMBERED = KNOWN_LIFETIME.days
"""As long as a browser keeps what it is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules and all exemptions."""

    rules: tuple[Listed, ...]
    exemptions: tuple[ListedExemption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one person needs at one client, and each reason in words."""

    requirement: Requirement
    enrolled: bool
    sentences: tuple[str, ...]


async def set_rule(unit: Unit, kind: Target, name: str, rule: Rule | None) -> bool:
    """Set the rule of the server (`name` is empty), a client, a group or a user; None removes it.

    False where it was so already. One that asks another level than before is another rule: people meet it anew.
    Raises NotFound; Refused where its grace is longer than any rule should wait, browsers are remembered too long, or
    a client's asks for a pass.
    """
    if rule is not None and rule.enrolment_pass and kind == "client":
        raise Refused("Whose factors they are is no app's to decide: ask for a pass on the server, a group or a user.")
    _check_grace(rule.grace if rule else None, unit.at)
    if rule is not None and not 0 <= rule.remember_days <= LONGEST_REMEMBERED:
        raise Refused("A browser is remembered for 180 days at most.")
    place, shown_name, user = await _place(unit, kind, name)
    before = await policy_rules.find(unit.connection, place)
    if before == rule:
        unit.nothing_changed()
        return False
    if before is not None and (rule is None or rule.level != before.level):
        await policy_rules.remove(unit.connection, place)
    if rule is not None:
        await policy_rules.put(unit.connection, place, rule, unit.at)
    words = [each.words if each else None for each in (before, rule)]
    event = PolicyRuleSet(target=kind, name="" if user else shown_name, before=words[0], after=words[1])
    await unit.record(event, user=user, client=place.client)
    return True


async def show(services: Services) -> Policy:
    """Every rule and every exemption, as they are now."""
    return Policy(
        rules=tuple(await policy_rules.listed(services.database)),
        exemptions=tuple(await policy_rules.exemptions(services.database)),
    )


async def explain(services: Services, username: str, client_id: str, acr: str | None, at: datetime) -> Explanation:
    """The function that decides, asked for its reasons. `acr` is one value as a request would ask it.

    Raises NotFound, and Refused for an acr that means nothing here.
    """
    user = await found_user(services.database, username)
    client = await found_client(services.database, client_id)
    account = await accounts.find(services.database, user.id)
    if account is None:
        raise LookupError(f"user {user.id} is gone")
    configuration = await services.configuration(fresh=True)
    rules = await _with_group_names(services, configuration.rules)
    asked = lowest_level_asked([acr] if acr else [], configuration.values.acr_aliases)
    if acr and level_of(acr, configuration.values.acr_aliases) is None:
        raise Refused("No level is called so here; a request that asks it is treated as if it asked nothing.")
    found = requirement(rules, account, client.client_id, asked=asked, fresh_since=None, at=at)
    return Explanation(requirement=found, enrolled=account.enrolled, sentences=sentences(found))


def needs_enrolment(explanation: Explanation) -> bool:
    """Whether the next sign-in there would lead into setting up an authenticator."""
    return explanation.requirement.level >= Level.TWO and not explanation.enrolled


def needs_pass(explanation: Explanation) -> bool:
    """Whether the person has no factor yet, and sets a first one up only with an enrolment pass."""
    return explanation.requirement.enrolment_pass and not explanation.enrolled


def may_wait(explanation: Explanation) -> datetime | None:
    """Until when setting up an authenticator is only offered there; None where nothing or more is asked."""
    needed = explanation.requirement
    return needed.waiver.until if needed.waiver and needed.wanted > needed.level else None


def _check_grace(grace: Grace | None, at: datetime) -> None:
    if grace is None:
        return
    if grace.starts_at is not None and not at < grace.starts_at <= at + LATEST_START:
        raise Refused("A rule starts at a date in the future, within two years.")
    if not 0 <= grace.days <= LONGEST_GRACE:
        raise Refused("Grace lasts a year at most.")


async def _with_group_names(services: Services, rules: Rules) -> Rules:
    """Rules name only groups that have one; the explanation names all."""
    names = {listed.group.id: listed.group.name for listed in await groups.listed(services.database)}
    return replace(rules, group_names=names)


async def _place(unit: Unit, kind: Target, name: str) -> tuple[RulePlace, str, UserId | None]:
    match kind:
        case "server":
            return RulePlace(kind=kind), "", None
        case "client":
            client = await found_client(unit.connection, name)
            return RulePlace(kind=kind, client=client.client_id), client.client_id, None
        case "group":
            group = await found_group(unit.connection, name)
            return RulePlace(kind=kind, group=group.id), group.name, None
        case "user":
            user = await found_user(unit.connection, name)
            return RulePlace(kind=kind, user=user.id), user.username, user.id
