"""The two roles: the owner of the schema, and the one that the server runs under, which owns nothing.

The first migration makes the group role `idp_server`; here the role of the server's URL becomes a member of it, and an
embedded PostgreSQL gets both roles and its database.
"""

import contextlib

import asyncpg

from idp.storage.pool import Connection, connect
from idp.values.secrets import DatabaseUrl

SERVER = "idp_server"
OWNER = "idp_owner"
DATABASE = "idp"

MAY_SERVE = """
SELECT r.rolname IS NOT NULL AS known, r.rolname IS NOT NULL AND pg_has_role(r.oid, 'idp_server', 'USAGE') AS member,
    r.rolname = current_user AS owner
FROM (VALUES ($1::text)) AS wanted(name) LEFT JOIN pg_roles r ON r.rolname = wanted.name
"""

# PostgreSQL takes no parameters in these; a role's name goes through quote_ident, and ours are constants.
GRANT_MEMBERSHIP = "SELECT format('GRANT idp_server TO %I', $1::text)"

HAS_ROLE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"

HAS_DATABASE = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"

SEPARATE = """
SELECT NOT pg_has_role(current_user, c.relowner, 'USAGE') AND NOT has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
FROM pg_class c WHERE c.oid = 'security_events'::regclass
"""
"""Whether the role of the connection is unable to rewrite security events."""


async def let_serve(connection: Connection, role: str) -> bool:
    """Let the server's role use the schema, as its owner; False where there is no such role."""
    found = await connection.fetchrow(MAY_SERVE, role)
    if found is None or not found["known"]:
        return False
    if not found["member"] and not found["owner"]:
        await connection.execute(await connection.fetchval(GRANT_MEMBERSHIP, role))
    return True


async def prepare_embedded(superuser: DatabaseUrl, name: str = DATABASE) -> None:
    """Make both roles and the database where they are missing; as the superuser of a PostgreSQL of our own."""
    connection = await connect(superuser, patient=True)
    try:
        for role, attributes in ((OWNER, "LOGIN CREATEROLE"), (SERVER, "LOGIN")):
            if not await connection.fetchval(HAS_ROLE, role):
                await _ignoring_a_twin(connection, f"CREATE ROLE {role} {attributes}")
        if not await connection.fetchval(HAS_DATABASE, name):
            await _ignoring_a_twin(connection, f"CREATE DATABASE {name} OWNER {OWNER}")
    finally:
        await connection.close()


async def _ignoring_a_twin(connection: Connection, statement: str) -> None:
    """Another process may make the same thing at the same moment."""
    with contextlib.suppress(
        asyncpg.DuplicateObjectError, asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError
    ):
        await connection.execute(statement)
