"""Refresh tokens (RFC 6749 6, OIDC Core 12): they speak of the same sign-in, and to the same client only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.certification.client import Done
from tests.certification.flow import Flow
from tests.certification.modules import module
from tests.certification.tokens import check_entropy

SCOPE = "openid offline_access"
UNCHANGED = ("iss", "sub", "aud", "azp", "auth_time")


async def with_refresh_token(flow: Flow) -> Done:
    """OIDC Core 11: asked for with consent. The provider advertises what it then gives."""
    assert "refresh_token" in flow.suite.metadata["grant_types_supported"]
    assert "offline_access" in flow.suite.metadata["scopes_supported"]
    done = await flow.complete(scope=SCOPE, prompt="consent")
    check_entropy(done.tokens["refresh_token"], "the refresh token")
    assert done.tokens["refresh_token"].isascii()
    assert done.tokens["refresh_token"].isprintable()
    return done


async def refreshed(flow: Flow, done: Done, **form: str) -> Mapping[str, Any]:
    """OIDC Core 12.2, and the new access token is good for something."""
    flow.suite.clock.advance(seconds=2)
    request = {"grant_type": "refresh_token", "refresh_token": done.tokens["refresh_token"], **form}
    tokens = flow.succeeded(await flow.token_request(request))
    assert tokens["access_token"] != done.access_token
    claims = await flow.check_tokens(tokens, nonce=None)
    assert {name: claims.get(name) for name in UNCHANGED} == {name: done.claims.get(name) for name in UNCHANGED}
    assert claims["iat"] > done.claims["iat"]
    await flow.userinfo(Done(answer={}, back=claims, tokens=tokens))
    return tokens


@module("oidcc-refresh-token")
async def test_oidcc_refresh_token(flow: Flow) -> None:
    """Two clients: the first says which scope, the second does not; neither can use what the other was given."""
    first = await flow.register_for_refresh()
    await refreshed(flow, await with_refresh_token(flow), scope=SCOPE)
    await flow.register_for_refresh(second=True)
    done = await with_refresh_token(flow)
    tokens = await refreshed(flow, done)
    flow.registered = first
    stolen = tokens.get("refresh_token", done.tokens["refresh_token"])
    answer = await flow.token_request({"grant_type": "refresh_token", "refresh_token": stolen, "scope": SCOPE})
    flow.failed(answer, "invalid_grant")
