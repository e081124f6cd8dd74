"""The main job in a real browser: from the app through every step of a first sign-in and back, and the next ones."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.apps import Apps
from tests.browser.looking import faults
from tests.browser.profiles import PHONE, Profiles
from tests.browser.visitor import Keyboard, Mouse, key_in_the_picture
from tests.drivers.provider import Provider

pytestmark = pytest.mark.browser

WHOLE = ["password", "enrolment", "recovery-codes", "consent"]


async def test_by_mouse_from_the_app_and_back_to_it(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """Issue 2: enrolment inside the sign-in, `amr` says what happened; then refresh, single sign-on and sign-out."""
    page = await (await profiles.new()).new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    assert await alice.sign_in() == WHOLE
    assert await alice.step() == "demo-signed-in"
    claims = await alice.claims()
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "mfa"], "2fa")
    assert (await alice.claims("userinfo"))["email"] == "alice@example.org"
    await alice.press('button:text-is("Refresh")')
    assert (await alice.claims())["auth_time"] == claims["auth_time"]
    await alice.open_app(apps.chat)
    assert (await alice.step(), page.url) == ("demo-signed-in", apps.chat.url)
    await alice.press('button:text-is("Sign out")')
    assert await alice.step() == "demo-signed-out"
    await alice.press('button:text-is("Sign in to Chat")')
    assert await alice.sign_in() == ["password", "second-factor"]
    assert (await alice.claims())["amr"] == ["pwd", "otp", "mfa"]


async def test_by_keyboard_alone(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """WCAG 2.1.1, 2.4.7: every step is reached and answered with Tab, Space and Enter, and the focus is seen."""
    page = await (await profiles.new()).new_page()
    alice = Keyboard(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    assert await alice.sign_in() == WHOLE
    assert await alice.step() == "demo-signed-in"
    await alice.press('button:text-is("Sign out")')
    await alice.open_app(apps.wiki)
    assert await alice.sign_in() == ["password", "second-factor"]
    assert alice.unseen == []


async def test_without_scripts_on_a_phone(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """Everything works with JavaScript off: set-up, download, consent, sign-out; no dead button on the way."""
    context = await profiles.new(java_script_enabled=False, viewport=PHONE)
    page = await context.new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    await alice.sign_in(until="recovery-codes")
    assert await page.locator('button[type="button"]:visible').count() == 0
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download").click()
    assert set(await alice.codes()) <= set((await (await started.value).path()).read_text().split())
    assert await alice.sign_in() == ["recovery-codes", "consent"]
    assert await alice.step() == "demo-signed-in"
    await alice.press('button:text-is("Sign out")')
    assert await alice.step() == "demo-signed-out"
    await page.goto(f"{provider.issuer}/logout")
    assert await alice.step() == "signed-out"


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_a_phone_reads_the_picture_and_the_codes_are_kept(
    profiles: Profiles, provider: Provider, apps: Apps, colours: str
) -> None:
    """The picture holds the set-up link; file, clipboard and paper hold the codes; afterwards they are gone."""
    context = await profiles.new(color_scheme=colours, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in(until="enrolment")
    uri = await key_in_the_picture(page)
    assert uri == await page.get_by_role("link", name="Open my app on this device").get_attribute("href")
    shown = await page.locator("#key").inner_text()
    assert parse_qs(urlsplit(uri).query)["secret"] == [re.sub(r"\s", "", shown)]
    await alice.sign_in(until="recovery-codes")
    codes = await alice.codes()
    assert len(set(codes)) == 10

    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download").click()
    file = await started.value
    assert re.fullmatch(r"[a-z]+-recovery-codes-alice-\d{4}-\d\d-\d\d\.txt", file.suggested_filename)
    assert re.findall(r"\w{4}(?:-\w{4}){3}", (await file.path()).read_text()) == codes
    assert await alice.step() == "recovery-codes"

    await page.get_by_role("button", name="Copy the recovery codes").click()
    await expect(page.get_by_role("status")).to_have_text("Copied 10 codes")
    assert await page.evaluate("navigator.clipboard.readText()") == "\n".join(codes)

    assert await alice.sign_in() == ["recovery-codes"]
    await page.go_back()
    assert await page.locator(".codes").count() == 0


async def test_every_step_is_accessible_as_it_is_met(profiles: Profiles, provider: Provider, apps: Apps) -> None:
    """Axe on the real pages, with what the provider really fills in; the states stand with the templates."""
    page = await (await profiles.new(viewport=PHONE, color_scheme="dark", reduced_motion="reduce")).new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    found = []
    while (step := await alice.step()) != "demo-signed-in":
        found += [f"{step}: {fault}" for fault in await faults(page)]
        await alice.answer()
    await page.goto(f"{provider.issuer}/logout")
    found += [f"{await alice.step()}: {fault}" for fault in await faults(page)]
    await alice.press('button:text-is("Sign out")')
    found += [f"{await alice.step()}: {fault}" for fault in await faults(page)]
    assert found == []
