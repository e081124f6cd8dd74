"""`idp session`, `config`, `keys`, `migrate` and `check`: the service looked after from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idp.storage import outbox
from idp.storage.database import Database
from idp.storage.outbox import Claim
from idp.usecases.configuration import flat
from idp.usecases.services import Services
from tests.drivers.clock import MovableClock
from tests.drivers.command_line import CommandLine
from tests.drivers.database import Cluster, FreshDatabase, clone, drop
from tests.drivers.grants import add_client
from tests.drivers.tls_authority import Authority

SESSION = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
SELECT gen_random_uuid(), user_id, sha256($2), '{"otp": 1, "pwd": 1}', $3, $3, $4 FROM login_names WHERE name = $1
RETURNING id::text
"""
NOTICE = """
INSERT INTO outbox (kind, client_id, user_id, sub, session_id, made_at, due_at)
SELECT 'backchannel_logout', $1, user_id, 's-1', gen_random_uuid(), $3, $3 FROM login_names WHERE name = $2
"""


async def kinds(database: Database) -> list[str]:
    """The security events so far, oldest first."""
    return [row["kind"] for row in await database.fetch("SELECT kind FROM security_events ORDER BY id")]


async def signed_in(database: Database, name: str, cookie: bytes, ago: timedelta = timedelta()) -> str:
    """A session last seen so long ago; returns its id."""
    at = datetime.now(UTC) - ago
    session: str = await database.fetchval(SESSION, name, cookie, at, at + timedelta(hours=8))
    return session


@pytest.fixture
async def people(idp: CommandLine) -> CommandLine:
    for name in ("alice", "bob"):
        await idp("user", "add", name, "--no-password")
    return idp


async def test_live_sessions_are_listed_and_idle_ones_are_not(people: CommandLine, database: Database) -> None:
    """V7.5.2: the default idle limit is an hour (SP 800-63B 2.2.3)."""
    mine = await signed_in(database, "alice", b"1")
    other = await signed_in(database, "bob", b"2", timedelta(minutes=30))
    await signed_in(database, "bob", b"3", timedelta(minutes=61))
    listed = (await people("session", "list", "--json")).json
    assert [(each["session"], each["username"], each["proved"]) for each in listed] == [
        (mine, "alice", ["otp", "pwd"]),
        (other, "bob", ["otp", "pwd"]),
    ]
    assert [each["session"] for each in (await people("session", "list", "--user", "BOB", "--json")).json] == [other]
    assert mine in (await people("session", "list")).out


async def test_one_session_or_all_of_a_person_are_ended(people: CommandLine, database: Database) -> None:
    """V7.4.5."""
    mine = await signed_in(database, "alice", b"1")
    await signed_in(database, "alice", b"2")
    kept = await signed_in(database, "bob", b"3")
    before = len(await kinds(database))
    assert (await people("session", "end", mine, "--json")).json["username"] == "alice"
    assert (await people("session", "end", mine)).refusal == "There is no live session of that id."
    assert (await people("session", "end", "--user", "alice", "--json")).json["ended"] == 1
    assert (await people("session", "end", "--user", "alice", "--json")).json["ended"] == 0
    assert [each["session"] for each in (await people("session", "list", "--json")).json] == [kept]
    assert (await kinds(database))[before:] == ["session_ended"] * 2


async def test_which_session_must_be_said(people: CommandLine) -> None:
    assert (await people("session", "end")).status == 2
    assert (await people("session", "end", "x", "--user", "alice")).status == 2
    assert "A session's id looks like" in (await people("session", "end", "x")).refusal
    assert (await people("session", "end", "--user", "ghost")).refusal == "There is no user ghost."
    assert (await people("session", "list")).out == "No live sessions.\n"


