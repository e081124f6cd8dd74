"""Client authentication, machine tokens, and requests that are no token requests (RFC 6749 2.3, 3.2, 4.4)."""

from __future__ import annotations

import base64

import httpx2
import pytest

from idp.oidc.client import AuthMethod
from idp.usecases import clients
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from tests.drivers.app_code import RelyingApp, basic, claims_of, header_of
from tests.drivers.grants import COMMAND
from tests.drivers.world import World

MACHINE = Metadata(scopes=("read", "write"), audiences=("https://api.example.org",))
OWN = {"grant_type": "client_credentials"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def is_invalid_client(answer: httpx2.Response) -> bool:
    """RFC 6749 5.2."""
    return answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def encoded(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def secret_of(app: RelyingApp) -> str:
    assert app.registered.secret is not None
    return app.registered.secret.expose()


async def test_a_machine_gets_a_token_of_its_own(world: World) -> None:
    """RFC 6749 4.4.3, RFC 9068 2.2: sub is the client, no refresh token, no ID token, ES256."""
    app = await world.app("robot", "machine", MACHINE)
    answer = await app.own_token("read")
    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert tokens["scope"] == "read"
    assert header_of(tokens["access_token"])["alg"] == "ES256"
    claims = claims_of(tokens["access_token"])
    assert claims["sub"] == claims["client_id"] == "robot"
    assert claims["aud"] == "https://api.example.org"
    assert claims.keys() == {"iss", "exp", "aud", "client_id", "iat", "jti", "scope", "sub"}


async def test_scopes_of_a_machine(world: World) -> None:
    """O-13, RFC 6749 3.3: all of them where none is asked for; unknown ones are dropped; none left is an error."""
    app = await world.app("robot", "machine", MACHINE)
    assert (await app.own_token()).json()["scope"] == "read write"
    assert (await app.own_token("write openid delete")).json()["scope"] == "write"
    refused = await app.own_token("delete")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


async def test_a_machine_token_costs_no_statement(world: World) -> None:
    """Nothing is read, nothing is written."""
    app = await world.app("robot", "machine", MACHINE)
    await world.warm(app)
    before = world.services.database.statements
    assert (await app.own_token()).status_code == 200
    assert world.services.database.statements == before


async def test_basic_is_decoded_as_form_data(world: World) -> None:
    """RFC 6749 2.3.1, O-22: id and secret are form-urlencoded before they are joined."""
    app = await world.app("robot.a-1", "machine", MACHINE)
    escaped = "".join(f"%{ord(character):02x}" for character in "robot.a-1")
    answer = await app.post("/token", OWN, encoded(f"{escaped}:{secret_of(app)}"), proved=False)
    assert answer.status_code == 200


async def test_post_is_a_method_for_clients_registered_for_it(world: World) -> None:
    """O-23: the registered method and no other."""
    app = await world.app("robot", "machine", Metadata(scopes=("read",), auth_method=AuthMethod.CLIENT_SECRET_POST))
    assert (await app.own_token()).status_code == 200
    assert is_invalid_client(await app.post("/token", OWN, basic("robot", secret_of(app)), proved=False))


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"robot:\xff\xfe").decode(),
        "Basic " + base64.b64encode(b"robot:%ff").decode(),
        "Basic " + base64.b64encode(b"robot:%zz").decode(),
        "Basic " + base64.b64encode(b"robot:").decode(),
        "Basic " + base64.b64encode(b"robot:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:wrong").decode(),
        "Bearer abc",
        "Digest x",
    ],
)
async def test_a_bad_header_is_invalid_client(world: World, header: str) -> None:
    """O-22, O-23: 401 with a challenge, and the same body whatever was wrong."""
    app = await world.app("robot", "machine", MACHINE)
    answer = await app.post("/token", OWN, {"Authorization": header}, proved=False)
    assert is_invalid_client(answer)
    assert answer.json()["error_description"] == "client authentication failed"
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["cache-control"] == "no-store"


async def test_two_methods_at_once_are_refused(world: World) -> None:
    """RFC 6749 2.3."""
    app = await world.app("robot", "machine", MACHINE)
    answer = await app.post("/token", {**OWN, "client_secret": secret_of(app)})
    assert is_invalid_client(answer)
    assert "www-authenticate" in answer.headers
    two = httpx2.Headers([("Authorization", basic("robot", secret_of(app))["Authorization"])] * 2)
    assert is_invalid_client(await world.http.post(world.issuer.url("/token"), data=OWN, headers=two))
    assert [each["details"] for each in await world.events("client_authentication_failed")] == [
        {"reason": reason, "endpoint": "token"}
        for reason in ("two authentication methods at once", "two Authorization headers")
    ]


async def test_a_confidential_client_without_its_secret_is_refused(world: World) -> None:
    """RFC 6749 3.2.1; no challenge where the header was not used."""
    await world.app("robot", "machine", MACHINE)
    app = await world.app("spa", "spa")
    answer = await app.post("/token", {**OWN, "client_id": "robot"}, proved=False)
    assert is_invalid_client(answer)
    assert "www-authenticate" not in answer.headers
    assert is_invalid_client(await app.post("/token", OWN, proved=False))


