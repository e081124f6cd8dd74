"""Policy rules and exemptions as rows, written and listed. What sign-ins read of them comes with other rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.methods import Level
from idp.policy.account import Exemption
from idp.policy.rules import Grace, Rule, RuleId, Target
from idp.storage.database import Executor, Row, Untyped
from idp.values.ids import ClientId, GroupId, UserId

PUT = """
INSERT INTO policy_rules (target_kind, client_id, group_id, user_id, demand, level, changed_at, starts_at, grace_days,
    enrolment_pass, remember_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (target_kind, client_id, group_id, user_id) DO UPDATE
SET demand = $5, level = $6, changed_at = $7, starts_at = $8, grace_days = $9, enrolment_pass = $10,
    remember_days = $11
"""

REMOVE = """
DELETE FROM policy_rules WHERE target_kind = $1 AND client_id IS NOT DISTINCT FROM $2
    AND group_id IS NOT DISTINCT FROM $3 AND user_id IS NOT DISTINCT FROM $4
"""

FIND = """
SELECT id, level, starts_at, grace_days, enrolment_pass, remember_days FROM policy_rules
WHERE target_kind = $1 AND client_id IS NOT DISTINCT FROM $2
    AND group_id IS NOT DISTINCT FROM $3 AND user_id IS NOT DISTINCT FROM $4
"""

ALL = """
SELECT r.target_kind, coalesce(r.client_id, g.name, u.username, '') AS name,
    r.id, r.level, r.starts_at, r.grace_days, r.enrolment_pass, r.remember_days
FROM policy_rules r LEFT JOIN groups g ON g.id = r.group_id LEFT JOIN users u ON u.id = r.user_id
ORDER BY array_position(ARRAY['server', 'client', 'group', 'user'], r.target_kind), lower(name)
"""

EXEMPTIONS = """
SELECT u.username, e.until, e.reason FROM exemptions e JOIN users u ON u.id = e.user_id
ORDER BY e.until, lower(u.username)
"""

EXEMPT = """
INSERT INTO exemptions (user_id, until, reason, granted_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET until = $2, reason = $3, granted_at = $4
"""

# Neither may be gone meanwhile.
APPLY = """
INSERT INTO rule_applications (user_id, rule_id, applied_at)
SELECT u.id, r.id, $3 FROM users u, policy_rules r WHERE u.id = $1 AND r.id = ANY ($2::uuid[]) FOR KEY SHARE
ON CONFLICT DO NOTHING
"""

LIFT = "DELETE FROM exemptions WHERE user_id = $1 RETURNING true"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlace:
    """Where a rule stands: the server, or exactly one client, group or user."""

    kind: Target
    client: ClientId | None = None
    group: GroupId | None = None
    user: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One rule as `idp policy show` prints it; `name` is empty for the server."""

    kind: Target
    name: str
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExemption:
    """One exemption, live or over."""

    username: str
    until: datetime
    reason: str


async def find(executor: Executor, place: RulePlace) -> Rule | None:
    """The rule there, None where there is none."""
    row = await executor.fetchrow(FIND, *_keys(place))
    return rule_of(row) if row else None


async def put(executor: Executor, place: RulePlace, rule: Rule, at: datetime) -> None:
    """Set the rule there, in place of any earlier one."""
    level, grace = None if rule.level is None else int(rule.level), rule.grace or Grace()
    demand = "if_enrolled" if level is None else "required"
    arguments = (demand, level, at, grace.starts_at, grace.days, rule.enrolment_pass, rule.remember_days)
    await executor.execute(PUT, *_keys(place), *arguments)


async def remove(executor: Executor, place: RulePlace) -> None:
    """No rule there any more."""
    await executor.execute(REMOVE, *_keys(place))


async def listed(executor: Executor) -> list[Listed]:
    """Every rule: the server's, then clients, groups, users."""
    return [Listed(kind=row["target_kind"], name=row["name"], rule=rule_of(row)) for row in await executor.fetch(ALL)]


async def exemptions(executor: Executor) -> list[ListedExemption]:
    """Every exemption, the one that ends first first."""
    rows = await executor.fetch(EXEMPTIONS)
    return [ListedExemption(username=row["username"], until=row["until"], reason=row["reason"]) for row in rows]


async def exempt(executor: Executor, user: UserId, exemption: Exemption, at: datetime) -> None:
    """Exempt the person, in place of any earlier exemption."""
    await executor.execute(EXEMPT, user, exemption.until, exemption.reason, at)


async def apply(executor: Executor, user: UserId, rules: Collection[RuleId], at: datetime) -> None:
    """Remember that these rules apply to this person from then on; what was remembered before stays."""
    await executor.execute(APPLY, user, list(rules), at)


async def lift(executor: Executor, user: UserId) -> bool:
    """End the exemption; False where there was none."""
    return bool(await executor.fetchval(LIFT, user))


def _keys(place: RulePlace) -> tuple[object, ...]:
    """$1 to $4."""
    return place.kind, place.client, place.group, place.user


def rule_of(row: Row | Mapping[str, Untyped], prefix: str = "") -> Rule:
    """The rule in the columns that `FIND` reads, each behind that prefix."""
    level, starts_at, days = row[f"{prefix}level"], row[f"{prefix}starts_at"], row[f"{prefix}grace_days"]
    return Rule(
        id=RuleId(row[f"{prefix}id"]),
        level=None if level is None else Level(level),
        grace=Grace(starts_at=starts_at, days=days) if starts_at or days else None,
        enrolment_pass=row[f"{prefix}enrolment_pass"],
        remember_days=row[f"{prefix}remember_days"],
    )
