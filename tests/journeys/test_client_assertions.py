"""private_key_jwt and client_secret_jwt at the token, introspection and revocation endpoints; O-22 to O-24."""

from __future__ import annotations

import json
from random import Random

import httpx2
import pytest

from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClient
from idp.oidc.jwt_claims import SIGNATURE_ALGS
from idp.oidc.parameters import Parameters
from idp.usecases import clients
from idp.usecases.client_authentication import ClientCall, authenticated_client
from idp.usecases.housekeeping import purge_expired
from idp.usecases.unit import unit
from idp.values.actors import Origin
from idp.values.ids import RequestId
from tests.drivers.app_code import claims_of
from tests.drivers.client_signer import ClientSigner, assertion_form, encoded
from tests.drivers.grants import COMMAND, REDIRECT_URI, VERIFIER
from tests.drivers.signing_clients import SigningApp, sharing_app, signing_app
from tests.drivers.world import World


def is_invalid_client(answer: httpx2.Response) -> bool:
    """RFC 6749 5.2: always the same words."""
    body = {"error": "invalid_client", "error_description": "client authentication failed"}
    return (answer.status_code, answer.json()) == (401, body) and answer.headers["cache-control"] == "no-store"


async def reasons(world: World) -> list[object]:
    """Why clients were refused, in order."""
    events = await world.events("client_authentication_failed")
    return [event["details"]["reason"] for event in events if isinstance(event["details"], dict)]


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
async def test_a_client_proves_itself_by_its_key(world: World, alg: str) -> None:
    """RFC 7523 2.2, OIDC Core 9."""
    robot = await signing_app(world, "robot", ClientSigner.of(alg, "of-today"))
    answer = await robot.own_token(robot.assertion({"typ": "JWT"}))
    assert answer.status_code == 200, answer.text
    assert claims_of(answer.json()["access_token"])["client_id"] == "robot"


async def test_a_key_without_a_kid(world: World) -> None:
    """OpenID conformance: registered by value, and the assertion names none either."""
    robot = await signing_app(world, "robot", ClientSigner.of("RS256"))
    assert (await robot.own_token()).status_code == 200


async def test_a_client_proves_itself_by_a_secret_that_it_does_not_send(world: World) -> None:
    """OIDC Core 9: client_secret_jwt."""
    robot = await sharing_app(world, "robot")
    assert (await robot.own_token()).status_code == 200
    assert is_invalid_client(await robot.signing_with(ClientSigner.with_secret("guessed")).own_token())
    assert await reasons(world) == ["the signature does not match"]


async def test_both_secrets_sign_during_a_rotation(world: World) -> None:
    robot = await sharing_app(world, "robot")
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        fresh = await clients.rotate_secret(made, "robot", revoke_old=False)
    assert fresh.secret is not None
    renewed = robot.signing_with(ClientSigner.with_secret(fresh.secret.expose()))
    assert (await robot.own_token()).status_code == (await renewed.own_token()).status_code == 200
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.rotate_secret(made, "robot", revoke_old=True)
    assert is_invalid_client(await robot.own_token())


