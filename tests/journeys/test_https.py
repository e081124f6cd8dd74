"""The sign-in under an https issuer: cookies that no neighbour can set, and addresses made from the issuer alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlencode

import httpx2
import pytest

from idp.app import create_app
from idp.usecases.clients import Metadata
from idp.usecases.services import Services
from idp.values.issuer import Issuer
from tests.drivers.browser_http import Browser
from tests.drivers.clock import MovableClock
from tests.drivers.grants import CHALLENGE, REDIRECT_URI, add_client
from tests.drivers.provider import Provider

AUTHORIZE = urlencode(
    {
        "client_id": "wiki",
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": CHALLENGE.text,
        "code_challenge_method": "S256",
    }
)


@pytest.fixture
def issuer() -> Issuer:
    """As behind a proxy that ends TLS."""
    return Issuer.parse("https://id.example.org")


@pytest.fixture
async def https(services: Services) -> AsyncIterator[Browser]:
    """A browser that reaches the application without a socket between them."""
    await add_client(services, "wiki", "web", Metadata(first_party=True))
    async with Browser(transport=httpx2.ASGITransport(app=create_app(services))) as opened:
        yield opened


async def test_the_whole_sign_in(services: Services, issuer: Issuer, clock: MovableClock, https: Browser) -> None:
    """N-38, RFC 6265bis: `__Host-`, Secure, Path=/, HttpOnly, Lax, no Domain; V3.4.1: HSTS a year, subdomains too."""
    async with AsyncExitStack() as opened:
        alice = await Provider(services=services, issuer=issuer, clock=clock, open=opened).person()
    page = await alice.sign_in(await https.open(issuer.url(f"/authorize?{AUTHORIZE}")))
    assert page.at_app
    assert page.params["iss"] == issuer
    assert set(https.cookies) == {"__Host-browser", "__Host-session", "__Host-known"}
    for each in https.client.cookies.jar:
        assert each.secure
        assert each.path == "/"
        assert not each.domain_specified
    answer = page.trail[-1]
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert all("; Secure" in line for line in answer.headers.get_list("set-cookie"))


async def test_a_cookie_without_the_prefix_is_nobody_s(issuer: Issuer, https: Browser) -> None:
    """A neighbour on the parent domain may set `session`, never `__Host-session`."""
    page = await https.open(issuer.url(f"/authorize?{AUTHORIZE}"))
    kept = https.cookies["__Host-browser"]
    https.forget_cookies()
    https.client.cookies.set("browser", kept, domain="id.example.org", path="/")
    assert (await https.open(page.url)).step == "cookies"


@pytest.mark.parametrize("host", ["evil.example", "id.example.org.evil.example", "127.0.0.1:8000"])
async def test_no_address_is_made_from_the_host_header(issuer: Issuer, https: Browser, host: str) -> None:
    """Every URL derives from it; Forwarded headers of strangers change nothing (O-63)."""
    headers = {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"}
    answer = await https.client.get(issuer.url(f"/authorize?{AUTHORIZE}"), headers=headers)
    assert answer.headers["location"].startswith(f"{issuer}/interaction/")
    blind = await https.client.get(answer.headers["location"], headers=headers)
    assert "id.example.org" in blind.text  # the page about cookies names the host
    headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
    form = await https.client.get(answer.headers["location"], headers=headers)
    assert f'action="{issuer}/interaction/' in form.text
    assert "evil" not in blind.text + form.text
    assert "127.0.0.1" not in blind.text + form.text
