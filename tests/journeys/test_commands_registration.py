"""`idp client`: what some apps need beyond the usual, and the tokens with which others register clients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from idp.storage.database import Database
from tests.drivers.client_signer import ClientSigner
from tests.drivers.command_line import CommandLine

CALLBACK = "https://wiki.example.com/callback"
KINDS = "SELECT kind FROM security_events ORDER BY id"


async def kinds(database: Database) -> list[str]:
    """The security events so far, oldest first."""
    return [row["kind"] for row in await database.fetch(KINDS)]


async def added(idp: CommandLine, *more: str) -> Any:  # noqa: ANN401 - JSON
    """An app with a secret, and what was printed of it."""
    return (await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, *more, "--json")).json


async def changed(idp: CommandLine, *said: str) -> Any:  # noqa: ANN401 - JSON
    """What is said otherwise now."""
    return (await idp("client", "set", "wiki", *said, "--json")).json["changed"]


async def test_everything_that_may_be_said_is_shown_and_taken_back(idp: CommandLine) -> None:
    """RFC 7591 2, OIDC Registration 2, by the names of the standards."""
    await added(idp)
    texts = {
        "jwks_uri": "https://wiki.example.com/jwks",
        "request_object_alg": "PS256",
        "userinfo_alg": "RS256",
        "sector_identifier_uri": "https://example.com/sector",
        "backchannel_logout_uri": "https://wiki.example.com/told",
        "frontchannel_logout_uri": "https://wiki.example.com/out",
        "initiate_login_uri": "https://wiki.example.com/login",
        "logo_uri": "https://wiki.example.com/logo.png",
        "policy_uri": "https://wiki.example.com/policy",
        "tos_uri": "https://wiki.example.com/tos",
    }
    options = {name: f"--{name.replace('_', '-')}" for name in texts}
    names = {"request_object_alg": "request_object_signing_alg", "userinfo_alg": "userinfo_signed_response_alg"}
    said = [word for name, text in texts.items() for word in (options[name], text)]
    lists = ["--request-uri", "https://wiki.example.com/r#1", "--default-acr", "2fa", "--default-max-age", "3600"]
    now = await changed(idp, *said, *lists, "--claims-in-id-token", "--subject-type", "pairwise")
    assert now == {
        **{names.get(name, name): text for name, text in texts.items()},
        "request_uris": ["https://wiki.example.com/r#1"],
        "default_acr_values": ["2fa"],
        "default_max_age": 3600,
        "claims_in_id_token": True,
        "subject_type": "pairwise",
    }
    shown = (await idp("client", "show", "wiki", "--json")).json
    assert {name: shown[name] for name in now} == now
    emptied = [word for option in options.values() for word in (option, "")]
    lists = ["--request-uri", "", "--default-acr", "", "--default-max-age", ""]
    back = await changed(idp, *emptied, *lists, "--no-claims-in-id-token", "--subject-type", "public")
    assert set(back) == set(now)
    assert set(map(str, back.values())) == {"None", "[]", "False", "public"}


async def test_response_types_bring_their_grant_types(idp: CommandLine) -> None:
    """OIDC Registration 2."""
    made = await added(idp, "--response-type", "code", "--response-type", "token code id_token")
    assert made["response_types"] == ["code", "code id_token token"]
    assert made["grant_types"] == ["authorization_code", "implicit", "refresh_token"]
    assert (await changed(idp, "--response-type", "id_token"))["grant_types"] == ["implicit"]
    assert "not supported" in (await idp("client", "set", "wiki", "--response-type", "token")).refusal


async def test_a_client_that_signs_with_its_own_key(idp: CommandLine, database: Database, tmp_path: Path) -> None:
    """OIDC Core 9: no secret; one is made again when it goes back."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [ClientSigner.of("ES256", "of-today").jwk]}))
    made = await added(idp, "--auth", "private-key-jwt", "--jwks-file", str(file), "--auth-alg", "ES256")
    assert "client_secret" not in made
    assert made["jwks"] == json.loads(file.read_text())
    assert made["token_endpoint_auth_signing_alg"] == "ES256"
    assert "key of its own has no secret" in (await idp("client", "rotate-secret", "wiki")).refusal
    assert "needs the keys" in (await idp("client", "set", "wiki", "--jwks-file", "")).refusal
    ran = await idp("client", "set", "wiki", "--auth", "basic", "--auth-alg", "")
    assert "client_secret " in ran.out
    assert "Keep the secret now" in ran.out
    assert await database.fetchval("SELECT count(*) FROM client_secrets") == 1


