"""The relying parties of the tests, themselves under test: what they get through, and what they refuse.

What they go through with our own provider stands in `journey.py`; here somebody has to lie (tests/drivers).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from authlib.integrations.httpx_client import OAuthError

from tests.clients.authlib_client import AuthlibClient
from tests.clients.idpy_client import IdpyClient
from tests.clients.node_client import LOCK, OpenidClient, RefusedError
from tests.clients.relying_parties import KEY, LIBRARIES
from tests.clients.tokens import Client, Registration
from tests.drivers.browser_http import Browser
from tests.drivers.lying_provider import LyingProvider, lying_provider
from tests.drivers.tls_authority import Authority

REDIRECT_URI = "http://127.0.0.1:1/cb"
SIGNED_OUT = "http://127.0.0.1:1/out"
CONFIDENTIAL = Registration(
    client_id="c", client_secret="a secret of some length", redirect_uri=REDIRECT_URI, id_token_alg="ES256", key=KEY
)


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[LyingProvider]:
    async with lying_provider() as one:
        yield one


@pytest.fixture
def provider(served: LyingProvider) -> LyingProvider:
    served.forget()
    return served


@pytest_asyncio.fixture(params=LIBRARIES)
async def client(
    request: pytest.FixtureRequest, provider: LyingProvider, authority: Authority
) -> AsyncIterator[Client]:
    """Each of them, ready to ask."""
    if request.param == "authlib":
        async with AuthlibClient(issuer=provider.issuer, registration=CONFIDENTIAL) as authlib:
            yield authlib
    elif request.param == "idpyoidc":
        yield await IdpyClient.start(provider.issuer, CONFIDENTIAL, authority)
    else:
        async with await OpenidClient.start() as node:
            await node.discover(provider.issuer, CONFIDENTIAL)
            yield node


async def come_back(client: Client, **parameters: str) -> str:
    """The address at which the browser comes back to the app."""
    async with Browser() as browser:
        page = await browser.open(await client.authorization_url(**parameters))
        assert page.at_app
        return page.url


async def test_a_whole_flow(client: Client, provider: LyingProvider) -> None:
    """Code, userinfo, refresh, introspection, revocation, sign-out: each driver speaks all of it."""
    tokens = await client.exchange(await come_back(client, acr_values="2fa"))
    assert tokens.claims["sub"] == "s"
    assert tokens.header == {"typ": "JWT", "alg": "ES256", "kid": "one"}
    assert provider.asked[0]["acr_values"] == "2fa"
    assert provider.asked[0]["code_challenge_method"] == "S256"
    assert (await client.userinfo(tokens))["name"] == "Alice"
    renewed = await client.refresh(tokens)
    assert renewed.claims["auth_time"] == tokens.claims["auth_time"]
    assert provider.token_requests[-1]["grant_type"] == "refresh_token"
    assert (await client.introspect(renewed.access_token))["active"] is True
    await client.revoke(renewed.access_token)
    assert (await client.introspect(renewed.access_token))["active"] is False
    async with Browser() as browser:
        page = await browser.open(await client.logout_url(tokens, SIGNED_OUT, "q"))
        assert page.params == {"state": "q"}


@pytest.mark.parametrize(
    "lie", [{"state": "x"}, {"iss": "https://evil.example"}, {"iss": None}, {"error": "access_denied", "code": None}]
)
async def test_a_wrong_authorization_response_is_refused(
    client: Client, provider: LyingProvider, lie: dict[str, str | None]
) -> None:
    """RFC 6749 10.12, RFC 9207."""
    provider.answer = lie
    with pytest.raises((AssertionError, OAuthError, RefusedError, KeyError)):  # the last is idpyoidc's "unknown state"
        await client.exchange(await come_back(client))
    assert not provider.token_requests


@pytest.mark.parametrize("lie", [{"nonce": "x"}, {"aud": "x"}, {"iss": "https://evil.example"}, {"exp": 1_000}])
async def test_a_wrong_id_token_is_refused(client: Client, provider: LyingProvider, lie: dict[str, Any]) -> None:
    """OpenID Connect Core 3.1.3.7."""
    provider.claims = lie
    callback = await come_back(client)
    with pytest.raises(Exception, match=r"nonce|aud|iss|exp|expired|timestamp|c not in \['x'\]"):
        await client.exchange(callback)


async def test_an_error_of_the_token_endpoint_is_named(client: Client, provider: LyingProvider) -> None:
    """RFC 6749 5.2."""
    callback = await come_back(client)
    provider.token_status = 400
    with pytest.raises((OAuthError, RefusedError)) as caught:
        await client.exchange(callback)
    assert caught.value.error == "invalid_grant"


async def test_the_node_client_answers_what_it_does_not_know() -> None:
    """The line protocol answers each command, errors too."""
    async with await OpenidClient.start() as client:
        with pytest.raises(RefusedError, match="no such command: sing"):
            await client.ask("sing")
        with pytest.raises(RefusedError, match=r"fetch failed|ECONNREFUSED"):
            await client.discover("http://127.0.0.1:9", CONFIDENTIAL)


def test_the_lock_names_contents_and_no_addresses() -> None:
    """A lock with addresses would pin one registry; the hashes alone pin the contents."""
    packages = json.loads(LOCK.read_text())["packages"]
    installed = {name: each for name, each in packages.items() if name}
    assert "node_modules/openid-client" in installed
    assert all("resolved" not in each for each in installed.values())
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
