"""Users as rows: made, changed, found under the names that sign them in. What lists show stands in user_lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from idp.directory.person import Person
from idp.directory.user import User, UserStatus
from idp.storage.database import Executor, Row
from idp.values.ids import Subject, UserId

INSERT = """
INSERT INTO users (id, sub, username, email, email_verified, audit_salt, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
"""

FREE_NAMES = "DELETE FROM login_names WHERE user_id = $1"

TAKE_NAME = """
INSERT INTO login_names (user_id, name, kind) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING true
"""

BY_NAME = """
SELECT u.id, u.sub, u.username, u.status FROM login_names n JOIN users u ON u.id = n.user_id WHERE n.name = $1
FOR UPDATE OF u
"""

UPDATE = """
UPDATE users SET username = $2, email = $3, email_verified = $4, phone_number = $5, phone_number_verified = $6,
    profile = $7, address = $8, updated_at = $9
WHERE id = $1
"""

SET_STATUS = "UPDATE users SET status = $2 WHERE id = $1 AND status <> $2 RETURNING true"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """All that an account needs from the start."""

    id: UserId
    subject: Subject
    username: str
    email: str | None
    email_verified: bool
    audit_salt: bytes
    """32 octets."""


async def insert(executor: Executor, user: NewUser, at: datetime) -> None:
    """The row alone; its names are taken by `take_name`."""
    await executor.execute(
        INSERT, user.id, user.subject, user.username, user.email, user.email_verified, user.audit_salt, at
    )


async def free_names(executor: Executor, user: UserId) -> None:
    """Give up all names that sign this person in, before taking the new ones in the same transaction."""
    await executor.execute(FREE_NAMES, user)


async def take_name(executor: Executor, user: UserId, name: str, kind: Literal["username", "email"]) -> bool:
    """Let this login name, in its one spelling, sign the person in; False where it is somebody's already."""
    return bool(await executor.fetchval(TAKE_NAME, user, name, kind))


async def find(executor: Executor, login_name: str) -> User | None:
    """Whom this name signs in, kept from changing until the transaction ends; None where it is nobody's."""
    row = await executor.fetchrow(BY_NAME, login_name)
    return user_of(row) if row else None


async def update(executor: Executor, user: UserId, person: Person, at: datetime) -> None:
    """Write what may be changed of a person: all but `sub`, and groups, which have rows of their own."""
    await executor.execute(
        UPDATE,
        user,
        person.preferred_username,
        person.email,
        person.email_verified,
        person.phone_number,
        person.phone_number_verified,
        dict(person.profile),
        dict(person.address),
        at,
    )


async def set_status(executor: Executor, user: UserId, status: UserStatus) -> bool:
    """False where the status was that one already."""
    return bool(await executor.fetchval(SET_STATUS, user, status.value))


def user_of(row: Row) -> User:
    """A row with `id`, `sub`, `username` and `status`."""
    return User(
        id=UserId(row["id"]),
        subject=Subject(row["sub"]),
        username=row["username"],
        status=UserStatus(row["status"]),
    )
