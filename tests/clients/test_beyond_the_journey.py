"""What client libraries do beyond the whole journey: register themselves, sign requests, be told of a logout."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from idp.usecases import browser_sessions
from tests.clients.idpy_client import IdpyClient
from tests.clients.journey import SCOPE, signed_in, tells_how_the_person_signed_in, whole_journey
from tests.clients.node_client import OpenidClient, RefusedError
from tests.clients.relying_parties import APP, KEY, PUBLIC_KEY, relying_party, somebody, usual
from tests.clients.tokens import Registration
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import send_due
from tests.drivers.provider import Provider
from tests.drivers.registering import initial_access_token
from tests.drivers.scenes import configure
from tests.drivers.strange_server import page, strange_server
from tests.drivers.tls_authority import Authority

BOTH_STEPS = ["pwd", "otp", "mfa"]
METADATA = {
    "client_name": "Wiki",
    "redirect_uris": [f"{APP}/callback"],
    "post_logout_redirect_uris": [f"{APP}/signed-out"],
    "grant_types": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_method": "client_secret_post",
}


@pytest.fixture
def scheme() -> str:
    """As in production."""
    return "https"


async def test_openid_client_registers_itself(provider: Provider, browser: Browser) -> None:
    """RFC 7591 3: with an initial access token, and under the server's second-factor level like any other."""
    token = (await initial_access_token(provider.services, uses=1)).expose()
    async with await OpenidClient.start(provider.authority) as client:
        told = await client.register(str(provider.issuer), METADATA, token)
        assert told["client_name"] == "Wiki"
        alice = await somebody(provider)
        await whole_journey(client, alice, browser, expected_amr=BOTH_STEPS)
        with pytest.raises(RefusedError, match="401"):
            await client.register(str(provider.issuer), METADATA, token)


@pytest.mark.parametrize("auth_method", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
async def test_idpyoidc_registers_itself(
    provider: Provider, browser: Browser, authority: Authority, auth_method: str
) -> None:
    """RFC 7591 3: where registration is open to anybody. The library names no refresh_token grant."""
    await configure(provider, "open_registration", value=True)
    unknown = Registration(client_id="", redirect_uri=f"{APP}/callback", auth_method=auth_method, key=KEY)
    client = await IdpyClient.start(str(provider.issuer), unknown, authority)
    alice = await somebody(provider)
    page = await alice.sign_in(await browser.open(await client.authorization_url()))
    tokens = await client.exchange(page.url)
    assert (tokens.claims["amr"], tokens.claims["acr"]) == (BOTH_STEPS, "2fa")
    assert (await client.userinfo(tokens))["sub"] == tokens.claims["sub"]


async def test_idpyoidc_is_told_of_a_logout(provider: Provider, browser: Browser, authority: Authority) -> None:
    """Back-Channel Logout 2.6: the library takes our logout token, and finds the sign-in that it ends."""
    async with strange_server(authority.leaf(name="app")) as app:
        app.pages["/logout"] = page(b"")
        await configure(provider, "fetch_hosts", [app.authority])
        metadata = usual(further={"backchannel_logout_uri": app.url("/logout")})
        client = await relying_party(provider, "idpyoidc", metadata=metadata)
        assert isinstance(client, IdpyClient)
        tokens = await signed_in(client, await somebody(provider), browser)
        async with provider.unit() as made:
            await browser_sessions.end(made, tokens.claims["sid"])
        assert await send_due(provider.services) == 1
        (request,) = app.requests
        assert await client.told_of_logout(request.partition(b"\r\n\r\n")[2].decode(), tokens.claims["sid"])


async def test_openid_client_signs_its_request(provider: Provider, browser: Browser) -> None:
    """RFC 9101 5, OIDC Core 6.1: what counts stands in the request object, and nothing beside it."""
    metadata = usual(further={"jwks": (PUBLIC_KEY,), "request_object_signing_alg": "RS256"})
    client = await relying_party(provider, "openid-client", metadata=metadata)
    assert isinstance(client, OpenidClient)
    url = await client.signed_authorization_url(scope=SCOPE, acr_values="2fa")
    assert parse_qs(urlsplit(url).query).keys() == {"client_id", "request"}
    alice = await somebody(provider)
    page = await alice.sign_in(await browser.open(url))
    tokens = await client.exchange(page.url)
    await tells_how_the_person_signed_in(client, tokens, BOTH_STEPS)
