"""A forgotten password: the mailed link, what it is good for, and everything that it is not."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.mailbox import Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once
from tests.drivers.scenes import Counter, details, disable, enrolled, password_is_enough, sign_in

NEW = "eleven brave otters in the rain"
SUBJECT = "Choose a new password for your idp account"


async def links(provider: Provider, box: Mailbox, address: str = "alice@example.org") -> list[str]:
    """Those in all mails for that, the latest last."""
    await send_due(provider.services)
    return [mail.links[0] for mail in box.to(address) if mail.subject == SUBJECT]


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient) -> Person:
    """With an authenticator app."""
    return await enrolled(provider, wiki)


async def asked(wiki: AuthlibClient, browser: Browser, typed: str = "alice") -> Page:
    """The page after asking for a link, from the sign-in page."""
    page = await browser.open(await wiki.authorization_url())
    return await (await page.click("Forgot your password?")).submit(username=typed)


async def test_the_whole_way(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """V6.4.3: it signs nobody in, the factor stays and is asked for; then on with the sign-in that waited."""
    page = await asked(wiki, browser)
    assert (page.step, page.heading) == ("forgot", "Look into your mail")
    (link,) = await links(provider, box)
    page = await browser.open(link)
    assert (page.step, page.fields["new_password"].attrs["autocomplete"]) == ("new-password", "new-password")
    assert page.fields["username"].value == "alice"
    page = await page.submit(new_password=NEW)
    assert page.heading == "Your password is changed"
    page = await page.click("Continue to sign in")
    assert page.step == "password"
    alice.password = NEW
    page = await alice.sign_in(page)
    assert page.at_app
    assert alice.steps == ["password", "second-factor"]
    await send_due(provider.services)
    assert "The password of your idp account was changed" in [mail.subject for mail in box.mails]


async def test_everything_that_rested_on_the_old_one_ends(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Sessions, grants, known browsers; not the app, not the recovery codes."""
    await sign_in(wiki, alice, browser)
    async with Browser() as elsewhere:
        await asked(wiki, elsewhere)
        page = await elsewhere.open((await links(provider, box))[-1])
        await page.submit(new_password=NEW)
    count = """
    SELECT (SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL) AS sessions,
        (SELECT count(*) FROM grants WHERE revoked_at IS NULL) AS grants,
        (SELECT count(*) FROM known_browsers) AS known,
        (SELECT count(*) FROM totp_authenticators) AS apps, (SELECT count(*) FROM recovery_codes) AS codes
    """
    (row,) = await provider.services.database.fetch(count)
    assert tuple(row.values()) == (0, 0, 0, 1, 10)
    page = await browser.open(await wiki.authorization_url())
    page = await page.submit(username="alice", password=alice.password)
    assert page.alerts


