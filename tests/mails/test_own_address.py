"""Another e-mail address, by the person: a link to the new one, a button, and word to the one before."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack

import pytest

from idp.usecases import user_profile
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.mailbox import Mail, Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once
from tests.drivers.scenes import Counter, configure, details, disable, enrolled, events, password_is_enough, sign_in

OLD, NEW = "alice@example.org", "alice@new.example"
SUBJECT = "Confirm this address for your idp account"
ADDRESS = "SELECT email, email_verified FROM users WHERE username = $1"
NAMES = "SELECT name, kind FROM login_names n JOIN users u ON u.id = n.user_id WHERE u.username = $1 ORDER BY kind"
DONE = "Your email is confirmed"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    await password_is_enough(provider)
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient) -> Person:
    return await provider.person()


async def opened(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/email")))
    assert page.step == "own-email", page
    return page


async def delivered(provider: Provider, box: Mailbox) -> list[Mail]:
    before = len(box.mails)
    await send_due(provider.services)
    return box.mails[before:]


async def asked(provider: Provider, person: Person, browser: Browser, box: Mailbox, email: str = NEW) -> str:
    """The link that came to the new address."""
    page = await (await opened(provider, person, browser)).submit(email=email)
    assert page.step == "own-email-sent", page
    (mail,) = [mail for mail in await delivered(provider, box) if mail.subject == SUBJECT]
    assert mail.to == email
    return mail.links[0]


async def address(provider: Provider, username: str = "alice") -> tuple[str | None, bool]:
    row = await provider.services.database.fetchrow(ADDRESS, username)
    assert row is not None
    return row["email"], row["email_verified"]


async def names(provider: Provider, username: str = "alice") -> list[tuple[str, str]]:
    return [tuple(row.values()) for row in await provider.services.database.fetch(NAMES, username)]


# ── the change ───────────────────────────────────────────────────────────────────────────────────


async def test_it_is_the_persons_after_the_button(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """N-33, N-36: nothing changes before; then both addresses are told, apps hear of it, and it signs in."""
    link = await asked(provider, alice, browser, box)
    assert await address(provider) == (OLD, True)
    page = await browser.open(link)
    assert (page.step, page.heading) == ("confirm-email", "Is this your email?")
    assert "token" not in page.url
    assert NEW in page.text
    assert await address(provider) == (OLD, True)
    page = await page.submit()
    assert page.heading == DONE
    assert (await page.reload()).heading == DONE
    assert await address(provider) == (NEW, True)
    assert await names(provider) == [(NEW, "email"), ("alice", "username")]
    told = {mail.to: mail for mail in await delivered(provider, box)}
    assert told[OLD].subject == "The address of your idp account was changed"
    assert told[NEW].subject == "This is the address of your idp account now"
    assert all("/secure-account?token=" in mail.links[-1] for mail in told.values())
    assert NEW not in told[OLD].message.as_string()
    assert [each["kind"] for each in await events(provider, "address_confirmed", "address_left")] == [
        "address_confirmed",
        "address_left",
    ]
    app = await sign_in(wiki, alice, browser, scope="openid email")
    claims = await wiki.userinfo(await wiki.exchange(app.url))
    assert (claims["email"], claims["email_verified"]) == (NEW, True)
    async with Browser() as elsewhere:
        page = await elsewhere.open(await wiki.authorization_url())
        assert (await page.submit(username=OLD, password=alice.password)).alerts
        assert (await page.submit(username=NEW, password=alice.password)).at_app


async def test_who_has_none_gets_one(provider: Provider, wiki: AuthlibClient, browser: Browser, box: Mailbox) -> None:
    """Nobody else is told, as there is nobody."""
    bob = await provider.person("bob")
    await provider.services.database.execute("UPDATE users SET email = NULL, email_verified = false")
    await provider.services.database.execute("DELETE FROM login_names WHERE kind = 'email'")
    page = await (await browser.open(await asked(provider, bob, browser, box))).submit()
    assert page.heading == DONE
    assert [mail.to for mail in await delivered(provider, box)] == [NEW]
    assert await events(provider, "address_left") == []


async def test_an_address_that_nobody_vouched_for_is_confirmed_and_not_told(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """The same one may be asked for: it is not the person's yet."""
    await provider.services.database.execute("UPDATE users SET email_verified = false")
    await provider.services.database.execute("DELETE FROM login_names WHERE kind = 'email'")
    await (await browser.open(await asked(provider, alice, browser, box, OLD))).submit()
    assert await address(provider) == (OLD, True)
    assert [mail.to for mail in await delivered(provider, box)] == [OLD]


