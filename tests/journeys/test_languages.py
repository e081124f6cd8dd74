"""Pages and metadata in the language of whoever reads them: what the app asks for, then what the browser says."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import enrolled

GERMAN, ENGLISH = "de-AT,de;q=0.9,en;q=0.5", "en-GB,en;q=0.9"


def language_of(html: str) -> str:
    return html.partition('<html lang="')[2].partition('"')[0]


async def test_the_metadata_names_the_languages(provider: Provider, browser: Browser) -> None:
    """OIDC Discovery 3."""
    answer = await browser.client.get(provider.issuer.url("/.well-known/openid-configuration"))
    assert answer.json()["ui_locales_supported"] == ["en", "de"]


async def test_a_sign_in_is_in_the_browsers_language(provider: Provider, browser: Browser) -> None:
    """RFC 9110 12.5.4: each page by itself, errors too."""
    wiki = await provider.app()
    browser.client.headers["Accept-Language"] = GERMAN
    page = await browser.open(await wiki.authorization_url())
    assert language_of(page.html) == "de"
    assert "Anmelden" in page.html
    wrong = await page.submit(username="", password="")
    assert "Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein" in wrong.html
    browser.client.headers["Accept-Language"] = ENGLISH
    assert language_of((await wrong.reload()).html) == "en"


async def test_what_the_app_asks_for_goes_before_the_browser(provider: Provider, browser: Browser) -> None:
    """OIDC Core 3.1.2.1 ui_locales: kept from page to page, to the very end of the sign-in."""
    wiki, alice = await provider.app(), await provider.person()
    browser.client.headers["Accept-Language"] = ENGLISH
    page = await browser.open(await wiki.authorization_url(ui_locales="tlh de-CH en"))
    languages = [language_of(page.html)]
    while not page.at_app:
        page = await alice.answer(page)
        languages += [language_of(each.html) for each in (*page.trail, page) if each.step]
    assert set(languages) == {"de"}


async def test_a_sign_in_that_waited_too_long_says_so_in_the_same_language(
    provider: Provider, browser: Browser
) -> None:
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(ui_locales="de"))
    provider.clock.advance(hours=3)
    late = await page.reload()
    assert (late.status, language_of(late.html)) == (410, "de")
    assert "Diese Anmeldung hat zu lange gewartet" in late.html


async def test_it_may_come_in_a_posted_request(provider: Provider, browser: Browser) -> None:
    wiki = await provider.app()
    url = await wiki.authorization_url(ui_locales="de")
    endpoint, _, query = url.partition("?")
    page = await browser.cross_post(endpoint, parse_qsl(query), origin="https://wiki.example.org")
    assert language_of(page.html) == "de"


@pytest.mark.parametrize("rubbish", ["fr", "de;q=1", "../../etc", "%00", "é" * 300, "x" * 2000])
async def test_what_names_no_language_of_ours_is_no_error(provider: Provider, browser: Browser, rubbish: str) -> None:
    """OIDC Core 3.1.2.1: an error is not returned for locales that are not supported. Then it is English."""
    wiki = await provider.app()
    browser.client.headers["Accept-Language"] = ";;q=,*,zz-%;q=9"
    page = await browser.open(await wiki.authorization_url(ui_locales=rubbish))
    assert (page.step, language_of(page.html)) == ("password", "en")


async def test_pages_outside_a_sign_in_are_in_it_as_well(provider: Provider, browser: Browser) -> None:
    """RP-Initiated Logout 2 ui_locales; error pages."""
    browser.client.headers["Accept-Language"] = ENGLISH
    for path in ("/logout", "/nothing", "/authorize", "/forgot"):
        page = await browser.open(provider.issuer.url(f"{path}?ui_locales=de"))
        assert language_of(page.html) == "de", path


async def test_the_portal_follows_the_person_then_the_browser(provider: Provider, browser: Browser) -> None:
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    browser.client.headers["Accept-Language"] = GERMAN
    home = provider.issuer.url("/account")
    page = await browser.open(home)
    while page.step != "profile":
        page = await alice.answer(page)
    assert language_of(page.html) == "de"
    assert "Verbundene Apps" in page.html
    await page.submit(button="Speichern", locale="en")
    assert language_of((await browser.open(home)).html) == "en"
    assert language_of((await browser.open(f"{home}?ui_locales=de")).html) == "de"
