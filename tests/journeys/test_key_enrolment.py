"""Security keys and passkeys set up inside a sign-in or from the portal: what is registered, and what is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.command_line import CommandLine
from tests.drivers.page import Page
from tests.drivers.person import Person, asked_of_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled, events, password_is_enough, sign_in
from tests.drivers.soft_key import PRESENT, Odd, SoftKey, decoded, encoded

PHISHING_RESISTANT = Rule(level=Level.PHISHING_RESISTANT)
KEYS = """
SELECT k.*, u.username FROM webauthn_credentials k JOIN users u ON u.id = k.user_id ORDER BY k.confirmed_at, k.id
"""
PASSES = "SELECT count(*) FROM enrolment_passes"
SETS = "SELECT id, acknowledged_at FROM recovery_code_sets"
INSTEAD = "Use a security key or passkey instead"


async def keys(provider: Provider) -> list[Mapping[str, Any]]:
    return [dict(row) for row in await provider.services.database.fetch(KEYS)]


def with_key(person: Person, provider: Provider, *, verifies: bool = True, synced: bool = False) -> SoftKey:
    person.key = SoftKey(origin=provider.issuer.origin, verifies=verifies, synced=synced)
    return person.key


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


async def at_set_up(provider: Provider, wiki: AuthlibClient, browser: Browser, person: Person) -> Page:
    """The page for keys, reached from the one for apps."""
    page = await person.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    page = await page.click(INSTEAD)
    assert page.step == "key-enrolment"
    return page


async def test_a_key_in_place_of_an_app(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Forced enrolment: set up, used at once, codes saved, then the app (N-45, A-05)."""
    alice = await provider.person()
    with_key(alice, provider, verifies=False)
    page = await alice.sign_in(await at_set_up(provider, wiki, browser, alice))
    assert alice.steps == ["key-enrolment", "security-key", "recovery-codes"]
    assert page.at_app
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")
    (key,) = await keys(provider)
    assert (key["username"], key["name"], key["verifies"], key["state"]) == (
        "alice",
        "Security key",
        False,
        "confirmed",
    )
    assert len(alice.recovery_codes) == 10


async def test_a_registered_key_is_no_proof(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Between set-up and use there is no session, no code, and no other page."""
    alice = await provider.person()
    with_key(alice, provider)
    page = await at_set_up(provider, wiki, browser, alice)
    page = await alice.answer(page)
    assert page.step == "security-key"
    assert "session" not in browser.cookies
    for name in ("recovery-codes", "consent", "key-enrolment", "enrolment", "second-factor"):
        assert (await browser.open(page.url.replace("security-key", name))).step == "security-key"
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 0


async def test_a_policy_that_asks_for_a_key_by_the_command_line(
    provider: Provider, browser: Browser, wiki: AuthlibClient, idp: CommandLine
) -> None:
    """`idp policy set server required phr`: password → key set up → key used → code; there is no way round it."""
    assert (await idp("policy", "set", "server", "required", "phr")).status == 0
    alice = await provider.person()
    with_key(alice, provider)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="key-enrolment")
    assert "Signing in to wiki takes a security key or passkey" in page.text
    assert not page.has("Use an authenticator app instead")
    assert (await browser.open(page.url.replace("key-enrolment", "enrolment"))).step == "key-enrolment"
    page = await alice.sign_in(page)
    assert alice.steps == ["key-enrolment", "security-key", "recovery-codes"]
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")


async def test_who_has_an_app_shows_it_before_a_key_is_set_up(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-26: at the highest level that the account has. Its recovery codes stay."""
    alice = await enrolled(provider, wiki)
    codes = list(alice.recovery_codes)
    await provider.rule("client", "wiki", PHISHING_RESISTANT)
    with_key(alice, provider, synced=True)
    page = await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "second-factor", "key-enrolment", "security-key"]
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "swk", "user", "mfa"], "phr")
    assert alice.recovery_codes == codes
    assert len(await provider.services.database.fetch(SETS)) == 1
    (registered,) = await details(provider, "key_registered")
    assert registered["further"] is True
    assert [key["name"] for key in await keys(provider)] == ["Passkey"]