async def test_a_stranger_who_reads_the_mail_learns_little(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """No name that its person chose, no address, no browser; and the secret leaves the address bar at once."""
    await provider.services.database.execute('UPDATE users SET profile = \'{"given_name": "Buy now"}\'')
    link = await asked(provider, alice, browser, box)
    (mail,) = box.to(NEW)
    assert mail.text.startswith("Hello alice,")
    assert [word for word in ("Buy now", "127.0.0.1", "::1", "Browser:", OLD) if word in mail.text] == []
    redirect = await browser.client.get(link)
    secret = link.partition("token=")[2]
    assert redirect.status_code == 303
    assert secret not in redirect.headers["Location"]


async def test_a_sign_in_on_the_way_leads_back_to_the_button(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """The mail is read elsewhere: the link alone opens nothing."""
    link = await asked(provider, alice, browser, box)
    async with Browser() as phone:
        page = await phone.open(link)
        assert page.step == "password"
        page = await alice.sign_in(page)
        assert page.step == "confirm-email"
        assert (await page.submit()).heading == DONE


async def test_fresh_proofs_at_the_accounts_own_level(
    provider: Provider, wiki: AuthlibClient, browser: Browser, box: Mailbox
) -> None:
    """V7.5.1: also the second factor, ten minutes after the last; the form comes back."""
    alice = await enrolled(provider, wiki)
    await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    provider.clock.advance(minutes=11)
    page = await (await browser.open(provider.issuer.url("/account"))).click("Change your email")
    assert page.heading == "Confirm it is you"
    page = await alice.sign_in(page)
    assert page.step == "own-email"
    provider.clock.advance(minutes=11)
    page = await page.submit(email=NEW)
    assert page.heading == "Confirm it is you"
    assert [mail for mail in await delivered(provider, box) if mail.subject == SUBJECT] == []
    page = await alice.sign_in(page)
    assert page.step == "own-email"
    assert page.fields["email"].value == NEW
    assert (await page.submit(button="Send the link")).step == "own-email-sent"


async def test_not_you_gives_the_old_address_back(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """By the mail to the old one: whoever took the account cannot have its password reset by mail."""
    await (await browser.open(await asked(provider, alice, browser, box))).submit()
    told = {mail.to: mail for mail in await delivered(provider, box)}
    async with Browser() as elsewhere:
        page = await elsewhere.open(told[OLD].links[-1])
        assert page.step == "secure-account"
        assert OLD in page.text
        page = await page.submit()
        assert page.heading == "Everything is signed out"
    assert await address(provider) == (OLD, True)
    assert await names(provider) == [(OLD, "email"), ("alice", "username")]
    assert len(await events(provider, "address_restored")) == 1
    assert (await browser.open(provider.issuer.url("/account"))).step == "password"


async def test_not_you_by_the_mail_to_the_new_address_takes_nothing_from_it(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    await (await browser.open(await asked(provider, alice, browser, box))).submit()
    told = {mail.to: mail for mail in await delivered(provider, box)}
    async with Browser() as elsewhere:
        await (await elsewhere.open(told[NEW].links[-1])).submit()
    assert await address(provider) == (NEW, True)
    assert await events(provider, "address_restored") == []


async def test_an_old_address_that_is_somebody_elses_by_now_is_not_given_back(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Then the one that came after it is trusted no more."""
    await (await browser.open(await asked(provider, alice, browser, box))).submit()
    told = {mail.to: mail for mail in await delivered(provider, box)}
    await provider.person("bob")
    async with provider.unit() as made:
        await user_profile.change(made, "bob", {"email": OLD, "email_verified": "true"})
    async with Browser() as elsewhere:
        page = await (await elsewhere.open(told[OLD].links[-1])).submit()
        assert page.heading == "Everything is signed out"
    assert await address(provider) == (NEW, False)
    assert await names(provider) == [("alice", "username")]
    assert await address(provider, "bob") == (OLD, True)


async def test_a_forgotten_password_mailed_to_an_address_dies_with_it(
    provider: Provider, wiki: AuthlibClient, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Whoever took the account for a while, or read the old mailbox, keeps no way in that waits there."""

    async def forgotten(to: str) -> str:
        async with Browser() as elsewhere:
            page = await elsewhere.open(await wiki.authorization_url())
            await (await page.click("Forgot your password?")).submit(username="alice")
        (mail,) = [mail for mail in await delivered(provider, box) if "Choose a new password" in mail.subject]
        assert mail.to == to
        return mail.links[0]

    to_old = await forgotten(OLD)
    await (await browser.open(await asked(provider, alice, browser, box))).submit()
    told = {mail.to: mail for mail in await delivered(provider, box)}
    async with Browser() as elsewhere:
        assert (await elsewhere.open(to_old)).status == 410
        to_new = await forgotten(NEW)
        await (await elsewhere.open(told[OLD].links[-1])).submit()
        assert await address(provider) == (OLD, True)
        assert (await elsewhere.open(to_new)).status == 410
    assert [told["reason"] for told in await details(provider, "link_refused")] == ["superseded", "superseded"]


async def test_not_you_gives_the_old_address_back_also_after_a_second_change(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Else whoever took the account would move on once more, and the mail to the person's own would do nothing."""
    await (await browser.open(await asked(provider, alice, browser, box))).submit()
    told = {mail.to: mail for mail in await delivered(provider, box)}
    provider.clock.advance(minutes=1)
    await (await browser.open(await asked(provider, alice, browser, box, "alice@third.example"))).submit()
    assert await address(provider) == ("alice@third.example", True)
    later = {mail.to: mail for mail in await delivered(provider, box)}
    async with Browser() as elsewhere:
        page = await elsewhere.open(told[OLD].links[-1])
        assert OLD in page.text
        await page.submit()
        assert await address(provider) == (OLD, True)
        await (await elsewhere.open(later[NEW].links[-1])).submit()  # what came after is nobody's way back
    assert await address(provider) == (OLD, True)


# ── links that do nothing ────────────────────────────────────────────────────────────────────────


async def passes(provider: Provider, person: Person, browser: Browser, box: Mailbox, reason: str) -> None:
    """What takes a link its power."""
    match reason:
        case "used":
            await (await browser.open((box.to(NEW))[-1].links[0])).submit()
            provider.clock.advance(minutes=2)
        case "expired":
            provider.clock.advance(hours=24)
            await person.sign_in(await browser.open(provider.issuer.url("/account")))
        case "superseded":
            provider.clock.advance(seconds=1)
            await asked(provider, person, browser, box, "other@new.example")
        case "password":
            provider.clock.advance(seconds=1)
            await provider.services.database.execute("UPDATE passwords SET set_at = $1", provider.clock.now)
        case "by_admin":
            async with provider.unit() as made:
                await user_profile.change(made, "alice", {"email": "desk@example.org"})
        case "managed":
            await configure(provider, "self_service_fields", ["name"])


@pytest.mark.parametrize("reason", ["used", "expired", "superseded", "password", "by_admin", "managed"])
async def test_a_link_that_no_longer_works(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox, reason: str
) -> None:
    """Said in words, recorded, and nothing is changed by half."""
    link = await asked(provider, alice, browser, box)
    await passes(provider, alice, browser, box, reason)
    before = await address(provider), await names(provider)
    page = await browser.open(link)
    assert (page.status, page.step, page.heading) == (410, "error", "This link no longer works")
    recorded = {"password": "superseded", "by_admin": "superseded"}.get(reason, reason)
    assert (await details(provider, "link_refused"))[-1]["reason"] == recorded
    assert (await address(provider), await names(provider)) == before
    assert page.has("Ask for a new link") == (reason != "managed")
    assert (await page.click("Back to your profile")).step == "profile"


@pytest.mark.parametrize("tail", ["?token=AAAA", "?token=" + "A" * 43, "?token=%00", "?token=", ""])
async def test_a_link_that_never_was(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox, tail: str
) -> None:
    link = await asked(provider, alice, browser, box)
    page = await browser.open(link.partition("?")[0] + tail)
    assert (page.status, page.step, page.heading) == (410, "error", "This link no longer works")
    assert (await details(provider, "link_refused"))[-1]["reason"] == "unknown"
    assert (await browser.open(link)).step == "confirm-email"


async def test_a_link_is_good_for_its_own_account_alone(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Whoever is mailed a link that somebody else asked for cannot give that account the address by mistake."""
    link = await asked(provider, alice, browser, box)
    bob = await provider.person("bob")
    async with Browser() as elsewhere:
        await bob.sign_in(await elsewhere.open(provider.issuer.url("/account")))
        page = await elsewhere.open(link)
        assert (page.status, page.heading) == (409, "This link is for another account")
        assert "alice" not in page.text
    assert (await details(provider, "link_refused"))[-1]["reason"] == "foreign"
    assert await address(provider, "bob") == ("bob@example.org", True)
    assert (await (await browser.open(link)).submit()).heading == DONE


@pytest.mark.parametrize("as_name", [True, False])
async def test_an_address_that_signs_somebody_else_in(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox, *, as_name: bool
) -> None:
    """As a name, or as an address. Only who reads its mail, and asked for it, is told."""
    page = await browser.open(await asked(provider, alice, browser, box))
    await provider.person("bob")
    taken = {"username": NEW} if as_name else {"email": NEW, "email_verified": "true"}
    async with provider.unit() as made:
        await user_profile.change(made, "bob", taken)
    page = await page.submit()
    assert (page.status, page.heading) == (409, "This email cannot be used here")
    assert (await details(provider, "link_refused"))[-1]["reason"] == "address_taken"
    assert await address(provider) == (OLD, True)
    assert await names(provider) == [(OLD, "email"), ("alice", "username")]


async def test_an_address_that_is_ones_own_name(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """It signs in already, once."""
    await opened(provider, alice, browser)
    async with provider.unit() as made:
        await user_profile.change(made, "alice", {"username": NEW})
    page = await (await browser.open(await asked(provider, alice, browser, box))).submit()
    assert page.heading == DONE
    assert await names(provider, NEW) == [(NEW, "username")]


async def test_a_link_that_dies_while_its_page_is_open(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    page = await browser.open(await asked(provider, alice, browser, box))
    await configure(provider, "self_service_fields", [])
    page = await page.submit()
    assert page.status == 410
    assert not page.has("Ask for a new link")
    assert await address(provider) == (OLD, True)


async def test_the_button_is_not_a_link(provider: Provider, alice: Person, browser: Browser, box: Mailbox) -> None:
    """Scanners of mails look, and change nothing; a form from elsewhere does not either."""
    link = await asked(provider, alice, browser, box)
    for _ in range(3):
        await browser.open(link)
    assert (await browser.client.head(link)).status_code == 405
    page = await browser.cross_post(provider.issuer.url("/account/email/confirm"), [], origin="https://evil.example")
    assert page.step != "email-confirmed"
    assert await address(provider) == (OLD, True)


async def test_a_double_click_is_one_change(provider: Provider, alice: Person, browser: Browser, box: Mailbox) -> None:
    page = await browser.open(await asked(provider, alice, browser, box))
    page = await browser.double(page)
    assert page.heading == DONE
    assert len(await events(provider, "address_confirmed")) == 1
    assert await events(provider, "link_refused") == []


async def test_of_two_people_who_confirm_one_address_one_gets_it(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """One unique key over all names."""
    people = [alice, await provider.person("bob"), await provider.person("carol")]
    async with AsyncExitStack() as stack:
        pages = []
        for person in people:
            each = await stack.enter_async_context(Browser())
            pages.append(await each.open(await asked(provider, person, each, box)))
        await all_at_once(pages, lambda page: page.submit())
    assert len(await events(provider, "address_confirmed")) == 1
    assert [each["reason"] for each in await details(provider, "link_refused")] == ["address_taken"] * 2
    emails = [(await address(provider, person.username))[0] for person in people]
    assert emails.count(NEW) == 1
    rows = await provider.services.database.fetch("SELECT user_id FROM login_names WHERE kind = 'email'")
    assert len(rows) == 3


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_answer_is_the_same_whether_or_not_somebody_has_it(
    provider: Provider, alice: Person, box: Mailbox
) -> None:
    """V6.3.8: body, status, headers and work; a free one, somebody's address, somebody's name, an unconfirmed one."""
    await disable(provider, await provider.person("carol"))
    await provider.person("bob")
    async with provider.unit() as made:
        await user_profile.change(made, "bob", {"username": "bob@example.net"})
    answers = []
    for email in ("free@example.net", "free@example.net", "carol@example.org", "bob@example.net"):
        async with Browser() as browser:
            page = await opened(provider, alice, browser)
            with Counter(provider=provider) as sent:
                page = await page.submit(email=email)
            redirect = page.trail[0]
            text = re.sub(r"\d\d:\d\d", "…", page.text.replace(email, "…"))
            answers.append((page.status, text, redirect.status, redirect.headers["Location"], sent.statements))
        provider.clock.advance(seconds=1)
    assert answers[1] == answers[2] == answers[3]
    await send_due(provider.services)
    assert sum(mail.subject == SUBJECT for mail in box.mails) == 4


@pytest.mark.parametrize("typed", ["", " ", "alice", "alice@", "@example.org", "a b@example.org", "x" * 300 + "@a.b"])
async def test_what_is_no_address_is_shown_again(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox, typed: str
) -> None:
    page = await (await opened(provider, alice, browser)).submit(email=typed)
    assert (page.status, page.step) == (422, "own-email")
    assert page.alerts
    assert page.fields["email"].value == typed
    assert page.fields["email"].attrs["aria-invalid"] == "true"
    assert [mail for mail in await delivered(provider, box) if mail.subject == SUBJECT] == []
    assert await events(provider, "address_change_asked") == []


async def test_ones_own_is_not_asked_for(provider: Provider, alice: Person, browser: Browser) -> None:
    page = await (await opened(provider, alice, browser)).submit(email=" Alice@EXAMPLE.org")
    assert page.status == 422
    assert "This is your email already" in page.text


async def test_five_an_hour_are_written_to(provider: Provider, alice: Person, browser: Browser, box: Mailbox) -> None:
    """In parallel too; a person cannot have strangers mailed without end."""
    pages = [await opened(provider, alice, browser) for _ in range(7)]
    answers = await asyncio.gather(
        *(page.submit(email=f"stranger{number}@example.net") for number, page in enumerate(pages))
    )
    assert sorted(page.status for page in answers) == [200] * 5 + [422] * 2
    refused = next(page for page in answers if page.status == 422)
    assert "Too many tries." in refused.text
    outcomes = [each["outcome"] for each in await details(provider, "address_change_asked")]
    assert sorted(outcomes) == ["mailed"] * 5 + ["too_often"] * 2
    provider.clock.advance(minutes=61)
    assert (await (await opened(provider, alice, browser)).submit(email=NEW)).step == "own-email-sent"


async def test_what_waits_is_shown(provider: Provider, alice: Person, browser: Browser, box: Mailbox) -> None:
    """On the profile too, until it is used or over; the newest wins."""
    await asked(provider, alice, browser, box, "first@new.example")
    provider.clock.advance(minutes=1)
    await asked(provider, alice, browser, box)
    page = await browser.open(provider.issuer.url("/account"))
    assert f"{NEW} waits for you" in page.text
    assert "first@new.example" not in page.text
    provider.clock.advance(hours=24)
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    assert NEW not in page.text
    page = await browser.open(provider.issuer.url("/account/email/sent"))
    assert "No address waits to be confirmed." in page.text


async def test_a_link_that_came_too_late_is_not_mailed(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    await (await opened(provider, alice, browser)).submit(email=NEW)
    with box.refusing(data="451 later"):
        await send_due(provider.services)
    provider.clock.advance(hours=24)
    assert [mail for mail in await delivered(provider, box) if mail.subject == SUBJECT] == []


async def test_the_secret_is_stored_nowhere_in_clear(
    provider: Provider, alice: Person, browser: Browser, box: Mailbox
) -> None:
    """Nor the address in an event."""
    await (await opened(provider, alice, browser)).submit(email=NEW)
    rows = await provider.services.database.fetch("SELECT o::text AS o, l::text AS l FROM outbox o, links l")
    await delivered(provider, box)
    link = box.to(NEW)[-1].links[0]
    secret = link.partition("token=")[2]
    assert rows
    assert [row for row in rows if secret in row["o"] + row["l"]] == []
    found = await provider.services.database.fetchval(
        "SELECT count(*) FROM security_events e WHERE e::text LIKE $1", f"%{NEW}%"
    )
    assert found == 0


async def test_addresses_are_an_admins_where_configuration_says_so(
    provider: Provider, alice: Person, browser: Browser
) -> None:
    page = await opened(provider, alice, browser)
    await configure(provider, "self_service_fields", ["name"])
    assert (await page.submit(email=NEW)).status == 404
    assert (await browser.open(provider.issuer.url("/account/email"))).status == 404
    page = await browser.open(provider.issuer.url("/account"))
    assert not page.has("Change your email")
    assert await events(provider, "address_change_asked") == []


# ── by an admin ──────────────────────────────────────────────────────────────────────────────────


async def test_what_an_admin_changes_is_told_to_both(provider: Provider, alice: Person, box: Mailbox) -> None:
    """N-36."""
    await delivered(provider, box)
    async with provider.unit() as made:
        await user_profile.change(made, "alice", {"email": NEW, "email_verified": "true"})
    told = {mail.to: mail.subject for mail in await delivered(provider, box)}
    assert told == {
        OLD: "The address of your idp account was changed",
        NEW: "This is the address of your idp account now",
    }
    async with provider.unit() as made:
        await user_profile.change(made, "alice", {"email": "unproved@example.org"})
    assert [mail.to for mail in await delivered(provider, box)] == [NEW]
    async with provider.unit() as made:
        await user_profile.change(made, "alice", {"email": "", "name": "Alice"})
    assert await delivered(provider, box) == []