async def test_a_code_is_exchanged_refreshed_introspected_and_revoked(world: World) -> None:
    """The same proof at each of the endpoints."""
    wiki = await signing_app(world, "wiki", ClientSigner.of("ES256"), "web")
    code = (await world.issued(wiki.app)).code
    form = {"grant_type": "authorization_code", "code": code.expose(), "redirect_uri": REDIRECT_URI}
    tokens = (await wiki.post("/token", {**form, "code_verifier": VERIFIER.expose()})).json()
    refreshed = await wiki.post("/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 200
    asked = await wiki.post("/introspect", {"token": tokens["access_token"]})
    assert asked.json()["active"] is True
    assert (await wiki.post("/revoke", {"token": tokens["refresh_token"]})).status_code == 200
    asked = await wiki.post("/introspect", {"token": tokens["access_token"]})
    assert asked.json() == {"active": False}


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
async def test_the_audience_is_the_issuer_the_token_endpoint_or_the_endpoint(world: World, path: str) -> None:
    """RFC 7523 3; OpenID conformance: aud as the issuer, as one string or in an array."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    form = {"grant_type": "client_credentials", "token": "x"}
    url, issuer = world.issuer.url, str(world.issuer)
    meant: list[object] = [issuer, [issuer], url("/token"), url(path), ["https://other.example", issuer]]
    for aud in meant:
        assert (await robot.post(path, form, robot.assertion(aud=aud))).status_code == 200, aud
    others: list[object] = ["https://other.example", url("/authorize"), issuer + "/", [], None, {"x": issuer}]
    for aud in others:
        assert is_invalid_client(await robot.post(path, form, robot.assertion(aud=aud))), aud


async def test_the_clocks_may_differ_a_little(world: World) -> None:
    """Eight to ten seconds are borne, a minute is not; OpenID conformance."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    now = int(world.clock().timestamp())
    assert (await robot.own_token(robot.assertion(nbf=now + 8, iat=now + 10))).status_code == 200
    assert is_invalid_client(await robot.own_token(robot.assertion(nbf=now + 61)))
    assert is_invalid_client(await robot.own_token(robot.assertion(iat=now + 61)))
    assert is_invalid_client(await robot.own_token(robot.assertion(exp=now - 300)))
    assert await reasons(world) == [
        f"assertion: {why}" for why in ("nbf lies ahead", "iat lies ahead", "it has expired")
    ]


async def test_an_assertion_works_once(world: World) -> None:
    """RFC 7523 3; until nobody's clock would take it any more."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assertion = robot.assertion()
    assert (await robot.own_token(assertion)).status_code == 200
    assert is_invalid_client(await robot.own_token(assertion))
    assert is_invalid_client(await robot.post("/introspect", {"token": "x"}, assertion))
    world.clock.advance(seconds=89)
    assert is_invalid_client(await robot.own_token(assertion))
    world.clock.advance(seconds=1)
    assert is_invalid_client(await robot.own_token(assertion))
    assert await reasons(world) == ["the assertion was used before"] * 3 + ["assertion: it has expired"]


async def test_what_is_refused_spends_nothing(world: World) -> None:
    """A thief who altered an assertion cannot burn the jti of the true one."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    stranger = robot.signing_with(ClientSigner.of("ES256"))
    assert is_invalid_client(await stranger.own_token(stranger.assertion(jti="the-same")))
    assert (await robot.own_token(robot.assertion(jti="the-same"))).status_code == 200


async def test_two_clients_may_use_the_same_jti(world: World) -> None:
    one = await signing_app(world, "one", ClientSigner.of("ES256"))
    two = await signing_app(world, "two", ClientSigner.of("ES256"))
    for robot in (one, two):
        assert (await robot.own_token(robot.assertion(jti="1"))).status_code == 200


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "other"}, "assertion: iss is not the client"),
        ({"iss": None}, "assertion: iss is not the client"),
        ({"sub": None}, "the assertion names no client"),
        ({"sub": "nobody", "iss": "nobody"}, "unknown client"),
        ({"sub": "no\0body"}, "the assertion names no client"),
        ({"sub": "no\ud800body"}, "the assertion names no client"),
        ({"exp": None}, "assertion: exp is missing"),
        ({"exp": 1e300}, "assertion: exp lies too far ahead"),
        ({"exp": 10**400}, "assertion: exp is no date"),
        ({"jti": None}, "assertion: jti is missing"),
    ],
)
async def test_each_fault_is_refused_with_one_text_and_an_event(
    world: World, claims: dict[str, object], why: str
) -> None:
    """O-24, RFC 6749 5.2."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assert is_invalid_client(await robot.own_token(robot.assertion(**claims)))
    assert await reasons(world) == [why]


async def test_a_jti_of_any_text_is_remembered(world: World) -> None:
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    for jti in ("\0", "\ud800", "é" * 5000):
        assertion = robot.assertion(jti=jti)
        assert (await robot.own_token(assertion)).status_code == 200
        assert is_invalid_client(await robot.own_token(assertion))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"alg": "none"}, "an algorithm that is not allowed"),
        ({"alg": "HS256"}, "an algorithm that is not allowed"),
        ({"alg": "RS512"}, "an algorithm that is not allowed"),
        ({"alg": None}, "an algorithm that is not allowed"),
        ({"alg": "RS256"}, "the signature does not match"),
        ({"typ": "at+jwt"}, "a JWT of another type"),
        ({"typ": "oauth-authz-req+jwt"}, "a JWT of another type"),
        ({"crit": ["exp"]}, "the JWT has critical extensions"),
        ({"kid": "another"}, "the signature does not match"),
    ],
)
async def test_header_by_header(world: World, header: dict[str, object], why: str) -> None:
    """V9.1.2, V9.2.2."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256", "mine"))
    assert is_invalid_client(await robot.own_token(robot.assertion(header)))
    assert await reasons(world) == [why]


