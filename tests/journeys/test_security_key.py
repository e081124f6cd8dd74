"""A security key or passkey as the second step: what it proves, and everything that it does not (A-01, N-13, N-45)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from idp.audit.sign_in import KeyFault
from idp.authenticators.key_response import KeyRefusal
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.keys import answered, key_for, options_of, shown, with_key
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, Counter, details, events, sign_in
from tests.drivers.soft_key import PRESENT, Odd, SoftKey, encoded

Scene = tuple[AuthlibClient, Person]

STORED = "SELECT sign_count, state, used_at, verifies FROM webauthn_credentials"
FAILURES = "SELECT failures FROM throttles WHERE method = 'key'"


@pytest.fixture
def key(provider: Provider) -> SoftKey:
    """A key that is bound to itself, counts, and verifies nobody."""
    return key_for(provider, verifies=False)


@pytest.fixture
async def known(provider: Provider, key: SoftKey) -> Scene:
    """alice, with the key and ten recovery codes."""
    wiki = await provider.app()
    return wiki, await with_key(provider, wiki, key)


async def asked(scene: Scene, browser: Browser, **parameters: str) -> Page:
    """The page that asks for the key."""
    wiki, alice = scene
    url = await wiki.authorization_url(**parameters)
    page = await alice.sign_in(await browser.open(url), until="security-key")
    assert page.step == "security-key"
    return page


async def stored(provider: Provider) -> dict[str, Any]:
    """The key's row."""
    row = await provider.services.database.fetchrow(STORED)
    assert row is not None
    return dict(row)


async def refused(provider: Provider, page: Page, words: str, reason: str) -> None:
    """Told on the page, counted, recorded; nobody is signed in, and nothing else has changed."""
    assert page.status == 200
    assert any(words in alert for alert in page.alerts), page.alerts
    last = (await details(provider, "factor_refused"))[-1]
    assert (last["method"], last["reason"]) == ("key", reason)
    assert last["failures"] == await provider.services.database.fetchval(FAILURES)
    assert "session" not in page.browser.cookies
    assert (await stored(provider))["state"] == "confirmed"


@pytest.mark.parametrize(
    ("synced", "verifies", "amr"),
    [(False, False, "hwk"), (False, True, "hwk"), (True, True, "swk"), (True, False, "swk")],
)
async def test_what_a_key_proves_beside_the_password(
    provider: Provider, browser: Browser, *, synced: bool, verifies: bool, amr: str
) -> None:
    """A-01, A-05: level phr, by a key that answers this site alone; the event names it, the row says when."""
    wiki, key = await provider.app(), key_for(provider, synced=synced, verifies=verifies)
    alice = await with_key(provider, wiki, key)
    page = await shown(await asked((wiki, alice), browser), key)
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", amr, "user", "mfa"], "phr")
    proved = (await details(provider, "factor_proved"))[-1]
    assert proved["method"] == amr + ("_verified" if verifies else "")
    assert (await stored(provider))["used_at"] == provider.clock()
    assert (await stored(provider))["verifies"] is verifies


