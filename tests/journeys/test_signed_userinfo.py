"""Userinfo as a JWT, for clients that are registered for one (OIDC Core 5.3.2), and each algorithm of each token."""

from __future__ import annotations

import pytest
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jwk import KeySet

from idp.oidc.id_token import half_hash
from idp.usecases.clients import Metadata
from tests.drivers.app_code import claims_of, header_of
from tests.drivers.grants import describe
from tests.drivers.world import World

ALGS = ("RS256", "ES256", "PS256", "EdDSA")

# joserfc would rather have EdDSA called Ed25519, as RFC 9864 does
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")


async def published(world: World) -> KeySet:
    """As joserfc, which knows nothing of us, reads the JWKS."""
    return KeySet.import_key_set((await world.http.get(world.issuer.url("/jwks"))).json())


@pytest.mark.parametrize("alg", ALGS)
async def test_userinfo_is_signed_as_the_client_is_registered(world: World, alg: str) -> None:
    """OpenID conformance, oidcc-userinfo-rs256: application/jwt with iss and aud, without nonce; a published key."""
    app = await world.app()
    plain = await world.signed_in(app, "openid", "email", "groups")
    members = (await app.userinfo(plain["access_token"])).json()
    await describe(world.services, "wiki", userinfo_signed_response_alg=alg)
    answer = await app.userinfo(plain["access_token"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    assert answer.headers["cache-control"] == "no-store"
    token = jwt.decode(answer.text, await published(world), algorithms=[alg])
    assert token.claims == {"iss": str(world.issuer), "aud": "wiki", **members}
    assert token.header.keys() == {"alg", "kid"}
    found = (await world.http.get(world.issuer.url("/.well-known/openid-configuration"))).json()
    assert alg in found["userinfo_signing_alg_values_supported"]


async def test_it_passes_for_no_other_token(world: World) -> None:
    """RFC 8725 3.11, O-43: neither an access token here nor, for anybody who checks one, an ID token."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    await describe(world.services, "wiki", userinfo_signed_response_alg="RS256")
    signed = (await app.userinfo(token)).text
    assert (await app.userinfo(signed)).status_code == 401
    assert (await app.introspect(signed)).json() == {"active": False}
    answer = await world.http.get(app.authorization_url(prompt="none", id_token_hint=signed), follow_redirects=False)
    assert "error=login_required" in answer.headers["location"]
    assert not {"exp", "iat", "nonce"} & claims_of(signed).keys()


async def test_refusals_stay_json(world: World) -> None:
    """RFC 6750 3: an error is no userinfo response."""
    app = await world.app()
    await describe(world.services, "wiki", userinfo_signed_response_alg="ES256")
    answer = await app.userinfo("not.a.token")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


async def test_signing_costs_no_statement(world: World) -> None:
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    await describe(world.services, "wiki", userinfo_signed_response_alg="ES256")
    await world.warm(app)
    before = world.services.database.statements
    assert (await app.userinfo(token)).status_code == 200
    assert world.services.database.statements - before == 1


@pytest.mark.parametrize("alg", ALGS)
async def test_each_algorithm_is_verified_by_a_library_that_is_not_ours(world: World, alg: str) -> None:
    """O-51: the client's algorithm, a key published for that algorithm, at_hash by it (OIDC Core 3.1.3.6)."""
    app = await world.app(metadata=Metadata(id_token_alg=alg))
    tokens = await world.signed_in(app)
    keys = await published(world)
    for name in ("id_token", "access_token"):
        header = header_of(tokens[name])
        assert header["alg"] == alg
        assert [key.alg for key in keys.keys if key.kid == header["kid"]] == [alg]
        with pytest.raises(UnsupportedAlgorithmError):
            jwt.decode(tokens[name], keys, algorithms=[each for each in ALGS if each != alg])
    token = jwt.decode(tokens["id_token"], keys, algorithms=[alg])
    params = {"nonce": "n-0S6_WzA2Mj", "client_id": "wiki", "access_token": tokens["access_token"]}
    CodeIDToken(token.claims, token.header, {"iss": {"value": str(world.issuer)}}, params).validate(
        now=int(world.clock().timestamp())
    )
    assert token.claims["at_hash"] == half_hash(tokens["access_token"], alg)