async def test_a_link_leaves_the_address_at_once_and_looking_spends_nothing(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """V14.2.1: a program that scans mails may follow it; no page has it in address or markup."""
    await asked(wiki, browser)
    (link,) = await links(provider, box)
    secret = link.partition("token=")[2]
    for _ in range(2):
        async with Browser() as scanner:
            page = await scanner.open(link)
            assert page.step == "new-password"
            (redirect,) = page.trail
            assert (redirect.status, redirect.headers["Referrer-Policy"]) == (303, "same-origin")
            assert redirect.headers["Cache-Control"] == page.headers["Cache-Control"] == "no-store"
            assert "HttpOnly" in redirect.headers["Set-Cookie"]
            assert secret not in page.url + page.html
    head = await browser.client.head(link)
    assert head.status_code == 405
    assert (await (await browser.open(link)).submit(new_password=NEW)).heading == "Your password is changed"


@pytest.mark.parametrize("reason", ["used", "expired", "superseded", "password", "unknown", "user_disabled", "none"])
async def test_a_link_that_does_nothing(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox, reason: str
) -> None:
    """Said with a way to another, and recorded; the password stays."""
    await asked(wiki, browser)
    (link,) = await links(provider, box)
    match reason:
        case "used":
            await (await browser.open(link)).submit(new_password="seven quiet herons over the lake")
            provider.clock.advance(minutes=2)
        case "expired":
            provider.clock.advance(minutes=30)
        case "superseded":
            provider.clock.advance(seconds=1)
            await asked(wiki, browser)
        case "password":
            provider.clock.advance(seconds=1)
            await provider.services.database.execute("UPDATE passwords SET set_at = $1", provider.clock.now)
        case "unknown":
            link = link[:-4] + "AAAA"
        case "user_disabled":
            await disable(provider, alice)
        case _:
            link = link.partition("&token=")[0].partition("token=")[0]
    before = await provider.services.database.fetchval("SELECT hash FROM passwords")
    page = await browser.open(link)
    assert (page.status, page.step, page.heading) == (410, "error", "This link no longer works")
    recorded = {"none": "unknown", "password": "superseded"}.get(reason, reason)
    assert (await details(provider, "link_refused"))[-1]["reason"] == recorded
    page = await page.click("Ask for a new link")
    assert page.step == "forgot"
    assert await provider.services.database.fetchval("SELECT hash FROM passwords") == before


async def test_a_link_that_dies_while_its_page_is_open(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    await asked(wiki, browser)
    page = await browser.open((await links(provider, box))[0])
    provider.clock.advance(minutes=31)
    assert (await page.submit(new_password=NEW)).status == 410
    assert await provider.events("password_reset") == []


@pytest.mark.parametrize("typed", ["", "short", "passwordpassword", "alice@example.org", "x" * 257])
async def test_a_password_that_is_refused_spends_nothing(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox, typed: str
) -> None:
    """N-02, N-03, N-08: the rules of the sign-in."""
    await asked(wiki, browser)
    page = await browser.open((await links(provider, box))[0])
    page = await page.submit(new_password=typed)
    assert (page.status, page.step) == (422, "new-password")
    assert page.alerts
    assert page.fields["new_password"].value == ""
    assert (await page.submit(new_password=NEW)).heading == "Your password is changed"


async def test_one_that_leaked_is_not_chosen_again(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """N-07."""
    await provider.services.database.execute("UPDATE passwords SET change_demanded = 'compromised'")
    await asked(wiki, browser)
    page = await browser.open((await links(provider, box))[0])
    assert (await page.submit(new_password=alice.password)).status == 422
    assert (await page.submit(new_password=NEW)).heading == "Your password is changed"


async def test_a_short_one_where_the_password_stands_alone(
    provider: Provider, wiki: AuthlibClient, browser: Browser, box: Mailbox
) -> None:
    """N-01."""
    await password_is_enough(provider)
    await provider.person()
    await asked(wiki, browser)
    page = await browser.open((await links(provider, box))[0])
    assert (await page.submit(new_password="elevenbrave14!")).status == 422
    assert "At least 15 characters." in page.text


async def test_a_double_click_is_one_change(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Both are answered as done."""
    await asked(wiki, browser)
    page = await browser.open((await links(provider, box))[0])
    page = await browser.double(page, new_password=NEW)
    assert page.heading == "Your password is changed"
    assert len(await provider.events("password_reset")) == 1


async def test_of_many_with_one_link_one_changes_the_password(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Spent by one statement."""
    await asked(wiki, browser)
    (link,) = await links(provider, box)
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(Browser()) for _ in range(8)]
        pages = [await each.open(link) for each in browsers]
        await all_at_once(pages, lambda page: page.submit(new_password=f"{NEW} {pages.index(page)}"))
    assert len(await provider.events("password_reset")) == 1


async def test_a_link_of_one_person_is_nobody_elses(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    bob = await provider.person("bob")
    await asked(wiki, browser, "bob@example.org")
    page = await browser.open((await links(provider, box, "bob@example.org"))[0])
    page = await page.submit(username="alice", new_password=NEW)
    assert page.heading == "Your password is changed"
    page = await browser.open(await wiki.authorization_url())
    assert (await page.submit(username="alice", password=NEW)).alerts
    assert not (await page.submit(username=bob.username, password=NEW)).alerts


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("other", ["nobody", "carol", "dave", "x" * 3000, "\u202e"])
async def test_the_answer_is_the_same_for_any_name(
    provider: Provider, wiki: AuthlibClient, alice: Person, box: Mailbox, other: str
) -> None:
    """V6.3.8: body, status, headers and work; nobody has it, it is switched off, its address is not vouched for."""
    await disable(provider, await provider.person("carol"))
    await provider.person("dave")
    await provider.services.database.execute("UPDATE users SET email_verified = false WHERE username = 'dave'")
    answers = []
    for name in ("somebody-else", "alice", other):  # the first finds configuration and client cold
        async with Browser() as browser:
            page = await (await browser.open(await wiki.authorization_url())).click("Forgot your password?")
            with Counter(provider=provider) as sent:
                page = await page.submit(username=name)
            path = urlsplit(page.trail[0].headers["Location"]).path
            answers.append((page.status, page.heading, page.text, page.trail[0].status, path, sent.statements))
    assert answers[1] == answers[2]
    await send_due(provider.services)
    assert {mail.to for mail in box.mails if mail.subject == SUBJECT} == {"alice@example.org"}
    outcomes = [each["outcome"] for each in await details(provider, "password_reset_asked")]
    assert outcomes == ["nobody", "mailed", "nobody"]


async def test_the_link_holds_nothing_that_a_stranger_wrote(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Whoever asks for it is not who reads it."""
    page = await browser.open(provider.issuer.url("/forgot?app=call-0800-1234&sign_in=or-lose-your-account&x=y"))
    await page.submit(username="alice")
    (link,) = await links(provider, box)
    assert link.partition("=")[0] == provider.issuer.url("/reset-password?token")


async def test_an_address_will_do(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    await asked(wiki, browser, " Alice@Example.ORG ")
    assert len(await links(provider, box)) == 1


async def test_nothing_typed(wiki: AuthlibClient, browser: Browser) -> None:
    page = await asked(wiki, browser, "  ")
    assert (page.status, page.step) == (422, "forgot")
    assert page.alerts


async def test_an_account_is_mailed_three_links_an_hour(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """By name or address, in parallel too; the answer says nothing of it."""
    answers = [await asked(wiki, browser, name) for name in ("alice", "alice@example.org")]

    async def once_more() -> Page:
        async with Browser() as another:
            return await asked(wiki, another)

    answers += await asyncio.gather(*(once_more() for _ in range(4)))
    assert {page.heading for page in answers} == {"Look into your mail"}
    assert len(await links(provider, box)) == 3
    provider.clock.advance(minutes=61)
    await asked(wiki, browser)
    assert len(await links(provider, box)) == 4


async def test_a_source_may_ask_thirty_times_an_hour(
    provider: Provider, wiki: AuthlibClient, browser: Browser, box: Mailbox
) -> None:
    """For whatever names; and signing in from there goes on."""
    alice = await provider.person()
    page = await (await browser.open(await wiki.authorization_url())).click("Forgot your password?")
    for number in range(30):
        assert (await page.submit(username=f"nobody{number}")).status == 200
    refused = await page.submit(username="alice")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "3600")
    assert await links(provider, box) == []
    assert (await sign_in(wiki, alice, browser)).at_app


async def test_a_link_that_nobody_followed_in_time_is_not_mailed_late(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """The mail server was down for longer than the link lives."""
    await asked(wiki, browser)
    with box.refusing(data="451 later"):
        await send_due(provider.services)
    provider.clock.advance(minutes=31)
    assert await links(provider, box) == []


async def test_the_secret_is_stored_nowhere_in_clear(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    await asked(wiki, browser)
    rows = await provider.services.database.fetch("SELECT o::text AS o, l::text AS l FROM outbox o, links l")
    (link,) = await links(provider, box)
    secret = link.partition("token=")[2]
    assert rows
    assert [row for row in rows if secret in row["o"] + row["l"]] == []