async def test_who_was_told_of_a_sign_out_is_listed(
    people: CommandLine, services: Services, database: Database, clock: MovableClock
) -> None:
    """O-59: visible; with the fault, and when it is tried again."""
    for name in ("wiki", "chat"):
        await add_client(services, name)
        await database.execute(NOTICE, name, "alice", clock())
    assert await outbox.claim(database, Claim(until=clock(), of_each=1, at_most=1), clock()) != []
    await database.execute("UPDATE outbox SET last_fault = 'timeout' WHERE client_id = 'wiki'")
    everything = (await people("session", "logouts", "--json")).json
    assert [(each["client"], each["outcome"], each["username"]) for each in everything] == [
        ("chat", "waiting", "alice"),
        ("wiki", "waiting", "alice"),
    ]
    (failed,) = (await people("session", "logouts", "--failed", "--json")).json
    assert (failed["client"], failed["last_fault"]) == ("wiki", "timeout")
    assert failed["next_try_at"]
    (one,) = (await people("session", "logouts", failed["session"], "--json")).json
    assert one == failed
    assert "timeout" in (await people("session", "logouts")).out
    assert "A session's id looks like" in (await people("session", "logouts", "x")).refusal


async def test_an_app_that_was_given_up_is_named(people: CommandLine, services: Services, database: Database) -> None:
    await add_client(services, "wiki")
    await database.execute(NOTICE, "wiki", "alice", datetime.now(UTC))
    await database.execute("UPDATE outbox SET done_at = made_at, outcome = 'failed', last_fault = 'tls'")
    (found,) = [each for each in (await people("check", "--json")).json if each["subject"] == "logouts"]
    assert (found["level"], found["words"].partition(" ")[0]) == ("warn", "wiki")
    (listed,) = (await people("session", "logouts", "--json")).json
    assert (listed["outcome"], listed["next_try_at"]) == ("failed", None)


async def test_configuration_is_listed_set_and_unset(idp: CommandLine, database: Database) -> None:
    entries = (await idp("config", "list", "--json")).json
    from idp.storage import config_values  # noqa: PLC0415 - the list of names is the one truth

    assert [each["name"] for each in entries] == list(config_values.names()) == sorted(flat(config_values.of({})))
    assert all(each["default"] for each in entries)
    assert (await idp("config", "set", "brand_name", "Example", "--json")).json["changed"] is True
    assert (await idp("config", "set", "brand_name", "Example", "--json")).json["changed"] is False
    assert (await idp("config", "show", "brand_name")).out == "Example\n"
    await idp("config", "set", "session_idle_seconds", "1800")
    assert (await idp("config", "show", "session_idle_seconds", "--json")).json["value"] == 1800
    assert (await idp("config", "unset", "brand_name", "--json")).json["changed"] is True
    assert (await idp("config", "unset", "brand_name", "--json")).json["changed"] is False
    assert (await idp("config", "show", "brand_name", "--json")).json == {
        "name": "brand_name",
        "value": "idp",
        "default": True,
    }
    assert "session_idle_seconds" in (await idp("config", "list")).out
    assert await kinds(database) == ["configuration_changed"] * 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set", "colour", "red"], "there is no configuration colour"),
        (["set", "session_idle_seconds", "soon"], "must be a whole number"),
        (["set", "session_idle_seconds", "7200"], "from 60 to 3600"),
        (["set", "session_absolute_seconds", "300"], "must not exceed"),
        (["set", "acr_aliases", '{"x": "9fa"}'], "acr_aliases must be a JSON object"),
        (["set", "support_contact", ""], "printable characters"),
        (["show", "colour"], "There is no configuration of that name."),
        (["unset", "colour"], "there is no configuration colour"),
    ],
)
async def test_a_bad_value_changes_nothing(
    idp: CommandLine, database: Database, arguments: list[str], words: str
) -> None:
    assert words in (await idp("config", *arguments)).refusal
    assert await kinds(database) == []


async def test_a_signing_key_is_rotated(idp: CommandLine, database: Database) -> None:
    """O-50: the next key is published before it is used."""
    assert (await idp("keys", "rotate", "ES256", "--json")).json["done"] == ["made a key for ES256: next"]
    assert (await idp("keys", "rotate", "ES256")).out == "A next key waits already; nothing was done.\n"
    states = [(each["alg"], each["state"]) for each in (await idp("keys", "list", "--json")).json]
    assert sorted(states) == [("ES256", "active"), ("ES256", "next"), ("RS256", "active")]
    await idp("keys", "rotate", "ES256", "--at-once")
    states = [(each["alg"], each["state"]) for each in (await idp("keys", "list", "--json")).json]
    assert ("ES256", "retiring") in states
    assert (await idp("keys", "rotate", "HS256")).status == 2
    assert (await idp("keys", "rotate", "PS256")).status == 0
    assert "kid" in (await idp("keys", "list")).out
    assert {"key_made", "key_activated"} <= set(await kinds(database))


