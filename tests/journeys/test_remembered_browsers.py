"""Remembered browsers over HTTP: what they spare, what they never stand in for (N-41, A-19), and all that ends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http.cookiejar import Cookie

import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Rule, Target
from idp.usecases import groups, managed_passwords, user_access
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.keys import key_for, options_of, with_key
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import IF_ENROLLED, REQUIRED, Counter, details, exempt, sign_in

MONTH = Rule(level=None, remember_days=30)
WEEK = Rule(level=None, remember_days=7)
BOX = "Do not ask again on this browser for 30 days"
ROWS = "SELECT count(*) FROM remembered_browsers"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app("wiki", scope="openid offline_access")


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient) -> Person:
    """With an app of half an hour ago; the server asks it of whoever has one, and lets browsers be remembered."""
    person = await provider.person()
    async with Browser() as elsewhere:
        await sign_in(wiki, person, elsewhere)
    await provider.rule("server", "", MONTH)
    provider.clock.advance(minutes=30)
    return person


async def remembered(provider: Provider, app: AuthlibClient, person: Person, browser: Browser) -> None:
    """The box ticked, and the session idle for too long since."""
    person.remember = True
    await sign_in(app, person, browser)
    person.remember = False
    assert person.steps == ["password", "second-factor"]
    provider.clock.advance(hours=2)


async def asked(app: AuthlibClient, person: Person, browser: Browser, **parameters: str) -> bool:
    """Whether a sign-in asks for the code; it is given where it does."""
    await sign_in(app, person, browser, **parameters)
    return "second-factor" in person.steps


async def test_the_code_is_spared_and_the_tokens_tell_the_truth(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """`acr` stays 1fa; the event says why one factor was enough, and until when."""
    await remembered(provider, wiki, alice, browser)
    page = await sign_in(wiki, alice, browser)
    assert alice.steps == ["password"]
    tokens = await wiki.exchange(page.url)
    assert (tokens.claims["acr"], tokens.claims["amr"]) == ("1fa", ["pwd"])
    (noted,) = await details(provider, "browser_remembered")
    completed = (await details(provider, "sign_in_completed"))[-1]
    assert (completed["waiver"], completed["waived_until"]) == ("remembered", noted["until"])
    silent = await browser.open(await wiki.authorization_url(prompt="none"))
    assert "code" in silent.params


async def test_who_does_not_tick_is_asked_again(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Off by default, the box too; it costs nobody a round trip."""
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert BOX in page.text
    assert "Leave this off on a shared computer." in page.text
    assert "checked" not in page.fields["remember"].attrs
    with Counter(provider=provider) as sent:
        assert (await page.submit(code=alice.app_code())).at_app
    assert sent.statements == 4
    provider.clock.advance(hours=2)
    assert await asked(wiki, alice, browser)
    assert await provider.services.database.fetchval(ROWS) == 0


async def test_it_ends_to_the_second(provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person) -> None:
    await remembered(provider, wiki, alice, browser)
    provider.clock.advance(days=30, hours=-2, seconds=-1)
    assert not await asked(wiki, alice, browser)
    provider.clock.advance(hours=2)
    assert await asked(wiki, alice, browser)


