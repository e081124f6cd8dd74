"""The Profile page of the portal: what people change of themselves, what an admin manages, how the portal looks."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, configure, details, events, password_is_enough, sign_in

ROWS = "SELECT profile, theme, updated_at FROM users WHERE username = 'alice'"


@pytest.fixture
async def alice(provider: Provider) -> Person:
    await password_is_enough(provider)
    return await provider.person()


async def opened(provider: Provider, alice: Person, browser: Browser) -> Page:
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    assert page.step == "profile"
    return page


async def profile(provider: Provider) -> dict[str, str]:
    row = await provider.services.database.fetchrow(ROWS)
    assert row is not None
    return {**row["profile"], "theme": row["theme"]}


async def test_change_it_and_apps_hear_of_it(provider: Provider, alice: Person, browser: Browser) -> None:
    """Names, language and time zone are claims; the answer is a page that can be loaded anew."""
    wiki: AuthlibClient = await provider.app()
    page = await opened(provider, alice, browser)
    page = await page.submit(
        name="  Alice   Itō ", given_name="Alice", family_name="Itō", locale="de", zoneinfo="Europe/Berlin"
    )
    assert "Ihr Profil ist gespeichert." in page.text  # from now on in the language just chosen
    assert (await page.reload()).fields["name"].value == "Alice Itō"
    assert page.fields["zoneinfo"].value == "Europe/Berlin"
    app = await sign_in(wiki, alice, browser, scope="openid profile")
    claims = await wiki.userinfo(await wiki.exchange(app.url))
    told = {name: claims.get(name) for name in ("name", "given_name", "family_name", "locale", "zoneinfo")}
    assert told == {
        "name": "Alice Itō",
        "given_name": "Alice",
        "family_name": "Itō",
        "locale": "de",
        "zoneinfo": "Europe/Berlin",
    }
    (said,) = await details(provider, "profile_changed")
    assert said == {"fields": ["family_name", "given_name", "locale", "name", "zoneinfo"]}
    (event,) = await events(provider, "profile_changed")
    assert event["session_id"] is not None


async def test_nothing_changed_is_no_event(provider: Provider, alice: Person, browser: Browser) -> None:
    page = await opened(provider, alice, browser)
    assert "Your profile is saved." in (await page.submit(button="Save")).text
    assert await events(provider, "profile_changed") == []


async def test_an_emptied_field_is_taken_out(provider: Provider, alice: Person, browser: Browser) -> None:
    page = await (await opened(provider, alice, browser)).submit(name="Alice", zoneinfo="UTC")
    await page.submit(name="", zoneinfo="")
    assert await profile(provider) == {"theme": "system"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "x" * 201),
        ("given_name", "two\nlines"),
        ("family_name", "\u202eotI"),
        ("locale", "tlh"),
        ("zoneinfo", "Mars/Olympus_Mons"),
        ("zoneinfo", "../../etc/passwd"),
        ("theme", "pink"),
        ("theme", ""),
    ],
)
async def test_what_cannot_be_kept_changes_nothing_and_is_shown_again(
    provider: Provider, alice: Person, browser: Browser, field: str, typed: str
) -> None:
    """The words stand in the summary and above the field; what else was typed stays."""
    page = await opened(provider, alice, browser)
    values = {"given_name": "Alice", "family_name": "Ito", field: typed}
    page = await page.submit(**values)
    assert (page.status, page.title[:6], page.step) == (422, "Error:", "profile")
    assert page.alerts
    assert page.fields[field].attrs["aria-invalid"] == "true"
    other = "family_name" if field != "family_name" else "given_name"
    assert page.fields[other].value == values[other]
    assert await profile(provider) == {"theme": "system"}
    assert await events(provider, "profile_changed") == []


async def test_what_an_admin_manages_is_shown_and_left_alone(
    provider: Provider, alice: Person, browser: Browser
) -> None:
    """Also where somebody sends the field all the same."""
    page = await (await opened(provider, alice, browser)).submit(name="Alice Ito", zoneinfo="Europe/Berlin")
    await configure(provider, "self_service_fields", ["zoneinfo"])
    forged = await page.submit(name="Mallory", zoneinfo="UTC")
    assert "Your profile is saved." in forged.text
    assert set(forged.fields) == {"csrf", "zoneinfo", "theme"}
    assert "Alice Ito managed by an admin" in forged.text
    assert "Change your email" not in forged.text
    assert await profile(provider) == {"name": "Alice Ito", "zoneinfo": "UTC", "theme": "system"}


async def test_a_value_that_an_admin_gave_may_stay(provider: Provider, alice: Person, browser: Browser) -> None:
    """A language that we do not speak, a zone that is not of the list: no choice is taken away by saving a name."""
    await provider.services.database.execute(
        'UPDATE users SET profile = \'{"locale": "fr-CA", "zoneinfo": "US/Eastern"}\''
    )
    page = await (await opened(provider, alice, browser)).submit(name="Alice")
    assert page.step == "profile"
    assert not page.alerts
    assert await profile(provider) == {
        "name": "Alice",
        "locale": "fr-CA",
        "zoneinfo": "US/Eastern",
        "theme": "system",
    }


async def test_the_theme_is_the_portal_s_alone(provider: Provider, alice: Person, browser: Browser) -> None:
    """No cookie, no claim: pages of the portal know who looks at them, those of a sign-in follow the device."""
    page = await (await opened(provider, alice, browser)).submit(theme="dark")
    assert '<meta name="color-scheme" content="dark">' in page.html
    assert '<link rel="stylesheet" href="/static/dark.' in page.html
    updated = await provider.services.database.fetchval("SELECT updated_at > created_at FROM users")
    assert not updated
    asked = await browser.open(provider.issuer.url("/account/password"))
    assert 'content="dark"' in asked.html
    async with Browser() as elsewhere:
        page = await elsewhere.open(provider.issuer.url("/account"))
        assert 'content="light dark"' in page.html
    assert "session" in browser.cookies
    assert not [name for name in browser.cookies if "theme" in name]


async def test_what_it_costs(provider: Provider, alice: Person, browser: Browser) -> None:
    """Three round trips at most for a page; a form has one more to store."""
    page = await opened(provider, alice, browser)
    with Counter(provider=provider) as sent:
        await browser.open(provider.issuer.url("/account"))
    assert sent.statements == 3
    assert page.step == "profile"


async def test_it_is_stored_though_the_form_stood_open_for_long(
    provider: Provider, alice: Person, browser: Browser
) -> None:
    """A name is no sensitive change: the session is enough; where that is over, what was typed is there again."""
    page = await opened(provider, alice, browser)
    provider.clock.advance(minutes=45)
    page = await page.submit(name="Alice", given_name="Al")
    assert "Your profile is saved." in page.text
    provider.clock.advance(minutes=61)
    page = await alice.sign_in(await page.submit(name="Alice Ito", given_name=""))
    assert page.step == "profile"
    assert (page.fields["name"].value, page.fields["given_name"].value) == ("Alice Ito", "")
    assert (await profile(provider))["name"] == "Alice"
    await page.submit(button="Save")
    assert await profile(provider) == {"name": "Alice Ito", "theme": "system"}
