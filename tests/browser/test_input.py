"""What people type and paste, what wrong input answers, and the ways that differ from the straight one."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.async_api import Page, expect

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.browser.apps import Apps
from tests.browser.looking import faults
from tests.browser.profiles import Profiles
from tests.browser.visitor import Mouse
from tests.drivers.person import PERIOD_SECONDS
from tests.drivers.provider import Provider

pytestmark = pytest.mark.browser

SUBMIT = "form[data-once] button[type=submit]"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - what an input method types


async def paste(page: Page, selector: str, text: str) -> None:
    """As from another program: through the clipboard."""
    await page.evaluate("text => navigator.clipboard.writeText(text)", text)
    await page.locator(selector).click()
    await page.keyboard.press("ControlOrMeta+v")


async def test_codes_are_taken_as_they_are_pasted(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """Blanks, dashes and full-width digits; recovery codes in any case, with blanks for dashes."""
    context = await profiles.new(permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    for written in (" {0} {1} ", "{0}-{1}", "{0}\u00a0{1}", "full-width"):
        provider.clock.advance(minutes=1)
        await alice.press('button:text-is("Sign out")')
        await alice.press('button:text-is("Sign in to Chat")')
        await alice.sign_in(until="second-factor")
        code = alice.person.app_code()
        text = code.translate(FULL_WIDTH) if written == "full-width" else written.format(code[:3], code[3:])
        await paste(page, "#code", text)
        await alice.press(SUBMIT)
        assert await alice.step() == "demo-signed-in", f"{text!r}: {await page.inner_text('main')}"
    await alice.press('button:text-is("Sign out")')
    await alice.press('button:text-is("Sign in to Chat")')
    await alice.sign_in(until="second-factor")
    await page.get_by_text("I cannot use my app").click()
    await alice.press('a:text-is("Use a recovery code")')
    await paste(page, "#recovery-code", alice.person.recovery_codes[0].upper().replace("-", " "))
    await alice.press(SUBMIT)
    assert await alice.step() == "recovery-used"
    assert "9 are left." in await page.inner_text("main")


async def test_a_wrong_password_is_said_first_and_keeps_the_name(page: Page, provider: Provider, apps: Apps) -> None:
    """Title, focus on the summary, its link leads to the field, which says that it is wrong; no password kept."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.fill("#username", "alice")
    await alice.fill("#current-password", "not it")
    await alice.press(SUBMIT)
    await expect(page).to_have_title(re.compile(r"^Error: Sign in to Chat – "))
    await expect(page.locator("#summary")).to_be_focused()
    await page.locator("#summary a").first.click()
    await expect(page.locator("#username")).to_be_focused()
    await expect(page.locator("#username")).to_have_value("alice")
    await expect(page.locator("#current-password")).to_have_value("")


async def test_a_wrong_code_is_said_at_its_field(page: Page, provider: Provider, apps: Apps) -> None:
    """Each kind of wrong input has a sentence of its own; the code that confirmed the set-up is used up."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    assert alice.person.secret is not None
    used = pyotp.TOTP(alice.person.secret).at(alice.person.last_time_step * PERIOD_SECONDS)
    await alice.press('button:text-is("Sign out")')
    await alice.press('button:text-is("Sign in to Chat")')
    await alice.sign_in(until="second-factor")
    for typed, said in (
        ("", "Enter the 6-digit code"),
        ("12 34", "The code is 6 digits"),
        ("k7pm-x2dq-9w4t-c8hn", "That looks like a recovery code."),
        (used, "You have already used this code."),
        (f"{(int(used) + 1) % 1_000_000:06d}", "That code did not match."),
    ):
        await alice.fill("#code", typed)
        await alice.press(SUBMIT)
        await expect(page).to_have_title(re.compile("^Error: Enter the 6-digit code"))
        await expect(page.locator("#summary")).to_be_focused()
        await page.locator("#summary a").first.click()
        await expect(page.locator("#code")).to_be_focused()
        await expect(page.locator("#code")).to_have_value("")
        await expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
        await expect(page.locator("#code")).to_have_attribute("aria-describedby", "code-hint code-err")
        await expect(page.locator("#code-err")).to_contain_text(said)


async def test_a_pause_says_until_when_and_what_still_works(page: Page, provider: Provider, apps: Apps) -> None:
    """The last three tries are counted down; then a page names the time, the other way in, and opens again."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    await alice.press('button:text-is("Sign out")')
    await alice.press('button:text-is("Sign in to Chat")')
    await alice.sign_in(until="second-factor")
    for left in range(9, -1, -1):
        await alice.fill("#code", wrong_code(alice))
        await alice.press(SUBMIT)
        said = await page.inner_text("main")
        assert (f"{left} {'try' if left == 1 else 'tries'} left" in said) == (left in {1, 2, 3})
    assert await alice.step() == "paused"
    await expect(page).to_have_title(re.compile(r"^Paused until \d\d:\d\d UTC"))
    await expect(page.get_by_role("timer")).to_have_text("15 minutes")
    assert await faults(page) == []
    await alice.press('a:text-is("Use a recovery code")')
    assert await alice.step() == "recovery"
    await alice.press('a:text-is("Use my authenticator app instead")')
    assert await alice.step() == "paused"
    provider.clock.advance(minutes=15)
    await alice.press('a:text-is("Try again")')
    assert await alice.step() == "second-factor"


