"""Any order of events, in two browsers, with several people and apps: no code or token without what policy asked.

Hypothesis chooses what happens next; the model in `tests/drivers/model.py` says what must come of it. The invariants
are asserted where they can break: at every page shown, every code, every token (`tests/drivers/model_browser.py`).
The machine runs in a thread of its own and hands each step to the event loop in which the provider is served.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from idp.app import create_app
from idp.authenticators.methods import Level
from idp.composition import open_services
from idp.policy.rules import Grace, Rule, Target
from idp.settings import Settings
from idp.usecases import passes, user_access
from idp.values.issuer import Issuer
from tests.drivers import keys
from tests.drivers.browser_http import Browser
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, clone, drop
from tests.drivers.model import DONE, GONE, STEP, WHOLE, Grant, Model, SignIn, Who
from tests.drivers.model_browser import PORTAL, World
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.server import bound_sockets, serving
from tests.drivers.soft_key import Odd

Result = TypeVar("Result")

PEOPLE = ("alice", "bob")
WRONG_PASSWORD = "not the password of anybody"
MOST_FAILURES = 8
MOST_STEPS = 10
SET_UP = {"enrolment", "enrolment-pass"}
RULES = {
    "required": Rule(level=Level.TWO),
    "phr": Rule(level=Level.PHISHING_RESISTANT),
    "grace": Rule(level=Level.TWO, grace=Grace(days=1)),
    "if_enrolled": Rule(level=None),
    None: None,
}
REQUESTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"login": True},
    {"max_age": 0},
    {"max_age": 600},
    {"acr": "2fa"},
    {"acr": "phr"},
)
DOINGS: dict[str, tuple[str, int | None]] = {
    "add a key": ("/account/two-factor", None),
    "enable": ("/account/two-factor", None),
    "turn off": ("/account/two-factor/off", 300),
    "lose the app": ("/account/two-factor", None),
    "sign out elsewhere": ("/account/sessions", None),
}
"""What somebody does in the portal: where it stands, and how many seconds old the proofs may be there."""
numbers = st.integers(0, 50)
people = st.sampled_from(PEOPLE)
apps = st.sampled_from(["wiki", "shop", "notes"])
browsers = st.integers(0, 1)
ways = st.sampled_from(["app", "app", "key", "key", "passkey", "recovery code", "set up", "put off"])


def at_step(page: Page, step: str) -> str:
    """The address of another page of the same sign-in: another way of doing the same."""
    return f"{page.url.rpartition('/')[0]}/{step}"


async def build(cluster: Cluster, stack: AsyncExitStack) -> World:
    """A provider of its own for each run: three apps, two people, two browsers."""
    fresh = await clone(cluster)
    stack.push_async_callback(drop, cluster, fresh.name)
    sockets = bound_sockets()
    for each in sockets:
        stack.callback(each.close)
    issuer, clock = Issuer.parse(f"http://localhost:{sockets[0].getsockname()[1]}"), MovableClock()
    configured = Settings(
        issuer=issuer,
        database_url=fresh.server,
        database_owner_url=fresh.owner,
        keys_dir=fresh.keys,
        hash_queue=1000,
    )
    services = await stack.enter_async_context(open_services(configured, clock, os.urandom))
    await stack.enter_async_context(serving(create_app(services), sockets))
    provider = Provider(services=services, issuer=issuer, clock=clock, open=stack)
    http = await stack.enter_async_context(httpx2.AsyncClient())
    pair = [await stack.enter_async_context(Browser()) for _ in range(2)]
    world = World(
        provider=provider,
        model=Model(now=clock(), third_party=frozenset({"shop"}), rules={"": "required"}),
        http=http,
        browsers=pair,
    )
    await world.add_app("wiki", "web", "openid", first_party=True)
    await world.add_app("shop", "web", "openid", first_party=False)
    await world.add_app("notes", "spa", "openid offline_access", first_party=True)
    for name in PEOPLE:
        await world.add_person(name)
    world.model.people["alice"].proves = "hwk_verified"
    return world


class SignIns(RuleBasedStateMachine):
    """One provider; `loop` and `cluster` are those of the test that runs it."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    cluster: ClassVar[Cluster]

    def __init__(self) -> None:
        super().__init__()
        self.stack = AsyncExitStack()
        self.world = self.do(build(self.cluster, self.stack))
        self.model = self.world.model

    def teardown(self) -> None:
        """Close all of it."""
        self.do(self.stack.aclose())

    def do(self, step: Coroutine[Any, Any, Result]) -> Result:
        """In the provider's event loop."""
        return asyncio.run_coroutine_threadsafe(step, self.loop).result()

    # ── what there is to choose from ─────────────────────────────────────────────────────────────

    def open_sign_ins(self) -> list[SignIn]:
        """Those that a page is open of."""
        return [each for each in self.model.sign_ins if not each.gone and each.answer is None]

    def left(self) -> list[SignIn]:
        """Those that have left through a page."""
        return [each for each in self.model.sign_ins if each.answer and each.pages and each.app != PORTAL]

    def grants(self, wanted: Callable[[Grant], object] = lambda _: True) -> list[Grant]:
        """Those of which that is true."""
        return [each for each in self.model.grants if wanted(each)]

    # ── sign-ins ─────────────────────────────────────────────────────────────────────────────────

    @initialize(level=st.sampled_from(["required", "if_enrolled", "grace", "phr"]), app=apps, way=ways)
    def begin(self, level: str, app: str, way: str) -> None:
        """Each value, from the start; one person has been here before."""
        self.change_policy("server", "", level)
        self.visit(0, app, PEOPLE[0], {}, way)

    @rule(browser=browsers, app=apps, asked=st.sampled_from(REQUESTS), silent=st.booleans())
    def start(self, browser: int, app: str, asked: dict[str, Any], silent: bool) -> None:  # noqa: FBT001
        """An app sends the browser here; it may ask for silence, for freshness, for a level."""
        self._start(browser, app, asked, silent=silent and "login" not in asked)

    def _start(self, browser: int, app: str, asked: dict[str, Any], *, silent: bool = False) -> SignIn:
        now = self.model.now
        sign_in = SignIn(browser=browser, app=app, arrived=now, expires=now + STEP, ends=now + WHOLE, **asked)
        self.do(self.world.start(sign_in, silent=silent))
        return sign_in

    @rule(browser=browsers, app=apps, who=people, asked=st.sampled_from(REQUESTS), way=ways)
    def visit(self, browser: int, app: str, who: str, asked: dict[str, Any], way: str) -> None:
        """From the app's link to its tokens, as far as the person can get."""
        sign_in = self._start(browser, app, asked)
        self._through(sign_in, who, way)
        if sign_in.grant:
            self.do(self.world.redeem(sign_in.grant))
        if sign_in.grant and sign_in.grant.refresh:
            self.do(self.world.refresh(sign_in.grant, old=False))

    def _on(self, sign_in: SignIn, who: str, way: str) -> bool:
        """One step further; a person whose code was used already waits for the next."""
        if way == "put off" and self.model.due(sign_in) in SET_UP and self.model.may_wait(sign_in):
            return self._put_off(sign_in)
        if way in {"recovery code", "set up"} and self.model.due(sign_in) == "second-factor":
            return self._recovery_code(sign_in, set_up=way == "set up")
        if way == "passkey" and self.model.due(sign_in) == "password":
            return self._passkey(sign_in, self.model.people[who]) or self._answer(sign_in, who)
        return self._answer(sign_in, who, by_key=way in {"key", "passkey"})

    @precondition(lambda self: self.open_sign_ins())
    @rule(n=numbers, who=people, by_key=st.booleans())
    def answer(self, n: int, who: str, by_key: bool) -> None:  # noqa: FBT001
        """The step that is due, rightly."""
        sign_in = self._pick(n)
        self.do(self.world.look(sign_in))
        if not sign_in.gone and not sign_in.answer:
            self._answer(sign_in, who, by_key=by_key)

    def _pick(self, n: int) -> SignIn:
        found = self.open_sign_ins()
        return found[n % len(found)]

    def _answer(self, sign_in: SignIn, name: str, *, by_key: bool = False) -> bool:
        """False where the person has nothing to answer with now; `by_key` where a key would do as well."""
        page: Page = sign_in.pages[-1]
        due, who = self.model.due(sign_in), self.model.person(sign_in)
        assert due not in {DONE, GONE}
        if due == "password":
            return self._password(sign_in, page, self.model.people[name])
        assert who is not None
        if due in {"second-factor", "security-key"}:
            if not who.secret and not who.key:  # all that there was is reported as lost
                return self._recovery_code(sign_in, set_up=True)
            by_code = who.secret and due == "second-factor" and not (by_key and who.key)
            return (self._app_code if by_code else self._key)(sign_in, page, who)
        if due in {"enrolment", "key-enrolment"}:
            by_key = sign_in.task != "enrolment" and (by_key or page.step == "key-enrolment")
            return (self._new_key if by_key else self._enrol)(sign_in, page, who)
        match due:
            case "enrolment-pass":
                shown = self._show_pass(sign_in, page, who)
            case "recovery-codes":
                shown = self.do(page.submit(saved=True))
                who.codes_saved, sign_in.codes = True, None
            case "recovery-used":
                shown = self.do(page.submit(button="continue"))
                sign_in.recovery_answered = True
            case _:
                sign_in.consented, sign_in.user = True, who.name
                shown = self.do(page.submit(button="allow"))
        self.model.passed(sign_in)
        self.world.shown(sign_in, shown)
        return True

    def _put_off(self, sign_in: SignIn) -> bool:
        who, shown = self.model.person(sign_in), self.do(sign_in.pages[-1].submit(button="skip"))
        assert who is not None
        sign_in.put_off, sign_in.user = True, who.name
        self.model.passed(sign_in)
        self.world.shown(sign_in, shown)
        return True

    @precondition(lambda self: any(each.pages[-1].has("skip") for each in self.open_sign_ins()))
    @rule(n=numbers)
    def put_off(self, n: int) -> None:
        """«Skip for now»: on with one factor while there is time, and not a moment longer."""
        found = [each for each in self.open_sign_ins() if each.pages[-1].has("skip")]
        sign_in = found[n % len(found)]
        if self.model.due(sign_in) in SET_UP and self.model.may_wait(sign_in):
            self._put_off(sign_in)
        else:
            self.world.shown(sign_in, self.do(sign_in.pages[-1].submit(button="skip")))

    def _password(self, sign_in: SignIn, page: Page, who: Who) -> bool:
        shown = self.do(page.submit(username=who.name, password=who.password))
        if who.on:
            self.model.prove(sign_in, who.name, "pwd")
        self.world.shown(sign_in, shown)
        return who.on

    def _app_code(self, sign_in: SignIn, page: Page, who: Who) -> bool:
        if page.step != "second-factor":
            page = self.do(self.world.browsers[sign_in.browser].open(at_step(page, "second-factor")))
        if who.spent_step > self.world.time_step:
            self.wait(31)
        step = max(self.world.time_step, who.spent_step + 1)
        assert who.secret
        shown = self.do(page.submit(code=self.world.code_of(who.secret, step)))
        who.spent_step = step
        self.model.prove(sign_in, who.name, "otp")
        self.world.shown(sign_in, shown)
        return True

    def _key(self, sign_in: SignIn, page: Page, who: Who) -> bool:
        """The key in place of a code, or where only that will do."""
        assert who.key
        if page.step != "security-key":
            page = self.do(self.world.browsers[sign_in.browser].open(at_step(page, "security-key")))
        shown = self.do(keys.shown(page, who.key))
        self.model.prove(sign_in, who.name, who.proves)
        self.world.shown(sign_in, shown)
        return True

    def _passkey(self, sign_in: SignIn, who: Who) -> bool:
        """No name, no password: it is enough where it has asked for a finger, and else refused."""
        if not who.key or not who.on:
            return False
        good = who.proves == "hwk_verified"
        if not good and not self._fails(who, "key"):
            return False
        shown = self.do(keys.shown(sign_in.pages[-1], who.key))
        if good:
            self.model.prove(sign_in, who.name, who.proves)
        else:
            assert shown.alerts, shown
        self.world.shown(sign_in, shown)
        return good

    def _new_key(self, sign_in: SignIn, page: Page, who: Who) -> bool:
        """A key is bound, which proves nothing yet; codes come with it where there are none that are safe."""
        if page.step != "key-enrolment":
            page = self.do(self.world.browsers[sign_in.browser].open(at_step(page, "key-enrolment")))
        keeps = who.enrolled and who.saved and "recovery_code" not in sign_in.own
        key = keys.key_for(self.world.provider, verifies=who.proves == "hwk_verified")
        shown = self.do(keys.made(page, key))
        who.key, sign_in.user = key, who.name
        self.model.bound(sign_in, who)
        if not keeps:
            self.model.unsaved(who)
            sign_in.codes = ((), self.model.now + STEP)
        self.world.shown(sign_in, shown)
        return True

    def _show_pass(self, sign_in: SignIn, page: Page, who: Who) -> Page:
        if who.pass_until is None or self.model.now >= who.pass_until:
            self.model.given(who, self.do(self._administer(who, "give a pass")))
        sign_in.pass_shown, sign_in.user = True, who.name
        return self.do(page.submit(enrolment_pass=who.enrolment_pass or ""))

    def _enrol(self, sign_in: SignIn, page: Page, who: Who) -> bool:
        assert sign_in.setup, (page, sign_in)
        secret, step = sign_in.setup[0], self.world.time_step
        beside = sign_in.task and (who.key or who.lost) and who.saved
        keeps = beside and "recovery_code" not in sign_in.own
        shown = self.do(page.submit(code=self.world.code_of(secret, step)))
        who.secret, who.spent_step = secret, step
        if not sign_in.task:
            who.lost.discard("app")
        self.model.bound(sign_in, who)
        sign_in.own = {**sign_in.own, "otp": self.model.now}
        who.failures.pop("otp", None)
        if not keeps:
            self.world.new_codes(sign_in, who, shown)
        self.world.shown(sign_in, shown)
        return True

    @precondition(lambda self: self.open_sign_ins())
    @rule(n=numbers, who=people, replayed=st.booleans())
    def answer_wrongly(self, n: int, who: str, replayed: bool) -> None:  # noqa: FBT001
        """A wrong secret, or one that was right once: refused, said, and nothing else changes."""
        sign_in = self._pick(n)
        self.do(self.world.look(sign_in))
        sent = {} if sign_in.gone or sign_in.answer else self._wrong(sign_in, who, replayed=replayed)
        if sent:
            page = self.do(sign_in.pages[-1].submit(**sent))
            assert page.alerts, page
            self.world.shown(sign_in, page)

    def _wrong(self, sign_in: SignIn, name: str, *, replayed: bool) -> dict[str, str]:
        page, about = sign_in.pages[-1], self.model.person(sign_in)
        if page.step == "password" and self._fails(self.model.people[name], "pwd"):
            return {"username": name, "password": WRONG_PASSWORD}
        if about is None:
            return {}
        if page.step == "second-factor" and about.secret and self._fails(about, "otp"):
            step = about.spent_step if replayed else self.world.time_step - 100
            return {"code": self.world.code_of(about.secret, step)}
        if page.step == "security-key" and self._fails(about, "key"):
            return {"credential": about.key.get(keys.options_of(page), Odd(origin="https://evil.example"))}
        if page.step == "enrolment-pass" and self._fails(about, "enrolment_pass"):
            return {"enrolment_pass": "2222-2222-2222-2222-2222-2222"}
        if page.step == "recovery" and self._fails(about, "recovery_code"):
            spent = about.spent_codes[-1] if replayed and about.spent_codes else "2222-2222-2222-2222"
            return {"recovery_code": spent}
        if page.step == "enrolment" and sign_in.setup:
            return {"code": self.world.code_of(sign_in.setup[0], self.world.time_step - 100)}
        return {}

    def _fails(self, who: Who, method: str) -> bool:
        """Whether another failure starts no pause: those have tests of their own."""
        who.failures[method] = who.failures.get(method, 0) + 1
        return who.failures[method] <= MOST_FAILURES and sum(who.failures.values()) <= 2 * MOST_FAILURES

    @precondition(lambda self: any(self.model.due(each) == "second-factor" for each in self.open_sign_ins()))
    @rule(n=numbers, set_up=st.booleans())
    def recovery_code(self, n: int, set_up: bool) -> None:  # noqa: FBT001
        """In place of the app, which is then set up anew, or not."""
        found = [each for each in self.open_sign_ins() if self.model.due(each) == "second-factor"]
        sign_in = found[n % len(found)]
        self.do(self.world.look(sign_in))
        self._recovery_code(sign_in, set_up=set_up)

    def _recovery_code(self, sign_in: SignIn, *, set_up: bool) -> bool:
        who, page = self.model.person(sign_in), sign_in.pages[-1]
        if who is None or not who.codes:
            return False
        if page.step != "recovery":
            page = self.do(page.click("Use a recovery code"))
            self.world.shown(sign_in, page)
        code = who.codes.pop()
        who.spent_codes.append(code)
        shown = self.do(page.submit(recovery_code=code))
        self.model.prove(sign_in, who.name, "recovery_code")
        self.world.shown(sign_in, shown)
        if set_up and shown.step == "recovery-used":
            page = self.do(shown.submit(button="set_up"))
            assert page.step == "enrolment", page
            sign_in.pages.append(page)
            self.world.written_down(sign_in, page)
            self._enrol(sign_in, page, who)
        return True

    @precondition(lambda self: any(len(each.pages) > 1 for each in self.model.sign_ins))
    @rule(n=numbers, back=st.integers(1, 6), who=people)
    def old_page(self, n: int, back: int, who: str) -> None:
        """A page left open in another tab sends its form once more; a step that was passed is not passed twice."""
        found = [each for each in self.model.sign_ins if len(each.pages) > 1]
        sign_in = found[n % len(found)]
        if sign_in.app == PORTAL and sign_in.answer:
            return
        page: Page = sign_in.pages[max(0, len(sign_in.pages) - 1 - back)]
        sent = self._by_heart(page, self.model.people[who])
        if page.step == self.model.due(sign_in) or not sent:
            return
        shown = self.do(page.submit(**sent))
        if sign_in.answer is None:
            self.world.shown(sign_in, shown)
        else:
            assert shown.status < 500, shown
            assert shown.status in {403, 410} or shown.step == "finished" or shown.url == sign_in.answer[0], shown

    def _by_heart(self, page: Page, who: Who) -> dict[str, Any]:
        step = self.world.time_step + 1
        code = self.world.code_of(who.secret, step) if who.secret else "123456"
        forms: dict[str, dict[str, Any]] = {
            "password": {"username": who.name, "password": who.password},
            "second-factor": {"code": code},
            "enrolment": {"code": code},
            "enrolment-pass": {"enrolment_pass": who.enrolment_pass or "2222-2222-2222-2222-2222-2222"},
            "recovery": {"recovery_code": who.codes[0] if who.codes else "2222-2222-2222-2222"},
            "recovery-codes": {"saved": True},
            "recovery-used": {"button": "continue"},
            "consent": {"button": "allow"},
        }
        return forms.get(page.step, {})

    @rule(app=apps, who=people)
    def one_code_in_two_browsers(self, app: str, who: str) -> None:
        """What the phone showed at the first sign-in is typed at the second one too."""
        self.visit(0, app, who, {"login": True}, "app")
        sign_in = self._start(1, app, {"login": True})
        if not sign_in.gone and not sign_in.answer:
            self._answer(sign_in, who)
        person, page = self.model.people[who], sign_in.pages[-1]
        if page.step == "second-factor" and person.secret and self._fails(person, "otp"):
            shown = self.do(page.submit(code=self.world.code_of(person.secret, person.spent_step)))
            assert shown.alerts, shown
            self.world.shown(sign_in, shown)

    @rule(app=apps, who=people, asked=st.sampled_from(REQUESTS))
    def key_in_two_browsers(self, app: str, who: str, asked: dict[str, Any]) -> None:
        """It is set up in the portal where there is none, and says all by itself who comes in the other browser."""
        if not self.model.people[who].key:
            self.portal(0, who, "add a key", "key")
        self.visit(1, app, who, {**asked, "login": True}, "passkey")

    @precondition(lambda self: self.open_sign_ins())
    @rule(n=numbers, cancel=st.booleans())
    def way_out(self, n: int, cancel: bool) -> None:  # noqa: FBT001
        """Back to the app without signing in, or on as somebody else: nothing of the first person stays."""
        sign_in = self._pick(n)
        self.do(self.world.look(sign_in))
        if sign_in.gone or sign_in.answer or (cancel and sign_in.app == PORTAL):
            return
        page: Page = sign_in.pages[-1]
        if cancel:
            shown = self.do(page.submit(button=f"Cancel and return to {sign_in.app}"))
            assert shown.params["error"] == "access_denied", shown
            sign_in.answer = (shown.url, self.model.now)
        elif page.has("Not you?"):
            shown = self.do(page.submit(button="Not you?"))
            self.model.start_over(sign_in)
            self.world.shown(sign_in, shown)

    @precondition(lambda self: self.left())
    @rule(n=numbers)
    def reload_what_has_left(self, n: int) -> None:
        """Back, after the app was reached."""
        found = self.left()
        self.do(self.world.again(found[n % len(found)]))

    @rule(browser=browsers)
    def sign_out(self, browser: int) -> None:
        """In one browser."""
        self.do(self.world.sign_out(browser))

    # ── the portal ───────────────────────────────────────────────────────────────────────────────

    @rule(browser=browsers, who=people, doing=st.sampled_from([*DOINGS]), way=ways)
    def portal(self, browser: int, who: str, doing: str, way: str) -> None:
        """In through its door, as far as the person can get, and there one thing is done."""
        path, max_age = DOINGS[doing]
        sign_in = self._to_portal(browser, max_age, who, way, path)
        person = self.model.person(sign_in)
        if not sign_in.answer or person is None:
            return
        page: Page = sign_in.pages[-1]
        match doing:
            case "add a key" if not person.key:
                self._begun(browser, "Add a security key or passkey", "key-enrolment", (page, person, way))
            case "enable" if not person.enrolled:
                self._begun(browser, "Enable", "enrolment", (page, person, way))
            case "turn off":
                self._turn_off(page, person)
            case "lose the app" if person.secret and person.saved:
                self._lose(browser, person)
            case "sign out elsewhere" if page.has("Sign out everywhere else"):
                self._alone(browser, page, person)
            case _:
                pass

    @rule(browser=browsers, who=people, key=st.booleans(), replaced=st.booleans(), way=ways)
    def one_factor(self, browser: int, who: str, key: bool, replaced: bool, way: str) -> None:  # noqa: FBT001
        """Taken away, where another is left that would do; or another app in its place."""
        table = "webauthn_credentials" if key else "totp_authenticators"
        replaced = replaced and not key
        person, id_ = self.model.people[who], self._factor_id(table, who)
        if not (person.key if key else person.secret):
            return
        path = f"/account/two-factor/factors/{id_}" + ("" if replaced else "/remove")
        sign_in = self._to_portal(browser, None if replaced else 300, who, way, path)
        if not sign_in.answer or self.model.person(sign_in) is not person or id_ != self._factor_id(table, who):
            return
        page: Page = sign_in.pages[-1]
        if replaced and page.step == "two-factor-one":
            self._begun(browser, "Replace app", "enrolment", (page, person, way))
            self.model.sign_ins = [each for each in self.model.sign_ins if each.task != "enrolment" or each.answer]
        elif page.step == "two-factor-remove":
            self._remove(page, person, key=key)

    def _factor_id(self, table: str, name: str) -> object:
        find = f"SELECT f.id FROM {table} f JOIN users u ON u.id = f.user_id"  # noqa: S608 - one of two names
        found = f"{find} WHERE u.username = $1 AND f.state = 'confirmed'"
        return self.do(self.world.provider.services.database.fetchval(found, name))

    def _remove(self, page: Page, who: Who, *, key: bool) -> None:
        other = who.secret and self.model.kept(who) < 3 if key else who.key
        shown = self.do(page.submit(button="Remove"))
        assert shown.step == "two-factor", shown
        if other and key:
            who.key = None
        elif other:
            who.secret = None

    def _portal_sign_in(self, browser: int, max_age: int | None, task: str = "") -> SignIn:
        now = self.model.now
        sign_in = SignIn(browser=browser, app=PORTAL, arrived=now, expires=now + STEP, ends=now + WHOLE)
        sign_in.max_age, sign_in.task = max_age, task
        return sign_in

    def _to_portal(self, browser: int, max_age: int | None, name: str, way: str, path: str) -> SignIn:
        self.wait(31)
        sign_in = self._portal_sign_in(browser, max_age)
        self.do(self.world.enter(sign_in, path))
        self._through(sign_in, name, way)
        return sign_in

    def _through(self, sign_in: SignIn, name: str, way: str) -> None:
        for _ in range(MOST_STEPS):
            if sign_in.answer or sign_in.gone or not self._on(sign_in, name, way):
                break

    def _begun(self, browser: int, button: str, task: str, at: tuple[Page, Who, str]) -> None:
        """What happens inside a sign-in with fresh proofs."""
        page, who, way = at
        self.wait(31)
        sign_in = self._portal_sign_in(browser, 600, task)
        shown = self.do(page.submit(button=button))
        self.model.sign_ins.append(sign_in)
        self.world.shown(sign_in, shown)
        self._through(sign_in, who.name, way)

    def _turn_off(self, page: Page, who: Who) -> None:
        """With proofs of just now, and only where nothing asks for a second factor."""
        may = who.enrolled and not self.model.demanded(who)
        assert page.has("Turn off") == may, (page, who)
        if may:
            shown = self.do(page.submit(button="Turn off"))
            assert shown.has("Enable"), shown
            self.model.no_factor(who)

    def _lose(self, browser: int, who: Who) -> None:
        """From a session that lives, whatever its proofs: everything else of the person ends."""
        find = "SELECT t.id FROM totp_authenticators t JOIN users u ON u.id = t.user_id WHERE u.username = $1"
        app = self.do(self.world.provider.services.database.fetchval(find, who.name))
        url = self.world.provider.issuer.url(f"/account/two-factor/factors/{app}/lost")
        page = self.do(self.world.browsers[browser].open(url))
        shown = self.do(page.submit(button="Report it as lost"))
        assert shown.step == "two-factor", shown
        who.secret = None
        who.lost.add("app")
        self.model.end_the_rest(who, self.model.sessions[browser], offline=True)

    def _alone(self, browser: int, page: Page, who: Who) -> None:
        """Every other browser is signed out."""
        shown = self.do(page.submit(button="Sign out everywhere else"))
        assert shown.step == "sessions", shown
        self.model.end_the_rest(who, self.model.sessions[browser], offline=False)

    # ── what apps do ─────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.grants())
    @rule(n=numbers)
    def redeem(self, n: int) -> None:
        """The latest codes first; a second time, now and then."""
        found = self.grants()[::-1]
        self.do(self.world.redeem(found[n % len(found)]))

    @precondition(lambda self: self.grants(lambda grant: grant.refresh))
    @rule(n=numbers, old=st.booleans())
    def refresh(self, n: int, old: bool) -> None:  # noqa: FBT001
        """With the latest token; where the app's tokens rotate, with the one before it too."""
        found = self.grants(lambda grant: grant.refresh)[::-1]
        grant = found[n % len(found)]
        self.do(self.world.refresh(grant, old=old and len(grant.refresh) > 1))

    @precondition(lambda self: self.grants(lambda grant: grant.refresh))
    @rule(place=st.sampled_from(["server", "client", "user"]))
    def ask_more(self, place: Target) -> None:
        """A second factor becomes required, and the apps come to refresh what they got before."""
        for grant in self.grants(lambda grant: grant.refresh)[-3:]:
            self.change_policy(place, {"server": "", "client": grant.app}.get(place, grant.user), "required")
            self.do(self.world.refresh(grant, old=False))

    @precondition(lambda self: self.grants(lambda grant: grant.access))
    @rule(n=numbers)
    def use_access_token(self, n: int) -> None:
        """At userinfo."""
        found = self.grants(lambda grant: grant.access)[::-1]
        self.do(self.world.use(found[n % len(found)]))

    # ── what admins do, and time ─────────────────────────────────────────────────────────────────

    @rule(place=st.sampled_from(["server", "client", "user"]), app=apps, who=people, level=st.sampled_from([*RULES]))
    def policy(self, place: Target, app: str, who: str, level: str | None) -> None:
        """A rule is set, or taken away."""
        self.change_policy(place, {"server": "", "client": app}.get(place, who), level)

    def change_policy(self, target: Target, name: str, level: str | None) -> None:
        """In both worlds."""
        self.do(self.world.provider.rule(target, name, RULES[level]))
        self.model.set_rule(target, name, level)

    @rule(who=people, action=st.sampled_from(["disable", "enable", "reset", "exempt", "lift"]))
    def administer(self, who: str, action: str) -> None:
        """What an admin does to a person."""
        person = self.model.people[who]
        given = self.do(self._administer(person, action))
        match action:
            case "disable" if person.on:
                person.on = False
                self.model.end_everything(person)
            case "enable":
                person.on = True
            case "reset":
                self.model.no_factor(person)
                self.model.end_everything(person)
                self.model.given(person, given)
            case "exempt":
                person.exempt_until = self.model.now + timedelta(hours=2)
            case "lift":
                person.exempt_until = None

    async def _administer(self, who: Who, action: str) -> str | None:
        """The pass, where that gives one."""
        async with self.world.provider.unit() as unit:
            match action:
                case "disable":
                    await user_access.disable(unit, who.name)
                case "enable":
                    await user_access.enable(unit, who.name)
                case "reset":
                    return (await user_access.reset_second_factor(unit, who.name, "phone lost")).given.text
                case "give a pass":
                    return (await passes.make(unit, who.name, passes.PRINTED)).text
                case "exempt":
                    await user_access.exempt(unit, who.name, unit.at + timedelta(hours=2), "kiosk")
                case "lift":
                    await user_access.lift_exemption(unit, who.name)
        return None

    @rule(how_far=st.sampled_from([31, 31, 61, 5 * 60, 31 * 60, 61 * 60, 25 * 3600]))
    def wait(self, how_far: int) -> None:
        """Seconds: a time step, a code's life, an Interaction's, an idle session's, a day."""
        self.model.now = self.world.provider.clock.advance(seconds=how_far)


async def run(cluster: Cluster, how: settings) -> None:
    SignIns.loop, SignIns.cluster = asyncio.get_running_loop(), cluster
    await asyncio.to_thread(run_state_machine_as_test, SignIns, settings=how)


BOTH = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)


async def test_whatever_happens_no_code_leaves_without_its_proofs(cluster: Cluster) -> None:
    """The invariants of the module's docstring, over short runs that are the same each time."""
    await run(cluster, settings(BOTH, max_examples=15, stateful_step_count=30, derandomize=True))


@pytest.mark.long
async def test_whatever_happens_for_a_long_time(cluster: Cluster) -> None:
    """The same, deep, and different each time; a failure prints how it came about."""
    await run(cluster, settings(BOTH, max_examples=int(os.environ.get("EXAMPLES", "200")), stateful_step_count=60))
