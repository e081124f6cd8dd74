"""`idp policy` and `idp group`: rules at every place, and the reasons that the deciding function gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp.storage.database import Database
from tests.drivers.command_line import CommandLine

CALLBACK = "https://wiki.example.com/callback"


async def kinds(database: Database) -> list[str]:
    """The security events so far, oldest first."""
    return [row["kind"] for row in await database.fetch("SELECT kind FROM security_events ORDER BY id")]


@pytest.fixture
async def stage(idp: CommandLine) -> CommandLine:
    """Alice in the group staff, and a client."""
    await idp("user", "add", "alice", "--no-password")
    await idp("group", "add", "staff")
    await idp("group", "add-member", "staff", "alice")
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK)
    return idp


async def test_a_fresh_server_requires_a_second_factor(idp: CommandLine) -> None:
    rules = (await idp("policy", "show", "--json")).json["rules"]
    assert rules == [{"target": "server", "name": "", "rule": "required 2fa"}]


async def test_a_rule_stands_at_every_place(stage: CommandLine, database: Database) -> None:
    before = len(await kinds(database))
    await stage("policy", "set", "server", "if_enrolled")
    await stage("policy", "set", "client:wiki", "required", "2fa")
    await stage("policy", "set", "group:STAFF", "required")
    await stage("policy", "set", "user:alice", "if_enrolled")
    rules = (await stage("policy", "show", "--json")).json["rules"]
    assert [(each["target"], each["name"], each["rule"]) for each in rules] == [
        ("server", "", "if_enrolled"),
        ("client", "wiki", "required 2fa"),
        ("group", "staff", "required 2fa"),
        ("user", "alice", "if_enrolled"),
    ]
    assert (await stage("user", "show", "alice", "--json")).json["rule"] == "if_enrolled"
    assert (await stage("group", "list", "--json")).json == [{"group": "staff", "members": 1, "rule": "required 2fa"}]
    for target in ("server", "client:wiki", "group:staff", "user:alice"):
        assert (await stage("policy", "set", target, "none", "--json")).json["changed"] is True
        assert (await stage("policy", "set", target, "none", "--json")).json["changed"] is False
    assert (await stage("policy", "show", "--json")).json["rules"] == []
    assert (await kinds(database))[before:] == ["policy_rule_set"] * 8


async def test_a_rule_remembers_what_it_was(stage: CommandLine, database: Database) -> None:
    await stage("policy", "set", "user:alice", "required")
    row = await database.fetchrow("SELECT details, user_id FROM security_events ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert row["details"] == {"target": "user", "name": "", "before": None, "after": "required 2fa"}
    assert row["user_id"] is not None


async def test_the_reasons_are_told(stage: CommandLine) -> None:
    await stage("policy", "set", "client:wiki", "if_enrolled")
    told = (await stage("policy", "explain", "alice", "wiki", "--json")).json
    assert told["level"] == "2fa"
    assert told["needs_enrolment"] is True
    assert [(each["source"], each["name"], each["effect"]) for each in told["reasons"]] == [
        ("server", "", "decides"),
        ("group", "staff", "nothing"),
        ("user", "alice", "nothing"),
        ("client", "wiki", "nothing"),
        ("request", "", "nothing"),
        ("enrolled", "alice", "nothing"),
    ]
    text = (await stage("policy", "explain", "alice", "wiki")).out
    assert text.startswith("A second factor is needed (2fa).\n  server: required 2fa - decides\n")
    assert text.endswith("alice has none yet, so the next sign-in sets one up.\n")


async def test_an_exemption_lifts_all_but_client_and_request(stage: CommandLine) -> None:
    """An exemption never lifts what a client or the request asks."""
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    await stage("user", "exempt", "alice", "--until", until, "--reason", "kiosk")
    assert (await stage("policy", "explain", "alice", "wiki", "--json")).json["level"] == "1fa"
    assert (await stage("policy", "explain", "alice", "wiki", "--acr", "2fa", "--json")).json["level"] == "2fa"
    await stage("policy", "set", "client:wiki", "required")
    told = (await stage("policy", "explain", "alice", "wiki", "--json")).json
    assert told["level"] == "2fa"
    assert told["exempt_until"] == f"{until}T23:59:59Z"
    listed = (await stage("policy", "show")).out
    assert "kiosk" in listed


@pytest.mark.parametrize("target", ["server", "group:staff", "user:alice"])
async def test_a_first_factor_may_need_an_enrolment_pass(stage: CommandLine, target: str) -> None:
    """For admins, until people have roles: the rule of a group."""
    await stage("policy", "set", target, "if_enrolled", "--enrolment-pass")
    told = (await stage("policy", "explain", "alice", "wiki", "--json")).json
    assert told["needs_enrolment_pass"] is True
    text = (await stage("policy", "explain", "alice", "wiki")).out
    assert "if_enrolled, first factor with an enrolment pass" in text
    assert "A first factor is set up with an enrolment pass only" in text
    assert "first factor with an enrolment pass" in (await stage("policy", "show")).out
    await stage("policy", "set", target, "if_enrolled")
    told = (await stage("policy", "explain", "alice", "wiki", "--json")).json
    assert told["needs_enrolment_pass"] is False


async def test_an_alias_is_understood_once_it_is_set(stage: CommandLine) -> None:
    alias = "https://refeds.org/profile/mfa"
    await stage("policy", "set", "server", "none")
    assert "No level is called so" in (await stage("policy", "explain", "alice", "wiki", "--acr", alias)).refusal
    await stage("config", "set", "acr_aliases", f'{{"{alias}": "2fa"}}')
    assert (await stage("policy", "explain", "alice", "wiki", "--acr", alias, "--json")).json["level"] == "2fa"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["set", "client:ghost", "required"], 1, "There is no client ghost."),
        (["set", "group:ghost", "required"], 1, "There is no group ghost."),
        (["set", "user:ghost", "required"], 1, "There is no user ghost."),
        (["set", "realm", "required"], 2, "TARGET is server"),
        (["set", "client:", "required"], 2, "TARGET is server"),
        (["set", "server:x", "required"], 2, "TARGET is server"),
        (["set", "server", "required", "9fa"], 2, "a rule can require 2fa"),
        (["set", "server", "always"], 2, "always"),
        (["set", "server", "none", "--enrolment-pass"], 2, "goes with required and if_enrolled"),
        (["set", "client:wiki", "required", "--enrolment-pass"], 1, "no app's to decide"),
        (["explain", "ghost", "wiki"], 1, "There is no user ghost."),
        (["explain", "alice", "ghost"], 1, "There is no client ghost."),
    ],
)
async def test_a_mistake_is_told(stage: CommandLine, arguments: list[str], status: int, words: str) -> None:
    ran = await stage("policy", *arguments)
    assert ran.status == status
    assert words in " ".join(ran.err.split())


async def test_groups_are_made_filled_and_removed(idp: CommandLine, database: Database) -> None:
    await idp("user", "add", "alice", "--no-password")
    assert (await idp("group", "add", "Staff", "--json")).json["group"] == "Staff"
    assert (await idp("group", "add", "STAFF")).refusal == "There is a group of that name already."
    assert (await idp("group", "add-member", "staff", "alice", "--json")).json["changed"] is True
    assert (await idp("group", "add-member", "staff", "alice", "--json")).json["changed"] is False
    assert (await idp("group", "show", "staff", "--json")).json == {"group": "Staff", "members": ["alice"]}
    assert (await idp("user", "show", "alice", "--json")).json["groups"] == ["Staff"]
    assert (await idp("group", "remove-member", "staff", "alice")).out == "alice belongs to staff no longer.\n"
    assert (await idp("group", "remove-member", "staff", "alice", "--json")).json["changed"] is False
    assert (await idp("group", "remove", "staff")).out == "Removed the group Staff.\n"
    assert (await idp("group", "list")).out == "None.\n"
    assert (await kinds(database))[1:] == ["group_created", "member_added", "member_removed", "group_deleted"]


@pytest.mark.parametrize(
    "arguments", [["show", "x"], ["remove", "x"], ["add-member", "x", "alice"], ["remove-member", "x", "alice"]]
)
async def test_a_group_that_is_not_there_is_named(idp: CommandLine, arguments: list[str]) -> None:
    assert (await idp("group", *arguments)).refusal == "There is no group x."


async def test_a_group_needs_a_name(idp: CommandLine) -> None:
    assert (await idp("group", "add", " ")).refusal == "group: Enter a value."


async def test_a_rule_may_leave_time(stage: CommandLine, database: Database) -> None:
    """From a date on, and some days for each person."""
    start = (datetime.now(UTC) + timedelta(days=30)).date()
    await stage("policy", "set", "server", "required", "--from", start.isoformat(), "--grace", "14")
    words = f"required 2fa from {start} 00:00 UTC with 14 days of grace"
    assert (await stage("policy", "show", "--json")).json["rules"][0]["rule"] == words
    assert (await stage("policy", "set", "server", "required", "--grace", "14", "--json")).json["changed"] is True
    told = (await stage("policy", "explain", "alice", "wiki", "--json")).json
    assert (told["level"], told["needs_enrolment"], told["exempt_until"]) == ("1fa", False, None)
    assert told["grace_until"] is not None
    assert told["reasons"][0]["effect"] == "deferred"
    text = (await stage("policy", "explain", "alice", "wiki")).out
    assert "alice has none yet; each sign-in offers to set one up" in text
    assert await database.fetchval("SELECT count(*) FROM rule_applications") == 0  # asking is no sign-in


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["if_enrolled", "--grace", "3"], 2, "--from and --grace go with required"),
        (["none", "--from", "2099-01-01"], 2, "--from and --grace go with required"),
        (["required", "--from", "2020-01-01"], 1, "A rule starts at a date in the future, within two years."),
        (["required", "--from", "9999-12-31"], 1, "A rule starts at a date in the future, within two years."),
        (["required", "--from", "soon"], 2, "use a date such as"),
        (["required", "--grace", "366"], 1, "Grace lasts a year at most."),
        (["required", "--grace", "-1"], 1, "Grace lasts a year at most."),
    ],
)
async def test_time_that_no_rule_can_leave(stage: CommandLine, arguments: list[str], status: int, words: str) -> None:
    ran = await stage("policy", "set", "server", *arguments)
    assert ran.status == status
    assert words in " ".join(ran.err.split())


async def test_browsers_are_remembered_only_where_nothing_is_required(stage: CommandLine) -> None:
    """Off unless said, 180 days at most, and gone with the next rule that does not say it."""
    await stage("policy", "set", "server", "if_enrolled", "--remember", "30")
    await stage("policy", "set", "user:alice", "if_enrolled", "--remember", "1")
    rules = (await stage("policy", "show", "--json")).json["rules"]
    assert [each["rule"] for each in rules] == [
        "if_enrolled, browsers remembered for 30 days",
        "if_enrolled, browsers remembered for 1 day",
    ]
    explained = await stage("policy", "explain", "alice", "wiki")
    assert "a browser may be remembered for 1 day: no factor is asked there meanwhile" in explained.out
    for wrong in (
        ["if_enrolled", "--remember", "181"],
        ["if_enrolled", "--remember", "-1"],
        ["required", "--remember", "1"],
    ):
        assert (await stage("policy", "set", "server", *wrong)).status != 0
    await stage("policy", "set", "server", "if_enrolled")
    assert (await stage("policy", "show", "--json")).json["rules"][0]["rule"] == "if_enrolled"