def wrong_code(visitor: Mouse) -> str:
    """One that no clock makes right."""
    assert visitor.person.secret is not None
    now = int(visitor.person.clock().timestamp())
    right = {pyotp.TOTP(visitor.person.secret).at(now + steps * PERIOD_SECONDS) for steps in range(-2, 3)}
    return next(code for code in ("123456", "234567", "345678", "456789", "567890", "678901") if code not in right)


async def test_step_up_asks_only_for_what_is_missing(page: Page, provider: Provider, apps: Apps) -> None:
    """A password-only session is led to the second factor alone, here into its set-up."""
    await provider.rule("server", "", Rule(level=None))
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    assert await alice.sign_in() == ["password"]
    assert (await alice.claims())["acr"] == "1fa"
    await alice.press('button:text-is("Sign in again with step-up")')
    assert await alice.sign_in() == ["enrolment", "recovery-codes"]
    claims = await alice.claims()
    assert (claims["acr"], claims["amr"]) == ("2fa", ["pwd", "otp", "mfa"])


async def test_a_required_app_after_a_password_only_one(page: Page, provider: Provider, apps: Apps) -> None:
    """Policy: a session that meets a `required` client is asked for the second factor alone, then for consent."""
    await provider.rule("server", "", Rule(level=None))
    await provider.rule("client", "wiki", Rule(level=Level.TWO))
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    assert await alice.sign_in() == ["password"]
    await alice.open_app(apps.wiki)
    assert "Wiki needs two-factor sign-in" in await page.inner_text("main")
    assert await alice.sign_in() == ["enrolment", "recovery-codes", "consent"]


async def test_a_lost_phone_ends_with_a_new_app(page: Page, provider: Provider, apps: Apps) -> None:
    """After a recovery code the app is set up again in the same sign-in, with new codes."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    old = list(alice.person.recovery_codes)
    await alice.press('button:text-is("Sign out")')
    provider.clock.advance(minutes=5)
    await alice.press('button:text-is("Sign in to Chat")')
    await alice.sign_in(until="second-factor")
    await page.get_by_text("I cannot use my app").click()
    await alice.press('a:text-is("Use a recovery code")')
    await alice.sign_in(until="recovery-used")
    await alice.press('button[value="set_up"]')
    assert await alice.sign_in() == ["enrolment", "recovery-codes"]
    assert (await alice.claims())["acr"] == "2fa"
    assert set(old).isdisjoint(alice.person.recovery_codes)


async def test_a_password_set_by_somebody_else_is_changed_on_the_way(
    page: Page, provider: Provider, apps: Apps
) -> None:
    alice = Mouse(page=page, person=await provider.person(own=False))
    await alice.open_app(apps.chat)
    assert "new-password" in await alice.sign_in()
    assert await alice.step() == "demo-signed-in"


async def test_cancel_and_another_account(page: Page, provider: Provider, apps: Apps) -> None:
    """Every page has the two ways out: back to the app with access_denied, and «Not you?»."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in(until="enrolment")
    await alice.press('button:text-is("Not you?")')
    assert await alice.step() == "password"
    await alice.press('button:text-is("Cancel and return to Chat")')
    assert "The sign-in was cancelled" in await page.inner_text("main")


async def test_what_an_app_may_ask_for(page: Page, provider: Provider, apps: Apps) -> None:
    """prompt: login asks every proof anew, consent and select_account their page alone, none no page at all."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    await alice.sign_in()
    before = (await alice.claims())["auth_time"]
    for button, steps in (
        ("Silent sign-in", []),
        ("Sign in again with step-up", []),
        ("Choose account", ["select-account"]),
        ("Ask for consent", ["consent"]),
    ):
        await alice.press(f'button:text-is("{button}")')
        assert await alice.sign_in() == steps, button
        assert await alice.step() == "demo-signed-in", button
        assert (await alice.claims())["auth_time"] == before, button
    provider.clock.advance(minutes=1)
    await alice.press('button:text-is("Ask again")')
    assert await page.locator("#username").input_value() == "alice"
    assert "Wiki asked us to check it is still you." in await page.inner_text("main")
    assert await alice.sign_in() == ["password", "second-factor"]
    assert (await alice.claims())["auth_time"] == before + 60
