"""Clients that register themselves (OIDC Registration 2 and 3): what they say is what then holds."""

from __future__ import annotations

import re
import secrets

from tests.certification.claims import check_userinfo
from tests.certification.flow import Flow
from tests.certification.modules import module, skipped
from tests.certification.plans import PRIVATE_KEY
from tests.certification.registration import (
    client_key,
    named_key,
    public,
    read,
    refused,
    send,
    usual_metadata,
)
from tests.certification.test_refresh import refreshed, with_refresh_token
from tests.certification.tokens import header_of, verified

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


# ── signatures ───────────────────────────────────────────────────────────────────────────────────


@module("oidcc-idtoken-signature")
async def test_oidcc_idtoken_signature(flow: Flow) -> None:
    """OIDC Core 2, 10.1, Registration 2: RS256 where nothing else was registered, with a kid."""
    await flow.register()
    assert "id_token_signed_response_alg" not in usual_metadata(flow.run, flow.suite.site)
    done = await flow.complete()
    assert header_of(done.id_token)["alg"] == "RS256"
    assert header_of(done.id_token)["kid"]


@module("oidcc-idtoken-rs256")
async def test_oidcc_idtoken_rs256(flow: Flow) -> None:
    """OIDC Registration 2."""
    await flow.register(id_token_signed_response_alg="RS256")
    await flow.complete()


@module("oidcc-idtoken-unsigned")
async def test_oidcc_idtoken_unsigned(flow: Flow) -> None:
    """OIDC Registration 2: `none` is neither advertised nor accepted."""
    assert "none" not in flow.suite.metadata["id_token_signing_alg_values_supported"]
    metadata = usual_metadata(flow.run, flow.suite.site) | {"id_token_signed_response_alg": "none"}
    refused(await send(flow.suite, metadata), "invalid_client_metadata")
    skipped(flow.run)


