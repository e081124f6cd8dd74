"""`idp user`: each command, its --json, its refusals, and that each change leaves exactly one security event."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from idp.directory.user import login_name
from idp.policy.account import Account
from idp.storage import accounts
from idp.storage.database import Database
from idp.usecases import known_factor
from idp.usecases.management import found_user
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.values.actors import Actor
from tests.drivers.command_line import PASSWORD, CommandLine
from tests.drivers.grants import BOTH_STEPS, Asked, add_client, issue

PASS = re.compile(r"[a-z2-9]{4}(-[a-z2-9]{4}){5}")
MADE = "SELECT details FROM security_events WHERE kind = 'enrolment_pass_made'"
SESSION = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
SELECT gen_random_uuid(), user_id, sha256($1::text::bytea), '{"pwd": 1}', $2, $2, $3 FROM login_names WHERE name = $1
"""
KNOWN = """
INSERT INTO known_browsers (user_id, digest, expires_at)
SELECT user_id, sha256('known'), $2 FROM login_names WHERE name = $1
"""
FAILURES = """
INSERT INTO throttles (subject, method, known_browser, failures, paused_until, touched_at)
SELECT uuid_send(user_id), unnest($2::text[]), false, 10, $3, $4 FROM login_names WHERE name = $1
"""
COUNT = {
    table: f"SELECT count(*) FROM {table}"  # noqa: S608 - tables of ours
    for table in ("users", "security_events", "known_browsers")
}


async def kinds(database: Database) -> list[str]:
    """The security events so far, oldest first."""
    return [row["kind"] for row in await database.fetch("SELECT kind FROM security_events ORDER BY id")]


async def with_factor(services: Services, name: str) -> None:
    """Give a person an authenticator app and ten recovery codes."""
    factor = await known_factor.new_factor(services)
    async with unit(services, Actor(kind="command"), None, services.clock()) as opened:
        await known_factor.bind(opened, name, factor)


async def signed_in(database: Database, name: str, at: datetime) -> None:
    """A live session, and a browser that is known."""
    await database.execute(SESSION, login_name(name), at, at + timedelta(hours=8))
    await database.execute(KNOWN, login_name(name), at + timedelta(days=100))


async def count(database: Database, what: str) -> int:
    found: int = await database.fetchval(COUNT[what])
    return found


async def test_a_user_is_made_and_shown(idp: CommandLine, database: Database) -> None:
    """OIDC Core 8: `sub` is 128 random bits, unlike name and row id."""
    made = (
        await idp("user", "add", "Alice", "--email", "Alice@Example.com", "--email-verified", "--json", stdin=PASSWORD)
    ).json
    assert made["username"] == "Alice"
    assert len(made["sub"]) == 22
    shown = (await idp("user", "show", "ALICE", "--json")).json
    assert shown["sub"] == made["sub"]
    assert shown["status"] == "active"
    assert shown["profile"] == {"email": "Alice@example.com", "email_verified": True}
    assert shown["password"]["change_demanded"] == "set_by_other"
    assert shown["authenticator_apps"] == shown["recovery_codes_left"] == shown["sessions"] == 0
    assert shown["locks"] == []
    assert await kinds(database) == ["user_created", "email_vouched_for"]


