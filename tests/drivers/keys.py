"""Security keys in the hands of a person without scripts: what the script of a page would do with a `SoftKey`.

alice = await with_key(provider, wiki, key)            # set up inside a sign-in, recovery codes saved
page = await shown(page, key)                          # the second step, or the sign-in page
page = await shown(page, key, Odd(origin="https://evil.example"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drivers.browser_http import Browser
from tests.drivers.soft_key import SOUND, Odd, SoftKey

if TYPE_CHECKING:
    from tests.clients.authlib_client import AuthlibClient
    from tests.drivers.page import Page
    from tests.drivers.person import Person
    from tests.drivers.provider import Provider


def options_of(page: Page) -> str:
    """What the page would have its script ask of a key."""
    (form,) = (form for form in page.forms if "data-key" in form.attrs)
    return form.attrs["data-options"]


def key_for(provider: Provider, *, verifies: bool = True, synced: bool = False, counts: bool = True) -> SoftKey:
    """A key in front of a browser that shows this provider."""
    return SoftKey(origin=str(provider.issuer), verifies=verifies, synced=synced, counts=counts)


async def made(page: Page, key: SoftKey) -> Page:
    """Register the key on the page that sets one up."""
    return await page.submit(credential=key.create(options_of(page)), button="Set up a key")


async def shown(page: Page, key: SoftKey, odd: Odd = SOUND) -> Page:
    """Answer what the page asks of a key."""
    return await answered(page, key.get(options_of(page), odd))


async def answered(page: Page, text: str) -> Page:
    """Send that text as the answer of a key."""
    return await page.submit(credential=text)


async def with_key(provider: Provider, app: AuthlibClient, key: SoftKey, username: str = "alice") -> Person:
    """Somebody who set the key up in another browser, half an hour ago."""
    person = await provider.person(username)
    async with Browser() as elsewhere:
        page = await person.sign_in(await elsewhere.open(await app.authorization_url()), until="enrolment")
        page = await made(await page.click("Use a security key or passkey instead"), key)
        if page.step == "security-key":
            page = await shown(page, key)
        page = await person.sign_in(page)
        assert page.at_app, f"did not reach the app: {page!r}"
    provider.clock.advance(minutes=30)
    person.key = key
    return person
