"""Signing in with a passkey alone: two factors in one, and nothing that tells a stranger anything (A-01, V6.3.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.keys import answered, key_for, options_of, shown, with_key
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, details, disable, enrolled, events, sign_in
from tests.drivers.soft_key import VERIFIED, Odd, SoftKey

Scene = tuple[AuthlibClient, Person]

REFUSED = "That passkey did not sign you in. Use another one, or your username and password."
FAILURES = "SELECT sum(failures) FROM throttles WHERE method = 'key'"
SUSPEND = "UPDATE webauthn_credentials SET state = 'suspended', suspended_at = now()"


@pytest.fixture
def key(provider: Provider) -> SoftKey:
    """A passkey that is copied between a person's devices."""
    return key_for(provider, synced=True, counts=False)


@pytest.fixture
async def known(provider: Provider, key: SoftKey) -> Scene:
    """alice, with the passkey."""
    wiki = await provider.app()
    return wiki, await with_key(provider, wiki, key)


async def at_sign_in(scene: Scene, browser: Browser, **parameters: str) -> Page:
    """The sign-in page."""
    page = await browser.open(await scene[0].authorization_url(**parameters))
    assert page.step == "password"
    return page


async def reasons(provider: Provider) -> list[Any]:
    """Of every passkey that was refused."""
    return [each["reason"] for each in await details(provider, "passkey_refused")]


@pytest.mark.parametrize(("synced", "amr"), [(True, "swk"), (False, "hwk")])
async def test_it_counts_as_two_factors(provider: Provider, browser: Browser, *, synced: bool, amr: str) -> None:
    """A-01, A-05: no name, no password, no code; `acr` phr."""
    wiki, key = await provider.app(), key_for(provider, synced=synced)
    await with_key(provider, wiki, key)
    page = await shown(await at_sign_in((wiki, Person(username="", password="", clock=provider.clock)), browser), key)
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == ([amr, "user", "mfa"], "phr")
    assert claims["auth_time"] == int(provider.clock().timestamp())
    proved = (await details(provider, "passkey_proved"))[-1]
    assert proved["method"] == f"{amr}_verified"
    completed = (await details(provider, "sign_in_completed"))[-1]
    assert completed["amr"] == [amr, "user", "mfa"]
    assert {"session", "known"} <= browser.cookies.keys()


async def test_the_sign_in_page_offers_it(provider: Provider, browser: Browser, known: Scene) -> None:
    """No key is named, the person must be verified, nothing is written; without a script the button is not there."""
    page = await at_sign_in(known, browser)
    with Counter(provider=provider) as sent:
        again = await page.reload()
    assert sent.statements == 1
    assert options_of(page) == options_of(again)
    options = json.loads(options_of(page))
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    assert page.fields["username"].attrs["autocomplete"] == "username webauthn"
    (form,) = (form for form in page.forms if "data-key" in form.attrs)
    assert "data-autofill" in form.attrs
    assert all("hidden" in button.attrs for button in form.buttons)