async def test_a_public_key_is_not_taken_for_a_secret(world: World) -> None:
    """RFC 8725 2.1; and a client with a secret cannot use a key."""
    signer = ClientSigner.of("RS256")
    robot = await signing_app(world, "robot", signer)
    for known in (b"", json.dumps(signer.jwk).encode()):
        assert is_invalid_client(await robot.signing_with(ClientSigner(alg="HS256", key=known)).own_token())
    other = await sharing_app(world, "other")
    assert is_invalid_client(await other.signing_with(signer).own_token())


async def test_the_registered_algorithm_and_no_other(world: World) -> None:
    """OIDC Registration 2: token_endpoint_auth_signing_alg."""
    signer = ClientSigner.of("PS256")
    said = ClientMetadata(jwks=(signer.jwk,), token_endpoint_auth_signing_alg="PS256")
    robot = await signing_app(world, "robot", signer, metadata=said)
    assert (await robot.own_token()).status_code == 200
    assert is_invalid_client(await robot.signing_with(ClientSigner.of("RS256")).own_token())


async def test_the_registered_method_and_no_other(world: World) -> None:
    """O-23, both ways."""
    app = await world.app("robot", "machine")
    asserting = SigningApp(world=world, app=app, signer=ClientSigner.of("ES256"))
    assert is_invalid_client(await asserting.own_token())
    await asserting.registered_with(ClientMetadata(jwks=(asserting.signer.jwk,)))
    assert (await asserting.own_token()).status_code == 200
    assert is_invalid_client(await app.own_token())
    assert is_invalid_client(await world.http.post(world.issuer.url("/token"), data={"client_id": "robot"}))