async def test_a_clock_set_back_spares_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Before it was remembered it was not; and no month is given twice."""
    await remembered(provider, wiki, alice, browser)
    for cookie in [each for each in browser.client.cookies.jar if each.name.endswith("session")]:
        browser.client.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
    provider.clock.advance(days=-1)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert page.step == "second-factor"


async def test_another_browser_is_asked(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    await remembered(provider, wiki, alice, browser)
    async with Browser() as other:
        assert await asked(wiki, alice, other)


async def test_two_people_on_one_browser(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """One's ticks spare the other nothing, and the other's sign-in takes nothing away."""
    await provider.rule("server", "", REQUIRED)
    bob = await provider.person("bob")
    async with Browser() as elsewhere:
        await sign_in(wiki, bob, elsewhere)
    await provider.rule("server", "", MONTH)
    provider.clock.advance(minutes=2)
    await remembered(provider, wiki, alice, browser)
    assert await asked(wiki, bob, browser)
    provider.clock.advance(hours=2)
    assert not await asked(wiki, alice, browser)
    provider.clock.advance(hours=2)
    assert await asked(wiki, bob, browser)


async def test_a_cookie_copied_from_another_person_opens_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """The row is of one person: the value spares nobody else a code, and alone it proves nothing."""
    bob = await provider.person("bob")
    async with Browser() as his:
        await sign_in(wiki, bob, his, acr_values="2fa")
        provider.clock.advance(hours=2)
        await remembered(provider, wiki, bob, his)
        stolen = next(cookie for cookie in his.client.cookies.jar if cookie.name.endswith("known"))
    browser.client.cookies.jar.set_cookie(_copied(stolen))
    assert (await browser.open(await wiki.authorization_url())).step == "password"
    assert await asked(wiki, alice, browser)


def _copied(cookie: Cookie) -> Cookie:
    return Cookie(**{name: value for name, value in vars(cookie).items() if name != "_rest"}, rest={})


@pytest.mark.parametrize(
    "parameters",
    [{"acr_values": "2fa"}, {"acr_values": "1fa"}, {"acr_values": "phr"}, {"max_age": "86400"}, {"prompt": "login"}],
    ids="".join,
)
async def test_a_request_that_asks_anything_is_asked_and_offers_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person, parameters: dict[str, str]
) -> None:
    """Never for acr_values, max_age, prompt=login: neither spared, nor remembered by a forged box."""
    await remembered(provider, wiki, alice, browser)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url(**parameters)), until="second-factor")
    assert page.step == "second-factor"
    assert "remember" not in page.fields
    async with Browser() as other:
        page = await alice.sign_in(await other.open(await wiki.authorization_url(**parameters)), until="second-factor")
        pairs = [("csrf", page.fields["csrf"].value), ("code", alice.app_code()), ("remember", "yes")]
        assert (await other.go("POST", page.url, initiator=page.initiator, pairs=pairs)).at_app
    assert await provider.services.database.fetchval(ROWS) == 1
    assert len(await details(provider, "browser_remembered")) == 1


async def test_a_session_that_was_spared_steps_up(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """A-10: what the session lacks is asked, and nothing of the browser stands in for it."""
    await remembered(provider, wiki, alice, browser)
    await sign_in(wiki, alice, browser)
    silent = await browser.open(await wiki.authorization_url(prompt="none", acr_values="2fa"))
    assert silent.params["error"] == "interaction_required"
    page = await sign_in(wiki, alice, browser, acr_values="2fa")
    assert alice.steps == ["second-factor"]
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"


@pytest.mark.parametrize("place", ["server", "client", "group", "user"])
@pytest.mark.parametrize("stricter", [REQUIRED, IF_ENROLLED], ids=["required", "says nothing of it"])
async def test_a_rule_that_is_stricter_counts_at_once(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person, place: Target, stricter: Rule
) -> None:
    """The strictest wins, also over a browser that is remembered already, and over its grants."""
    await remembered(provider, wiki, alice, browser)
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    await wiki.refresh(tokens)
    async with provider.unit() as made:
        await groups.add(made, "staff")
        await groups.add_member(made, "staff", "alice")
    names = {"server": "", "client": "wiki", "group": "staff", "user": "alice"}
    await provider.rule(place, names[place], stricter)
    with pytest.raises(Exception, match="invalid_grant"):
        await wiki.refresh(tokens)
    assert "error" in (await browser.open(await wiki.authorization_url(prompt="none"))).params
    page = await browser.open(await wiki.authorization_url())
    assert page.step == "second-factor"
    assert "remember" not in page.fields


async def test_only_the_client_that_requires_it_asks(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    bank = await provider.app("bank")
    await provider.rule("client", "bank", REQUIRED)
    await remembered(provider, wiki, alice, browser)
    assert not await asked(wiki, alice, browser)
    assert await asked(bank, alice, browser)


async def test_an_exemption_lifts_no_rule_that_requires_a_code(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Lifted or not, it is required there."""
    await remembered(provider, wiki, alice, browser)
    await provider.rule("user", "alice", REQUIRED)
    await exempt(provider, alice)
    assert await asked(wiki, alice, browser)


async def test_the_fewest_days_count(provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person) -> None:
    await remembered(provider, wiki, alice, browser)
    await provider.rule("user", "alice", WEEK)
    provider.clock.advance(days=6)
    assert not await asked(wiki, alice, browser)
    provider.clock.advance(days=1)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert "Do not ask again on this browser for 7 days" in page.text