async def test_a_client_that_signs_with_its_secret_gets_one_that_can_be_read_again(
    idp: CommandLine, database: Database
) -> None:
    """OIDC Core 9: the digest alone would verify nothing, so the old secret ends."""
    first = (await added(idp))["client_secret"]
    now = (await idp("client", "set", "wiki", "--auth", "secret-jwt", "--json")).json
    assert now["changed"] == {"token_endpoint_auth_method": "client_secret_jwt"}
    assert now["client_secret"] != first
    assert await database.fetchval("SELECT count(*) FROM client_secrets WHERE sealed_secret IS NULL") == 0
    await idp("client", "rotate-secret", "wiki")
    assert await database.fetchval("SELECT count(*) FROM client_secrets WHERE sealed_secret IS NOT NULL") == 2
    back = (await idp("client", "set", "wiki", "--auth", "post", "--json")).json
    assert "client_secret" not in back
    assert await database.fetchval("SELECT count(*) FROM client_secrets") == 2


@pytest.mark.parametrize("text", ["", "x", "[]", '{"keys": "x"}', '{"keys": ["x"]}', "[" * 50_000])
async def test_a_file_without_keys_is_a_mistake_in_the_command(idp: CommandLine, tmp_path: Path, text: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(text)
    arguments = ["client", "add", "wiki", "--redirect-uri", CALLBACK, "--jwks-file"]
    assert (await idp(*arguments, str(file))).status == 2
    assert (await idp(*arguments, str(tmp_path / "nowhere"))).status == 2


async def test_private_keys_are_refused(idp: CommandLine, tmp_path: Path) -> None:
    """RFC 7591 2: jwks are public keys."""
    file = tmp_path / "jwks.json"
    file.write_text('{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]}')
    ran = await idp("client", "add", "wiki", "--redirect-uri", CALLBACK, "--jwks-file", str(file))
    assert "private or symmetric" in ran.refusal


@pytest.mark.parametrize("age", ["soon", "-1", "1.5", "9" * 5000])
async def test_an_age_is_a_number(idp: CommandLine, age: str) -> None:
    await added(idp)
    assert (await idp("client", "set", "wiki", f"--default-max-age={age}")).status == 2


async def test_a_client_is_removed(idp: CommandLine, database: Database) -> None:
    await added(idp)
    assert (await idp("client", "remove", "wiki")).out == "Removed wiki.\n"
    assert (await idp("client", "remove", "wiki")).refusal == "There is no client wiki."
    assert await kinds(database) == ["client_created", "client_deleted"]


async def test_a_registration_token_is_shown_once(idp: CommandLine, database: Database) -> None:
    """RFC 7591 3: made, listed without itself, revoked; each leaves its event."""
    said = ["--uses", "3", "--days", "2", "--note", "Team Wiki"]
    made = (await idp("client", "registration-token", "add", *said, "--json")).json
    token = made.pop("registration_token")
    assert len(token) == 43
    assert (made["uses_left"], made["note"]) == (3, "Team Wiki")
    listed = await idp("client", "registration-token", "list", "--json")
    assert listed.json == [made]
    assert token not in listed.out
    assert "Team Wiki" in (await idp("client", "registration-token", "list")).out
    assert token not in str(await database.fetch("SELECT * FROM initial_access_tokens"))
    assert "Revoked" in (await idp("client", "registration-token", "revoke", made["id"])).out
    assert "no registration token" in (await idp("client", "registration-token", "revoke", made["id"])).refusal
    assert (await idp("client", "registration-token", "list")).out == "None.\n"
    assert await kinds(database) == ["initial_access_token_made", "initial_access_token_revoked"]
    assert token not in str(await database.fetch("SELECT * FROM security_events"))


async def test_a_registration_token_for_people(idp: CommandLine) -> None:
    ran = await idp("client", "registration-token", "add")
    assert "Keep the token now" in ran.out
    assert "uses_left" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--uses", "10001"], "1 to 10000 registrations"),
        (["--note", "a\nb"], "200 printable"),
        (["--note", "x" * 201], "200 printable"),
    ],
)
async def test_a_token_without_measure_is_refused(
    idp: CommandLine, database: Database, arguments: list[str], words: str
) -> None:
    assert words in (await idp("client", "registration-token", "add", *arguments)).refusal
    for odd in (["--uses", "0"], ["--days", "0"], ["--days", "999999999999"]):
        assert (await idp("client", "registration-token", "add", *odd)).status == 2
    assert await kinds(database) == []


async def test_the_doctor_says_who_may_register(idp: CommandLine) -> None:
    async def found() -> tuple[str, str]:
        (finding,) = [each for each in (await idp("check", "--json")).json if each["subject"] == "registration"]
        return finding["level"], finding["words"]

    assert (await found())[0] == "ok"
    await idp("config", "set", "open_registration", "true")
    level, words = await found()
    assert level == "warn"
    assert "anybody" in words
