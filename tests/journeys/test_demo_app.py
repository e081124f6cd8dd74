"""The demo relying app beside the real provider, its people and clients made by the demo's own set-up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from idp.demo.claims_explained import explain
from idp.demo.kept import Kept
from idp.demo.setup import Demo, set_up
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.relying_party import base_url_of, claims_shown, demo_relying_party
from tests.drivers.server import bound_sockets

FRAME = re.compile(r'<iframe src="([^"]*)"')
BOTH_STEPS = ["pwd", "otp", "mfa"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The demo as it stands after its first start, with one browser in front of it."""

    demo: Demo
    provider: Provider
    url: str
    browser: Browser

    def person(self, username: str) -> Person:
        """One of the demo's people, as demo.json and the app's first page tell of them."""
        told = next(each for each in self.demo.people if each.username == username)
        clock = self.provider.clock
        return Person(username=username, password=told.password, secret=told.totp_secret, clock=clock)

    async def signed_in(self, app: str, person: Person) -> Page:
        """Press the app's button on the first page, and answer whatever is asked."""
        page = await (await self.browser.open(f"{self.url}/")).click(f"Sign in to {app}")
        page = await person.sign_in(page)
        assert page.step == "demo-signed-in", repr(page)
        assert page.url.startswith(self.url)
        return page


@pytest_asyncio.fixture
async def stage(provider: Provider) -> AsyncIterator[Stage]:
    sockets = bound_sockets()
    base_url, issuer = base_url_of(sockets), str(provider.issuer)
    demo = await set_up(provider.services, base_url, Kept(), provider.clock())
    clients = [client for client in demo.clients if "openid" in client.scopes]
    async with (
        demo_relying_party(issuer=issuer, clients=clients, people=demo.people, sockets=sockets),
        Browser(visits=[issuer]) as browser,
    ):
        yield Stage(demo=demo, provider=provider, url=base_url, browser=browser)


async def test_one_sign_in_opens_each_app(stage: Stage) -> None:
    """Issue 2: confidential and public clients; single sign-on leaves only the consent to each."""
    bob = stage.person("bob")
    page = await stage.signed_in("Wiki", bob)
    assert bob.steps == ["password", "second-factor", "consent"]
    assert page.heading == "Hello, Bob Berg"
    assert "you showed a password and a code from an authenticator app" in page.text
    subjects = {claims_shown(page)["sub"]}
    for app in ("Notes", "Phone book"):
        page = await stage.signed_in(app, bob)
        assert bob.steps == ["consent"]
        assert claims_shown(page)["amr"] == BOTH_STEPS
        subjects.add(claims_shown(page)["sub"])
    assert len(subjects) == 1
    page = await stage.browser.open(f"{stage.url}/")
    for app in ("Wiki", "Notes", "Phone book"):
        assert page.has(f"Open {app} as Bob Berg")


