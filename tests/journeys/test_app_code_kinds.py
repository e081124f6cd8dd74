"""Authenticator apps of another kind than the default: where configured, for those set up from then on (T-09, T-16)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.drivers.authenticator_apps import READERS, Entry
from tests.drivers.browser_http import Browser
from tests.drivers.command_line import CommandLine
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import configure, enrolled, sign_in

OTHER = {"app_code_algorithm": "SHA256", "app_code_digits": 8, "app_code_period_seconds": 60}


async def configured(provider: Provider) -> None:
    """Eight digits each minute."""
    for name, value in OTHER.items():
        await configure(provider, name, value)


def scanned(page: Page) -> Entry:
    """What an app that honours everything makes of the page."""
    return READERS["Aegis"](next(each.href for each in page.links if each.href.startswith("otpauth:")))


def shown(entry: Entry, provider: Provider, seconds: int = 0) -> str:
    """The app's code, on a phone whose clock is so many seconds ahead."""
    return entry.code(int(provider.clock().timestamp()) + seconds)


async def at_set_up(provider: Provider, browser: Browser) -> tuple[Person, Page]:
    """alice, who has no app yet."""
    wiki, alice = await provider.app(), await provider.person()
    return alice, await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")


async def test_the_page_and_the_address_say_which_kind(provider: Provider, browser: Browser) -> None:
    """T-16, T-17."""
    await configured(provider)
    _, page = await at_set_up(provider, browser)
    assert "Time-based · 8 digits · 60 s" in page.text
    assert "Enter the 8-digit code that the app shows" in page.text
    link = next(each.href for each in page.links if each.href.startswith("otpauth:"))
    query = parse_qs(urlsplit(link).query)
    assert (query["algorithm"], query["digits"], query["period"]) == (["SHA256"], ["8"], ["60"])


async def test_such_an_app_signs_in(provider: Provider, browser: Browser) -> None:
    """T-03, T-09: the code field takes the credential's own digits, and the words say so."""
    await configured(provider)
    _, page = await at_set_up(provider, browser)
    entry = scanned(page)
    page = await page.submit(code=shown(entry, provider))
    assert page.step == "recovery-codes"
    page = await page.submit(saved=True)
    assert page.at_app
    provider.clock.advance(minutes=3)
    wiki = await provider.app("chat")
    async with Browser() as other:
        page = await other.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password="correct horse battery staple")
        assert "Enter the 8-digit code from your authenticator app" in page.text
        page = await page.submit(code="123456")
        assert "The code is 8 digits, like 1234 5678" in page.alerts[0]
        page = await page.submit(code="")
        assert "Enter the 8-digit code" in page.alerts[0]
        code = shown(entry, provider)
        assert (await page.submit(code=f"{code[:4]} {code[4:]}")).at_app
    async with Browser() as third:
        page = await third.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password="correct horse battery staple")
        page = await page.submit(code=code)
        assert "A new one appears within 60 seconds." in page.alerts[0]


@pytest.mark.parametrize(("seconds", "words"), [(120, "about 2 minutes fast"), (-180, "about 3 minutes slow")])
async def test_a_wrong_clock_is_told_in_minutes(provider: Provider, browser: Browser, seconds: int, words: str) -> None:
    """A step of a minute is a minute."""
    await configured(provider)
    _, page = await at_set_up(provider, browser)
    page = await page.submit(code=shown(scanned(page), provider, seconds))
    assert page.step == "enrolment"
    assert words in page.alerts[0]


async def test_an_app_of_before_goes_on_working(provider: Provider) -> None:
    """T-09: another configuration touches nobody's app."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await configured(provider)
    provider.clock.advance(minutes=3)
    async with Browser() as other:
        await sign_in(wiki, alice, other)


async def test_a_set_up_under_way_keeps_its_kind(provider: Provider, browser: Browser) -> None:
    """What was scanned is what is checked, whatever is configured in between."""
    _, page = await at_set_up(provider, browser)
    entry = scanned(page)
    await configured(provider)
    assert scanned(await page.reload()) == entry
    assert (await page.submit(code=shown(entry, provider))).step == "recovery-codes"


async def test_the_doctor_warns(idp: CommandLine) -> None:
    """T-16: whoever configures it is told what it costs."""

    async def found() -> tuple[str, str]:
        (finding,) = [each for each in (await idp("check", "--json")).json if each["subject"] == "app codes"]
        return finding["level"], finding["words"]

    assert (await found())[0] == "ok"
    await idp("config", "set", "app_code_digits", "8")
    level, words = await found()
    assert level == "warn"
    assert words.startswith("SHA1, 8 digits, 30 s: many apps make SHA1, 6 digits, 30 s whatever they are told")
