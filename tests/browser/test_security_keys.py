"""Security keys and passkeys in Chromium, with its virtual authenticator (WebDriver's, over the DevTools protocol)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, expect

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.browser.apps import Apps
from tests.browser.looking import faults
from tests.browser.profiles import PHONE, Profiles
from tests.browser.visitor import Keyboard, Mouse
from tests.drivers.person import Person
from tests.drivers.provider import Provider

pytestmark = pytest.mark.browser

KEY = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
PASSKEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
USE = "#use-key"


@dataclass(slots=True)
class Authenticator:
    """A virtual authenticator of one tab: touched, and where it verifies anybody, by the right one."""

    session: CDPSession
    id: str

    @classmethod
    async def added(cls, page: Page, kind: dict[str, Any]) -> Authenticator:
        """Plug one in."""
        session = await page.context.new_cdp_session(page)
        await session.send("WebAuthn.enable", {"enableUI": False})
        options = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
        made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, made["authenticatorId"])

    async def credentials(self) -> list[dict[str, Any]]:
        """What it holds, private keys and all."""
        found = await self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    async def set_back(self, count: int) -> None:
        """As a copy does that was made when the counter stood there."""
        (credential,) = await self.credentials()
        named = {"authenticatorId": self.id, "credentialId": credential["credentialId"]}
        await self.session.send("WebAuthn.removeCredential", named)
        copied = {**credential, "signCount": count}
        await self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": copied})

    async def take(self, credential: dict[str, Any]) -> None:
        """The passkey is synced to this device."""
        await self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})

    async def verify(self, *, rightly: bool) -> None:
        """Whether the PIN or the finger is the right one."""
        await self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": rightly})


async def without_autofill(page: Page) -> None:
    """A browser that offers no passkeys in fields: nothing happens until the button is pressed."""
    await page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


async def enrolled(page: Page, person: Person, apps: Apps) -> Mouse:
    """Set a key up inside a first sign-in, and go on to the app."""
    alice = Mouse(page=page, person=person)
    await alice.open_app(apps.chat)
    await alice.sign_in(until="enrolment")
    await alice.press('a:text-is("Use a security key or passkey instead")')
    assert await alice.step() == "key-enrolment"
    await alice.press(USE)
    if await alice.step() == "security-key":
        await alice.press(USE)
    await alice.sign_in()
    assert await alice.step() == "demo-signed-in"
    return alice


async def signed_out(alice: Mouse, apps: Apps) -> None:
    """Out at the app and at the provider."""
    await alice.press('button:text-is("Sign out")')
    await alice.open_app(apps.chat)
    assert await alice.step() == "password"


@pytest.mark.parametrize(
    ("kind", "amr"),
    [(KEY, ["pwd", "hwk", "user", "mfa"]), (PASSKEY, ["pwd", "hwk", "user", "mfa"])],
    ids=["key", "passkey"],
)
async def test_set_up_in_a_first_sign_in_and_used_in_the_next(
    page: Page, provider: Provider, apps: Apps, kind: dict[str, Any], amr: list[str]
) -> None:
    """N-45, A-01: a plain key and a passkey as the second step."""
    await without_autofill(page)
    await Authenticator.added(page, kind)
    alice = await enrolled(page, await provider.person(), apps)
    await signed_out(alice, apps)
    assert await alice.sign_in(until="security-key") == ["password"]
    assert await faults(page) == []
    await alice.press(USE)
    claims = await alice.claims()
    assert (claims["acr"], claims["amr"]) == ("phr", amr)


async def test_by_keyboard_alone(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """WCAG 2.1.1: set up, and shown."""
    page = await (await profiles.new(viewport=PHONE)).new_page()
    await Authenticator.added(page, KEY)
    person = await provider.person()
    await enrolled(page, person, apps)
    alice = Keyboard(page=page, person=person)
    await alice.press('button:text-is("Sign out")')
    await alice.open_app(apps.chat)
    await alice.sign_in(until="security-key")
    await alice.press(USE)
    assert await alice.step() == "demo-signed-in"
    assert alice.unseen == []


async def test_a_passkey_signs_in_by_the_button(page: Page, provider: Provider, apps: Apps) -> None:
    """No name, no password: two factors in one."""
    await without_autofill(page)
    await Authenticator.added(page, PASSKEY)
    alice = await enrolled(page, await provider.person(), apps)
    await signed_out(alice, apps)
    await alice.press(USE)
    claims = await alice.claims()
    assert (claims["acr"], claims["amr"]) == ("phr", ["hwk", "user", "mfa"])


async def test_a_passkey_signs_in_by_autofill(page: Page, provider: Provider, apps: Apps) -> None:
    """Conditional mediation: the browser offers it in the field for the name; the virtual one is chosen at once."""
    authenticator = await Authenticator.added(page, PASSKEY)
    alice = await enrolled(page, await provider.person(), apps)
    await alice.press('button:text-is("Sign out")')
    await page.goto(apps.chat.url)
    await page.locator('button:text-is("Sign in to Chat")').click()
    await page.locator("main[data-step=demo-signed-in]").wait_for()
    claims = await alice.claims()
    assert (claims["acr"], claims["amr"]) == ("phr", ["hwk", "user", "mfa"])
    assert len(await authenticator.credentials()) == 1


async def test_a_passkey_that_came_to_another_device(
    profiles: Profiles, page: Page, provider: Provider, apps: Apps
) -> None:
    """In a browser that has never been here, on a phone."""
    first = await Authenticator.added(page, PASSKEY)
    await enrolled(page, await provider.person(), apps)
    (credential,) = await first.credentials()
    elsewhere = await (await profiles.new(viewport=PHONE, color_scheme="dark")).new_page()
    second = await Authenticator.added(elsewhere, PASSKEY)
    await second.take(credential)
    await elsewhere.goto(apps.chat.url)
    await elsewhere.locator('button:text-is("Sign in to Chat")').click()
    await elsewhere.locator("main[data-step=demo-signed-in]").wait_for()


async def test_a_browser_s_question_that_is_closed(page: Page, provider: Provider, apps: Apps) -> None:
    """The page stays and says so; nothing was sent; the password goes on."""
    authenticator = await Authenticator.added(page, PASSKEY)
    alice = await enrolled(page, await provider.person(), apps)
    await authenticator.verify(rightly=False)
    await signed_out(alice, apps)
    await page.locator(USE).click()
    await expect(page.get_by_role("status").filter(has_text="No passkey answered")).to_be_visible()
    assert await alice.step() == "password"
    assert await alice.sign_in(until="security-key") == ["password"]
    assert await provider.events("passkey_refused", "factor_refused") == []


async def test_a_copied_key_is_told_and_suspended(page: Page, provider: Provider, apps: Apps) -> None:
    """The counter went back: another way in is needed, and is there."""
    authenticator = await Authenticator.added(page, KEY)
    alice = await enrolled(page, await provider.person(), apps)
    await signed_out(alice, apps)
    await authenticator.set_back(0)
    await alice.sign_in(until="security-key")
    await alice.press(USE)
    assert await alice.step() == "recovery"
    assert await provider.events("key_copied") == ["key_copied"]
    alice.steps = []
    await alice.sign_in()
    assert await alice.step() == "demo-signed-in"


async def test_set_up_in_the_portal(page: Page, provider: Provider, apps: Apps) -> None:
    """From «Two-factor», beside the app; then it is what a rule for keys asks."""
    await Authenticator.added(page, KEY)
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    provider.clock.advance(minutes=1)
    await page.goto(provider.issuer.url("/account/two-factor"))
    await page.get_by_role("button", name="Add a security key or passkey").click()
    await page.locator("main[data-step=key-enrolment]").wait_for()
    await page.locator(USE).click()
    await page.locator("main:not([data-step=key-enrolment])").wait_for()
    await provider.rule("client", "wiki", Rule(level=Level.PHISHING_RESISTANT))
    await alice.open_app(apps.wiki)
    assert await alice.step() == "security-key"
    await alice.press(USE)
    assert await alice.sign_in() == ["consent"]
    assert (await alice.claims())["acr"] == "phr"


async def test_without_scripts_the_other_ways_are_said(
    profiles: Profiles, page: Page, provider: Provider, apps: Apps
) -> None:
    """No dead button: neither on the sign-in page nor at the second step."""
    await Authenticator.added(page, KEY)
    alice = await enrolled(page, await provider.person(), apps)
    plain = await (await profiles.new(java_script_enabled=False)).new_page()
    person = Mouse(page=plain, person=alice.person)
    await person.open_app(apps.chat)
    assert await plain.locator(USE).is_hidden()
    await person.sign_in(until="security-key")
    assert await plain.locator(USE).is_hidden()
    await expect(plain.get_by_text("This needs JavaScript")).to_be_visible()
    await plain.locator("summary").click()
    await person.press('a:text-is("Use a recovery code")')
    assert await person.step() == "recovery"