async def test_a_disabled_client_and_a_rotated_secret_are_refused_at_once(world: World) -> None:
    """Caches hear of the change."""
    app = await world.app("robot", "machine", MACHINE)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        fresh = await clients.rotate_secret(made, "robot", revoke_old=True)
    assert is_invalid_client(await app.own_token())
    renewed = RelyingApp(registered=fresh, issuer=world.issuer, http=world.http)
    assert (await renewed.own_token()).status_code == 200
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, "robot", active=False)
    assert is_invalid_client(await renewed.own_token())


async def test_both_secrets_live_during_a_rotation(world: World) -> None:
    """Two live at once."""
    app = await world.app("robot", "machine", MACHINE)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        fresh = await clients.rotate_secret(made, "robot", revoke_old=False)
    renewed = RelyingApp(registered=fresh, issuer=world.issuer, http=world.http)
    assert (await app.own_token()).status_code == (await renewed.own_token()).status_code == 200


async def test_each_failure_is_a_security_event(world: World) -> None:
    """Issue: every failed client authentication; what was sent as an unknown name is sealed."""
    app = await world.app("robot", "machine", MACHINE)
    await app.post("/token", OWN, basic("robot", "wrong"), proved=False)
    await app.post("/introspect", {"token": "x"}, basic("nobody", "wrong"), proved=False)
    known, unknown = await world.events("client_authentication_failed")
    assert known["client_id"] == "robot"
    assert known["details"] == {"reason": "wrong secret", "endpoint": "token"}
    assert unknown["client_id"] is None
    assert unknown["details"] == {"reason": "unknown client", "endpoint": "introspect"}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        ({"grant_type": "client_credentials", "resource": "https://other.example"}, "invalid_target"),
        ({"grant_type": "client_credentials", "scope": 'a"b'}, "invalid_scope"),
    ],
)
async def test_what_a_machine_may_not_ask_for(world: World, form: dict[str, str], error: str) -> None:
    """RFC 6749 5.2, RFC 8707 2; the password grant is gone (RFC 9700 2.4, O-07)."""
    app = await world.app("robot", "machine", MACHINE)
    answer = await app.post("/token", form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("form", [{"grant_type": "authorization_code"}, {"grant_type": "refresh_token"}])
async def test_a_missing_code_or_token_is_invalid_request(world: World, form: dict[str, str]) -> None:
    """RFC 6749 5.2."""
    app = await world.app()
    assert (await app.post("/token", form)).json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=client_credentials&scope=read&scope=write",
        b"grant_type=client_credentials&client_id=robot&client_id=robot",
        b"grant_type=client_credentials&x=%00",
        b"grant_type=client_credentials&x=%ff",
        b"grant_type=client_credentials&x=%zz",
        b"grant_type=client_credentials" + b"&x=1" * 200,
    ],
)
async def test_malformed_and_repeated_parameters_are_invalid_request(world: World, body: bytes) -> None:
    """O-05: nothing but `resource` may be sent twice."""
    app = await world.app("robot", "machine", MACHINE)
    headers = {**FORM, **basic("robot", secret_of(app))}
    answer = await world.http.post(world.issuer.url("/token"), content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_resource_may_repeat(world: World) -> None:
    """RFC 8707 2."""
    app = await world.app(
        "robot", "machine", Metadata(scopes=("read",), audiences=("https://a.example", "https://b.example"))
    )
    body = b"grant_type=client_credentials&resource=https://a.example&resource=https://b.example"
    headers = {**FORM, **basic("robot", secret_of(app))}
    assert (await world.http.post(world.issuer.url("/token"), content=body, headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
async def test_get_is_not_allowed(world: World, path: str) -> None:
    """RFC 6749 3.2, O-21: 405 with Allow, in JSON."""
    answer = await world.http.get(world.issuer.url(path))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
async def test_a_json_body_is_invalid_request(world: World, path: str) -> None:
    """O-21."""
    answer = await world.http.post(world.issuer.url(path), json=OWN)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.headers["content-type"] == "application/json"


async def test_a_body_of_a_megabyte_is_refused(world: World) -> None:
    """It is not read to its end."""
    answer = await world.http.post(world.issuer.url("/token"), content=b"a=" + b"b" * 1_000_000, headers=FORM)
    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"


async def test_while_the_database_is_away_the_answer_is_503(world: World) -> None:
    """Issue: a lost database connection is 503 with Retry-After, in JSON; machines whose client is known go on."""
    app, robot = await world.app(), await world.app("robot", "machine", MACHINE)
    code = (await world.issued(app)).code
    await world.warm(app)
    await world.warm(robot)
    await world.services.database.close()
    answer = await app.exchange(code)
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert (await robot.own_token()).status_code == 200