async def test_a_verified_address_finds_the_user_and_an_unverified_one_does_not(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--email", "a@example.com", "--email-verified", stdin=PASSWORD)
    await idp("user", "add", "bob", "--email", "b@example.com", stdin=PASSWORD)
    assert (await idp("user", "show", "a@example.com", "--json")).json["username"] == "alice"
    assert (await idp("user", "show", "b@example.com")).refusal == "There is no user b@example.com."


async def test_a_kept_password_is_the_persons_own(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--keep", stdin=PASSWORD)
    assert (await idp("user", "show", "alice", "--json")).json["password"]["change_demanded"] is None


async def test_an_account_can_be_made_without_a_password(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--no-password")
    assert (await idp("user", "show", "alice", "--json")).json["password"] is None


@pytest.mark.parametrize("name", ["alice", "ALICE", "\N{FULLWIDTH LATIN SMALL LETTER A}lice"])
async def test_a_name_is_given_once_in_whatever_spelling(idp: CommandLine, database: Database, name: str) -> None:
    await idp("user", "add", "alice", stdin=PASSWORD)
    ran = await idp("user", "add", name, stdin=PASSWORD)
    assert ran.refusal == "The name is taken: somebody signs in with it already."
    assert await count(database, "users") == 1


async def test_a_name_may_not_be_anothers_verified_address(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--email", "a@example.com", "--email-verified", stdin=PASSWORD)
    assert "is taken" in (await idp("user", "add", "a@example.com", stdin=PASSWORD)).refusal
    await idp("user", "add", "bob@example.com", stdin=PASSWORD)
    ran = await idp("user", "add", "carol", "--email", "BOB@example.com", "--email-verified", stdin=PASSWORD)
    assert ran.refusal == "The address is taken: somebody signs in with it already."


async def test_ones_name_may_be_ones_own_address(idp: CommandLine) -> None:
    ran = await idp("user", "add", "a@example.com", "--email", "a@example.com", "--email-verified", stdin=PASSWORD)
    assert ran.status == 0
    await idp("user", "set", "a@example.com", "username=alice")
    assert (await idp("user", "show", "a@example.com", "--json")).json["username"] == "alice"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "Enter a new password"),
        ("elevenchars", "at least 12 characters"),
        ("password1234", "on lists of common passwords"),
        ("alice-arnaud-", "made from your name"),
        ("x" * 257, "at most 256 characters"),
    ],
)
async def test_a_password_set_by_an_admin_follows_the_rules(idp: CommandLine, password: str, reason: str) -> None:
    """V6.2.4, N-02, N-08: common passwords and context words are refused here too, with the reason."""
    ran = await idp("user", "add", "alice-arnaud", stdin=password)
    assert reason in ran.refusal
    assert password == "" or password not in ran.err


async def test_a_password_that_may_stand_alone_is_longer(idp: CommandLine) -> None:
    """N-01: 15 characters where the policy lets a password stand alone."""
    await idp("policy", "set", "server", "if_enrolled")
    assert "at least 15 characters" in (await idp("user", "add", "alice", stdin="fourteen chars")).refusal
    assert (await idp("user", "add", "alice", stdin="fifteen letters")).status == 0
    assert "at least 15 characters" in (await idp("user", "set-password", "alice", stdin="fourteen chars")).refusal
    await idp("group", "add", "staff")
    await idp("policy", "set", "group:staff", "required")
    assert (await idp("user", "add", "bob", "--group", "staff", stdin="fourteen chars")).status == 0


async def test_an_unknown_group_makes_no_user(idp: CommandLine, database: Database) -> None:
    assert (await idp("user", "add", "alice", "--group", "staff", stdin=PASSWORD)).refusal == "There is no group staff."
    assert await count(database, "users") == await count(database, "security_events") == 0


async def test_users_are_listed_and_searched(idp: CommandLine) -> None:
    for name in ("carol", "Alice", "bob"):
        await idp("user", "add", name, "--email", f"{name}@example.com", "--no-password")
    assert [each["username"] for each in (await idp("user", "list", "--json")).json] == ["Alice", "bob", "carol"]
    assert [each["username"] for each in (await idp("user", "list", "ALI", "--json")).json] == ["Alice"]
    assert [each["username"] for each in (await idp("user", "list", "bob@", "--json")).json] == ["bob"]
    assert len((await idp("user", "list", "--limit", "2", "--json")).json) == 2
    table = (await idp("user", "list")).out.splitlines()
    assert table[0].split() == ["user", "status", "e-mail", "apps", "keys", "codes", "exempt", "until"]
    assert table[1].startswith("Alice")
    assert (await idp("user", "list", "nobody")).out == "Nobody.\n"


async def test_every_claim_can_be_set_and_removed(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--no-password")
    values = {
        "name": "Alice Arnaud",
        "family_name": "Arnaud",
        "given_name": "Alice",
        "middle_name": "B",
        "nickname": "Ali",
        "profile": "https://example.com/alice",
        "picture": "https://example.com/alice.png",
        "website": "https://example.com",
        "gender": "f",
        "birthdate": "1990-01-31",
        "zoneinfo": "Europe/Paris",
        "locale": "fr-FR",
        "phone_number": "+33123456789",
        "address.formatted": "1 Rue X",
        "address.street_address": "1 Rue X",
        "address.locality": "Paris",
        "address.region": "Île-de-France",
        "address.postal_code": "75001",
        "address.country": "France",
        "email": "alice@example.com",
    }
    ran = await idp("user", "set", "alice", *(f"{name}={value}" for name, value in values.items()), "--json")
    assert set(ran.json["changed"]) == {*values, "email_verified", "phone_number_verified"}
    profile = (await idp("user", "show", "alice", "--json")).json["profile"]
    assert profile == {**values, "email_verified": False, "phone_number_verified": False}
    await idp("user", "set", "alice", "nickname=", "address.region=")
    assert {"nickname", "address.region"} & set((await idp("user", "show", "alice", "--json")).json["profile"]) == set()
    assert await kinds(database) == ["user_created", "user_changed", "user_changed"]


async def test_a_vouched_address_is_recorded_as_an_admins_word(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--email", "a@example.com", "--no-password")
    await idp("user", "set", "alice", "email_verified=true")
    assert (await kinds(database))[1:] == ["email_vouched_for"]
    assert (await idp("user", "show", "a@example.com", "--json")).status == 0


async def test_a_new_address_is_unverified_and_no_longer_signs_in(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--email", "a@example.com", "--email-verified", "--no-password")
    await idp("user", "set", "alice", "email=b@example.com")
    assert (await idp("user", "show", "alice", "--json")).json["profile"]["email_verified"] is False
    assert "no user" in (await idp("user", "show", "a@example.com")).refusal
    assert (await idp("user", "add", "a@example.com", "--no-password")).status == 0


@pytest.mark.parametrize(
    ("pair", "refusal"),
    [
        ("birthdate=31.1.1990", "birthdate: Enter a date"),
        ("website=javascript:alert(1)", "website: Enter an address that begins with https://."),
        ("email=nobody", "email: Enter an address"),
        ("sub=x", "There is no field sub."),
        ("phone_number=123", "phone_number: Enter a number"),
        ("email_verified=true", "There is no address to call verified."),
        ("email_verified=perhaps", "email_verified is true or false."),
        ("username=", "username: Enter a value."),
    ],
)
async def test_a_bad_field_changes_nothing(idp: CommandLine, database: Database, pair: str, refusal: str) -> None:
    await idp("user", "add", "alice", "--no-password")
    assert (await idp("user", "set", "alice", "name=Alice", pair)).refusal.startswith(refusal)
    assert (await idp("user", "show", "alice", "--json")).json["profile"] == {}
    assert await kinds(database) == ["user_created"]


async def test_setting_what_is_there_changes_nothing(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--no-password")
    await idp("user", "set", "alice", "name=Alice")
    assert (await idp("user", "set", "alice", "name=Alice", "--json")).json["changed"] == []
    assert await kinds(database) == ["user_created", "user_changed"]


async def test_a_rename_is_refused_for_a_taken_name(idp: CommandLine) -> None:
    await idp("user", "add", "alice", "--no-password")
    await idp("user", "add", "bob", "--no-password")
    assert "The name is taken" in (await idp("user", "set", "bob", "username=Alice")).refusal
    assert (await idp("user", "show", "bob", "--json")).status == 0


async def test_a_new_password_ends_everything(idp: CommandLine, database: Database, services: Services) -> None:
    """V7.4.3, O-29: sessions, grants and known browsers end with the password."""
    await idp("user", "add", "alice", "--keep", stdin=PASSWORD)
    at = datetime.now(UTC)
    await signed_in(database, "alice", at)
    await database.execute(FAILURES, "alice", ["pwd", "otp"], at + timedelta(minutes=15), at)
    ran = await idp("user", "set-password", "alice", "--json", stdin="another horse entirely")
    assert ran.json == {"username": "alice", "change_demanded": True}
    shown = (await idp("user", "show", "alice", "--json")).json
    assert shown["sessions"] == 0
    assert shown["password"]["change_demanded"] == "set_by_other"
    assert [lock["method"] for lock in shown["locks"]] == ["otp"]
    assert await count(database, "known_browsers") == 0
    assert (await kinds(database))[1:] == ["password_set"]


async def test_a_reset_takes_the_second_factor_and_ends_grants(
    idp: CommandLine, database: Database, services: Services
) -> None:
    """V6.4.3: what was reset may be in other hands, so nothing that rested on it lives on."""
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    await with_factor(services, "bob")
    client = (await add_client(services, "wiki")).client
    account = await _account(services, "bob")
    await issue(services, client, account, Asked(methods=BOTH_STEPS))
    at = datetime.now(UTC)
    await signed_in(database, "bob", at)
    await database.execute(FAILURES, "bob", ["pwd", "otp", "recovery_code"], at + timedelta(minutes=15), at)
    before = await kinds(database)
    ran = (await idp("user", "reset-second-factor", "bob", "--reason", "phone stolen", "--json")).json
    assert (ran["apps"], ran["codes"]) == (1, 10)
    assert ran["sessions_ended"] >= 1
    assert ran["grants_ended"] == 1
    shown = (await idp("user", "show", "bob", "--json")).json
    assert shown["authenticator_apps"] == shown["recovery_codes_left"] == shown["sessions"] == 0
    assert [lock["method"] for lock in shown["locks"]] == ["pwd"]
    assert shown["enrolment_pass"] == {"demanded": True, "until": ran["pass_until"]}
    assert "needed for a new factor; one given, until" in (await idp("user", "show", "bob")).out
    assert (await kinds(database))[len(before) :] == ["second_factor_reset", "enrolment_pass_made"]
    assert PASS.fullmatch(ran["enrolment_pass"])
    assert await database.fetchval("SELECT enrolment_pass_demanded FROM users WHERE username = 'bob'") is True
    details = await database.fetchval("SELECT details FROM security_events WHERE kind = 'second_factor_reset'")
    assert details["reason"] == "phone stolen"


async def test_an_enrolment_pass_is_printed_once_and_kept_as_a_digest(idp: CommandLine, database: Database) -> None:
    """V6.4.1: random, short-lived, one-time; V6.4.6: whoever starts a reset learns no factor."""
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    ran = await idp("user", "enrolment-pass", "bob")
    assert "shown only now; it works once, until" in ran.out
    text = ran.out.split()[-1]
    assert PASS.fullmatch(text)
    stored = await database.fetchrow("SELECT digest, expires_at - made_at AS lives FROM enrolment_passes")
    assert stored is not None
    assert stored["digest"] == sha256(text.replace("-", "").encode()).digest()
    assert stored["lives"] == timedelta(hours=24)
    again = (await idp("user", "enrolment-pass", "bob", "--hours", "168", "--json")).json
    assert again["enrolment_pass"] != text
    assert await database.fetchval("SELECT count(*) FROM enrolment_passes") == 1
    assert [each["details"]["mailed"] for each in await database.fetch(MADE)] == [False, False]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hours", "169"], "lives 168 hours at most"),
        (["--hours", "0"], "lives 168 hours at most"),
        (["--mail"], "no address that somebody vouched for"),
        (["--mail", "--hours", "25"], "mailed lives 24 hours at most"),
    ],
)
async def test_an_enrolment_pass_that_cannot_be_handed_over(idp: CommandLine, options: list[str], words: str) -> None:
    await idp("user", "add", "bob", "--no-password")
    assert words in (await idp("user", "enrolment-pass", "bob", *options)).refusal


async def test_who_has_a_factor_needs_no_enrolment_pass(idp: CommandLine, services: Services) -> None:
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    await with_factor(services, "bob")
    assert "bob has a second factor" in (await idp("user", "enrolment-pass", "bob")).refusal


async def test_a_reset_by_mail_is_refused_whole_where_nobody_can_be_mailed_to(
    idp: CommandLine, database: Database, services: Services
) -> None:
    """Else the person would have neither factor nor pass."""
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    await with_factor(services, "bob")
    ran = await idp("user", "reset-second-factor", "bob", "--reason", "lost", "--mail")
    assert "no address that somebody vouched for" in ran.refusal
    assert await database.fetchval("SELECT count(*) FROM totp_authenticators") == 1


@pytest.mark.parametrize("number", ["", "12345678", "1234567890", "abc", "12345678²", "4821 9073 5 x"])
async def test_what_is_no_reference_number_is_told(idp: CommandLine, number: str) -> None:
    assert "has nine digits" in (await idp("user", "find-reference", number)).refusal


async def test_a_reference_number_that_nobody_has(idp: CommandLine) -> None:
    assert (await idp("user", "find-reference", "482 190 735")).out == "No sign-in has that number.\n"


async def test_a_reset_needs_a_reason(idp: CommandLine) -> None:
    await idp("user", "add", "bob", "--no-password")
    assert "Give a reason" in (await idp("user", "reset-second-factor", "bob", "--reason", "  ")).refusal
    assert (await idp("user", "reset-second-factor", "bob")).status == 2


async def test_a_compromised_password_ends_what_it_opened(idp: CommandLine, database: Database) -> None:
    """N-07: the next sign-in asks for a new one (tests/journeys/test_new_password.py); a reason is asked for here."""
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    await signed_in(database, "bob", datetime.now(UTC))
    ran = (await idp("user", "mark-compromised", "bob", "--reason", "on a list", "--json")).json
    assert ran["sessions_ended"] == 1
    assert await database.fetchval("SELECT change_demanded FROM passwords") == "compromised"
    details = await database.fetchval("SELECT details FROM security_events WHERE kind = 'password_marked_compromised'")
    assert details == {"reason": "on a list"}
    await idp("user", "add", "carol", "--no-password")
    assert (await idp("user", "mark-compromised", "carol", "--reason", "x")).refusal == "carol has no password."


async def test_unlocking_forgets_failures(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--no-password")
    at = datetime.now(UTC)
    await database.execute(FAILURES, "alice", ["pwd", "otp"], at + timedelta(minutes=15), at)
    lines = (await idp("user", "show", "alice")).out
    assert "password: 10 in a row, paused until" in lines
    assert (await idp("user", "unlock", "alice", "--json")).json["unlocked"] == ["otp", "pwd"]
    assert (await idp("user", "show", "alice", "--json")).json["locks"] == []
    assert (await idp("user", "unlock", "alice")).out == "alice had no failures.\n"
    assert await kinds(database) == ["user_created", "user_unlocked"]


async def test_a_disabled_user_has_nothing_left(idp: CommandLine, database: Database) -> None:
    """V7.4.2: disabling ends all sessions; enabling brings none of them back."""
    await idp("user", "add", "alice", "--no-password")
    await signed_in(database, "alice", datetime.now(UTC))
    assert (await idp("user", "show", "alice", "--json")).json["sessions"] == 1
    assert (await idp("user", "disable", "alice", "--json")).json == {
        "username": "alice",
        "status": "disabled",
        "changed": True,
    }
    assert (await idp("user", "disable", "alice", "--json")).json["changed"] is False
    assert (await idp("user", "enable", "alice")).out == "Enabled alice.\n"
    assert (await idp("user", "enable", "alice", "--json")).json["changed"] is False
    assert (await idp("user", "show", "alice", "--json")).json["sessions"] == 0
    assert await kinds(database) == ["user_created", "user_disabled", "user_enabled"]


async def test_an_exemption_is_dated_reasoned_and_lifted(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "dave", "--no-password")
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    ran = await idp("user", "exempt", "dave", "--until", day, "--reason", "kiosk in the hall", "--json")
    assert ran.json["exempt_until"] == f"{day}T23:59:59Z"
    shown = (await idp("user", "show", "dave", "--json")).json["exemption"]
    assert shown == {"until": f"{day}T23:59:59Z", "reason": "kiosk in the hall"}
    assert (await idp("user", "exempt", "dave", "--lift", "--json")).json["changed"] is True
    assert (await idp("user", "exempt", "dave", "--lift", "--json")).json["changed"] is False
    assert await kinds(database) == ["user_created", "user_exempted", "exemption_ended"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--until", "2020-01-01", "--reason", "x"], 1, "must end in the future"),
        (["--until", "2199-01-01", "--reason", "x"], 1, "a year at most"),
        (["--until", "tomorrow", "--reason", "x"], 2, "use a date such as"),
        (["--until", "2199-01-01"], 2, "--until and --reason"),
        ([], 2, "--until and --reason"),
    ],
)
async def test_a_bad_exemption_is_refused(idp: CommandLine, options: list[str], status: int, words: str) -> None:
    await idp("user", "add", "dave", "--no-password")
    ran = await idp("user", "exempt", "dave", *options)
    assert ran.status == status
    assert words in " ".join(ran.err.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["set", "name=x"],
        ["set-password"],
        ["mark-compromised", "--reason", "x"],
        ["reset-second-factor", "--reason", "x"],
        ["enrolment-pass"],
        ["unlock"],
        ["disable"],
        ["enable"],
        ["exempt", "--lift"],
    ],
)
async def test_a_user_who_is_not_there_is_named(idp: CommandLine, arguments: list[str]) -> None:
    verb, *rest = arguments
    ran = await idp("user", verb, "nobody\x1b[2J", *rest, stdin=PASSWORD)
    assert ran.refusal == "There is no user nobody?[2J."


async def test_no_secret_is_ever_shown(idp: CommandLine, database: Database, services: Services) -> None:
    """V16.2.5: neither password, nor hash, nor sealed secret, nor code appears in what lists and shows print."""
    await idp("user", "add", "bob", "--keep", stdin=PASSWORD)
    await with_factor(services, "bob")
    stored = await database.fetchrow(
        "SELECT p.hash, encode(t.sealed_secret, 'hex') AS sealed, encode(u.audit_salt, 'hex') AS salt FROM users u"
        " JOIN passwords p ON p.user_id = u.id JOIN totp_authenticators t ON t.user_id = u.id"
    )
    assert stored is not None
    printed = ""
    for arguments in (["user", "show", "bob"], ["user", "list"], ["session", "list"], ["policy", "show"]):
        for ran in (await idp(*arguments), await idp(*arguments, "--json")):
            printed += ran.out + ran.err
    assert PASSWORD not in printed
    assert [secret for secret in stored.values() if secret in printed] == []
    assert "argon2" not in printed


async def test_events_hold_what_is_personal_sealed(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--email", "alice@example.com", "--email-verified", stdin=PASSWORD)
    await idp("user", "set", "alice", "family_name=Arnaud")
    details = json.dumps([row[0] for row in await database.fetch("SELECT details FROM security_events")])
    assert "alice" not in details
    assert "Arnaud" not in details
    actors = {row[0] for row in await database.fetch("SELECT actor_kind FROM security_events")}
    assert actors == {"command"}


async def _account(services: Services, name: str) -> Account:
    user = await found_user(services.database, name)
    account = await accounts.find(services.database, user.id)
    assert account is not None
    return account