async def test_an_essential_acr_leads_into_setting_a_key_up(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """A-12: within reach, so that it is no error."""
    alice = await enrolled(provider, wiki)
    with_key(alice, provider)
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": ["phr"]}}})
    page = await sign_in(wiki, alice, browser, claims=claims)
    assert alice.steps == ["password", "second-factor", "key-enrolment", "security-key"]
    assert (await wiki.exchange(page.url)).claims["acr"] == "phr"


async def two_factor(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    return page


async def test_one_more_from_the_portal(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The codes stay; both ways open the account from then on; one is called as the person says."""
    alice = await enrolled(provider, wiki)
    key = with_key(alice, provider)
    page = await two_factor(provider, alice, browser)
    page = await page.submit(button="Add a security key or passkey")
    assert page.step == "key-enrolment"
    assert "no fake page can use it" in page.text
    page = await page.submit(credential=key.create(asked_of_key(page)), name="  Blue   key ")
    assert page.step == "two-factor"
    assert "Blue key" in page.text
    assert [each["name"] for each in await keys(provider)] == ["Blue key"]
    assert len(await provider.services.database.fetch(SETS)) == 1


async def test_the_first_factor_from_the_portal(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """It is used at once, and its recovery codes are saved."""
    await password_is_enough(provider)
    alice = await provider.person()
    with_key(alice, provider)
    page = await two_factor(provider, alice, browser)
    page = await alice.sign_in(await page.submit(button="Add a security key or passkey"))
    assert alice.steps == ["key-enrolment", "security-key", "recovery-codes"]
    assert page.heading == "Two-factor is on"
    assert await keys(provider)


async def test_the_password_alone_adds_no_key(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-26: from a session that has grown old, by somebody who knows the password alone."""
    alice = await enrolled(provider, wiki)
    page = await two_factor(provider, alice, browser)
    provider.clock.advance(minutes=11)
    page = await page.submit(button="Add a security key or passkey")
    page = await page.submit(username="alice", password=alice.password)
    assert page.step == "second-factor"
    assert (await browser.open(page.url.replace("second-factor", "key-enrolment"))).step == "second-factor"
    refused = await browser.go("POST", page.url.replace("second-factor", "key-enrolment"), initiator=page.initiator)
    assert refused.step == "error"
    assert await keys(provider) == []


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (Odd(origin="https://id.example.org.evil.test"), "wrong_origin"),
        (Odd(client_data={"crossOrigin": True}), "wrong_origin"),
        (Odd(client_data={"topOrigin": "https://evil.test"}), "wrong_origin"),
        (Odd(rp_id="evil.test"), "wrong_relying_party"),
        (Odd(challenge=b"c" * 32), "wrong_challenge"),
        (Odd(flags=PRESENT), "not_present"),
        (Odd(kind="webauthn.get"), "bad_shape"),
    ],
)
async def test_an_odd_answer_registers_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, odd: Odd, reason: str
) -> None:
    """Told plainly, recorded, nothing half-changed; its challenge is void, and the next try works."""
    alice = await provider.person()
    key = with_key(alice, provider)
    page = await at_set_up(provider, wiki, browser, alice)
    before = asked_of_key(page)
    page = await page.submit(credential=key.create(before, odd))
    assert page.step == "key-enrolment"
    assert "That key could not be added." in page.alerts[0]
    assert page.title.startswith("Error: ")
    assert [each["reason"] for each in await details(provider, "key_registration_refused")] == [reason]
    assert await keys(provider) == []
    assert (await page.reload()).alerts
    late = await page.submit(credential=key.create(before))
    assert late.alerts
    assert (await details(provider, "key_registration_refused"))[-1]["reason"] == "wrong_challenge"
    assert (await alice.answer(late)).step == "security-key"


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"id": "YQ", "rawId": "YQ", "type": "public-key"}', "x" * 40_000])
async def test_rubbish_registers_nothing(provider: Provider, browser: Browser, wiki: AuthlibClient, text: str) -> None:
    """No 500 for anything that a browser can send."""
    page = await at_set_up(provider, wiki, browser, await provider.person())
    page = await page.submit(credential=text)
    assert page.step == "key-enrolment"
    assert page.alerts
    assert [each["reason"] for each in await details(provider, "key_registration_refused")] == ["bad_shape"]


