"""What admins see of users: one line of a list, and everything about one person. Reads only, and never a secret."""

from dataclasses import dataclass
from datetime import datetime

from idp.directory.person import Person
from idp.directory.user import User
from idp.policy.account import Exemption
from idp.policy.rules import Rule
from idp.storage.accounts import account_of
from idp.storage.database import Executor, Row
from idp.storage.people import person_of
from idp.storage.users import user_of
from idp.values.ids import UserId

LIST = """
SELECT a.id, a.sub, a.username, a.status, a.email, a.apps, a.keys, a.codes_left, a.exempt_until
FROM accounts a
WHERE $1 = '' OR strpos(lower(a.username), lower($1)) > 0 OR strpos(lower(a.email), lower($1)) > 0
ORDER BY lower(a.username), a.id LIMIT $2
"""

SHOW = """
SELECT a.*, u.phone_number, u.phone_number_verified, u.profile, u.address, u.created_at, u.updated_at,
    p.set_at AS password_set_at,
    ARRAY(SELECT g.name FROM group_members m JOIN groups g ON g.id = m.group_id
          WHERE m.user_id = a.id ORDER BY g.name) AS group_names,
    (SELECT e.expires_at FROM enrolment_passes e WHERE e.user_id = a.id) AS pass_until,
    (SELECT count(*) FROM browser_sessions b WHERE b.user_id = a.id AND b.ended_at IS NULL
        AND b.expires_at > $2 AND b.seen_at > $2 - $3::interval) AS sessions
FROM accounts a JOIN users u ON u.id = a.id LEFT JOIN passwords p ON p.user_id = a.id WHERE a.id = $1
"""

LOCKS = """
SELECT method, known_browser, failures, paused_until, disabled_at FROM throttles
WHERE subject = uuid_send($1::uuid) AND failures > 0 ORDER BY method, known_browser
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list of users."""

    user: User
    email: str | None
    apps: int
    keys: int
    codes_left: int
    exempt_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Failures in a row of one method, and what they led to."""

    method: str
    known_browser: bool
    failures: int
    paused_until: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that may be known of one user."""

    user: User
    person: Person
    created_at: datetime
    password_set_at: datetime | None
    password_change_demanded: str | None
    apps: int
    keys: int
    suspended: int
    enrolment_pass_demanded: bool
    pass_until: datetime | None
    """Of an enrolment pass that nobody has used."""
    codes_left: int
    codes_saved: bool
    groups: tuple[str, ...]
    own_rule: Rule | None
    exemption: Exemption | None
    sessions: int
    locks: tuple[Lock, ...]


async def listed(executor: Executor, matching: str, limit: int) -> list[Listed]:
    """Users whose name or address holds `matching` (all where it is empty), by name, at most `limit`."""
    return [_listed(row) for row in await executor.fetch(LIST, matching, limit)]


async def shown(executor: Executor, user: UserId, at: datetime, idle: object) -> Shown:
    """One user; `idle` is how long a browser session may rest, as a timedelta. Raises LookupError where gone."""
    row = await executor.fetchrow(SHOW, user, at, idle)
    account = account_of(row) if row else None
    if row is None or account is None:
        raise LookupError(f"no user {user}")
    return Shown(
        user=user_of(row),
        person=person_of(row),
        created_at=row["created_at"],
        password_set_at=row["password_set_at"],
        password_change_demanded=account.password_change_demanded,
        apps=account.apps,
        keys=account.keys,
        suspended=account.suspended,
        enrolment_pass_demanded=account.enrolment_pass_demanded,
        pass_until=row["pass_until"],
        codes_left=account.codes_left,
        codes_saved=account.codes_saved,
        groups=tuple(row["group_names"]),
        own_rule=account.own_rule,
        exemption=account.exemption,
        sessions=row["sessions"],
        locks=tuple(_lock(lock) for lock in await executor.fetch(LOCKS, user)),
    )


def _listed(row: Row) -> Listed:
    return Listed(
        user=user_of(row),
        email=row["email"],
        apps=row["apps"],
        keys=row["keys"],
        codes_left=row["codes_left"],
        exempt_until=row["exempt_until"],
    )


def _lock(row: Row) -> Lock:
    return Lock(
        method=row["method"],
        known_browser=row["known_browser"],
        failures=row["failures"],
        paused_until=row["paused_until"],
        disabled_at=row["disabled_at"],
    )
