"""Security keys and passkeys on the Two-factor page: in one list with the apps, by the same rules."""

from __future__ import annotations

import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, enrolled, events, password_is_enough, sign_in
from tests.drivers.soft_key import SoftKey

KEYS = "SELECT name, state FROM webauthn_credentials ORDER BY confirmed_at, id"
IDS = "SELECT id FROM webauthn_credentials"
CODES_LEFT = "SELECT count(*) FROM recovery_codes WHERE used_at IS NULL"
KEY_REQUIRED = Rule(level=Level.PHISHING_RESISTANT)


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient, browser: Browser) -> Person:
    """With an app and a key that verifies nobody, in the portal of `browser`; nobody insists on either."""
    await provider.rule("server", "", REQUIRED)
    person = await enrolled(provider, wiki)
    await password_is_enough(provider)
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    provider.clock.advance(minutes=1)
    person.key = SoftKey(origin=provider.issuer.origin, verifies=False)
    page = await person.sign_in(await page.submit(button="Add a security key or passkey"))
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    return person


async def two_factor(provider: Provider, browser: Browser) -> Page:
    return await browser.open(provider.issuer.url("/account/two-factor"))


async def of_key(provider: Provider, browser: Browser, doing: str = "") -> Page:
    key = await provider.services.database.fetchval(IDS)
    return await browser.open(provider.issuer.url(f"/account/two-factor/factors/{key}{doing}"))


async def keys(provider: Provider) -> list[tuple[str, str]]:
    return [(row["name"], row["state"]) for row in await provider.services.database.fetch(KEYS)]


async def test_a_key_stands_beside_the_app(provider: Provider, browser: Browser, alice: Person) -> None:
    """N-28, N-45: the codes stay; it is not replaced but added and removed."""
    page = await two_factor(provider, browser)
    assert "Authenticator app Since" in page.text
    assert "Security key Since" in page.text
    assert await provider.services.database.fetchval(CODES_LEFT) == 10
    page = await of_key(provider, browser)
    assert page.heading == "Your security key"
    assert not page.has("Replace app")
    page = await page.submit(name="blue key")
    assert await keys(provider) == [("blue key", "confirmed")]
    page = await (await of_key(provider, browser)).submit(name="authenticator APP")
    assert page.status == 422
    assert page.alerts


async def test_a_key_is_removed(provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person) -> None:
    """N-35."""
    page = await (await of_key(provider, browser, "/remove")).submit(button="Remove")
    assert page.step == "two-factor"
    assert await keys(provider) == []
    assert len(await events(provider, "factor_removed")) == 1
    alice.key = None
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)
        assert alice.steps[:2] == ["password", "second-factor"]


async def test_where_a_key_is_required_the_last_key_stays(provider: Provider, browser: Browser, alice: Person) -> None:
    """An app would not let anybody in any more. The same by an old form."""
    form = await of_key(provider, browser, "/remove")
    await provider.rule("server", "", KEY_REQUIRED)
    page = await alice.sign_in(await of_key(provider, browser))
    assert page.heading == "Your security key"
    assert "It cannot be removed" in page.text
    page = await alice.sign_in(await form.submit(button="Remove"))
    assert await keys(provider) == [("Security key", "confirmed")]


async def test_a_lost_key_opens_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """N-34: the way by it is not even shown; found again, a code vouches for it."""
    page = await (await of_key(provider, browser, "/lost")).submit(button="Report it as lost")
    assert await keys(provider) == [("Security key", "suspended")]
    provider.clock.advance(minutes=1)
    key, alice.key = alice.key, None
    async with Browser() as elsewhere:
        at = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        assert not at.has("Use your security key or passkey")
        assert (await alice.sign_in(at)).at_app
    provider.clock.advance(minutes=1)
    page = await alice.sign_in(await (await page.click("I found it")).submit(button="Use it again"))
    assert alice.steps == ["password", "second-factor"]
    await page.submit(button="Use it again")
    assert await keys(provider) == [("Security key", "confirmed")]
    alice.key = key
    async with Browser() as elsewhere:
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        page = await alice.sign_in(await page.click("Use your security key or passkey"))
        assert alice.steps[0] == "security-key"
        assert page.at_app


async def test_turning_off_takes_keys_too(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """What is lost is named; one reported as lost goes with the others."""
    await (await of_key(provider, browser, "/lost")).submit(button="Report it as lost")
    page = await browser.open(provider.issuer.url("/account/two-factor/off"))
    assert "Security key" in page.text
    page = await page.submit(button="Turn off")
    assert page.has("Enable")
    assert await keys(provider) == []
