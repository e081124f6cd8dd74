"""«Not you? Secure my account»: the link that stands in every mail about an account."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.mailbox import Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, disable, sign_in


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient, browser: Browser) -> Person:
    """With a factor, and signed in just now in a browser that was not known, so that she has three mails."""
    person = await provider.person()
    await sign_in(wiki, person, browser)
    provider.clock.advance(minutes=1)
    browser.forget_cookies()
    await sign_in(wiki, person, browser)
    return person


@pytest.fixture
async def links(provider: Provider, alice: Person, box: Mailbox) -> list[str]:
    """One in each mail, each its own, the latest first."""
    await send_due(provider.services)
    found = [mail.links[-1] for mail in reversed(box.mails)]
    assert len({*found}) == len(found) == 3
    assert all("/secure-account?token=" in link for link in found)
    return found


async def test_it_asks_and_then_ends_everything(
    provider: Provider, wiki: AuthlibClient, alice: Person, links: list[str]
) -> None:
    """Sessions, grants, known browsers; the factor stays, and the password is changed after every proof."""
    async with Browser() as elsewhere:
        page = await elsewhere.open(links[0])
        assert page.step == "secure-account"
        assert "token" not in page.url
        assert "alice" in page.text
        assert await provider.events("account_secured") == []
        page = await page.submit()
        assert page.heading == "Everything is signed out"
        assert (await page.click("Choose a new password")).step == "forgot"
        provider.clock.advance(minutes=1)
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="new-password")
    assert alice.steps == ["password", "second-factor"]
    assert page.step == "new-password"
    (row,) = await provider.services.database.fetch(
        "SELECT (SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL) AS sessions,"
        " (SELECT count(*) FROM grants WHERE revoked_at IS NULL) AS grants,"
        " (SELECT count(*) FROM totp_authenticators) AS apps"
    )
    assert tuple(row.values()) == (0, 0, 1)


@pytest.mark.parametrize("reason", ["used", "expired", "unknown", "user_disabled"])
async def test_a_link_that_does_nothing(
    provider: Provider, alice: Person, links: list[str], browser: Browser, reason: str
) -> None:
    """Each works once and for seven days, and each by itself."""
    link = links[0]
    match reason:
        case "used":
            await (await browser.open(link)).submit()
            provider.clock.advance(minutes=2)
        case "expired":
            provider.clock.advance(days=7)
        case "unknown":
            link = link[:-4] + "AAAA"
        case _:
            await disable(provider, alice)
    page = await browser.open(link)
    assert (page.status, page.heading) == (410, "This link no longer works")
    assert (await details(provider, "link_refused"))[-1]["reason"] == reason
    if reason == "used":
        assert (await browser.open(links[1])).step == "secure-account"


async def test_a_double_click_is_one_act(provider: Provider, links: list[str], browser: Browser) -> None:
    page = await browser.double(await browser.open(links[0]))
    assert page.heading == "Everything is signed out"
    assert len(await provider.events("account_secured")) == 1


async def test_it_is_no_link_for_a_new_password(links: list[str]) -> None:
    async with Browser() as browser:
        swapped = links[0].replace("/secure-account", "/reset-password")
        assert (await browser.open(swapped)).status == 410


async def test_a_factor_that_the_mail_tells_of_opens_nothing_and_still_stands(
    provider: Provider, wiki: AuthlibClient, box: Mailbox, browser: Browser
) -> None:
    """N-34: whoever set it up does not come back by it, and whoever reads the mail is not rid of two-factor."""
    person = await provider.person()
    await sign_in(wiki, person, browser, acr_values="2fa")
    await send_due(provider.services)
    (link,) = [mail.links[-1] for mail in box.mails if "Two-factor is on" in mail.subject]
    async with Browser() as elsewhere:
        await (await elsewhere.open(link)).submit()
        page = await elsewhere.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password=person.password)
    assert page.step == "lost"
    assert (await details(provider, "account_secured"))[-1]["factors"] == 2
    (row,) = await provider.services.database.fetch(
        "SELECT (SELECT string_agg(state, ' ') FROM totp_authenticators) AS apps,"
        " (SELECT count(*) FROM recovery_code_sets) AS codes"
    )
    assert tuple(row.values()) == ("suspended", 0)