async def test_every_claim_that_comes_is_explained(stage: Stage) -> None:
    """Issue 2: the decoded ID token and userinfo, each claim in a sentence of its own."""
    page = await stage.signed_in("Wiki", stage.person("bob"))
    id_token, userinfo = claims_shown(page), claims_shown(page, "userinfo")
    assert {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"} == id_token.keys()
    assert {"name", "email", "email_verified", "groups", "zoneinfo", "preferred_username"} <= userinfo.keys()
    told = [*explain(id_token, stage.provider.clock()), *explain(userinfo, stage.provider.clock())]
    for claim in told:
        assert "has no words for" not in claim.meaning
        assert claim.name in page.codes


async def test_alice_sets_her_second_factor_up_on_the_way(stage: Stage) -> None:
    """Forced enrolment inside the very sign-in; the next one asks for the code."""
    alice = stage.person("alice")
    page = await stage.signed_in("Wiki", alice)
    assert alice.steps == ["password", "enrolment", "recovery-codes", "consent"]
    assert claims_shown(page)["amr"] == BOTH_STEPS
    stage.browser.forget_cookies()
    await stage.signed_in("Wiki", alice)
    assert alice.steps == ["password", "second-factor"]
    stage.browser.forget_cookies()
    alice.use_recovery_code = True
    page = await stage.signed_in("Wiki", alice)
    assert claims_shown(page)["amr"] == ["pwd", "recovery_code", "mfa"]
    assert "a recovery code, in place of the authenticator app" in page.text


async def test_carol_is_in_the_group_of_admins(stage: Stage) -> None:
    """A list, here of one (docs/architecture.md, relying apps); she is asked for a second factor like everybody."""
    carol = stage.person("carol")
    page = await stage.signed_in("Wiki", carol)
    assert carol.steps == ["password", "enrolment", "recovery-codes", "consent"]
    assert claims_shown(page, "userinfo")["groups"] == ["admins"]


async def test_dave_needs_only_a_password_where_his_exemption_reaches(stage: Stage) -> None:
    """Issue 2: `1fa` at the client that says `if_enrolled`, led into enrolment at the one that says `required`."""
    dave = stage.person("dave")
    page = await stage.signed_in("Notes", dave)
    assert dave.steps == ["password", "consent"]
    assert (claims_shown(page)["amr"], claims_shown(page)["acr"]) == (["pwd"], "1fa")
    page = await stage.signed_in("Wiki", dave)
    assert dave.steps == ["enrolment", "recovery-codes", "consent"]
    assert (claims_shown(page)["amr"], claims_shown(page)["acr"]) == (BOTH_STEPS, "2fa")


async def test_the_step_up_button_asks_for_what_is_missing_alone(stage: Stage) -> None:
    """A-04: acr_values=2fa; whoever has shown both already is back at once."""
    dave = stage.person("dave")
    page = await stage.signed_in("Notes", dave)
    page = await dave.sign_in(await page.click("Sign in again with step-up"))
    assert dave.steps == ["enrolment", "recovery-codes"]
    assert claims_shown(page)["acr"] == "2fa"
    page = await page.click("Sign in again with step-up")
    assert (page.step, claims_shown(page)["acr"]) == ("demo-signed-in", "2fa")


async def test_ask_again_asks_for_every_proof(stage: Stage) -> None:
    """OIDC Core 3.1.2.1: prompt=login; the new ID token has a later auth_time."""
    bob = stage.person("bob")
    page = await stage.signed_in("Wiki", bob)
    before = claims_shown(page)
    stage.provider.clock.advance(seconds=10)
    page = await bob.sign_in(await page.click("Ask again"))
    assert bob.steps == ["password", "second-factor"]
    assert claims_shown(page)["auth_time"] == before["auth_time"] + 10
    assert claims_shown(page)["sub"] == before["sub"]


async def test_a_silent_sign_in_shows_no_page(stage: Stage) -> None:
    """OIDC Core 3.1.2.1: prompt=none; the same sign-in in a new ID token, or an error told calmly."""
    page = await (await stage.browser.open(f"{stage.url}/wiki")).click("Silent sign-in")
    assert page.step == "demo-app"
    assert "Nobody is signed in at the provider" in page.text
    page = await stage.signed_in("Wiki", stage.person("bob"))
    before = claims_shown(page)
    page = await page.click("Silent sign-in")
    assert all(each.status == 303 for each in page.trail)
    after = claims_shown(page)
    assert {name: after[name] for name in ("auth_time", "acr", "amr", "sid")} == {
        name: before[name] for name in ("auth_time", "acr", "amr", "sid")
    }
    assert after["nonce"] != before["nonce"]
    page = await (await stage.browser.open(f"{stage.url}/notes")).click("Silent sign-in")
    assert "You have not yet allowed this app" in page.text


@pytest.mark.parametrize("app", ["Wiki", "Phone book"])
async def test_refresh_shows_old_and_new(stage: Stage, app: str) -> None:
    """OIDC Core 12.2: newer, but of the same sign-in; the public client's rotating token works again and again."""
    page = await stage.signed_in(app, stage.person("bob"))
    before = claims_shown(page)
    for _ in range(3):
        stage.provider.clock.advance(seconds=5)
        page = await page.click("Refresh")
        assert "Before and after the refresh" in page.text
    after = claims_shown(page)
    assert after["iat"] == before["iat"] + 15
    for name in ("sub", "auth_time", "acr", "amr", "sid"):
        assert after[name] == before[name]
    assert "nonce" not in after


async def test_a_refresh_that_policy_refuses_is_explained(stage: Stage) -> None:
    """A policy that is no longer met gives invalid_grant; the person can sign in again from that page."""
    dave = stage.person("dave")
    await stage.signed_in("Notes", dave)
    await stage.signed_in("Wiki", dave)
    page = await (await stage.browser.open(f"{stage.url}/notes")).click("Refresh")
    assert page.step == "demo-signed-in"
    assert "That permission has ended" in page.text
    page = await dave.sign_in(await page.click("Sign in again with step-up"))
    assert claims_shown(page)["acr"] == "2fa"
    assert "That permission has ended" not in page.text


async def test_sign_out_ends_the_providers_session_too(stage: Stage) -> None:
    """RP-Initiated Logout: the ID token is the hint, so nothing is asked; the next sign-in starts at the password."""
    bob = stage.person("bob")
    page = await (await stage.signed_in("Wiki", bob)).click("Sign out")
    assert (page.step, page.heading) == ("demo-signed-out", "You are signed out of Wiki")
    assert "after ending its session" in page.text
    page = await page.click("Sign in to Wiki")
    assert page.step == "password"


async def test_sign_out_of_one_app_reaches_the_others(stage: Stage) -> None:
    """Front-Channel Logout 1.0: the provider's page frames each app of the session, which finds it by `sid`."""
    bob = stage.person("bob")
    await stage.signed_in("Wiki", bob)
    left = await (await stage.signed_in("Notes", bob)).click("Sign out")
    framed = [html for each in left.trail for html in FRAME.findall(each.html)]
    assert [urlsplit(unescape(uri)).path for uri in framed] == [
        "/notes/front-channel-logout",
        "/wiki/front-channel-logout",
    ]
    assert (await stage.browser.open(f"{stage.url}/wiki")).step == "demo-signed-in"
    async with Browser(visits=[stage.url]) as without_cookies:
        for uri in framed:
            await without_cookies.open(unescape(uri))
    assert (await stage.browser.open(f"{stage.url}/wiki")).step == "demo-app"


async def test_sign_out_of_one_app_leaves_the_session(stage: Stage) -> None:
    """Single sign-on: one click and no page."""
    page = await (await stage.signed_in("Wiki", stage.person("bob"))).click("Sign out of this app only")
    assert page.step == "demo-app"
    assert (await page.click("Sign in to Wiki")).step == "demo-signed-in"


async def test_consent_is_asked_again_on_request_and_may_be_refused(stage: Stage) -> None:
    """OIDC Core 3.1.2.1: prompt=consent; what was allowed before stays, and so does the sign-in at the app."""
    page = await stage.signed_in("Wiki", stage.person("bob"))
    page = await page.click("Ask for consent")
    assert page.step == "consent"
    page = await page.submit(button="deny")
    assert page.step == "demo-signed-in"
    assert "The sign-in was cancelled" in page.text
    page = await page.click("Ask for consent")
    assert (await page.submit(button="Allow")).step == "demo-signed-in"


async def test_choosing_another_account(stage: Stage) -> None:
    """OIDC Core 3.1.2.1: prompt=select_account; the app then knows the other person."""
    page = await (await stage.signed_in("Notes", stage.person("bob"))).click("Choose account")
    assert page.step == "select-account"
    page = await page.submit(button="other")
    dave = stage.person("dave")
    page = await dave.sign_in(page)
    assert page.heading == "Hello, Dave Dahl"
    assert dave.steps == ["password", "consent"]


@pytest.mark.parametrize("step", ["password", "second-factor", "consent"])
async def test_cancel_comes_back_to_a_calm_page(stage: Stage, step: str) -> None:
    """Every page of a sign-in has a way back; the app says what happened and offers to try again."""
    page = await (await stage.browser.open(f"{stage.url}/")).click("Sign in to Wiki")
    page = await stage.person("bob").sign_in(page, until=step)
    page = await page.click("Cancel and return to Wiki")
    assert (page.step, page.status) == ("demo-app", 200)
    assert "The sign-in was cancelled" in page.text
    assert "access_denied" in page.codes
    assert page.has("Sign in to Wiki")


async def test_a_link_may_start_at_the_provider(stage: Stage) -> None:
    """OIDC Core 4: the app's initiate_login_uri, with a hint that fills the user name in."""
    page = await stage.browser.open(f"{stage.url}/wiki/initiate?iss={stage.provider.issuer}&login_hint=bob")
    assert page.step == "password"
    assert page.fields["username"].value == "bob"
    assert (await stage.person("bob").sign_in(page)).step == "demo-signed-in"


async def test_a_second_start_keeps_people_and_secrets(stage: Stage) -> None:
    """What demo.json remembers stays as it was; what it does not is made anew."""
    demo, base_url = stage.demo, stage.url
    before = Kept(
        passwords={each.username: each.password for each in demo.people},
        totp_secrets={each.username: each.totp_secret for each in demo.people if each.totp_secret},
        recovery_codes=demo.recovery_codes,
        client_secrets={each.client_id: each.client_secret for each in demo.clients if each.client_secret},
    )
    again = await set_up(stage.provider.services, base_url, before, stage.provider.clock())
    assert (again.people, again.clients, again.recovery_codes) == (demo.people, demo.clients, demo.recovery_codes)
    bob = stage.person("bob")
    bob.recovery_codes, bob.use_recovery_code = list(again.recovery_codes["bob"]), True
    await stage.signed_in("Wiki", bob)
    assert "recovery" in bob.steps
    anew = await set_up(stage.provider.services, base_url, Kept(), stage.provider.clock())
    assert not {each.password for each in anew.people} & {each.password for each in demo.people}
    assert [each.username for each in anew.people] == [each.username for each in demo.people]