@module("oidcc-userinfo-rs256")
async def test_oidcc_userinfo_rs256(flow: Flow) -> None:
    """OIDC Core 5.3.2: a JWT for this client, and nothing of the sign-in in it."""
    assert "RS256" in flow.suite.metadata["userinfo_signing_alg_values_supported"]
    await flow.register(userinfo_signed_response_alg="RS256")
    done = await flow.complete(scope="openid profile")
    headers = {"Authorization": f"Bearer {done.access_token}"}
    answer = await flow.suite.http.get(flow.suite.metadata["userinfo_endpoint"], headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == "application/jwt"
    claims = verified(answer.text, await flow.suite.jwks(), "RS256")
    assert claims.pop("iss") == flow.suite.issuer
    assert claims.pop("aud") in (flow.party.client_id, [flow.party.client_id])
    about_itself = ("iat", "jti")
    told = {name: value for name, value in claims.items() if name not in about_itself}
    check_userinfo(told, sub=done.claims["sub"], scope="openid profile")


@module("oidcc-server-rotate-keys")
async def test_oidcc_server_rotate_keys(flow: Flow) -> None:
    """OIDC Core 10.1.1: a new RSA key with a new kid, and the old one still there unchanged."""
    before = {key["kid"]: key for key in (await flow.suite.jwks())["keys"]}
    await flow.suite.rotate_keys()
    after = {key["kid"]: key for key in (await flow.suite.jwks())["keys"]}
    new = [key for kid, key in after.items() if kid not in before and key["kty"] == "RSA"]
    assert new
    assert not {key["n"] for key in new} & {key.get("n") for key in before.values()}
    assert {kid: after[kid] for kid in before} == before
    await flow.complete()


# ── redirect URIs ────────────────────────────────────────────────────────────────────────────────


@module("oidcc-ensure-redirect-uri-in-authorization-request")
async def test_oidcc_ensure_redirect_uri_in_authorization_request(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: of two registered ones neither is meant by silence."""
    one, other = (flow.suite.site.url(f"/dynamic/{secrets.token_urlsafe(6)}/callback") for _ in range(2))
    await flow.register(redirect_uris=[one, other])
    await flow.error_page(redirect_uri=None)


@module("oidcc-redirect-uri-query-OK")
async def test_oidcc_redirect_uri_query_ok(flow: Flow) -> None:
    """RFC 6749 3.1.2: a query of its own is kept."""
    await flow.register(redirect_uris=[flow.suite.site.url("/dynamic/query/callback?foo=bar")])
    await flow.complete()


@module("oidcc-redirect-uri-query-mismatch")
async def test_oidcc_redirect_uri_query_mismatch(flow: Flow) -> None:
    """OIDC Core 3.1.2.1: simple string comparison."""
    await flow.register(redirect_uris=[flow.suite.site.url("/dynamic/mismatch/callback?foo=bar")])
    await flow.error_page(redirect_uri=flow.suite.site.url("/dynamic/mismatch/callback?bar=foo"))


@module("oidcc-redirect-uri-query-added")
async def test_oidcc_redirect_uri_query_added(flow: Flow) -> None:
    """OIDC Core 3.1.2.1."""
    await flow.register()
    await flow.error_page(redirect_uri=f"{flow.party.redirect_uri}?foo=bar")


@module("oidcc-redirect-uri-regfrag")
async def test_oidcc_redirect_uri_regfrag(flow: Flow) -> None:
    """RFC 6749 3.1.2, RFC 7591 3.2.2: no fragment may be registered."""
    usual = usual_metadata(flow.run, flow.suite.site)
    metadata = usual | {"redirect_uris": [f"{uri}#foobar" for uri in usual["redirect_uris"]]}
    refused(await send(flow.suite, metadata), "invalid_redirect_uri", "invalid_client_metadata")


# ── what people are shown ────────────────────────────────────────────────────────────────────────


@module("oidcc-registration-logo-uri")
async def test_oidcc_registration_logo_uri(flow: Flow) -> None:
    """OIDC Registration 2: the sign-in page shows it, and this browser needs no other host for that."""
    logo = flow.suite.site.publish(f"/logos/{secrets.token_urlsafe(6)}.png", PIXEL, "image/png")
    await flow.register(logo_uri=logo)
    page = await flow.visit()
    assert page.step == "password"
    shown = re.findall(r"<img[^>]* src=\"([^\"]+)\"", page.html)
    pictures = [await flow.browser.client.get(picture_url(flow, each)) for each in shown]
    assert PIXEL in [each.content for each in pictures]


def picture_url(flow: Flow, source: str) -> str:
    """The address of a picture on a page of the provider."""
    return source if source.startswith("https:") else flow.suite.issuer + source


@module("oidcc-registration-policy-uri")
async def test_oidcc_registration_policy_uri(flow: Flow) -> None:
    """OIDC Registration 2."""
    await link_is_shown(flow, "policy_uri")


@module("oidcc-registration-tos-uri")
async def test_oidcc_registration_tos_uri(flow: Flow) -> None:
    """OIDC Registration 2."""
    await link_is_shown(flow, "tos_uri")


async def link_is_shown(flow: Flow, member: str) -> None:
    address = flow.suite.site.url(f"/{member}/{secrets.token_urlsafe(6)}")
    await flow.register(**{member: address})
    page = await flow.visit()
    assert page.step == "password"
    assert address in [link.href for link in page.links]


# ── keys and sectors ─────────────────────────────────────────────────────────────────────────────


@module("oidcc-registration-jwks-uri")
async def test_oidcc_registration_jwks_uri(flow: Flow) -> None:
    """OIDC Registration 2: its keys are fetched."""
    assert flow.run.auth == PRIVATE_KEY
    jwks_uri = flow.suite.site.publish(f"/jwks/{secrets.token_urlsafe(6)}", {"keys": [public(client_key())]})
    await flow.register(jwks=None, jwks_uri=jwks_uri)
    await flow.complete()
    assert flow.suite.site.at(jwks_uri)


@module("oidcc-refresh-token-rp-key-rotation")
async def test_oidcc_refresh_token_rp_key_rotation(flow: Flow) -> None:
    """OIDC Core 10.1.1: an unknown kid is a reason to fetch the client's keys again."""
    path = f"/jwks/{secrets.token_urlsafe(6)}"
    jwks_uri = flow.suite.site.publish(path, {"keys": [public(named_key("first"))]})
    flow.key = named_key("first")
    await flow.register_for_refresh(jwks=None, jwks_uri=jwks_uri)
    done = await with_refresh_token(flow)
    flow.suite.site.publish(path, {"keys": [public(named_key("second"))]})
    flow.key = named_key("second")
    flow.suite.clock.advance(seconds=60)
    await refreshed(flow, done, scope=flow.sent["scope"])
    assert len(flow.suite.site.at(jwks_uri)) == 2


@module("oidcc-ensure-client-assertion-with-iss-aud-succeeds")
async def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(flow: Flow) -> None:
    """OIDC Core 9, RFC 7523 3: the issuer is as good an audience as the token endpoint."""
    flow.audience = flow.suite.issuer
    await flow.complete()


@module("oidcc-registration-sector-uri")
async def test_oidcc_registration_sector_uri(flow: Flow) -> None:
    """OIDC Core 8.1: the document names the redirect URI, and the subject is one for this sector."""
    assert "pairwise" in flow.suite.metadata["subject_types_supported"]
    usual = usual_metadata(flow.run, flow.suite.site)
    sector = flow.suite.site.publish(f"/sectors/{secrets.token_urlsafe(6)}", usual["redirect_uris"])
    await flow.register(redirect_uris=usual["redirect_uris"], subject_type="pairwise", sector_identifier_uri=sector)
    assert flow.suite.site.at(sector)
    pairwise = await flow.complete()
    await flow.register()
    public_one = await flow.complete()
    assert pairwise.claims["sub"] != public_one.claims["sub"]


@module("oidcc-registration-sector-bad")
async def test_oidcc_registration_sector_bad(flow: Flow) -> None:
    """OIDC Registration 5: the document must name every redirect URI."""
    assert "pairwise" in flow.suite.metadata["subject_types_supported"]
    sector = flow.suite.site.publish(f"/sectors/{secrets.token_urlsafe(6)}", [flow.suite.site.url("/elsewhere")])
    metadata = usual_metadata(flow.run, flow.suite.site)
    answer = await send(flow.suite, metadata | {"subject_type": "pairwise", "sector_identifier_uri": sector})
    refused(answer, "invalid_client_metadata")


# ── third-party initiated login ──────────────────────────────────────────────────────────────────


@module("oidcc-3rd_party-init-login")
async def test_oidcc_3rd_party_init_login(flow: Flow) -> None:
    """OIDC Core 4, Registration 2 and 4.3: told at registration, and when the client reads it again."""
    address = flow.suite.site.url("/initiate-login")
    party = await flow.register(initiate_login_uri=address)
    assert party.registration["initiate_login_uri"] == address
    assert (await read(flow.suite, party))["initiate_login_uri"] == address


@module("oidcc-3rd_party-init-login-nohttps")
async def test_oidcc_3rd_party_init_login_nohttps(flow: Flow) -> None:
    """OIDC Registration 2."""
    address = flow.suite.site.url("/initiate-login").replace("https:", "http:")
    metadata = usual_metadata(flow.run, flow.suite.site) | {"initiate_login_uri": address}
    refused(await send(flow.suite, metadata), "invalid_client_metadata")
