"""A person in front of a real browser, who answers whatever step is shown: with the mouse, or by keyboard alone.

    alice = Mouse(page=page, person=person)
    await alice.open_app(apps.wiki)
    assert await alice.sign_in() == ["password", "enrolment", "recovery-codes", "consent"]

The set-up key is read from the picture, as a phone reads it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from PIL import Image
from playwright.async_api import Page

from tests.browser.apps import DemoApp
from tests.drivers.person import Person

MOST_STOPS = 40
MOST_STEPS = 12
STEP = "main[data-step]:not([data-step=returning])"
HAS_FOCUS = "selector => document.activeElement.matches(selector)"
RING = "getComputedStyle(document.activeElement).outlineStyle"


@dataclass(slots=True, kw_only=True)
class Visitor(ABC):
    """What a person does on the pages; how it is done is the business of the two below."""

    page: Page
    person: Person
    steps: list[str] = field(default_factory=list)

    @abstractmethod
    async def fill(self, selector: str, text: str) -> None:
        """Put text into a field."""

    @abstractmethod
    async def activate(self, selector: str) -> None:
        """Press a button, follow a link, tick a box."""

    async def press(self, selector: str) -> None:
        """Activate what leads to another page, and wait until it is there."""
        await self.page.evaluate("document.documentElement.dataset.left = ''")
        await self.activate(selector)
        await self.arrived()

    async def arrived(self) -> None:
        """Wait for a page that stays."""
        await self.page.locator(f"html:not([data-left]) {STEP}").wait_for()
        await self.page.wait_for_load_state()

    async def step(self) -> str:
        """`data-step` of the page."""
        return await self.page.locator(STEP).get_attribute("data-step") or ""

    async def open_app(self, app: DemoApp) -> None:
        """Open the app and press its button."""
        await self.page.goto(app.url)
        await self.press(f'button:text-is("Sign in to {app.name}")')

    async def sign_in(self, until: str = "") -> list[str]:
        """Answer step after step until the app is reached, or `until`; the steps met."""
        self.steps = []
        while (step := await self.step()) in _ANSWERS and step != until:
            assert len(self.steps) < MOST_STEPS, f"no end after {self.steps}"
            self.steps.append(step)
            await self.answer()
            assert await self.page.locator("#summary").count() == 0, await self.page.inner_text("main")
        return self.steps

    async def answer(self) -> None:
        """Answer the step that is shown."""
        await _ANSWERS[await self.step()](self)

    async def claims(self, which: str = "id_token") -> dict[str, Any]:
        """What the demo app shows of the person."""
        text = await self.page.locator(f'[data-claims="{which}"]').text_content()
        assert text is not None
        found: dict[str, Any] = json.loads(text)
        return found

    async def codes(self) -> list[str]:
        """The recovery codes on the page."""
        return await self.page.locator(".codes code").all_text_contents()


@dataclass(slots=True, kw_only=True)
class Mouse(Visitor):
    """Points and clicks; types where the pointer was put."""

    async def fill(self, selector: str, text: str) -> None:
        """Click into the field and put the text there."""
        await self.page.locator(selector).click()
        await self.page.locator(selector).fill(text)

    async def activate(self, selector: str) -> None:
        """Click."""
        await self.page.locator(selector).click()


@dataclass(slots=True, kw_only=True)
class Keyboard(Visitor):
    """Never touches the mouse. `unseen` collects stops without a focus ring."""

    unseen: list[str] = field(default_factory=list)

    async def fill(self, selector: str, text: str) -> None:
        """Go to the field, replace what stands there."""
        await self._go_to(selector)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(text)

    async def activate(self, selector: str) -> None:
        """Go there; a box is ticked with the space bar, all else is pressed with Enter."""
        await self._go_to(selector)
        box = await self.page.locator(f"{selector}[type=checkbox]").count() if selector.startswith("#") else 0
        await self.page.keyboard.press("Space" if box else "Enter")

    async def _go_to(self, selector: str) -> None:
        target = await self.page.locator(selector).element_handle()
        for _ in range(MOST_STOPS):
            if await self.page.evaluate("target => document.activeElement === target", target):
                return
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate(RING) != "solid":
                self.unseen.append(await self.page.evaluate("document.activeElement.outerHTML"))
        raise AssertionError(f"the keyboard never gets to {selector}")


async def key_in_the_picture(page: Page) -> str:
    """The otpauth URI that a phone reads from the screen."""
    picture = Image.open(BytesIO(await page.screenshot(full_page=True)))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


async def _password(visitor: Visitor) -> None:
    await visitor.fill("#username", visitor.person.username)
    await visitor.fill("#current-password", visitor.person.password)
    await visitor.press("form[data-once] button[type=submit]")


async def _second_factor(visitor: Visitor) -> None:
    await visitor.fill("#code", visitor.person.app_code())
    await visitor.press("form[data-once] button[type=submit]")


async def _recovery(visitor: Visitor) -> None:
    await visitor.fill("#recovery-code", visitor.person.recovery_codes.pop(0))
    await visitor.press("form[data-once] button[type=submit]")


async def _enrolment(visitor: Visitor) -> None:
    uri = await key_in_the_picture(visitor.page)
    visitor.person.secret = parse_qs(urlsplit(uri).query)["secret"][0]
    await visitor.fill("#code", visitor.person.app_code())
    await visitor.press("form[data-once] button[type=submit]")


async def _recovery_codes(visitor: Visitor) -> None:
    visitor.person.recovery_codes = await visitor.codes()
    await visitor.activate("#saved")
    await visitor.press("form[data-once] button[type=submit]")


async def _new_password(visitor: Visitor) -> None:
    visitor.person.password = visitor.person.new_password
    await visitor.fill("#new-password", visitor.person.password)
    await visitor.press("form[data-once] button[type=submit]")


def _pressing(answer: str) -> Callable[[Visitor], Awaitable[None]]:
    async def press(visitor: Visitor) -> None:
        await visitor.press(f'button[name="answer"][value="{answer}"]')

    return press


_ANSWERS: Mapping[str, Callable[[Visitor], Awaitable[None]]] = {
    "password": _password,
    "second-factor": _second_factor,
    "recovery": _recovery,
    "recovery-used": _pressing("continue"),
    "enrolment": _enrolment,
    "recovery-codes": _recovery_codes,
    "new-password": _new_password,
    "consent": _pressing("allow"),
    "select-account": _pressing("same"),
}
