"""Another e-mail address for somebody: the link that proves it, and the names that move with it.

The link stands among the others (`links`), with the address that it was mailed to and the one that it replaces. Only
the latest works, and only while nothing that it rested on has changed: the address before, and the password.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from idp.audit.links import LinkRefusal
from idp.authenticators.throttling import ASKING_WINDOW
from idp.directory.user import login_name
from idp.storage import users
from idp.storage.database import Executor, Row
from idp.storage.events import RECORDED, EncodedEvents
from idp.values.ids import UserId
from idp.values.secrets import Digest

COUNT = """
INSERT INTO source_throttles AS s (source, window_started_at, failures) VALUES ($1, $2, 1)
ON CONFLICT (source) DO UPDATE SET
    failures = CASE WHEN s.window_started_at <= $2 - $3::interval THEN 1 ELSE s.failures + 1 END,
    window_started_at = CASE WHEN s.window_started_at <= $2 - $3::interval THEN $2 ELSE s.window_started_at END
RETURNING failures, window_started_at + $3::interval AS ends_at
"""

MAKE = f"""
WITH made AS (
    INSERT INTO links (digest, kind, user_id, made_at, expires_at, address, replaces)
    SELECT $1, 'confirm_address', id, $3, $4, $5, email FROM users WHERE id = $2
), {RECORDED.format(events="$6", when="true")}
SELECT
"""

_STATE = """
CASE
    WHEN l.used_at IS NOT NULL THEN 'used'
    WHEN l.expires_at <= $2 THEN 'expired'
    WHEN u.status <> 'active' THEN 'user_disabled'
    WHEN u.email IS DISTINCT FROM l.replaces
        OR EXISTS (SELECT FROM passwords p WHERE p.user_id = u.id AND p.set_at > l.made_at)
        OR EXISTS (SELECT FROM links n WHERE n.user_id = l.user_id AND n.kind = l.kind AND n.made_at > l.made_at)
    THEN 'superseded'
END
"""

LOOK = f"""
SELECT l.user_id, l.address, l.expires_at, l.used_at, {_STATE} AS refusal FROM links l JOIN users u ON u.id = l.user_id
WHERE l.digest = $1 AND l.kind = 'confirm_address'
"""

WAITING = f"""
SELECT l.user_id, l.address, l.expires_at, l.used_at, NULL AS refusal FROM links l JOIN users u ON u.id = l.user_id
WHERE l.user_id = $1 AND l.kind = 'confirm_address' AND {_STATE} IS NULL ORDER BY l.made_at DESC LIMIT 1
"""

# The person first, as everywhere. Whoever waited for that sees what became of the link meanwhile.
LOCK = "SELECT email, email_verified FROM users WHERE id = $1 FOR NO KEY UPDATE"

SPEND = f"""
UPDATE links s SET used_at = $2 FROM links l JOIN users u ON u.id = l.user_id
WHERE l.digest = $1 AND l.kind = 'confirm_address' AND l.user_id = $3 AND {_STATE} IS NULL AND s.digest = l.digest
RETURNING l.address
"""

FREE_ADDRESS = "DELETE FROM login_names WHERE user_id = $1 AND kind = 'email'"

IS_OWN_NAME = "SELECT true FROM login_names WHERE name = $1 AND user_id = $2"

MOVE = "UPDATE users SET email = $2, email_verified = true, updated_at = $3 WHERE id = $1"

DISTRUST = "UPDATE users SET email_verified = false, updated_at = $2 WHERE id = $1"

# The mail to the address before was made in the same transaction in which the link was used. Whoever took the account
# may have moved on since, by another link of that kind.
LEFT_BY = """
SELECT l.replaces FROM outbox o JOIN links l ON l.user_id = o.user_id AND l.used_at = o.made_at
JOIN users u ON u.id = l.user_id
WHERE o.link_digest = $1 AND o.topic = 'address_left' AND l.kind = 'confirm_address' AND l.replaces IS NOT NULL
    AND EXISTS (
        SELECT FROM links n
        WHERE n.user_id = u.id AND n.kind = l.kind AND n.used_at >= l.used_at AND n.address = u.email
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One more address that the person asked for."""

    in_window: int
    window_ends: datetime


async def count(executor: Executor, user: UserId, at: datetime) -> Counted:
    """Count it, whatever comes of it."""
    row = await executor.fetchrow(COUNT, f"address of {user}", at, ASKING_WINDOW)
    assert row is not None  # noqa: S101 (an upsert without a condition returns its row)
    return Counted(in_window=row["failures"], window_ends=row["ends_at"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link about to be mailed to `address`."""

    digest: Digest
    user: UserId
    address: str
    until: datetime


async def make(executor: Executor, link: NewLink, events: EncodedEvents, at: datetime) -> None:
    """Store it, with the event and the mail."""
    await executor.execute(MAKE, link.digest.octets, link.user, at, link.until, link.address, events)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLink:
    """A link to confirm an address by, and why it does nothing, if so."""

    user: UserId
    address: str
    until: datetime
    refusal: LinkRefusal | None
    used_at: datetime | None


async def look(executor: Executor, link: Digest, at: datetime) -> AddressLink | None:
    """What it would do now; spends nothing. None where there never was such a link, or long ago."""
    row = await executor.fetchrow(LOOK, link.octets, at)
    return None if row is None else _link(row)


async def waiting(executor: Executor, user: UserId, at: datetime) -> AddressLink | None:
    """The one that the person may still confirm."""
    row = await executor.fetchrow(WAITING, user, at)
    return None if row is None else _link(row)


def _link(row: Row) -> AddressLink:
    return AddressLink(
        user=UserId(row["user_id"]),
        address=row["address"],
        until=row["expires_at"],
        refusal=cast("LinkRefusal | None", row["refusal"]),
        used_at=row["used_at"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A link that was used up just now."""

    address: str
    left: str | None
    """The address that was vouched for until then."""


async def spend(executor: Executor, link: Digest, user: UserId, at: datetime) -> Spent | None:
    """Use it up; None where it no longer works, or is somebody else's. In a transaction, before `move`."""
    before = await executor.fetchrow(LOCK, user)
    address = await executor.fetchval(SPEND, link.octets, at, user)
    if before is None or address is None:
        return None
    return Spent(address=address, left=before["email"] if before["email_verified"] else None)


async def move(executor: Executor, user: UserId, address: str, at: datetime) -> bool:
    """Let the address, which is proved, be the person's and sign them in. In a transaction.

    False where it signs somebody else in: then none signs the person in, so roll back or `distrust`.
    """
    name = login_name(address)
    await executor.execute(FREE_ADDRESS, user)
    taken = await users.take_name(executor, user, name, "email")
    if not taken and not await executor.fetchval(IS_OWN_NAME, name, user):
        return False
    await executor.execute(MOVE, user, address, at)
    return True


async def distrust(executor: Executor, user: UserId, at: datetime) -> None:
    """The address that is there is vouched for by nobody any more."""
    await executor.execute(DISTRUST, user, at)


async def left_by(executor: Executor, mail: Digest) -> str | None:
    """The address that the mail with this link was about, while the person has one that followed it by such a link."""
    address: str | None = await executor.fetchval(LEFT_BY, mail.octets)
    return address
