"""The password step: names in any spelling, passwords as they were typed, and what it costs (N-03, N-05, N-10)."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from idp.authenticators.password import MORE_MEMORY, hash_password
from idp.usecases import managed_passwords, users
from idp.usecases.hashing import Busy
from idp.usecases.users import NewUser
from idp.values.secrets import Password
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import PASSWORD, Provider
from tests.drivers.scenes import THROTTLES, password_is_enough

COMPOSED, DECOMPOSED = "un caf\u00e9 noir \u00e0 midi", "un cafe\u0301 noir a\u0300 midi"
HASH = "SELECT hash FROM passwords"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """An app, where a password is enough."""
    await password_is_enough(provider)
    return await provider.app()


async def signing_in(app: AuthlibClient, browser: Browser, username: str, password: str = PASSWORD) -> Page:
    """One try."""
    page = await browser.open(await app.authorization_url())
    return await page.submit(username=username, password=password)


@pytest.mark.parametrize("name", ["alice", "ALICE", " Alice ", "\uff21lice", "alice@example.org", "Alice@EXAMPLE.org"])
async def test_a_login_name_in_any_spelling(
    provider: Provider, browser: Browser, wiki: AuthlibClient, name: str
) -> None:
    """NFKC, case-folded; a verified unique e-mail also signs in."""
    await provider.person()
    assert (await signing_in(wiki, browser, name)).at_app


async def test_an_unverified_address_signs_nobody_in(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Its words are those of a wrong password."""
    hashed = await managed_passwords.judged_for_new(provider.services, Password(PASSWORD), (), ())
    async with provider.unit() as made:
        await users.add(made, NewUser(username="dave", email="dave@example.org", password=hashed, keep_password=True))
    page = await signing_in(wiki, browser, "dave@example.org")
    assert "do not match" in page.alerts[0]
    assert (await page.submit(username="dave", password=PASSWORD)).at_app


async def test_a_person_without_a_password(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Nothing signs them in, and the words are the same."""
    async with provider.unit() as made:
        await users.add(made, NewUser(username="erin"))
    for typed in ("x", PASSWORD):
        assert "do not match" in (await signing_in(wiki, browser, "erin", typed)).alerts[0]


@pytest.mark.parametrize(("set_as", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
async def test_the_same_characters_from_another_keyboard(
    provider: Provider, browser: Browser, wiki: AuthlibClient, set_as: str, typed: str
) -> None:
    """N-05: NFC before hashing."""
    await provider.person(password=set_as)
    assert (await signing_in(wiki, browser, "alice", typed)).at_app


@pytest.mark.parametrize(
    "typed", [" " + PASSWORD, PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], PASSWORD.replace(" ", "+")]
)
async def test_nothing_is_trimmed_or_folded(
    provider: Provider, browser: Browser, wiki: AuthlibClient, typed: str
) -> None:
    """N-04: every character counts."""
    await provider.person()
    assert "do not match" in (await signing_in(wiki, browser, "alice", typed)).alerts[0]


async def test_the_longest_password_is_never_cut(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-03: of 256 characters the last one counts; one more is wrong."""
    longest = "ab" * 127 + "xy"
    await provider.person(password=longest)
    for wrong in (longest[:-1] + "z", longest + "z", longest[:-1]):
        assert "do not match" in (await signing_in(wiki, browser, "alice", wrong)).alerts[0]
    assert (await signing_in(wiki, browser, "alice", longest)).at_app


async def test_old_costs_are_renewed(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-10: the next good sign-in rehashes, a wrong one does not; the old hash verifies until then."""
    await provider.person()
    old = hash_password(Password(PASSWORD), MORE_MEMORY, bytes(16))
    await provider.services.database.execute("UPDATE passwords SET hash = $1", old)
    await signing_in(wiki, browser, "alice", "wrong")
    assert await provider.services.database.fetchval(HASH) == old
    assert (await signing_in(wiki, browser, "alice")).at_app
    assert "m=19456,t=2,p=1" in await provider.services.database.fetchval(HASH)
    provider.clock.advance(minutes=2)
    async with Browser() as other:
        assert (await signing_in(wiki, other, "alice")).at_app


async def test_a_full_queue_turns_away_before_anything_is_counted(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """503 with Retry-After; no try is lost, and tokens keep flowing."""
    await provider.person()
    page = await browser.open(await wiki.authorization_url())
    with ExitStack() as taken:
        while True:
            try:
                taken.enter_context(provider.services.hashing.slot())
            except Busy:
                break
        busy = await page.submit(username="alice", password=PASSWORD)
        assert (busy.status, busy.step) == (503, "error")
        assert int(busy.headers["retry-after"]) > 0
        assert (await browser.client.get(provider.issuer.url("/jwks"))).status_code == 200
    assert await provider.services.database.fetch(THROTTLES) == []
    assert (await page.submit(username="alice", password=PASSWORD)).at_app
