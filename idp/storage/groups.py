"""Groups and their members as rows."""

from dataclasses import dataclass
from datetime import datetime

from idp.directory.group import Group
from idp.policy.rules import Rule
from idp.storage.database import Executor, Row
from idp.storage.policy_rules import rule_of
from idp.values.ids import GroupId, UserId

# Names are compared in one spelling that only the directory knows, so they are read and written under a lock.
LOCK = "LOCK TABLE groups IN SHARE ROW EXCLUSIVE MODE"

ALL = """
SELECT g.id, g.name, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id) AS members,
    r.id AS rule_id, r.demand, r.level AS rule_level, r.starts_at AS rule_starts_at, r.grace_days AS rule_grace_days,
    r.enrolment_pass AS rule_enrolment_pass, r.remember_days AS rule_remember_days
FROM groups g LEFT JOIN policy_rules r ON r.group_id = g.id ORDER BY lower(g.name), g.id
"""

INSERT = "INSERT INTO groups (id, name, created_at) VALUES ($1, $2, $3)"

DELETE = "DELETE FROM groups WHERE id = $1"

MEMBERS = """
SELECT u.username FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = $1
ORDER BY lower(u.username), u.id
"""

ADD_MEMBER = """
INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true
"""

REMOVE_MEMBER = "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2 RETURNING true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list of groups."""

    group: Group
    members: int
    rule: Rule | None
    """Its policy rule."""


async def lock(executor: Executor) -> None:
    """Nobody else makes a group until this transaction ends."""
    await executor.execute(LOCK)


async def listed(executor: Executor) -> list[Listed]:
    """Every group, by name."""
    return [_listed(row) for row in await executor.fetch(ALL)]


async def insert(executor: Executor, group: Group, at: datetime) -> None:
    """A new group; its name must be free."""
    await executor.execute(INSERT, group.id, group.name, at)


async def delete(executor: Executor, group: GroupId) -> None:
    """Its memberships and its policy rule go with it."""
    await executor.execute(DELETE, group)


async def members(executor: Executor, group: GroupId) -> list[str]:
    """User names of the members."""
    return [row["username"] for row in await executor.fetch(MEMBERS, group)]


async def add_member(executor: Executor, group: GroupId, user: UserId) -> bool:
    """False where the person was in it already."""
    return bool(await executor.fetchval(ADD_MEMBER, group, user))


async def remove_member(executor: Executor, group: GroupId, user: UserId) -> bool:
    """False where the person was not in it."""
    return bool(await executor.fetchval(REMOVE_MEMBER, group, user))


def _listed(row: Row) -> Listed:
    group = Group(id=GroupId(row["id"]), name=row["name"])
    rule = None if row["demand"] is None else rule_of(row, "rule_")
    return Listed(group=group, members=row["members"], rule=rule)
