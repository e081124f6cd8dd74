"""The sign-ins of the model in real browsers: what is sent, and that every page shown is the one that was due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import pyotp

from idp.usecases.clients import Kind, Metadata
from idp.values.secrets import Code
from tests.drivers.app_code import RelyingApp, claims_of
from tests.drivers.browser_http import Browser
from tests.drivers.grants import REDIRECT_URI, add_client
from tests.drivers.model import DONE, GONE, PERIOD_SECONDS, STEP, Grant, Model, SignIn, Who, acr, amr, level
from tests.drivers.page import Page
from tests.drivers.person import set_up_key
from tests.drivers.provider import Provider

PORTAL = "account"
INSIDE = frozenset(
    {"two-factor", "two-factor-done", "two-factor-off", "two-factor-one", "two-factor-remove", "sessions"}
)
REFUSED = frozenset({403, 410})
SILENT = {
    "password": "login_required",
    "consent": "consent_required",
}
"""What an app reads of a page that could not be shown (OIDC Core 3.1.2.6); of all others `interaction_required`."""


@dataclass(slots=True, kw_only=True)
class App:
    """A client, and what it asks."""

    relying: RelyingApp
    scope: str
    rotates: bool

    @property
    def offline(self) -> bool:
        """Whether its grants outlive the browser session."""
        return "offline_access" in self.scope


@dataclass(slots=True, kw_only=True)
class World:
    """The provider under test beside its model; each method does one thing in both and compares."""

    provider: Provider
    model: Model
    http: httpx2.AsyncClient
    browsers: list[Browser]
    apps: dict[str, App] = field(default_factory=dict)

    async def add_person(self, name: str) -> None:
        """Somebody with a password of their own."""
        made = await self.provider.person(name)
        sub = await self.provider.services.database.fetchval("SELECT sub FROM users WHERE username = $1", name)
        self.model.people[name] = Who(name=name, password=made.password, subject=sub)

    async def add_app(self, name: str, kind: Kind, scope: str, *, first_party: bool) -> None:
        """A client with a redirect URI of its own."""
        metadata = Metadata(first_party=first_party, redirect_uris=(REDIRECT_URI,))
        registered = await add_client(self.provider.services, name, kind, metadata)
        relying = RelyingApp(registered=registered, issuer=self.provider.issuer, http=self.http)
        self.apps[name] = App(relying=relying, scope=scope, rotates=kind == "spa")

    async def start(self, sign_in: SignIn, *, silent: bool) -> None:
        """An app sends the browser here."""
        app = self.apps[sign_in.app]
        prompt = [word for word, meant in (("none", silent), ("login", sign_in.login)) if meant]
        url = app.relying.authorization_url(
            app.scope,
            prompt=" ".join(prompt),
            max_age="" if sign_in.max_age is None else str(sign_in.max_age),
            acr_values=sign_in.acr,
        )
        self.met(sign_in)
        due = self.model.due(sign_in)
        page = await self.browsers[sign_in.browser].open(url)
        self.model.touch(sign_in.browser)
        if silent and due != DONE:
            assert page.at_app, page
            assert page.params["error"] == SILENT.get(due, "interaction_required"), (page, due)
            return
        self.model.sign_ins.append(sign_in)
        self.shown(sign_in, page)

    def shown(self, sign_in: SignIn, page: Page) -> None:
        """The page is the one that was due, and what it says is taken down."""
        assert page.status < 500, page
        if page.status != 403:
            self.model.touch(sign_in.browser)
        self.met(sign_in)
        due = self.model.due(sign_in)
        if due == GONE:
            sign_in.gone = True
            assert page.status in REFUSED, (page, sign_in)
            return
        if due == DONE:
            self._left(sign_in, page)
            return
        assert page.step in self.doing(sign_in, due), (page, due, sign_in)
        if due in {"enrolment", "enrolment-pass"}:
            assert page.has("skip") == self.model.may_wait(sign_in), (page, sign_in)
        sign_in.pages.append(page)
        self.written_down(sign_in, page)

    def doing(self, sign_in: SignIn, due: str) -> set[str]:
        """The pages that would do: a second factor of whatever kind there is, a first one of either kind."""
        who = self.model.person(sign_in)
        if due == "second-factor" and who:
            at_hand = {"second-factor": who.secret, "security-key": who.key, "recovery": True}
            return {name for name, there in at_hand.items() if there}
        return {due, "key-enrolment"} if due == "enrolment" else {due}

    def met(self, sign_in: SignIn) -> None:
        """The provider looks at it: rules that leave time apply from now on to whoever proved a password."""
        who = self.model.person(sign_in)
        if who and self.model.due(sign_in) != GONE and level(self.model.proved(sign_in)):
            self.model.meets(who, sign_in.app)

    async def enter(self, sign_in: SignIn, path: str) -> Page:
        """The portal's door: in, or into a sign-in that leads there."""
        due = self.model.due(sign_in)
        page = await self.browsers[sign_in.browser].open(self.provider.issuer.url(path))
        self.model.touch(sign_in.browser)
        self.model.sign_ins.append(sign_in)
        if due == DONE:
            self._left(sign_in, page)
        else:
            self.shown(sign_in, page)
        return page

    def _left(self, sign_in: SignIn, page: Page) -> None:
        if sign_in.app == PORTAL:
            assert (page.status, page.at_app) == (200, False), (page, sign_in)
            assert page.step in INSIDE, (page, sign_in)
            sign_in.pages.append(page)
            sign_in.answer = (page.url, self.model.now)
            self.model.let_in(sign_in)
            return
        assert page.at_app, (page, sign_in)
        assert "code" in page.params, page
        app = self.apps[sign_in.app]
        sign_in.answer = (page.url, self.model.now)
        self.model.complete(sign_in, page.params["code"], offline=app.offline, rotates=app.rotates)

    def written_down(self, sign_in: SignIn, page: Page) -> None:
        """What the page shows once and the person writes down."""
        who, now = self.model.person(sign_in), self.model.now
        if page.step == "enrolment" and who:
            sign_in.user, secret = who.name, set_up_key(page)
            if sign_in.setup is None or now >= sign_in.setup[1]:
                sign_in.setup = (secret, now + STEP)
                self.model.kept_waiting(sign_in)
            assert sign_in.setup[0] == secret, "a set-up secret changed while it lived"
        if page.step == "recovery-codes" and who:
            sign_in.user = who.name
            if sign_in.codes is None or now >= sign_in.codes[1]:
                self.new_codes(sign_in, who, page)
                self.model.kept_waiting(sign_in)
            assert sign_in.codes, "no codes were shown"
            if not sign_in.codes[0]:  # made with a key, and shown only now
                who.codes, sign_in.codes = list(page.codes), (page.codes, sign_in.codes[1])
            assert sign_in.codes[0] == page.codes, "recovery codes changed while they were on show"

    def new_codes(self, sign_in: SignIn, who: Who, page: Page) -> None:
        """What the page shows is the set from now on."""
        assert len(page.codes) == 10, page
        self.model.unsaved(who)
        sign_in.codes, who.codes = (page.codes, self.model.now + STEP), list(page.codes)

    async def look(self, sign_in: SignIn) -> None:
        """The page is asked for anew."""
        url = sign_in.pages[-1].url
        self.shown(sign_in, await self.browsers[sign_in.browser].open(url))

    def code_of(self, secret: str, step: int) -> str:
        """What a phone shows at that time step."""
        return pyotp.TOTP(secret).at(step * PERIOD_SECONDS)

    @property
    def time_step(self) -> int:
        """The one of now."""
        return int(self.model.now.timestamp()) // PERIOD_SECONDS

    async def sign_out(self, browser: int) -> None:
        """By the provider's own page, asked first where a session has not ended, if only idle. Else nothing ends."""
        brought = "session" in self.browsers[browser].cookies
        page = await self.browsers[browser].open(self.provider.issuer.url("/logout"))
        self.model.touch(browser)
        asked = browser in self.model.sessions and not self.model.sessions[browser].ended
        assert page.step == ("logout" if asked else "signed-out"), page
        if asked:
            page = await page.submit(button="sign_out")
            assert page.step == "signed-out", page
        if asked:
            self.model.sessions[browser].ended = True
        if brought:
            self.model.forget_browser(browser)

    async def redeem(self, grant: Grant) -> None:
        """A code is worth tokens once, within its minute, while everything that it stands for stands."""
        model, app = self.model, self.apps[grant.app]
        signed_in = not grant.session.ended and model.now < grant.session.until  # of offline grants too, this once
        fresh = not grant.redeemed and model.now - grant.opened < timedelta(seconds=60)
        due = fresh and signed_in and model.stands(grant)
        answer = await app.relying.exchange(Code(grant.code))
        grant.revoked |= grant.redeemed
        grant.redeemed = True
        assert answer.status_code == (200 if due else 400), (answer.text, grant)
        if due:
            self._tokens(grant, answer.json())
            grant.refresh = [answer.json()["refresh_token"]]

    def _tokens(self, grant: Grant, answer: dict[str, str]) -> None:
        """They say what was proved: no more, no less, and of whom."""
        claims = claims_of(answer["id_token"])
        assert claims["sub"] == self.model.people[grant.user].subject
        assert claims["amr"] == amr(grant.proofs), grant
        assert claims["acr"] == acr(grant.proofs, grant.asked), grant
        assert claims["auth_time"] == int(max(grant.proofs.values()).timestamp()), grant
        grant.access = (answer["access_token"], self.model.now + timedelta(minutes=10))
        grant.idle_until = self.model.now + timedelta(days=30) if grant.offline else None

    async def refresh(self, grant: Grant, *, old: bool) -> None:
        """With the latest token, or with the one before it."""
        model, latest = self.model, grant.refresh[-1]
        token = grant.refresh[-2] if old else latest
        in_grace = grant.superseded is not None and model.now - grant.superseded < timedelta(seconds=60)
        good = model.stands(grant)
        if old and not in_grace:
            grant.revoked |= good and model.now < grant.ends
            good = False
        good = good and model.may_refresh(grant)
        answer = await self.apps[grant.app].relying.refresh(token)
        assert answer.status_code == (200 if good else 400), (answer.text, grant)
        if not good:
            return
        self._tokens(grant, answer.json())
        given = answer.json()["refresh_token"]
        if old or not grant.rotates:
            assert given == latest, "a token was replaced twice"
        else:
            assert given not in grant.refresh, "a rotating token stayed"
            grant.refresh.append(given)
            grant.superseded = model.now

    async def use(self, grant: Grant) -> None:
        """The access token at userinfo."""
        assert grant.access is not None
        token, until = grant.access
        good = self.model.stands(grant) and self.model.now < min(until, grant.ends)
        answer = await self.apps[grant.app].relying.userinfo(token)
        assert answer.status_code == (200 if good else 401), (answer.text, grant)

    async def again(self, sign_in: SignIn) -> None:
        """What has left leaves the same way for a minute, and never once the code was used."""
        assert sign_in.answer is not None
        url, at = sign_in.answer
        page = await self.browsers[sign_in.browser].open(sign_in.pages[-1].url)
        self.model.touch(sign_in.browser)
        assert page.status < 500, page
        if sign_in.gone:
            assert page.status in REFUSED, page
        elif self.model.now - at < timedelta(seconds=60) and not (sign_in.grant and sign_in.grant.redeemed):
            assert page.url == url, page
        elif sign_in.grant and self.model.stands(sign_in.grant) and not sign_in.grant.session.ended:
            assert page.step == "finished", page
        else:  # it signed nobody in, or what it opened has ended
            assert page.status in REFUSED or page.step == "finished", page