async def test_an_answer_to_another_sign_in_registers_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """A page of somebody else's sign-in cannot make this person register a key that a thief holds."""
    alice, mallory = await provider.person(), await provider.person("mallory")
    key = with_key(alice, provider)
    async with Browser() as elsewhere:
        theirs = await at_set_up(provider, wiki, elsewhere, mallory)
        page = await at_set_up(provider, wiki, browser, alice)
        page = await page.submit(credential=key.create(asked_of_key(theirs)))
        assert page.alerts
        assert (await details(provider, "key_registration_refused"))[-1]["reason"] == "wrong_challenge"
    assert await keys(provider) == []


def claiming(answer: str, made: bytes, other: bytes) -> str:
    """The same answer under the id of another credential: no signature of a registration speaks against it."""
    read = json.loads(answer)
    octets = decoded(read["response"]["attestationObject"]).replace(made, other)
    read["id"] = read["rawId"] = encoded(other)
    read["response"]["attestationObject"] = encoded(octets)
    return json.dumps(read)


async def test_one_key_is_one_persons(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """WebAuthn 7.1 step 26: a credential id that somebody has is refused, whoever comes with it."""
    alice, bob = await provider.person(), await provider.person("bob")
    key = with_key(alice, provider)
    await alice.sign_in(await at_set_up(provider, wiki, browser, alice))
    async with Browser() as elsewhere:
        page = await at_set_up(provider, wiki, elsewhere, bob)
        answer = claiming(key.create(asked_of_key(page)), key.credentials[1].id, key.credentials[0].id)
        page = await page.submit(credential=answer)
        assert "This key is registered already." in page.alerts[0]
    assert [each["username"] for each in await keys(provider)] == ["alice"]
    assert [each["reason"] for each in await details(provider, "key_registration_refused")] == ["already_registered"]
    recorded = await provider.services.database.fetchval("SELECT count(*) FROM recovery_code_sets")
    assert recorded == 1


async def test_of_two_persons_who_come_with_one_key_at_once_one_has_it(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The other one is told, and has half of nothing: no recovery codes, no second factor."""
    alice, bob = await provider.person(), await provider.person("bob")
    key = with_key(alice, provider)
    async with Browser() as elsewhere:
        pages = [await at_set_up(provider, wiki, browser, alice), await at_set_up(provider, wiki, elsewhere, bob)]
        answers = [key.create(asked_of_key(page)) for page in pages]
        answers[1] = claiming(answers[1], key.credentials[1].id, key.credentials[0].id)
        after = await asyncio.gather(
            *(page.submit(credential=answer) for page, answer in zip(pages, answers, strict=True))
        )
    assert sorted(page.step for page in after) == ["key-enrolment", "security-key"]
    assert len(await keys(provider)) == len(await provider.services.database.fetch(SETS)) == 1
    assert [each["reason"] for each in await details(provider, "key_registration_refused")] == ["already_registered"]


async def test_the_browser_is_told_of_the_keys_that_there_are(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """WebAuthn 5.4: so that one device does not get two of one account. Reading the page changes nothing."""
    alice = await provider.person()
    key = with_key(alice, provider)
    page = await at_set_up(provider, wiki, browser, alice)
    asked = json.loads(asked_of_key(page))
    assert asked_of_key(await page.reload()) == asked_of_key(page)
    assert asked["excludeCredentials"] == []
    assert asked["attestation"] == "none"
    assert asked["user"]["name"] == "alice"
    await alice.sign_in(page)
    page = await (await two_factor(provider, alice, browser)).submit(button="Add a security key or passkey")
    (known,) = json.loads(asked_of_key(page))["excludeCredentials"]
    assert decoded(known["id"]) == key.credentials[0].id


async def test_without_a_script_the_page_says_so(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """No dead button, and the other way stands beside it."""
    alice = await provider.person()
    page = await at_set_up(provider, wiki, browser, alice)
    assert "This needs JavaScript" in page.text
    (button,) = (each for form in page.forms for each in form.buttons if each.text == "Set up a key")
    assert "hidden" in button.attrs
    page = await page.submit(credential="")
    assert "No security key answered." in page.alerts[0]
    page = await page.click("Use an authenticator app instead")
    assert (await alice.sign_in(page)).at_app
    assert alice.steps == ["enrolment", "recovery-codes"]


async def test_keys_without_a_name_are_told_apart(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """A number is added; a name that is too long is cut, for asking again would leave a key that nobody knows."""
    alice = await enrolled(provider, wiki)
    await two_factor(provider, alice, browser)
    for name in ("", "", "Security key", "n" * 50, "\u0007", "Authenticator app"):
        provider.clock.advance(seconds=1)
        page = await browser.open(provider.issuer.url("/account/two-factor"))
        key = with_key(alice, provider)
        page = await page.submit(button="Add a security key or passkey")
        page = await page.submit(credential=key.create(asked_of_key(page)), name=name)
        assert page.step == "two-factor"
    assert [each["name"] for each in await keys(provider)] == [
        "Security key",
        "Security key 2",
        "Security key 3",
        "n" * 40,
        "Security key 4",
        "Authenticator app 2",
    ]


async def test_the_same_answer_twice_registers_one_key(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """A double click, and a refresh of the answer to it: the step is passed, and nothing is said."""
    alice = await provider.person()
    key = with_key(alice, provider)
    page = await at_set_up(provider, wiki, browser, alice)
    answer = key.create(asked_of_key(page))
    pages = await asyncio.gather(*(page.submit(credential=answer) for _ in range(3)), page.submit(credential=answer))
    pages.append(await page.submit(credential=answer))
    assert {each.step for each in pages} == {"security-key"}
    assert not any(each.alerts for each in pages)
    assert len(await keys(provider)) == 1
    assert len(await events(provider, "key_registered")) == 1
    assert await events(provider, "key_registration_refused") == []


async def test_two_tabs_register_two_keys_or_one(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Both show one challenge: the first answer ends the step, the second changes nothing."""
    alice = await provider.person()
    page = await at_set_up(provider, wiki, browser, alice)
    other = await browser.tab().open(page.url)
    answers = [with_key(alice, provider).create(asked_of_key(each)) for each in (page, other)]
    pages = await asyncio.gather(page.submit(credential=answers[0]), other.submit(credential=answers[1]))
    assert {each.step for each in pages} == {"security-key"}
    assert len(await keys(provider)) == 1


async def test_an_app_and_a_key_at_once_are_one_of_them(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The second finds the account at another version; there is one set of recovery codes."""
    alice = await provider.person()
    key = with_key(alice, provider)
    app = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    page = await browser.tab().open(app.url.replace("/enrolment", "/key-enrolment"))
    answer = key.create(asked_of_key(page))
    await asyncio.gather(alice.answer(app), page.submit(credential=answer))
    apps = await provider.services.database.fetchval("SELECT count(*) FROM totp_authenticators")
    assert apps + len(await keys(provider)) == 1
    assert len(await provider.services.database.fetch(SETS)) == 1


async def test_a_pass_is_spent_with_the_key_that_it_let_in(
    provider: Provider, browser: Browser, wiki: AuthlibClient, idp: CommandLine
) -> None:
    """N-27's stricter form: passes of the person and the demand for one go with it."""
    await provider.rule("server", "", Rule(level=Level.TWO, enrolment_pass=True))
    alice = await provider.person()
    with_key(alice, provider)
    made = await idp("user", "enrolment-pass", "alice")
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment-pass")
    assert (await browser.open(page.url.replace("enrolment-pass", "key-enrolment"))).step == "enrolment-pass"
    page = await page.submit(enrolment_pass=next(word for word in made.out.split() if word.count("-") == 5))
    page = await alice.sign_in(await page.click(INSTEAD))
    assert page.at_app
    assert await provider.services.database.fetchval(PASSES) == 0


async def test_it_is_recorded_with_what_the_key_says_of_itself(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-27: which key, what kind; where and by whom stands around it."""
    alice = await provider.person()
    with_key(alice, provider, synced=True)
    await alice.sign_in(await at_set_up(provider, wiki, browser, alice))
    (key,) = await keys(provider)
    (said,) = await details(provider, "key_registered")
    assert said == {
        "authenticator": str(key["id"]),
        "synced": True,
        "verifies": True,
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "further": False,
    }
    assert key["transports"] == ["usb"]
