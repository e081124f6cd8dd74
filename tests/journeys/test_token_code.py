"""The token endpoint with authorization codes (RFC 6749 4.1.3)."""

from __future__ import annotations

import pytest

from idp.authenticators.methods import Method
from idp.oidc.id_token import half_hash
from idp.usecases import user_access
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from idp.values.secrets import Code, Verifier
from tests.drivers.app_code import claims_of, header_of
from tests.drivers.grants import COMMAND, Asked
from tests.drivers.world import World

REFUSED = {"error": "invalid_grant", "error_description": "the grant is not valid, has expired or was revoked"}


async def test_a_code_gives_tokens_that_say_what_was_proved(world: World) -> None:
    """OIDC Core 2, RFC 8176: amr, acr and auth_time come from the proofs behind the grant."""
    app = await world.app()
    issued = await world.issued(app)
    tokens = (await app.exchange(issued.code)).json()
    now = int(world.clock().timestamp())
    assert claims_of(tokens["id_token"]) == {
        "iss": world.issuer,
        "sub": issued.account.subject,
        "aud": "wiki",
        "exp": now + 600,
        "iat": now,
        "auth_time": now,
        "acr": "2fa",
        "amr": ["pwd", "otp", "mfa"],
        "nonce": "n-0S6_WzA2Mj",
        "sid": str(issued.session),
        "at_hash": half_hash(tokens["access_token"], "RS256"),
    }
    assert header_of(tokens["id_token"])["alg"] == "RS256"


async def test_the_answer_is_json_that_nobody_stores(world: World) -> None:
    """RFC 6749 5.1; the scope is said also where nothing was dropped."""
    app = await world.app()
    answer = await app.exchange((await world.issued(app, asked=Asked(scopes=("openid", "email")))).code)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "openid email"
    assert len(tokens["refresh_token"]) == 43


async def test_the_access_token_is_a_jwt_of_its_own_type(world: World) -> None:
    """RFC 9068 2: typ at+jwt, aud with the issuer for userinfo, client_id, jti, acr and auth_time."""
    app = await world.app()
    tokens = await world.signed_in(app, "openid", "email")
    token = tokens["access_token"]
    assert header_of(token)["typ"] == "at+jwt"
    claims = claims_of(token)
    assert claims["aud"] == world.issuer
    assert claims["client_id"] == "wiki"
    assert claims["scope"] == "openid email"
    assert claims["acr"] == "2fa"
    assert len(claims["jti"]) == 22
    assert claims.keys() >= {"iss", "exp", "iat", "sub", "auth_time"}


async def test_a_recovery_code_is_named_as_such(world: World) -> None:
    """RFC 8176 has no value for it, and it is no otp."""
    app = await world.app()
    issued = await world.issued(app, asked=Asked(methods=(Method.PASSWORD, Method.RECOVERY_CODE)))
    tokens = (await app.exchange(issued.code)).json()
    assert claims_of(tokens["id_token"])["amr"] == ["pwd", "recovery_code", "mfa"]


async def test_without_openid_there_is_no_id_token(world: World) -> None:
    """O-13."""
    app = await world.app("api", metadata=Metadata(scopes=("read",)))
    tokens = await world.signed_in(app, "read")
    assert "id_token" not in tokens
    assert claims_of(tokens["access_token"])["aud"] == world.issuer


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
async def test_both_tokens_are_signed_as_the_client_is_registered(world: World, alg: str) -> None:
    """O-51: the client's algorithm is honoured; at_hash follows it (OIDC Core 3.1.3.6)."""
    app = await world.app(metadata=Metadata(id_token_alg=alg))
    tokens = await world.signed_in(app)
    assert header_of(tokens["id_token"])["alg"] == header_of(tokens["access_token"])["alg"] == alg
    assert claims_of(tokens["id_token"])["at_hash"] == half_hash(tokens["access_token"], alg)


