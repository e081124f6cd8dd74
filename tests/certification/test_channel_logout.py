"""Logout told to the client: by the browser (Front-Channel Logout) and by the provider itself (Back-Channel Logout)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from tests.certification.client import FORM
from tests.certification.discovery import check_answer, check_metadata
from tests.certification.flow import Flow
from tests.certification.logout import Ending, signed_in
from tests.certification.modules import module
from tests.certification.relying_party import members
from tests.certification.suite import WELL_KNOWN, Suite
from tests.certification.tokens import check_logout_token
from tests.drivers.outbox import send_due
from tests.drivers.page import Page

FRAME = re.compile(r"<iframe[^>]*\ssrc=\"([^\"]+)\"")


async def advertised(suite: Suite, channel: str) -> None:
    """Both members, and both true."""
    found = check_answer(await suite.http.get(suite.issuer + WELL_KNOWN))
    check_metadata(found, suite.issuer + WELL_KNOWN)
    assert found[f"{channel}_logout_supported"] is True
    assert found[f"{channel}_logout_session_supported"] is True
    assert found["end_session_endpoint"].startswith("https://")


@module("oidcc-frontchannel-rp-initiated-logout-discovery-endpoint-verification")
async def test_oidcc_frontchannel_rp_initiated_logout_discovery_endpoint_verification(suite: Suite) -> None:
    """Front-Channel Logout 3."""
    await advertised(suite, "frontchannel")


@module("oidcc-backchannel-rp-initiated-logout-discovery-endpoint-verification")
async def test_oidcc_backchannel_rp_initiated_logout_discovery_endpoint_verification(suite: Suite) -> None:
    """Back-Channel Logout 2.1."""
    await advertised(suite, "backchannel")


@module("oidcc-frontchannel-rp-initiated-logout")
async def test_oidcc_frontchannel_rp_initiated_logout(flow: Flow) -> None:
    """Front-Channel Logout 3: the client's address in a frame, with iss and sid; then back to the client."""
    address = await flow.register_for_logout("frontchannel")
    ending = await signed_in(flow)
    page = await ending.visit()
    await frames_are_loaded(ending, page)
    told = flow.suite.site.at(address)
    assert len(told) == 1
    assert told[0].method == "GET"
    assert members(told[0].query) == {"iss": flow.suite.issuer, "sid": ending.done.claims["sid"]}
    ending.returned(page, state=ending.state)
    await ending.nobody_is_signed_in()


async def frames_are_loaded(ending: Ending, page: Page) -> None:
    """As a browser does with each page on its way, where the page's own policy lets it."""
    for passed in (*page.trail, page):
        for source in map(unescape, FRAME.findall(passed.html)):
            policy = passed.headers["content-security-policy"]
            allowed = re.search(r"frame-src ([^;]*)", policy)
            assert allowed, f"no frame may be loaded: {policy}"
            origin = f"https://{urlsplit(source).netloc}"
            assert {origin, "https:"} & set(allowed[1].split()), f"{origin} may not be framed: {policy}"
            await ending.flow.browser.client.get(source)


@module("oidcc-backchannel-rp-initiated-logout")
async def test_oidcc_backchannel_rp_initiated_logout(flow: Flow) -> None:
    """Back-Channel Logout 2.4 and 2.5: a signed logout token in a form, and nothing beside it."""
    address = await flow.register_for_logout("backchannel")
    ending = await signed_in(flow)
    ending.returned(await ending.visit(), state=ending.state)
    await send_due(flow.suite.provider.services)
    told = flow.suite.site.at(address)
    assert len(told) == 1
    assert told[0].method == "POST"
    assert told[0].headers["content-type"] == FORM
    assert told[0].query == ""
    assert set(told[0].form) == {"logout_token"}
    check_logout_token(
        told[0].form["logout_token"], await flow.suite.jwks(), flow.expected(nonce=None), ending.done.claims
    )
    await ending.nobody_is_signed_in()