async def test_its_round_trips(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """Look, reserve, settle, completion."""
    page = await at_sign_in(known, browser)
    form = {"csrf": page.fields["csrf"].value, "credential": key.get(options_of(page))}
    with Counter(provider=provider) as sent:
        answer = await browser.client.post(page.url.replace("/password", "/passkey"), data=form)
    assert answer.status_code == 200
    assert sent.statements == 4


# ── bad input ────────────────────────────────────────────────────────────────────────────────────

ODD: list[tuple[Odd, str]] = [
    (Odd(origin="https://login.example.org"), "wrong_origin"),
    (Odd(client_data={"topOrigin": "https://example.org"}), "wrong_origin"),
    (Odd(rp_id="example.org"), "wrong_relying_party"),
    (Odd(challenge=bytes(32)), "wrong_challenge"),
    (Odd(flags=VERIFIED), "not_verified"),
    (Odd(user=bytes(16)), "foreign_person"),
    (Odd(kind="webauthn.create"), "bad_shape"),
]


async def told_nothing(provider: Provider, page: Page, reason: str) -> None:
    """The same words whatever it was; counted; recorded; nobody signed in."""
    assert (page.step, page.status) == ("password", 200)
    assert REFUSED in page.alerts[0]
    assert "alice" not in page.text
    assert (await reasons(provider))[-1] == reason
    assert "session" not in page.browser.cookies


@pytest.mark.parametrize(("odd", "reason"), ODD, ids=[reason for _, reason in ODD])
async def test_an_answer_that_is_not_sound(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey, odd: Odd, reason: str
) -> None:
    page = await shown(await at_sign_in(known, browser), key, odd)
    await told_nothing(provider, page, reason)
    assert await provider.services.database.fetchval(FAILURES) == 1
    assert (await shown(page, key)).at_app
    assert await provider.services.database.fetchval(FAILURES) is None


@pytest.mark.parametrize(
    "text", ["x", "{}", "[]", '{"response":1}', "[" * 5000, "A" * 50000, '"' + "\\u0000" * 9 + '"']
)
async def test_what_is_no_answer_at_all(provider: Provider, browser: Browser, known: Scene, text: str) -> None:
    """Never a 500; about nobody."""
    page = await answered(await at_sign_in(known, browser), text)
    await told_nothing(provider, page, "bad_shape")
    assert (await events(provider, "passkey_refused"))[-1]["user_id"] is None


async def test_no_user_handle_is_nobody(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """Without a name typed, the key itself has to say who it is."""
    page = await at_sign_in(known, browser)
    answer = json.loads(key.get(options_of(page)))
    del answer["response"]["userHandle"]
    await told_nothing(provider, await answered(page, json.dumps(answer)), "foreign_person")


async def test_a_key_that_nobody_has(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """Counted like any other, under a digest; about nobody."""
    stranger = key_for(provider)
    stranger.create(json.dumps({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": "AA"}))
    page = await at_sign_in(known, browser)
    for _ in range(10):
        page = await shown(page, stranger)
    assert "Too many tries with a key. You can use one again at" in page.alerts[0]
    assert await reasons(provider) == ["unknown_key"] * 10
    assert {each["user_id"] for each in await events(provider, "passkey_refused")} == {None}
    assert (await shown(page, key)).at_app


async def test_ten_failures_pause_that_key_in_that_browser_and_lock_nobody_out(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """SP 800-63B 3.2.2: a signature is not to be guessed. Whoever knows a key by name closes it to nobody else."""
    page = await at_sign_in(known, browser)
    for _ in range(10):
        page = await shown(page, key, Odd(flags=VERIFIED))
    page = await shown(page, key)
    assert "You can use one again at" in page.alerts[0]
    assert (await reasons(provider))[-1] == "paused"
    async with Browser() as other:
        assert (await shown(await at_sign_in(known, other), key)).at_app
    async with Browser() as other:
        page = await (await at_sign_in(known, other)).submit(username="alice", password=known[1].password)
        assert page.step == "security-key"
        assert not page.alerts
    provider.clock.advance(minutes=16)
    assert (await shown(await at_sign_in(known, browser), key)).at_app
    assert await provider.services.database.fetchval(FAILURES) is None


async def test_a_source_that_fails_too_often_is_not_looked_at(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """Fifty failures in ten minutes, each with a key of its own."""
    page = await at_sign_in(known, browser)
    for number in range(50):
        answer = json.loads(key.get(options_of(page)))
        answer["id"] = answer["rawId"] = f"A{number:03}"
        page = await answered(page, json.dumps(answer))
    page = await shown(page, key)
    assert "You can use one again at" in page.alerts[0]
    assert len(await provider.events("source_limited")) == 1


@pytest.mark.parametrize("state", ["unknown", "suspended", "disabled", "wrong"])
async def test_nothing_tells_whose_key_it_is(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey, state: str
) -> None:
    """V6.3.8: unknown, suspended, switched off, badly signed: the same page, with as many statements."""
    page = await at_sign_in(known, browser)
    text = key.get(options_of(page), Odd(rp_id="x.example") if state == "wrong" else Odd())
    if state == "unknown":
        await provider.services.database.execute("DELETE FROM webauthn_credentials")
    elif state == "suspended":
        await provider.services.database.execute(SUSPEND)
    elif state == "disabled":
        await disable(provider, known[1])
    await browser.open(await known[0].authorization_url(prompt="none"))  # configuration is read again
    form = {"csrf": page.fields["csrf"].value, "credential": text}
    with Counter(provider=provider) as sent:
        await browser.client.post(page.url.replace("/password", "/passkey"), data=form)
    assert sent.statements == 3
    told = {"wrong": "wrong_relying_party", "disabled": "user_disabled", "unknown": "unknown_key"}
    await told_nothing(provider, await browser.open(page.url), told.get(state, state))


async def test_an_answer_counts_once_and_for_its_own_sign_in(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """Replayed after a failure, and in another browser's sign-in."""
    page = await at_sign_in(known, browser)
    text = key.get(options_of(page))
    page = await answered(page, "x")
    await told_nothing(provider, await answered(page, text), "wrong_challenge")
    async with Browser() as other:
        elsewhere = await at_sign_in(known, other)
        await told_nothing(provider, await answered(elsewhere, key.get(options_of(browser.page))), "wrong_challenge")
    assert (await shown(await page.reload() if page.method == "GET" else page, key)).at_app


async def test_an_answer_that_signed_in_signs_in_once(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """The same post again gives the same browser the same response; another one's sign-in gets nothing of it."""
    page = await at_sign_in(known, browser)
    text = key.get(options_of(page))
    first = await answered(page, text)
    assert (await answered(page, text)).params == first.params
    assert await reasons(provider) == []
    async with Browser() as other:
        await told_nothing(provider, await answered(await at_sign_in(known, other), text), "wrong_challenge")


async def test_a_copied_key_is_suspended(provider: Provider, browser: Browser) -> None:
    """The signature was right, so it is told; mail and event go to the person."""
    wiki, key = await provider.app(), key_for(provider)
    scene = wiki, await with_key(provider, wiki, key)
    page = await shown(await at_sign_in(scene, browser), key, Odd(count=1))
    assert page.step == "password"
    assert "There is a copy of this key" in page.alerts[0]
    assert await reasons(provider) == ["counter_went_back"]
    copied = await events(provider, "key_copied")
    assert [each["user_id"] is not None for each in copied] == [True]
    await told_nothing(provider, await shown(page, key), "suspended")


async def test_what_was_signed_in_by_a_copied_key_ends(provider: Provider, browser: Browser) -> None:
    """O-29: the copy may have been the one that came first; its session, its grants and its sign-ins are over."""
    wiki, key = await provider.app(), key_for(provider)
    scene = wiki, await with_key(provider, wiki, key)
    async with Browser() as first:
        assert (await shown(await at_sign_in(scene, first), key)).at_app
        await shown(await at_sign_in(scene, browser), key, Odd(count=1))
        silent = await first.open(await wiki.authorization_url(prompt="none"))
        assert silent.params["error"] == "login_required"
        assert (await first.open(provider.issuer.url("/account"))).step == "password"
    live = "SELECT count(*) FROM grants WHERE revoked_at IS NULL"
    assert await provider.services.database.fetchval(live) == 0


# ── what the request asks ────────────────────────────────────────────────────────────────────────


async def test_a_fresh_proof(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """prompt=login and max_age: the passkey is asked again, and is enough."""
    wiki, alice = known
    await shown(await at_sign_in(known, browser), key)
    provider.clock.advance(minutes=10)
    for parameters in ({"prompt": "login"}, {"max_age": "60"}):
        page = await at_sign_in(known, browser, **parameters)
        assert alice.username in page.fields["username"].value
        page = await shown(page, key)
        claims = (await wiki.exchange(page.url)).claims
        assert claims["auth_time"] == int(provider.clock().timestamp())
        provider.clock.advance(minutes=10)


async def test_single_sign_on_keeps_the_level(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """A second app is answered in silence, with phr."""
    chat = await provider.app("chat")
    await shown(await at_sign_in(known, browser), key)
    page = await browser.open(await chat.authorization_url(prompt="none", acr_values="phr"))
    claims = (await chat.exchange(page.url)).claims
    assert (claims["acr"], claims["amr"]) == ("phr", ["swk", "user", "mfa"])


async def test_the_app_expects_somebody_else(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """A-16: id_token_hint names bob; alice's passkey is right, and no answer to that."""
    wiki = known[0]
    bob = await enrolled(provider, wiki, "bob")
    async with Browser() as other:
        hint = (await wiki.exchange((await sign_in(wiki, bob, other)).url)).response["id_token"]
    page = await shown(await at_sign_in(known, browser, id_token_hint=str(hint)), key)
    assert page.step == "password"
    assert "The app expects somebody else" in page.alerts[0]
    page = await bob.sign_in(page)
    assert page.at_app


async def test_another_account(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """Bob is signed in and has begun; alice's passkey takes over, and nothing of bob's is left (answers, session)."""
    wiki = known[0]
    bob = await enrolled(provider, wiki, "bob")
    await sign_in(wiki, bob, browser)
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    page = await shown(await page.submit(button="other"), key)
    tokens = await wiki.exchange(page.url)
    assert tokens.claims["amr"] == ["swk", "user", "mfa"]
    assert (await wiki.userinfo(tokens))["email"] == "alice@example.org"


async def test_what_another_person_answered_here_is_gone(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """Bob proved his password in this Interaction; in another tab alice's passkey comes to the same one."""
    wiki = known[0]
    bob = await enrolled(provider, wiki, "bob")
    page = await at_sign_in(known, browser)
    text = key.get(options_of(page))
    second = await bob.sign_in(page, until="second-factor")
    assert second.step == "second-factor"
    assert (await answered(page, text)).step == "second-factor"  # the step is bob's now: nothing is mixed
    page = await second.submit(button="Not you?")
    page = await shown(page, key)
    assert page.at_app
    assert (await wiki.exchange(page.url)).claims["amr"] == ["swk", "user", "mfa"]


async def test_a_password_that_must_change_is_changed_all_the_same(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    await provider.services.database.execute("UPDATE passwords SET change_demanded = 'compromised'")
    page = await shown(await at_sign_in(known, browser), key)
    assert page.step == "new-password"
    assert (await page.submit(new_password="a quiet row of grey herons")).at_app


async def test_a_change_in_the_portal_is_confirmed_by_it(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """V7.5.1: a visit, and the fresh proof before a change."""
    page = await browser.open(provider.issuer.url("/account"))
    page = await shown(page, key)
    assert page.url.startswith(provider.issuer.url("/account"))
    assert "alice" in page.text


async def test_without_verification_it_is_a_second_factor_only(provider: Provider, browser: Browser) -> None:
    """A key that verifies nobody does not sign in alone, whatever it says."""
    wiki, key = await provider.app(), key_for(provider, verifies=False)
    scene = wiki, await with_key(provider, wiki, key)
    await told_nothing(provider, await shown(await at_sign_in(scene, browser), key), "not_verified")