async def test_refresh_holds_as_long_as_the_browser_is_remembered(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """A-20: the policy is asked again; a grant of two factors needs no browser."""
    alice.remember = True
    whole = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    alice.remember = False
    provider.clock.advance(hours=2)
    spared = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    provider.clock.advance(days=20)
    for tokens in (whole, spared):
        assert (await wiki.refresh(tokens)).claims["sub"]
    provider.clock.advance(days=10)
    await wiki.refresh(whole)
    with pytest.raises(Exception, match="invalid_grant"):
        await wiki.refresh(spared)


async def test_remembered_anew_an_old_grant_stays_over(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Each time it is another one: what ended with the first does not come back with the second."""
    await remembered(provider, wiki, alice, browser)
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    provider.clock.advance(days=30)
    await remembered(provider, wiki, alice, browser)
    assert not await asked(wiki, alice, browser)
    with pytest.raises(Exception, match="invalid_grant"):
        await wiki.refresh(tokens)


async def test_a_wish_outlives_the_pages_in_between(provider: Provider, browser: Browser, alice: Person) -> None:
    """Said beside the code, kept until the sign-in is over; a sign-in that is not finished remembers nothing."""
    notes = await provider.app("notes", metadata=Metadata(first_party=False))
    page = await alice.sign_in(await browser.open(await notes.authorization_url()), until="second-factor")
    page = await page.submit(code=alice.app_code(), remember=True)
    assert page.step == "consent"
    assert await provider.services.database.fetchval(ROWS) == 0
    assert (await page.submit(button="allow")).at_app
    provider.clock.advance(hours=2)
    assert not await asked(notes, alice, browser)


async def test_a_wrong_code_keeps_no_wish(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Ticked, wrong; then right, with the box taken off."""
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await page.submit(code="000000", remember=True)
    assert (await page.submit(code=alice.app_code(), remember=False)).at_app
    assert await provider.services.database.fetchval(ROWS) == 0


async def test_a_key_remembers_as_an_app_does(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The box stands beside it as well."""
    key = key_for(provider)
    bob = await with_key(provider, wiki, key, "bob")
    await provider.rule("server", "", MONTH)
    page = await bob.sign_in(await browser.open(await wiki.authorization_url()), until="security-key")
    assert BOX in page.text
    assert (await page.submit(credential=key.get(options_of(page)), remember=True)).at_app
    provider.clock.advance(hours=2)
    await sign_in(wiki, bob, browser)
    assert bob.steps == ["password"]


async def test_a_recovery_code_remembers_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Who lost the phone has not shown it."""
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await page.click("Use a recovery code")
    assert "remember" not in page.fields
    pairs = [("csrf", page.fields["csrf"].value), ("recovery_code", alice.recovery_codes[0]), ("remember", "yes")]
    page = await browser.go("POST", page.url, initiator=page.initiator, pairs=pairs)
    assert (await page.submit(button="continue")).at_app
    assert await provider.services.database.fetchval(ROWS) == 0


async def test_a_password_too_short_to_stand_alone_is_never_alone(provider: Provider, browser: Browser) -> None:
    """SP 800-63B-4 3.1.1.2: 15 characters where nothing stands beside it. Nobody is made to choose another for that."""
    wiki, bob = await provider.app(), await provider.person("bob", password="quiet heron!")
    async with Browser() as elsewhere:
        await sign_in(wiki, bob, elsewhere)
    await provider.rule("server", "", MONTH)
    provider.clock.advance(minutes=2)
    await remembered_if_offered(provider, wiki, bob, browser)
    assert await asked(wiki, bob, browser)
    assert "new-password" not in bob.steps


async def remembered_if_offered(provider: Provider, app: AuthlibClient, person: Person, browser: Browser) -> None:
    page = await person.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    pairs = [("csrf", page.fields["csrf"].value), ("code", person.app_code()), ("remember", "yes")]
    assert (await browser.go("POST", page.url, initiator=page.initiator, pairs=pairs)).at_app
    provider.clock.advance(hours=2)


async def test_the_portal_sits_under_the_same_rule_and_changes_ask_for_the_code(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """V7.5.1: looked at by the password, changed by the factor."""
    await remembered(provider, wiki, alice, browser)
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    assert alice.steps == ["password"]
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    page = await page.submit(button="New recovery codes")
    assert page.step == "second-factor"
    assert "remember" not in page.fields
    page = await browser.open(provider.issuer.url("/account/password"))
    assert page.step == "second-factor"


async def _by_admin(provider: Provider, _: Person) -> None:
    async with provider.unit() as made:
        await managed_passwords.mark_compromised(made, "alice", "seen in a breach")


async def _reset(provider: Provider, _: Person) -> None:
    async with provider.unit() as made:
        await user_access.reset_second_factor(made, "alice", "lost the phone")


async def _switched_off_and_on(provider: Provider, _: Person) -> None:
    async with provider.unit() as made:
        await user_access.disable(made, "alice")
    async with provider.unit() as made:
        await user_access.enable(made, "alice")


async def _suspended(provider: Provider, _: Person) -> None:
    await provider.services.database.execute(
        "UPDATE totp_authenticators SET state = 'suspended', suspended_at = $1", provider.clock()
    )


async def _new_codes(provider: Provider, _: Person) -> None:
    await provider.services.database.execute("DELETE FROM recovery_code_sets")


async def _password_changed(provider: Provider, _: Person) -> None:
    await provider.services.database.execute("UPDATE passwords SET set_at = $1", provider.clock())


async def _key_bound(provider: Provider, _: Person) -> None:
    await provider.services.database.execute(
        "INSERT INTO webauthn_credentials (id, user_id, credential_id, public_key, sign_count, synced, verifies,"
        " aaguid, name, state, confirmed_at) SELECT gen_random_uuid(), id, 'x', 'x', 0, false, false,"
        " gen_random_uuid(), 'key', 'confirmed', $1 FROM users",
        provider.clock(),
    )


CHANGES: dict[str, Callable[[Provider, Person], Awaitable[None]]] = {
    "password marked compromised": _by_admin,
    "second factor reset": _reset,
    "switched off and on": _switched_off_and_on,
    "app suspended": _suspended,
    "key bound": _key_bound,
    "recovery codes void": _new_codes,
    "password changed": _password_changed,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_any_change_of_a_factor_or_the_password_forgets_it(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person, change: str
) -> None:
    """By whomever, in whichever way: the database itself does it."""
    await remembered(provider, wiki, alice, browser)
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert await provider.services.database.fetchval(ROWS) == 1
    await CHANGES[change](provider, alice)
    assert await provider.services.database.fetchval(ROWS) == 0
    with pytest.raises(Exception, match="invalid_grant"):
        await wiki.refresh(tokens)


async def test_a_rule_may_let_a_key_be_required_later_and_then_nothing_is_spared(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    await remembered(provider, wiki, alice, browser)
    await provider.rule("client", "wiki", Rule(level=Level.TWO))
    assert await asked(wiki, alice, browser)


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def sessions(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/sessions")))
    assert page.step == "sessions"
    return page


async def test_the_person_sees_them_and_forgets_one(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Listed apart from sessions, in words; forgotten, it is asked again, and what rested on it is over."""
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await remembered(provider, wiki, alice, elsewhere)
        tokens = await wiki.exchange((await sign_in(wiki, alice, elsewhere)).url)
        provider.clock.advance(minutes=2)
        await remembered(provider, wiki, alice, browser)
        page = await sessions(provider, alice, browser)
        assert "Remembered browsers" in page.text
        assert "Firefox on Windows" in page.text
        assert "Forget all" in page.text
        with Counter(provider=provider) as sent:
            page = await page.reload()
        assert sent.statements == 3
        firefox = next(form for form in page.forms if form.action.endswith("/forget"))
        assert await provider.services.database.fetchval(ROWS) == 2
        named = {each.name: each.value for each in firefox.fields}
        await browser.go("POST", firefox.action, initiator=page.initiator, pairs=list(named.items()))
        assert await provider.services.database.fetchval(ROWS) == 1
        page = await (await sessions(provider, alice, browser)).submit(browser=None)
        assert page.step == "sessions"
        assert await provider.services.database.fetchval(ROWS) == 0
        assert "Remembered browsers" not in page.text
        assert len(await details(provider, "browser_forgotten")) == 2
        with pytest.raises(Exception, match="invalid_grant"):
            await wiki.refresh(tokens)
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        assert page.step == "second-factor"


async def test_nobody_forgets_those_of_others(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Neither by their id, nor by what is none."""
    bob = await provider.person("bob")
    async with Browser() as his:
        await sign_in(wiki, bob, his, acr_values="2fa")
        provider.clock.advance(hours=2)
        await remembered(provider, wiki, bob, his)
    his_id = await provider.services.database.fetchval("SELECT id FROM remembered_browsers")
    await remembered(provider, wiki, alice, browser)
    page = await sessions(provider, alice, browser)
    for named in (str(his_id), "nonsense", "\N{SNOWMAN}" * 40):
        page = await page.submit(browser=named)
        assert page.step == "sessions"
    assert await provider.services.database.fetchval(ROWS) == 2
    assert await details(provider, "browser_forgotten") == []


async def test_forgotten_while_a_sign_in_is_on_its_way(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """A page that waited: what was spared when it was shown is asked when it goes on; no late tick brings it back."""
    notes = await provider.app("notes", metadata=Metadata(first_party=False))
    await remembered(provider, wiki, alice, browser)
    page = await alice.sign_in(await browser.open(await notes.authorization_url()), until="consent")
    assert alice.steps == ["password"]
    async with Browser() as elsewhere:
        provider.clock.advance(minutes=2)
        forgetting = await sessions(provider, alice, elsewhere)
        assert (await forgetting.submit(button="Forget")).step == "sessions"
    page = await page.submit(button="allow")
    assert page.step == "second-factor"