async def test_the_second_use_of_a_code_revokes_what_the_first_obtained(world: World) -> None:
    """RFC 6749 4.1.2, O-19: denied, the grant ends, and an auditor can see it."""
    app = await world.app()
    issued = await world.issued(app)
    tokens = (await app.exchange(issued.code)).json()
    assert (await app.userinfo(tokens["access_token"])).status_code == 200
    again = await app.exchange(issued.code)
    assert (again.status_code, again.json()) == (400, REFUSED)
    assert (await app.userinfo(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).json() == REFUSED
    (event,) = await world.events("code_replayed")
    assert event["client_id"] == "wiki"
    assert event["user_id"] == issued.account.user
    assert event["details"] == {"grant": str(issued.grant)}


async def test_a_code_is_used_up_also_long_after(world: World) -> None:
    """The conformance suite presents it again after 30 s."""
    app = await world.app()
    issued = await world.issued(app)
    tokens = (await app.exchange(issued.code)).json()
    world.clock.advance(seconds=90)
    assert (await app.exchange(issued.code)).json() == REFUSED
    assert (await app.userinfo(tokens["access_token"])).status_code == 401


async def test_another_clients_attempt_leaves_the_code_alive(world: World) -> None:
    """O-20: nobody can spend somebody else's code."""
    app, thief = await world.app("wiki"), await world.app("thief")
    issued = await world.issued(app)
    assert (await thief.exchange(issued.code)).json() == REFUSED
    assert (await app.exchange(issued.code)).status_code == 200
    assert (await thief.exchange(issued.code)).json() == REFUSED
    assert await world.events("code_replayed") == []
    first, _ = await world.events("token_refused")
    assert first["client_id"] == "thief"
    assert first["details"] == {"error": "invalid_grant", "reason": "other_client", "grant": str(issued.grant)}


@pytest.mark.parametrize(
    ("redirect_uri", "verifier"),
    [
        ("https://app.example.org/callback/", "right"),
        ("https://app.example.org/callback?x=1", "right"),
        (None, "right"),
        ("right", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX"),
        ("right", "d" * 42),
        ("right", "d" * 129),
        ("right", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX*"),
        ("right", None),
    ],
)
async def test_a_wrong_redirect_uri_or_verifier_burns_the_code(
    world: World, redirect_uri: str | None, verifier: str | None
) -> None:
    """O-16, O-17, O-20: the same answer whatever was wrong, and no second try."""
    app = await world.app()
    issued = await world.issued(app)
    wrong: dict[str, object] = {}
    if redirect_uri != "right":
        wrong["redirect_uri"] = redirect_uri
    if verifier != "right":
        wrong["verifier"] = None if verifier is None else Verifier(verifier)
    answer = await app.exchange(issued.code, **wrong)  # type: ignore[arg-type]  # either of the two
    assert (answer.status_code, answer.json()) == (400, REFUSED)
    assert (await app.exchange(issued.code)).json() == REFUSED


async def test_a_verifier_without_a_challenge_is_refused(world: World) -> None:
    """RFC 9700 4.8.2: somebody may have taken the challenge out of the request."""
    app = await world.app(metadata=Metadata(require_pkce=False))
    issued = await world.issued(app, asked=Asked(challenge=None))
    assert (await app.exchange(issued.code)).json() == REFUSED


async def test_a_client_without_pkce_exchanges_with_its_secret_alone(world: World) -> None:
    """For confidential clients PKCE is a switch."""
    app = await world.app(metadata=Metadata(require_pkce=False))
    issued = await world.issued(app, asked=Asked(challenge=None, nonce=None))
    answer = await app.exchange(issued.code, verifier=None)
    assert answer.status_code == 200
    assert "nonce" not in claims_of(answer.json()["id_token"])


async def test_redirect_uri_may_stay_away_where_the_request_named_none(world: World) -> None:
    """RFC 6749 4.1.3: required if it was included in the authorization request."""
    app = await world.app("api", metadata=Metadata(scopes=("read",)))
    asked = Asked(scopes=("read",), redirect_uri_given=False)
    assert (await app.exchange((await world.issued(app, asked=asked)).code, redirect_uri=None)).status_code == 200


async def test_a_code_lives_sixty_seconds(world: World) -> None:
    """O-18."""
    app = await world.app()
    account = await world.person()
    young, old = await world.issued(app, account), await world.issued(app, account)
    world.clock.advance(seconds=59.9)
    assert (await app.exchange(young.code)).status_code == 200
    world.clock.advance(seconds=0.1)
    assert (await app.exchange(old.code)).json() == REFUSED


@pytest.mark.parametrize("code", ["never-issued", "é", "A" * 50_000])
async def test_an_unknown_code_is_refused(world: World, code: str) -> None:
    """RFC 6749 5.2."""
    app = await world.app()
    answer = await app.exchange(Code(code))
    assert (answer.status_code, answer.json()) == (400, REFUSED)


async def test_a_code_dies_with_the_user_and_with_the_session(world: World) -> None:
    """O-20, O-29."""
    app = await world.app()
    alice, bob = await world.person("alice"), await world.person("bob")
    of_alice, of_bob = await world.issued(app, alice), await world.issued(app, bob)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await user_access.disable(made, "alice")
    await world.services.database.execute(
        "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1", of_bob.session, world.clock()
    )
    assert (await app.exchange(of_alice.code)).json() == REFUSED
    assert (await app.exchange(of_bob.code)).json() == REFUSED


async def test_an_exchange_is_two_statements(world: World) -> None:
    app = await world.app()
    issued = await world.issued(app)
    await world.warm(app)
    before = world.services.database.statements
    assert (await app.exchange(issued.code)).status_code == 200
    assert world.services.database.statements - before == 2
