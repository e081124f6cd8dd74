"""Parameters that a provider may heed or ignore, but never stumble over (OIDC Core 3.1.2.1)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tests.certification.flow import Flow
from tests.certification.modules import module


@module("oidcc-display-page")
async def test_oidcc_display_page(flow: Flow) -> None:
    """OIDC Core 15.1."""
    await flow.complete(display="page")


@module("oidcc-display-popup")
async def test_oidcc_display_popup(flow: Flow) -> None:
    """OIDC Core 15.1: no error, whatever it looks like."""
    await flow.complete(display="popup")


@module("oidcc-login-hint")
async def test_oidcc_login_hint(flow: Flow) -> None:
    """OIDC Core 15.1: of somebody whom nobody knows."""
    await flow.complete(login_hint=f"nobody@{urlsplit(flow.suite.issuer).hostname}")


@module("oidcc-ui-locales")
async def test_oidcc_ui_locales(flow: Flow) -> None:
    """OIDC Core 15.1: a language that no page is written in."""
    await flow.complete(ui_locales="se")


@module("oidcc-claims-locales")
async def test_oidcc_claims_locales(flow: Flow) -> None:
    """OIDC Core 15.1."""
    await flow.complete(claims_locales="se")


@module("oidcc-ensure-request-with-unknown-parameter-succeeds")
async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(flow: Flow) -> None:
    """RFC 6749 3.1: unrecognised parameters are ignored."""
    await flow.complete(extra="foobar")


@module("oidcc-ensure-request-with-acr-values-succeeds")
async def test_oidcc_ensure_request_with_acr_values_succeeds(flow: Flow) -> None:
    """OIDC Core 15.1: everything that discovery lists, at once; the one reached is told."""
    values = flow.suite.metadata["acr_values_supported"]
    done = await flow.complete(acr_values=" ".join(values))
    assert done.claims["acr"] in values


@module("oidcc-alternate-happy-flow")
async def test_oidcc_alternate_happy_flow(flow: Flow) -> None:
    """RFC 6749 3.3: no order means anything, neither of scopes nor of parameters."""
    await flow.ready()
    turned = list(reversed(flow.request(scope="email openid").items()))
    url = f"{flow.suite.metadata['authorization_endpoint']}?{urlencode(turned)}"
    page = await flow.browser.follow(url, source=flow.suite.site.base_url)
    done = await flow.finish(await flow.sign_in(page))
    if done.access_token:
        await flow.userinfo(done)
