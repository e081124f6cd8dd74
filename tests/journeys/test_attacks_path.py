"""An issuer below a path of a shared host: everything happens below it, and nothing above (RFC 8414 3)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from idp.settings import Settings
from idp.usecases.clients import Metadata
from idp.values.issuer import Issuer
from tests.drivers.browser_http import Browser
from tests.drivers.database import FreshDatabase
from tests.drivers.provider import Provider
from tests.drivers.scenes import sign_in

PATH = "/login/acme"


@pytest.fixture
def settings(fresh: FreshDatabase, issuer: Issuer) -> Settings:
    """As an operator would set them for a path."""
    return Settings(
        issuer=Issuer.parse(f"{issuer}{PATH}"),
        database_url=fresh.server,
        database_owner_url=fresh.owner,
        keys_dir=fresh.keys,
        hash_queue=1000,
    )


@pytest.fixture
async def below(provider: Provider) -> Provider:
    """The provider at its path."""
    provider.issuer = provider.services.settings.issuer
    return provider


async def test_a_whole_sign_in_stays_below_the_path(below: Provider, browser: Browser) -> None:
    """Every address on the way, every form and every file of ours; the tokens name the whole issuer."""
    wiki, alice = await below.app(metadata=Metadata(first_party=False)), await below.person()
    page = await browser.open(await wiki.authorization_url())
    while not page.at_app:
        for address in (page.url, *(each.action for each in page.forms)):
            assert urlsplit(address).path.startswith(f"{PATH}/"), address
        page = await alice.answer(page)
    assert page.params["iss"] == str(below.issuer)
    tokens = await wiki.exchange(page.url)
    assert tokens.claims["iss"] == str(below.issuer)
    assert (await wiki.userinfo(tokens))["sub"] == tokens.claims["sub"]


async def test_nothing_answers_above_the_path(below: Provider, browser: Browser) -> None:
    """V13.4: neither pages nor endpoints stand beside the path, or under a longer one."""
    wiki, alice = await below.app(), await below.person()
    page = await sign_in(wiki, alice, browser)
    inside = next(each.url for each in page.trail if "/interaction/" in each.url)
    root = str(below.issuer).removesuffix(PATH)
    path = urlsplit(inside).path
    for elsewhere in (path.removeprefix(PATH), f"{PATH}x{path.removeprefix(PATH)}", f"{PATH}{path}"):
        answer = await browser.client.get(root + elsewhere, follow_redirects=False)
        assert answer.status_code == 404, elsewhere
    for name in ("/authorize", "/token", "/userinfo", "/logout", "/metrics", "/interaction"):
        assert (await browser.client.get(root + name)).status_code == 404, name
