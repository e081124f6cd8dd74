"""What the schema itself refuses, whoever writes: the last line of defence behind the rules of the code."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from idp.storage.database import Database, Executor

AT = datetime(2026, 11, 24, tzinfo=UTC)

USER = """
INSERT INTO users (id, sub, username, audit_salt, created_at, updated_at)
VALUES ($1, 'subject-of-' || $1::uuid::text, 'somebody', $2, $3, $3)
"""
APP = """
INSERT INTO totp_authenticators
VALUES (gen_random_uuid(), $1, '', 'SHA1', 6, 30, 'confirmed', 0, '2026-01-01 00:00+00')
"""
CODES = """
INSERT INTO recovery_code_sets
VALUES (gen_random_uuid(), $1, decode(repeat('00', 16), 'hex'), 'p', '2026-01-01 00:00+00')
"""
SESSION = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
SELECT gen_random_uuid(), $1, decode(repeat('00', 32), 'hex'), '{"pwd": 1}', t, t, t
FROM (SELECT timestamptz '2026-01-01 00:00+00') AS instant(t)
"""
VERSION = "SELECT version FROM users WHERE id = $1"


async def person(database: Executor) -> UUID:
    user = uuid4()
    await database.execute(USER, user, bytes(32), AT)
    return user


async def client(database: Executor, **changed: object) -> str:
    columns: dict[str, object] = {
        "client_id": f"c{uuid4().hex}",
        "name": "Shop",
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": ["https://shop.example/cb"],
        "grant_types": ["authorization_code"],
        "scopes": ["openid"],
        "id_token_signed_response_alg": "RS256",
        "require_pkce": True,
        "rotate_refresh_tokens": True,
        "first_party": False,
        "created_at": AT,
        "changed_at": AT,
        **changed,
    }
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await database.execute(f"INSERT INTO clients ({', '.join(columns)}) VALUES ({values})", *columns.values())  # noqa: S608
    return str(columns["client_id"])


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "has space"},
        {"client_id": ""},
        {"token_endpoint_auth_method": "private_key"},
        {"grant_types": ["password"]},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"redirect_uris": []},
        {"token_endpoint_auth_method": "none", "require_pkce": False},
        {"token_endpoint_auth_method": "none", "rotate_refresh_tokens": False},
        {"token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "client_credentials"]},
    ],
    ids=str,
)
async def test_no_client_is_stored_that_the_rules_forbid(database: Database, changed: dict[str, object]) -> None:
    """RFC 9700 2.1.1 and 4.14.2 for public clients; O-07; no algorithm without a key pair."""
    await client(database)
    with pytest.raises(asyncpg.CheckViolationError):
        await client(database, **changed)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO policy_rules VALUES ('server', NULL, NULL, NULL, 'required', NULL, $1)",
        "INSERT INTO policy_rules VALUES ('server', NULL, NULL, NULL, 'if_enrolled', 2, $1)",
        "INSERT INTO policy_rules VALUES ('server', NULL, NULL, NULL, 'never', NULL, $1)",
        "INSERT INTO policy_rules VALUES ('client', NULL, NULL, NULL, 'required', 2, $1)",
        "INSERT INTO policy_rules VALUES ('group', NULL, NULL, NULL, 'required', 2, $1)",
        "INSERT INTO policy_rules VALUES ('user', NULL, NULL, NULL, 'required', 2, $1)",
        "INSERT INTO configuration VALUES ('Bad Name', '1', $1)",
        "INSERT INTO root_keys VALUES ('not-an-id', true, $1)",
    ],
)
async def test_no_rule_or_setting_is_stored_that_means_nothing(database: Database, statement: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(statement, AT)


async def test_one_rule_for_each_target(database: Database) -> None:
    """NULLS NOT DISTINCT: two server rules would let the reader choose."""
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            "INSERT INTO policy_rules VALUES ('server', NULL, NULL, NULL, 'if_enrolled', NULL, $1)", AT
        )


async def test_the_product_begins_with_a_second_factor_required(database: Database) -> None:
    row = await database.fetchrow("SELECT target_kind, demand, level FROM policy_rules")
    assert row is not None
    assert tuple(row) == ("server", "required", 2)


