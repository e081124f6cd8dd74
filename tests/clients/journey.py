"""What every conforming relying party goes through with our provider, whichever library it is made of.

    await whole_journey(client, alice, browser, expected_amr=["pwd", "otp", "mfa"])

The client must hold `openid profile email offline_access`, so that a refresh token and userinfo claims come.
"""

from __future__ import annotations

from collections.abc import Awaitable

import pytest
from authlib.integrations.httpx_client import OAuthError
from httpx2 import HTTPStatusError

from tests.clients.node_client import RefusedError
from tests.clients.tokens import Client, Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person

SCOPE = "openid profile email offline_access"


async def signed_in(client: Client, person: Person, browser: Browser, **parameters: str) -> Tokens:
    """Sign the person in through the browser, and exchange the code."""
    page = await browser.open(await client.authorization_url(scope=SCOPE, **parameters))
    page = await person.sign_in(page)
    assert page.at_app, f"did not reach the app: {page!r}"
    return await client.exchange(page.url)


async def whole_journey(client: Client, person: Person, browser: Browser, *, expected_amr: list[str]) -> None:
    """Sign in, userinfo, silent sign-on, refresh, revocation, each by its clause."""
    tokens = await signed_in(client, person, browser)
    await tells_how_the_person_signed_in(client, tokens, expected_amr)
    await silent_sign_on_keeps_the_sign_in(client, browser, tokens)
    renewed = await a_refresh_keeps_the_sign_in(client, tokens)
    await revocation_ends_the_grant(client, renewed)


async def tells_how_the_person_signed_in(client: Client, tokens: Tokens, expected_amr: list[str]) -> None:
    """OpenID Connect Core 2 and 5.3: the claims a sign-in must bring."""
    assert tokens.claims["amr"] == expected_amr
    assert tokens.claims["acr"] == ("2fa" if "mfa" in expected_amr else "1fa")
    assert tokens.claims["auth_time"] <= tokens.claims["iat"]
    assert {"sid", "at_hash", "nonce"} <= tokens.claims.keys()
    assert tokens.header["kid"]
    userinfo = await client.userinfo(tokens)
    assert userinfo["sub"] == tokens.claims["sub"]
    assert {"name", "email", "email_verified"} <= userinfo.keys()


async def silent_sign_on_keeps_the_sign_in(client: Client, browser: Browser, tokens: Tokens) -> None:
    """OpenID Connect Core 3.1.2.1, prompt=none: no page, the same sign-in."""
    page = await browser.open(await client.authorization_url(scope=SCOPE, prompt="none"))
    assert page.at_app
    assert [each.status for each in page.trail] == [303] * len(page.trail)
    again = await client.exchange(page.url)
    for name in ("sub", "auth_time", "acr", "amr", "sid"):
        assert again.claims[name] == tokens.claims[name], name


async def a_refresh_keeps_the_sign_in(client: Client, tokens: Tokens) -> Tokens:
    """OpenID Connect Core 12.2; acr and amr stay with auth_time."""
    renewed = await client.refresh(tokens)
    for name in ("iss", "sub", "aud", "auth_time", "acr", "amr"):
        assert renewed.claims[name] == tokens.claims[name], name
    assert renewed.access_token != tokens.access_token
    return renewed


async def revocation_ends_the_grant(client: Client, tokens: Tokens) -> None:
    """RFC 7009 2.1: after revoking the refresh token neither token lives."""
    await client.userinfo(tokens)
    await client.revoke(tokens.refresh_token)
    with pytest.raises((HTTPStatusError, RefusedError), match="401"):
        await client.userinfo(tokens)
    assert await refused(client.refresh(tokens)) == "invalid_grant"


async def introspection_follows_revocation(client: Client, tokens: Tokens) -> None:
    """RFC 7662 2.2; only for clients with a secret, since a token is nothing to ask about for anybody."""
    found = await client.introspect(tokens.access_token)
    assert (found["active"], found["sub"], found["acr"]) == (True, tokens.claims["sub"], tokens.claims["acr"])
    await client.revoke(tokens.access_token)
    assert await client.introspect(tokens.access_token) == {"active": False}


async def refused(attempt: Awaitable[object]) -> str:
    """The OAuth error code that the library names."""
    with pytest.raises((OAuthError, RefusedError)) as caught:
        await attempt
    return str(caught.value.error)