async def test_the_page_asks_for_the_person_s_keys_and_writes_nothing(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """The challenge is the same at each look, 32 octets, and stands nowhere."""
    page = await asked(known, browser)
    with Counter(provider=provider) as sent:
        again = await page.reload()
    assert sent.statements == 2
    assert options_of(page) == options_of(again)
    options = json.loads(options_of(page))
    assert [each["id"] for each in options["allowCredentials"]] == [encoded(key.credentials[0].id)]
    assert (options["rpId"], options["userVerification"]) == ("localhost", "preferred")
    assert len(options["challenge"]) == 43
    assert "JavaScript" in page.text
    assert page.has("Use a recovery code")
    assert not page.has("Use your authenticator app")


async def test_app_key_and_recovery_code_lead_to_one_another(
    provider: Provider, browser: Browser, key: SoftKey
) -> None:
    """Whoever has several ways begins with the app, and finds the others on each page."""
    wiki = await provider.app()
    alice = await with_key(provider, wiki, key)
    await provider.services.database.execute(
        "INSERT INTO totp_authenticators (id, user_id, sealed_secret, algorithm, digits, period, state, last_step,"
        " confirmed_at, name) SELECT gen_random_uuid(), id, '\\x00', 'SHA1', 6, 30, 'confirmed', 0, $1, 'Phone'"
        " FROM users",
        provider.clock(),
    )
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await page.click("Use your security key or passkey")
    assert page.step == "security-key"
    page = await page.click("Use your authenticator app")
    assert page.step == "second-factor"
    page = await page.click("Use a recovery code")
    assert page.step == "recovery"
    page = await page.click("Use my security key or passkey instead")
    assert (await shown(page, key)).at_app


async def test_a_step_that_was_passed_is_passed(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """A double click, and the page of another tab: no «used before», no failure, no copy."""
    page = await asked(known, browser)
    text = key.get(options_of(page))
    assert (await browser.double(page, credential=text)).at_app
    assert (await answered(page, text)).at_app
    assert await provider.events("factor_refused", "key_copied") == []
    assert len(await provider.events("factor_proved")) == 2  # the one at the set-up, and this


ODD: list[tuple[Odd, str]] = [
    (Odd(origin="https://login.example.org"), "wrong_origin"),
    (Odd(origin="http://localhost"), "wrong_origin"),
    (Odd(client_data={"crossOrigin": True}), "wrong_origin"),
    (Odd(rp_id="example.org"), "wrong_relying_party"),
    (Odd(challenge=bytes(32)), "wrong_challenge"),
    (Odd(kind="webauthn.create"), "bad_shape"),
    (Odd(flags=PRESENT), "not_present"),
    (Odd(user=bytes(16)), "foreign_person"),
]


@pytest.mark.parametrize(("odd", "reason"), ODD, ids=[f"{reason}-{number}" for number, (_, reason) in enumerate(ODD)])
async def test_an_answer_that_is_not_sound(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey, odd: Odd, reason: str
) -> None:
    """Another site's, another question's, nobody's: words, event, one failure; the next good one passes."""
    page = await shown(await asked(known, browser), key, odd)
    words = "earlier try" if reason == "wrong_challenge" else "did not work here"
    await refused(provider, page, words, reason)
    assert (await shown(page, key)).at_app
    assert await provider.services.database.fetchval(FAILURES) is None


RUBBISH = [
    "x",
    "null",
    "[]",
    "{}",
    '{"id":1,"rawId":1,"type":"public-key","response":{}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":[]}',
    '{"id":"AA","rawId":"AA","type":"password","response":{}}',
    '{"id":"AA","id":"AB","rawId":"AA","type":"public-key","response":{}}',
    "[" * 5000,
    '{"id":"' + "A" * 40000 + '"}',
    "1" * 5000,
]


@pytest.mark.parametrize("text", RUBBISH, ids=range(len(RUBBISH)))
async def test_what_is_no_answer_at_all(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey, text: str
) -> None:
    """Never a 500, always a try that counts."""
    page = await answered(await asked(known, browser), text)
    await refused(provider, page, "did not work here", "bad_shape")
    assert (await shown(page, key)).at_app


@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", [None, 5, "", "%", "AA", "A" * 400, ["AA"], {"a": "AA"}])
async def test_an_answer_with_a_member_of_another_kind(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey, member: str, value: object
) -> None:
    page = await asked(known, browser)
    answer = json.loads(key.get(options_of(page)))
    answer["response"][member] = value
    page = await answered(page, json.dumps(answer))
    reason = (await details(provider, "factor_refused"))[-1]["reason"]
    assert reason in {"bad_shape", "bad_signature", "wrong_relying_party"}
    await refused(provider, page, "did not work here", reason)


async def test_no_answer_is_no_try(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """The person closed the browser's question."""
    page = await answered(await asked(known, browser), "")
    assert "gave no answer" in page.alerts[0]
    assert await provider.services.database.fetchval(FAILURES) is None
    assert (await shown(page, key)).at_app


async def test_an_answer_counts_once(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """A failed try voids its challenge: what was made for it is refused as what it is."""
    page = await asked(known, browser)
    good = key.get(options_of(page))
    page = await answered(page, "x")
    page = await answered(page, good)
    await refused(provider, page, "earlier try", "wrong_challenge")
    assert (await shown(page, key)).at_app


async def test_an_answer_is_one_interaction_s(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """Made in one sign-in, sent in another, of another browser."""
    first = await asked(known, browser)
    async with Browser() as other:
        page = await answered(await asked(known, other), key.get(options_of(first)))
        await refused(provider, page, "earlier try", "wrong_challenge")
    assert (await shown(first, key)).at_app


async def test_a_stranger_s_browser_posts_nothing(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """N-43: the page of another browser, with its token and all."""
    page = await asked(known, browser)
    async with Browser() as other:
        await other.open(await known[0].authorization_url())
        stolen = await answered(replace(page, browser=other), key.get(options_of(page)))
        assert (stolen.step, stolen.status) == ("error", 403)
    assert await provider.events("factor_refused") == []


async def test_a_key_of_somebody_else_is_none(provider: Provider, browser: Browser, known: Scene) -> None:
    """The key of bob, and a key that nobody has registered, at alice's page."""
    bobs = key_for(provider)
    await with_key(provider, known[0], bobs, "bob")
    nobodys = key_for(provider)
    for key in (bobs, nobodys):
        async with Browser() as other:
            page = await asked(known, other)
            options = json.loads(options_of(page)) | {"allowCredentials": []}
            if key is nobodys:
                key.create(json.dumps({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": "AA"}))
            page = await answered(page, key.get(json.dumps(options)))
            assert "did not work here" in page.alerts[0]
            assert (await details(provider, "factor_refused"))[-1]["reason"] == "unknown_key"


async def test_a_copied_key_is_suspended(provider: Provider, browser: Browser, known: Scene, key: SoftKey) -> None:
    """WebAuthn 6.1.1: the counter went back. Refused with words, an event each, and no longer a key of anybody."""
    before = await stored(provider)
    page = await shown(await asked(known, browser), key, Odd(count=before["sign_count"]))
    assert page.step == "recovery", page
    assert await stored(provider) == {**before, "state": "suspended"}
    assert (await details(provider, "factor_refused"))[-1]["reason"] == "counter_went_back"
    assert [each["kind"] for each in await events(provider, "key_copied")] == ["key_copied"]
    page = await page.submit(recovery_code=known[1].recovery_codes.pop())
    assert page.step == "recovery-used"


async def test_a_copied_key_among_others_is_told_as_that(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """With another key at hand the page stays, says why, and asks for the other one."""
    await provider.services.database.execute(
        "INSERT INTO webauthn_credentials SELECT gen_random_uuid(), user_id, '\\x01', public_key, 0, synced, verifies,"
        " transports, aaguid, 'Another', state, suspended_at, confirmed_at FROM webauthn_credentials"
    )
    page = await shown(await asked(known, browser), key, Odd(count=1))
    assert "There is a copy of this key" in page.alerts[0]
    assert [each["id"] for each in json.loads(options_of(page))["allowCredentials"]] == ["AQ"]
    options = json.loads(options_of(page)) | {"allowCredentials": []}
    page = await answered(page, key.get(json.dumps(options)))
    assert "This key is suspended" in page.alerts[0]
    assert (await details(provider, "factor_refused"))[-1]["reason"] == "suspended"
    assert len(await provider.events("key_copied")) == 1


async def test_a_low_counter_that_nobody_signed_suspends_nothing(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """Whoever knows the password only must not take the key away by making one up."""
    forger = SoftKey(origin=key.origin, verifies=False)
    forger.create(json.dumps({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": "AA"}))
    forger.credentials[0].id, forger.credentials[0].user = key.credentials[0].id, key.credentials[0].user
    page = await shown(await asked(known, browser), forger, Odd(count=1))
    await refused(provider, page, "did not work here", "bad_signature")
    assert await provider.events("key_copied") == []


async def test_a_key_that_does_not_count_is_fine(provider: Provider, browser: Browser) -> None:
    """Synced passkeys say 0 each time."""
    wiki, key = await provider.app(), key_for(provider, synced=True, counts=False)
    alice = await with_key(provider, wiki, key)
    for _ in range(2):
        async with Browser() as other:
            assert (await shown(await asked((wiki, alice), other), key)).at_app
    assert (await stored(provider))["sign_count"] == 0


async def test_ten_failures_pause_keys_and_nothing_else(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """N-13, N-15, N-16: until when, why, what still works; the right key is not looked at; afterwards it is."""
    page = await asked(known, browser)
    for number in range(10):
        page = await answered(page, "x")
        assert ("left before a 15-minute pause" in "".join(page.alerts)) is (7 <= number + 1 < 10)
    assert page.step == "paused"
    assert "tries with a key" in page.text
    assert page.has("Use a recovery code")
    assert len(await provider.events("throttle_paused")) == 1
    async with Browser() as other:
        held = await shown(await asked(known, other), key)
        assert held.step == "paused"
        assert (await details(provider, "factor_refused"))[-1]["reason"] == "paused"
    assert (await (await page.click("Use a recovery code")).submit(recovery_code=known[1].recovery_codes.pop())).step
    provider.clock.advance(minutes=16)
    async with Browser() as other:
        assert (await shown(await asked(known, other), key)).at_app


async def test_a_person_without_a_key_has_no_such_page(provider: Provider, browser: Browser) -> None:
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    provider.clock.advance(minutes=5)
    async with Browser() as other:
        page = await alice.sign_in(await other.open(await wiki.authorization_url()), until="second-factor")
        assert not page.has("Use your security key or passkey")
        other_page = await other.open(page.url.replace("second-factor", "security-key"))
        assert other_page.step == "second-factor"
        pairs = [("csrf", page.fields["csrf"].value), ("credential", "x")]
        posted = await other.go(
            "POST", other_page.url.replace("second-factor", "security-key"), initiator=page.initiator, pairs=pairs
        )
        assert posted.step == "second-factor"
        assert await provider.events("factor_refused") == []


async def test_a_key_removed_meanwhile_proves_nothing(
    provider: Provider, browser: Browser, known: Scene, key: SoftKey
) -> None:
    """N-35: gone between the page and the answer."""
    await provider.rule("server", "", REQUIRED)
    page = await asked(known, browser)
    text = key.get(options_of(page))
    await provider.services.database.execute("DELETE FROM webauthn_credentials")
    page = await answered(page, text)
    assert not page.at_app
    assert page.status == 200
    assert len(await provider.events("factor_proved")) == 1


def test_every_refusal_of_an_answer_has_its_word() -> None:
    """What a pure room can refuse, the events can say."""
    assert {each.value for each in KeyRefusal} - {"already_registered"} <= set(get_args(KeyFault))
