"""`idp client`: kinds, redirect URIs, secrets shown once, what may be changed, and one security event each."""

from __future__ import annotations

from hashlib import sha256

import pytest

from idp.storage.database import Database
from tests.drivers.command_line import CommandLine

CALLBACK = "https://wiki.example.com/callback"


async def kinds(database: Database) -> list[str]:
    """The security events so far, oldest first."""
    return [row["kind"] for row in await database.fetch("SELECT kind FROM security_events ORDER BY id")]


async def digests(database: Database) -> list[bytes]:
    """Of the live secrets, oldest first."""
    rows = await database.fetch("SELECT digest FROM client_secrets ORDER BY created_at, id")
    return [row["digest"] for row in rows]


async def test_a_confidential_client_gets_its_secret_once(idp: CommandLine, database: Database) -> None:
    """RFC 6749 2.3.1, OAuth 2.1: 256 bits of ours, stored as digest; PKCE is on."""
    made = (await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, "--name", "Wiki", "--json")).json
    secret = made["client_secret"]
    assert len(secret) == 43
    assert await digests(database) == [sha256(secret.encode()).digest()]
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["require_pkce"] is True
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert made["id_token_signed_response_alg"] == "RS256"
    assert made["scope"] == "email groups offline_access openid profile"
    for arguments in (["show", "wiki"], ["list"]):
        for ran in (await idp("client", *arguments), await idp("client", *arguments, "--json")):
            assert ran.status == 0
            assert secret not in ran.out
    assert await kinds(database) == ["client_created"]
    assert secret not in str(await database.fetchval("SELECT details FROM security_events"))


@pytest.mark.parametrize(("kind", "uri"), [("spa", CALLBACK), ("native", "com.example.app:/callback")])
async def test_a_public_client_has_no_secret_and_rotates(idp: CommandLine, kind: str, uri: str) -> None:
    """RFC 9700 2.1.1, 4.14.2."""
    made = (await idp("client", "add", "app", "--kind", kind, "--redirect-uri", uri, "--json")).json
    assert "client_secret" not in made
    assert made["token_endpoint_auth_method"] == "none"
    assert made["require_pkce"] is made["rotate_refresh_tokens"] is True
    assert "public client has no secret" in (await idp("client", "rotate-secret", "app")).refusal
    assert "must use PKCE" in (await idp("client", "set", "app", "--no-pkce")).refusal
    assert "must rotate" in (await idp("client", "set", "app", "--no-rotate")).refusal


async def test_a_machine_acts_for_itself(idp: CommandLine) -> None:
    arguments = ["--kind", "machine", "--scope", "read", "--audience", "https://api.example.com"]
    made = (await idp("client", "add", "robot", *arguments, "--json")).json
    assert made["grant_types"] == ["client_credentials"]
    assert made["redirect_uris"] == []
    assert made["id_token_signed_response_alg"] == "ES256"
    assert (await idp("client", "show", "robot", "--json")).json["client_type"] == "machine"
    assert "no scopes of a person" in (await idp("client", "set", "robot", "--scope", "openid")).refusal


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://wiki.example.com/callback", "http on 127.0.0.1"),
        ("https://wiki.example.com/callback#x", "fragment"),
        ("https://*.example.com/callback", "wildcard"),
        ("https://a@wiki.example.com/", "user name"),
        ("javascript:alert(1)", "https"),
        ("com.example.app:/callback", "https"),
        ("https://wiki.example.com/?code=1", "code or state"),
    ],
)
async def test_a_bad_redirect_uri_registers_nothing(idp: CommandLine, database: Database, uri: str, words: str) -> None:
    """O-04."""
    assert words in (await idp("client", "add", "wiki", "--redirect-uri", uri)).refusal
    assert (await idp("client", "list", "--json")).json == []
    assert await kinds(database) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wiki"], "needs a redirect URI"),
        (["wi ki", "--redirect-uri", CALLBACK], "A client id has"),
        (["0197a2b4-0000-7000-8000-000000000000", "--redirect-uri", CALLBACK], "looks like the identifier of a person"),
        (["wiki", "--redirect-uri", CALLBACK, "--alg", "none"], "signed with"),
        (["wiki", "--redirect-uri", CALLBACK, "--scope", 'a"b'], "A scope is"),
        (["wiki", "--redirect-uri", CALLBACK, "--name", "x" * 101], "at most 100"),
        (["wiki", "--redirect-uri", CALLBACK, "--client-uri", "javascript:x"], "page of a client"),
        (["wiki", "--kind", "machine", "--redirect-uri", CALLBACK], "no redirect URIs"),
    ],
)
async def test_a_client_that_makes_no_sense_is_refused(
    idp: CommandLine, database: Database, arguments: list[str], words: str
) -> None:
    assert words in (await idp("client", "add", *arguments)).refusal
    assert await kinds(database) == []


