"""Scopes: each standard claim arrives where OIDC Core 5.4 says, complete, of its type, and nothing beside it."""

from __future__ import annotations

from tests.certification.claims import CLAIMS_OF_SCOPES
from tests.certification.flow import Flow
from tests.certification.modules import module


async def scope_is_honoured(flow: Flow, scope: str) -> None:
    """At userinfo; in the ID token where no access token comes, which `complete` has checked."""
    assert set(scope.split()) <= set(flow.suite.metadata["scopes_supported"])
    done = await flow.complete(scope=scope)
    if done.access_token:
        await flow.userinfo(done)
    else:
        assert set(done.claims) >= {claim for each in scope.split() for claim in CLAIMS_OF_SCOPES[each]}


@module("oidcc-scope-profile")
async def test_oidcc_scope_profile(flow: Flow) -> None:
    """All fourteen claims."""
    await scope_is_honoured(flow, "openid profile")


@module("oidcc-scope-email")
async def test_oidcc_scope_email(flow: Flow) -> None:
    await scope_is_honoured(flow, "openid email")


@module("oidcc-scope-address")
async def test_oidcc_scope_address(flow: Flow) -> None:
    await scope_is_honoured(flow, "openid address")


@module("oidcc-scope-phone")
async def test_oidcc_scope_phone(flow: Flow) -> None:
    await scope_is_honoured(flow, "openid phone")


@module("oidcc-scope-all")
async def test_oidcc_scope_all(flow: Flow) -> None:
    await scope_is_honoured(flow, "openid profile email address phone")
