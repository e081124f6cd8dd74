"""People as relying apps and the consent page see them: profile, addresses and the names of their groups."""

from collections.abc import Mapping
from datetime import datetime

from idp.directory.person import Person
from idp.storage.database import Executor, Row, Untyped
from idp.values.ids import Subject, UserId

COLUMNS = """
u.sub, u.username, u.email, u.email_verified, u.phone_number, u.phone_number_verified, u.profile, u.address,
    u.updated_at
"""

GROUPS = """
ARRAY(SELECT n.name FROM group_members m JOIN groups n ON n.id = m.group_id WHERE m.user_id = u.id ORDER BY n.name)
"""

DETAILS = f"(SELECT to_jsonb(p) FROM (SELECT {COLUMNS}, {GROUPS} AS groups FROM users u WHERE u.id = g.user_id) p)"
"""The person of a grant `g` in one column, for statements that need one only sometimes: `person_in` reads it."""

PERSON = f"SELECT {COLUMNS}, {GROUPS} AS groups FROM users u WHERE u.id = $1"


async def find(executor: Executor, user: UserId) -> Person | None:
    """The person with their groups; None where the user is gone."""
    row = await executor.fetchrow(PERSON, user)
    return None if row is None else person_of(row)


async def get(executor: Executor, user: UserId) -> Person:
    """The person, where the user is known to be there. Raises LookupError."""
    person = await find(executor, user)
    if person is None:
        raise LookupError(f"no user {user}")
    return person


def person_in(details: Mapping[str, Untyped] | None) -> Person | None:
    """The column DETAILS, or NULL in its place."""
    if details is None:
        return None
    return person_of({**details, "updated_at": datetime.fromisoformat(details["updated_at"])})


def person_of(row: Row | Mapping[str, Untyped]) -> Person:
    """A row with COLUMNS, and `groups` where groups were asked for."""
    return Person(
        sub=Subject(row["sub"]),
        preferred_username=row["username"],
        profile=row["profile"],
        updated_at=row["updated_at"],
        email=row["email"],
        email_verified=row["email_verified"],
        phone_number=row["phone_number"],
        phone_number_verified=row["phone_number_verified"],
        address=row["address"],
        groups=tuple(row.get("groups") or ()),
    )
