"""PostgreSQL gone in the middle of everything: 503 while it is away, and nothing twice because of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import httpx2

from idp.usecases.clients import Metadata
from idp.values.secrets import Code
from tests.drivers.app_code import RelyingApp
from tests.drivers.browser_http import Browser
from tests.drivers.grants import add_client
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.faults.conftest import OwnPostgres

PEOPLE = ("alice", "bob", "carol")
EACH = 3
TRIES = 200
BUSY = 503


@dataclass(slots=True)
class Seen:
    """What the outside was answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    """Sign-ins that reached the app, by person."""
    redeemed: Counter[str] = field(default_factory=Counter)
    """Codes that gave tokens."""
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, status: int) -> None:
        """Counts; once some were answered the crash may come."""
        self.statuses[status] += 1
        if self.statuses.total() >= 2 * EACH * len(PEOPLE):
            self.enough.set()


async def test_a_crash_under_load_doubles_nothing(own_postgres: OwnPostgres, over_it: Provider) -> None:
    """Nine sign-ins at once, three of each person with one app code; the database crashes among them, twice."""
    app = await _app(over_it)
    people = [await over_it.person(name) for name in PEOPLE]
    for person in people:
        async with Browser() as browser:
            assert (await person.sign_in(await browser.open(app.authorization_url()))).at_app
    for _ in range(2):
        over_it.clock.advance(seconds=61)
        seen = Seen()
        await asyncio.gather(_crash(own_postgres, seen), *(_hurry(app, person, seen) for person in people))
        assert seen.statuses.keys() <= {0, 200, 303, 400, BUSY}, seen
        assert seen.statuses[BUSY], "the crash came too late to be seen"
        assert all(times == 1 for times in seen.arrived.values()), "a time step was accepted twice"
        # None at all where the crash came between the commit that burnt the code and its answer, which was a 503.
        assert max(seen.redeemed.values()) == 1, "a code was redeemed twice, or none was at all"
    over_it.clock.advance(seconds=61)
    async with Browser() as browser:
        page = await people[0].sign_in(await browser.open(app.authorization_url()))
        assert (await app.exchange(Code(page.params["code"]))).status_code == 200


async def _crash(own: OwnPostgres, seen: Seen) -> None:
    await asyncio.wait_for(seen.enough.wait(), 60)
    await own.crash()


async def _app(provider: Provider) -> RelyingApp:
    registered = await add_client(provider.services, "wiki", "web", Metadata(first_party=True))
    http = await provider.open.enter_async_context(httpx2.AsyncClient())
    return RelyingApp(registered=registered, issuer=provider.issuer, http=http)


async def _hurry(app: RelyingApp, person: Person, seen: Seen) -> None:
    code = person.app_code()
    await asyncio.gather(*(_sign_in(app, person, code, seen) for _ in range(EACH)))


async def _sign_in(app: RelyingApp, person: Person, code: str, seen: Seen) -> None:
    """In a browser of its own; whoever is told to come back in a moment does."""
    async with Browser() as browser:
        page = await _patiently(lambda: browser.open(app.authorization_url()), seen)
        page = await _answered(page, {"username": person.username, "password": person.password}, seen)
        page = await _answered(page, {"code": code}, seen)
        if not page.at_app:
            assert page.alerts, page
            return
    seen.arrived[person.username] += 1
    await asyncio.gather(*(_redeem(app, page.params["code"], seen) for _ in range(2)))


async def _answered(page: Page, answer: dict[str, str], seen: Seen) -> Page:
    """The form is sent again where it is still due: the first time may or may not have counted."""
    step = page.step
    for _ in range(TRIES):
        sent = await page.submit(**answer)
        seen.answered(sent.status)
        if sent.status != BUSY:
            return sent
        page = await _patiently(partial(page.browser.open, page.url), seen)
        if page.step != step:
            return page
    raise AssertionError(f"still busy: {page!r}")


async def _patiently(ask: Callable[[], Awaitable[Page]], seen: Seen) -> Page:
    for _ in range(TRIES):
        page = await ask()
        seen.answered(page.status)
        if page.status != BUSY:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError("still busy")


async def _redeem(app: RelyingApp, code: str, seen: Seen) -> None:
    for _ in range(TRIES):
        answer = await app.exchange(Code(code))
        seen.answered(answer.status_code)
        seen.redeemed[code] += answer.status_code == 200
        if answer.status_code != BUSY:
            return
        await asyncio.sleep(0.05)