async def test_the_root_key_is_rotated_online(fresh: FreshDatabase, idp: CommandLine, tmp_path: Path) -> None:
    """V11.2.2. With a copy of the folder: the other tests share the first one."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    for file in fresh.keys.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
        (folder / file.name).chmod(0o600)
    own = CommandLine({**idp.environ, "IDP_KEYS_DIR": str(folder)})
    done = (await own("keys", "rotate-root", "--json")).json
    assert done["before"] != done["after"]
    assert len(list(folder.iterdir())) == 2
    assert (await own("keys", "list", "--json")).status == 0
    assert done["after"] in (await idp("keys", "list")).refusal


async def test_migrate_says_what_it_did(idp: CommandLine, cluster: Cluster) -> None:
    assert (await idp("migrate")).out == "Nothing to do: the schema is this version's.\n"
    empty = await clone(cluster, template="template0")
    urls = {"IDP_DATABASE_URL": empty.server.expose(), "IDP_DATABASE_OWNER_URL": empty.owner.expose()}
    other = CommandLine({**idp.environ, **urls})
    try:
        assert "run: idp migrate" in (await other("user", "list")).refusal
        assert "run: idp migrate" in str((await other("check", "--json")).out)
        assert (await other("migrate", "--json")).json["applied"][0] == "0001_foundation"
        assert (await other("migrate", "--json")).json["applied"] == []
    finally:
        await drop(cluster, empty.name)


async def test_the_doctor_finds_a_healthy_service(idp: CommandLine) -> None:
    findings = (await idp("check", "--json")).json
    levels = {each["subject"]: each["level"] for each in findings}
    assert "error" not in levels.values()
    assert levels["schema"] == levels["root keys"] == levels["signing keys"] == levels["roles"] == "ok"
    assert levels["policy"] == levels["clients"] == levels["connections"] == "ok"
    assert (await idp("check")).out.startswith("ok ")


async def test_the_doctor_names_what_is_wrong(idp: CommandLine, database: Database) -> None:
    await idp("policy", "set", "server", "none")
    await idp("user", "add", "dave", "--no-password")
    await database.execute(
        "INSERT INTO exemptions SELECT id, '2020-01-01', 'kiosk', '2019-01-01' FROM users WHERE username = 'dave'"
    )
    await database.execute("UPDATE jobs SET due_at = '2020-01-01'")
    settings = {
        "IDP_WORKERS": "60",
        "IDP_TRUSTED_PROXIES": "0.0.0.0/0",
        "IDP_ISSUER": "https://id.example.org",
        "IDP_METRICS_LISTEN": "0.0.0.0:9000",
        "IDP_TLS_CERT": "/nowhere/cert.pem",
        "IDP_TLS_KEY": "/nowhere/key.pem",
    }
    ran = await CommandLine({**idp.environ, **settings})("check")
    assert ran.status == 1
    rows = [line.split(None, 2) for line in ran.out.splitlines()]
    told = {subject: sign for sign, subject, _ in rows if sign != "ok"}
    assert told["proxies"] == told["connections"] == told["tls"] == "ERROR"
    assert told["policy"] == told["exemptions"] == told["jobs"] == told["metrics"] == "WARN"
    assert "dave" in ran.out
    shared = await CommandLine({**idp.environ, "IDP_METRICS_LISTEN": "127.0.0.2:8000"})("check")
    assert (shared.status, "served on the public port" in shared.out) == (1, True)


async def test_the_doctor_looks_at_authorities_of_our_own(idp: CommandLine, authority: Authority) -> None:
    for path, level in ((authority.certificate, "ok"), (authority.folder, "error")):
        ran = await CommandLine({**idp.environ, "IDP_FETCH_CA_FILE": str(path)})("check", "--json")
        (found,) = [each for each in json.loads(ran.out) if each["subject"] == "authorities"]
        assert (found["level"], ran.status) == (level, int(level == "error"))
        assert str(path) in found["words"]


async def test_the_doctor_notices_a_single_role(idp: CommandLine, fresh: FreshDatabase) -> None:
    single = {name: value for name, value in idp.environ.items() if name != "IDP_DATABASE_OWNER_URL"}
    findings = (await CommandLine({**single, "IDP_DATABASE_URL": fresh.owner.expose()})("check", "--json")).json
    levels = {(each["subject"], each["level"]) for each in findings}
    assert {("database", "warn"), ("roles", "warn")} <= levels


async def test_the_doctor_tells_whose_tokens_pass_through_browsers(idp: CommandLine) -> None:
    """O-07: the setting and the registrations that need it should go together, and both should be few."""

    async def found() -> tuple[str, str]:
        (finding,) = [each for each in (await idp("check", "--json")).json if each["subject"] == "response types"]
        return finding["level"], finding["words"]

    assert await found() == ("ok", "only codes pass through browsers")
    await idp("config", "set", "legacy_response_types", "true")
    assert await found() == ("warn", "legacy_response_types is on: tokens pass through browsers for no app yet")
    await idp("client", "add", "old", "--redirect-uri", "https://old.example.com/", "--response-type", "id_token")
    assert (await found())[1].endswith("for old")
    await idp("config", "set", "legacy_response_types", "false")
    level, words = await found()
    assert (level, words.startswith("old: registered for some that are refused")) == ("warn", True)


async def test_a_client_that_uses_neither_pkce_nor_nonce_is_named(idp: CommandLine, database: Database) -> None:
    """RFC 9700 2.1.1: such a code can be injected."""
    await idp("client", "add", "old", "--redirect-uri", "https://old.example.com/", "--no-pkce")
    (found,) = [each for each in (await idp("check", "--json")).json if each["subject"] == "clients"]
    assert found == {
        "level": "ok",
        "subject": "clients",
        "words": "PKCE is not demanded of old; each code was bound by one or the other",
    }
    await idp("user", "add", "alice", "--no-password")
    await database.execute(
        "INSERT INTO grants (id, user_id, client_id, session_id, offline, scopes, proofs, acr, code_digest,"
        " code_expires_at, redirect_uri, redirect_uri_given, created_at, ends_at)"
        " SELECT gen_random_uuid(), id, 'old', gen_random_uuid(), false, '{openid}', '{\"pwd\": 1}', '1fa',"
        " sha256('x'), created_at, 'https://old.example.com/', true, created_at, created_at FROM users"
    )
    (found,) = [each for each in (await idp("check", "--json")).json if each["subject"] == "clients"]
    assert found["level"] == "warn"
    assert found["words"].startswith("old: uses neither PKCE nor nonce")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"IDP_DATABASE_URL": "postgresql://idp:hunter2@127.0.0.1:1/idp"}, "cannot connect to the database"),
        ({"IDP_DATABASE_URL": "mysql://idp:hunter2@localhost/idp"}, "IDP_DATABASE_URL: must be a URL"),
        ({"IDP_KEYS_DIR": "/nowhere"}, "root key"),
        ({"IDP_COLOUR": "hunter2"}, "IDP_COLOUR: there is no such setting"),
    ],
)
async def test_a_wrong_setting_is_one_line_without_secrets(
    idp: CommandLine, environ: dict[str, str], words: str
) -> None:
    """V16.2.5."""
    wrong = CommandLine({**idp.environ, **environ})
    assert words in (await wrong("user", "list")).refusal
    doctor = await wrong("check")
    assert doctor.status == 1
    assert words in doctor.out
    assert "hunter2" not in doctor.out + (await wrong("user", "list")).err


async def test_help_names_every_command(idp: CommandLine) -> None:
    ran = await idp("--help")
    assert ran.status == 0
    for noun in ("demo", "serve", "migrate", "check", "user", "client", "group", "policy", "keys", "session", "config"):
        assert f"\n  {noun} " in ran.out
    assert (await idp("nonsense")).status == 2
    assert (await idp("user", "nonsense")).status == 2