async def test_a_second_method_beside_it_is_refused(world: World) -> None:
    """RFC 6749 2.3, O-22."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assert is_invalid_client(await robot.own_token(client_secret="x"))
    header = {"Authorization": "Basic cm9ib3Q6eA=="}
    form = {"grant_type": "client_credentials", **assertion_form(robot.assertion())}
    assert is_invalid_client(await world.http.post(world.issuer.url("/token"), data=form, headers=header))
    assert await reasons(world) == ["two authentication methods at once"] * 2


async def test_client_id_beside_it_must_agree(world: World) -> None:
    """RFC 7521 4.2."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    await signing_app(world, "other", ClientSigner.of("ES256"))
    assert (await robot.own_token(client_id="robot")).status_code == 200
    assert is_invalid_client(await robot.own_token(client_id="other"))
    assert await reasons(world) == ["client_id differs from the assertion"]


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion_type": ""},
        {"client_assertion": ""},
    ],
)
async def test_type_and_assertion_belong_together(world: World, form: dict[str, str]) -> None:
    """RFC 7523 2.2."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assert is_invalid_client(await robot.own_token(client_id="robot", **form))


@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "a.b.c",
        "..",
        "e30.e30.",
        "a.b.c.d.e",
        "é.é.é",
        "a" * 60_000,
        ".".join(encoded(each) for each in (b'{"alg":"ES256"}', b"[" * 20_000, b"")),
        ".".join(encoded(each) for each in (b'{"alg":"ES256"}', b'{"sub":{}}', b"")),
        ".".join(encoded(each) for each in (b'{"alg":[]}', b'{"sub":"robot"}', b"")),
        ".".join(encoded(each) for each in (b'{"alg":"ES256","alg":"none"}', b'{"sub":"robot"}', b"")),
    ],
)
async def test_nonsense_is_refused(world: World, assertion: str) -> None:
    await signing_app(world, "robot", ClientSigner.of("ES256"))
    form = {"grant_type": "client_credentials", **assertion_form(assertion)}
    assert is_invalid_client(await world.http.post(world.issuer.url("/token"), data=form))


async def test_no_altered_assertion_passes_or_breaks_anything(world: World) -> None:
    """A good one with some of its characters replaced, cut out or doubled, in two hundred ways of chance."""
    robot = await signing_app(world, "robot", ClientSigner.of("EdDSA"))
    chance = Random(20261124)
    for _ in range(200):
        good = robot.assertion()
        begin = chance.randrange(len(good))
        end = begin + chance.choice([0, 1, 2, 20])
        piece = chance.choice(["", ".", "=", "A", "é", "\0", "%", good[begin:end] * 2, "eyJhbGciOiJub25lIn0"])
        altered = good[:begin] + piece + good[end:]
        answer = await robot.own_token(altered)
        assert answer.status_code == (200 if altered == good else 401 if "\0" not in altered else 400), altered


async def test_other_tokens_are_no_assertions(world: World) -> None:
    """V9.2.2: an access token or ID token of ours, sent as one."""
    app = await world.app("wiki")
    tokens = await world.signed_in(app)
    await signing_app(world, "robot", ClientSigner.of("ES256"))
    for token in (tokens["access_token"], tokens["id_token"]):
        form = {"grant_type": "client_credentials", **assertion_form(token)}
        assert is_invalid_client(await world.http.post(world.issuer.url("/token"), data=form))


async def test_a_disabled_client_is_refused_at_once(world: World) -> None:
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, "robot", active=False)
    assert is_invalid_client(await robot.own_token())


async def test_keys_registered_anew_take_the_place_of_the_old_ones(world: World) -> None:
    old, new = ClientSigner.of("ES256", "old"), ClientSigner.of("ES256", "new")
    robot = await signing_app(world, "robot", old)
    assert (await robot.own_token()).status_code == 200
    await robot.registered_with(ClientMetadata(jwks=(new.jwk,)))
    assert is_invalid_client(await robot.own_token())
    assert (await robot.signing_with(new).own_token()).status_code == 200


@pytest.mark.parametrize("sharing", [False, True])
async def test_it_costs_one_statement(world: World, *, sharing: bool) -> None:
    """The one that makes it single use; a machine token writes nothing else."""
    robot = await (sharing_app(world, "robot") if sharing else signing_app(world, "robot", ClientSigner.of("ES256")))
    assert (await robot.own_token()).status_code == 200
    before = world.services.database.statements
    assert (await robot.own_token()).status_code == 200
    assert world.services.database.statements == before + 1


async def test_a_code_costs_three(world: World) -> None:
    """The code, the refresh token that is due, and the assertion."""
    wiki = await signing_app(world, "wiki", ClientSigner.of("ES256"), "web")
    codes = [(await world.issued(wiki.app, await world.person(name))).code for name in ("alice", "bob")]
    await world.warm(wiki.app)
    for code in codes:
        form = {"grant_type": "authorization_code", "code": code.expose(), "redirect_uri": REDIRECT_URI}
        before = world.services.database.statements
        answer = await wiki.post("/token", {**form, "code_verifier": VERIFIER.expose()})
        assert "refresh_token" in answer.json()
        assert world.services.database.statements == before + 3


async def test_a_forged_one_costs_none_but_its_event(world: World) -> None:
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assert (await robot.own_token()).status_code == 200
    before = world.services.database.statements
    assert is_invalid_client(await robot.own_token(robot.assertion({"kid": "x"}, exp=5)))
    assert world.services.database.statements == before + 1


async def test_a_body_that_comes_slowly_finds_the_assertion_spent_all_the_same(world: World) -> None:
    """RFC 7523 3: a request is judged by the instant of its head, and what expires meanwhile may be purged."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    form = assertion_form(robot.assertion())
    assert (await world.http.post(world.issuer.url("/introspect"), data={"token": "x", **form})).status_code == 200
    world.clock.advance(seconds=85)  # its minute and nearly all of the leeway
    head = world.clock()
    world.clock.advance(seconds=30)
    await purge_expired(world.services, world.clock())
    pairs = tuple({"token": "x", **form}.items())
    call = ClientCall(
        endpoint="introspect",
        authorization=(),
        form=Parameters(pairs=pairs),
        origin=Origin(address="", agent="", request_id=RequestId("slow")),
        at=head,
    )
    with pytest.raises(InvalidClient):
        await authenticated_client(world.services, call)
    assert (await reasons(world))[-1] == "the assertion was used before"


async def test_while_the_database_is_away_the_answer_is_503(world: World) -> None:
    """Nobody can say whether it was used before."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assert (await robot.own_token()).status_code == 200
    await world.services.database.close()
    assert (await robot.own_token()).status_code == 503
