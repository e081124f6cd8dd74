"""A person with a phone, who answers whatever step the provider shows. Owns the answers; the browser owns the sending.

    alice = Person(username="alice", password="…", clock=clock)
    page = await alice.sign_in(await browser.open(authorization_url))     # enrols where she must
    assert page.at_app
    assert alice.steps == ["password", "enrolment", "recovery-codes", "consent"]

Each app code is used once, as the provider demands: a second sign-in within the same 30 seconds takes the code of the
next time step, a third needs the clock to be moved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import pyotp

from tests.drivers.page import Page
from tests.drivers.soft_key import SoftKey

PERIOD_SECONDS = 30
MOST_STEPS = 12
DASHES_OF_A_RECOVERY_CODE = 3
Clock: TypeAlias = Callable[[], datetime]
Answer: TypeAlias = Callable[["Person", Page], Awaitable[Page]]


@dataclass(slots=True, kw_only=True)
class Person:
    """What the person knows and has. `secret` is the set-up key in base32, learnt at enrolment where it is None."""

    username: str
    password: str
    clock: Clock
    secret: str | None = None
    new_password: str = "seven quiet herons over the lake"
    recovery_codes: list[str] = field(default_factory=list)
    use_recovery_code: bool = False
    remember: bool = False
    """Whether to tick the box beside the code, which must be there then."""
    enrolment_pass: str = ""
    key: SoftKey | None = None
    """A security key: set up and shown wherever the sign-in begins with it."""
    steps: list[str] = field(default_factory=list)
    last_time_step: int = 0

    async def sign_in(self, page: Page, *, until: str = "") -> Page:
        """Answer step after step until the app is reached, or the step `until`, or one that nobody can answer."""
        self.steps = []
        while not page.at_app and page.step != until and page.step in _ANSWERS:
            assert len(self.steps) < MOST_STEPS, f"no end after {self.steps}: {page!r}"
            self.steps.append(page.step)
            page = await self.answer(page)
            assert not page.alerts, f"an answer was refused: {page!r}"
        return page

    async def answer(self, page: Page) -> Page:
        """Answer the step that the page shows."""
        assert page.step in _ANSWERS, f"nobody can answer {page!r}"
        return await _ANSWERS[page.step](self, page)

    def app_code(self) -> str:
        """The code that the phone shows, or the next one when this one was used already."""
        assert self.secret is not None, f"{self.username} has no authenticator app"
        now = int(self.clock().timestamp()) // PERIOD_SECONDS
        step = max(now, self.last_time_step + 1)
        assert step <= now + 1, "the codes of this minute are used up: move the clock"
        self.last_time_step = step
        return pyotp.TOTP(self.secret).at(step * PERIOD_SECONDS)


def set_up_key(page: Page) -> str:
    """The secret in the set-up link of the enrolment page."""
    link = next(each for each in page.links if each.href.startswith("otpauth:"))
    return parse_qs(urlsplit(link.href).query)["secret"][0]


def asked_of_key(page: Page) -> str:
    """What the page asks the browser to ask a security key: JSON."""
    return next(form.attrs["data-options"] for form in page.forms if "data-options" in form.attrs)


async def _key_enrolment(person: Person, page: Page) -> Page:
    assert person.key is not None, f"{person.username} has no security key"
    return await page.submit(credential=person.key.create(asked_of_key(page)), name="")


async def _security_key(person: Person, page: Page) -> Page:
    assert person.key is not None, f"{person.username} has no security key"
    return await page.submit(credential=person.key.get(asked_of_key(page)))


async def _password(person: Person, page: Page) -> Page:
    return await page.submit(username=person.username, password=person.password)


async def _second_factor(person: Person, page: Page) -> Page:
    if person.use_recovery_code:
        return await page.click("Use a recovery code")
    if person.remember:
        return await page.submit(code=person.app_code(), remember=True)
    return await page.submit(code=person.app_code())


async def _recovery(person: Person, page: Page) -> Page:
    return await page.submit(recovery_code=person.recovery_codes.pop(0))


async def _enrolment_pass(person: Person, page: Page) -> Page:
    return await page.submit(enrolment_pass=person.enrolment_pass)


async def _enrolment(person: Person, page: Page) -> Page:
    person.secret = set_up_key(page)
    return await page.submit(code=person.app_code())


async def _recovery_codes(person: Person, page: Page) -> Page:
    person.recovery_codes = [each for each in page.codes if each.count("-") == DASHES_OF_A_RECOVERY_CODE]
    return await page.submit(saved=True)


async def _new_password(person: Person, page: Page) -> Page:
    person.password = person.new_password
    return await page.submit(new_password=person.new_password)


def _pressing(button: str) -> Answer:
    async def press(person: Person, page: Page) -> Page:
        return await page.submit(button=button)

    return press


_ANSWERS: Mapping[str, Answer] = {
    "password": _password,
    "second-factor": _second_factor,
    "recovery": _recovery,
    "recovery-used": _pressing("continue"),
    "enrolment-pass": _enrolment_pass,
    "enrolment": _enrolment,
    "key-enrolment": _key_enrolment,
    "security-key": _security_key,
    "recovery-codes": _recovery_codes,
    "new-password": _new_password,
    "consent": _pressing("allow"),
    "select-account": _pressing("same"),
}