async def test_an_id_is_given_once(idp: CommandLine) -> None:
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK)
    ran = await idp("client", "add", "wiki", "--redirect-uri", CALLBACK)
    assert ran.refusal == "There is a client of that id already."


async def test_unknown_choices_are_a_mistake_in_the_command(idp: CommandLine) -> None:
    assert (await idp("client", "add", "wiki", "--kind", "desktop")).status == 2
    assert (await idp("client", "add", "wiki", "--auth", "jwt")).status == 2


async def test_an_algorithm_that_nobody_used_yet_gets_its_key(idp: CommandLine, database: Database) -> None:
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, "--alg", "EdDSA")
    keys = (await idp("keys", "list", "--json")).json
    assert {(key["alg"], key["state"]) for key in keys} == {
        ("EdDSA", "active"),
        ("ES256", "active"),
        ("RS256", "active"),
    }
    assert sorted(await kinds(database)) == ["client_created", "key_made"]


async def test_metadata_is_changed_field_by_field(idp: CommandLine, database: Database) -> None:
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK)
    changes = [
        *("--name", "The Wiki", "--redirect-uri", "https://b.example.com/", "--redirect-uri", CALLBACK),
        *("--post-logout-redirect-uri", "https://b.example.com/bye", "--scope", "openid", "--audience", "https://api"),
        *(
            "--alg",
            "ES256",
            "--auth",
            "post",
            "--no-pkce",
            "--rotate",
            "--first-party",
            "--client-uri",
            "https://b.example.com",
        ),
    ]
    changed = (await idp("client", "set", "wiki", *changes, "--json")).json["changed"]
    assert changed == {
        "client_name": "The Wiki",
        "token_endpoint_auth_method": "client_secret_post",
        "redirect_uris": ["https://b.example.com/", CALLBACK],
        "post_logout_redirect_uris": ["https://b.example.com/bye"],
        "scope": "openid",
        "audiences": ["https://api"],
        "id_token_signed_response_alg": "ES256",
        "require_pkce": False,
        "rotate_refresh_tokens": True,
        "first_party": True,
        "client_uri": "https://b.example.com",
    }
    shown = (await idp("client", "show", "wiki", "--json")).json
    assert {name: shown[name] for name in changed} == changed
    again = (await idp("client", "set", "wiki", *changes, "--json")).json["changed"]
    assert again == {}
    emptied = (await idp("client", "set", "wiki", "--audience", "", "--client-uri", "", "--json")).json["changed"]
    assert emptied == {"audiences": [], "client_uri": None}
    assert await kinds(database) == ["client_created", "client_changed", "client_changed"]
    before = await database.fetchval("SELECT details -> 'before' FROM security_events WHERE kind = 'client_changed'")
    assert before["client_name"] == "wiki"


async def test_a_secret_is_rotated_without_a_gap(idp: CommandLine, database: Database) -> None:
    """Two live at once: the one before works until the next rotation."""
    first = (await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, "--json")).json["client_secret"]
    second = (await idp("client", "rotate-secret", "wiki", "--json")).json["client_secret"]
    assert await digests(database) == [sha256(each.encode()).digest() for each in (first, second)]
    third = (await idp("client", "rotate-secret", "wiki", "--json")).json["client_secret"]
    assert await digests(database) == [sha256(each.encode()).digest() for each in (second, third)]
    last = (await idp("client", "rotate-secret", "wiki", "--revoke-old", "--json")).json["client_secret"]
    assert await digests(database) == [sha256(last.encode()).digest()]
    assert len((await idp("client", "show", "wiki", "--json")).json["secrets_made_at"]) == 1
    assert await kinds(database) == ["client_created", *["client_secret_rotated"] * 3]


async def test_a_client_is_disabled_and_enabled(idp: CommandLine, database: Database) -> None:
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK)
    assert (await idp("client", "disable", "wiki", "--json")).json["changed"] is True
    assert (await idp("client", "disable", "wiki", "--json")).json["changed"] is False
    assert (await idp("client", "list", "--json")).json[0]["status"] == "disabled"
    assert (await idp("client", "enable", "wiki")).out == "wiki is active now.\n"
    assert await kinds(database) == ["client_created", "client_disabled", "client_enabled"]


@pytest.mark.parametrize("verb", ["show", "set", "rotate-secret", "disable", "enable"])
async def test_a_client_that_is_not_there_is_named(idp: CommandLine, verb: str) -> None:
    assert (await idp("client", verb, "ghost")).refusal == "There is no client ghost."


async def test_clients_are_listed_for_people(idp: CommandLine) -> None:
    assert (await idp("client", "list")).out == "No clients.\n"
    await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, "--name", "Wiki")
    lines = (await idp("client", "list")).out.splitlines()
    assert lines[1].split() == ["wiki", "Wiki", "confidential", "active", CALLBACK]