async def test_a_name_belongs_to_one_person_as_name_or_address(database: Database) -> None:
    """Nobody's name can be another's verified address."""
    alice, mallory = await person(database), await person(database)
    statement = "INSERT INTO login_names VALUES ('alice@example.org', $1, $2)"
    await database.execute(statement, alice, "email")
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(statement, mallory, "username")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET sub = 'short' WHERE id = $1",
        "UPDATE users SET audit_salt = '' WHERE id = $1",
        "UPDATE users SET email_verified = true WHERE id = $1",
        "UPDATE users SET phone_number_verified = true WHERE id = $1",
        "UPDATE users SET status = 'locked' WHERE id = $1",
        "INSERT INTO passwords VALUES ($1, 'plain text', true, NULL, '2026-01-01 00:00+00')",
        "INSERT INTO passwords VALUES ($1, '$argon2i$v=19$', true, NULL, '2026-01-01 00:00+00')",
        "INSERT INTO exemptions VALUES ($1, '2026-01-01 00:00+00', '  ', '2026-01-01 00:00+00')",
        "INSERT INTO known_browsers VALUES ($1, 'short', '2026-01-01 00:00+00')",
        APP.replace("SHA1", "MD5"),
        APP.replace("6, 30", "4, 30"),
        SESSION.replace('{"pwd": 1}', "{}"),
    ],
)
async def test_no_person_is_stored_half(database: Database, statement: str) -> None:
    user = await person(database)
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(statement, user)


async def test_one_set_of_recovery_codes_for_each_person(database: Database) -> None:
    user = await person(database)
    statement = (
        "INSERT INTO recovery_code_sets VALUES (gen_random_uuid(), $1, decode(repeat('00', 16), 'hex'), 'p', $2)"
    )
    await database.execute(statement, user, AT)
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(statement, user, AT)


async def test_an_algorithm_has_one_active_and_one_next_key(database: Database) -> None:
    statement = "INSERT INTO signing_keys VALUES ($1, 'ES256', $2, '{}', '', $3, $4)"
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(statement, "k1", "active", AT, AT)
    await database.execute(statement, "k2", "next", AT, None)
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(statement, "k3", "next", AT, None)


async def test_a_key_that_is_gone_has_no_private_half(database: Database) -> None:
    statement = "UPDATE signing_keys SET state = 'gone', retired_at = $1, gone_at = $1 WHERE alg = 'ES256'"
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(statement, AT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET status = 'disabled' WHERE id = $1",
        "INSERT INTO passwords VALUES ($1, '$argon2id$x', true, 'set_by_other', '2026-01-01 00:00+00')",
        APP,
        CODES,
        "INSERT INTO exemptions VALUES ($1, '2026-01-02 00:00+00', 'kiosk', '2026-01-01 00:00+00')",
        "INSERT INTO policy_rules VALUES ('user', NULL, NULL, $1, 'if_enrolled', NULL, '2026-01-01 00:00+00')",
        "INSERT INTO group_members SELECT id, $1 FROM groups",
    ],
)
async def test_what_a_decision_rests_on_moves_the_persons_version(database: Database, statement: str) -> None:
    """A code is issued only while the version decided on is still that."""
    user = await person(database)
    await database.execute("INSERT INTO groups VALUES (gen_random_uuid(), 'staff', $1)", AT)
    before = await database.fetchval(VERSION, user)
    await database.execute(statement, user)
    assert await database.fetchval(VERSION, user) > before


async def test_burning_a_time_step_does_not_move_the_version(database: Database) -> None:
    """Else every sign-in with a code would decide twice."""
    user = await person(database)
    await database.execute(
        "INSERT INTO totp_authenticators VALUES (gen_random_uuid(), $1, '', 'SHA1', 6, 30, 'confirmed', 0, $2)",
        user,
        AT,
    )
    before = await database.fetchval(VERSION, user)
    await database.execute("UPDATE totp_authenticators SET last_step = 5")
    assert await database.fetchval(VERSION, user) == before


async def test_a_rule_that_is_not_about_one_user_moves_the_policys_version(database: Database) -> None:
    shop, user = await client(database), await person(database)
    version = "SELECT version FROM policy_version"
    before = await database.fetchval(version)
    await database.execute("INSERT INTO policy_rules VALUES ('client', $1, NULL, NULL, 'required', 2, $2)", shop, AT)
    await database.execute("INSERT INTO policy_rules VALUES ('user', NULL, NULL, $1, 'required', 2, $2)", user, AT)
    assert await database.fetchval(version) == before + 1
    await database.execute("DELETE FROM clients")  # the rule goes with its client
    assert await database.fetchval(version) == before + 2
