"""What must be true of a provider, said a second time with dicts: who has proved what, where, and what that is worth.

Imports nothing of the provider. The state machine tells it what happened and asks it what is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

STEP = timedelta(minutes=30)
WHOLE = timedelta(hours=2)
IDLE = timedelta(hours=1)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
PERIOD_SECONDS = 30
DONE = "done"
GONE = "gone"

Proofs = dict[str, datetime]
"""The latest proof of each method, by the value that `amr` shows."""


@dataclass(slots=True, kw_only=True, eq=False)
class Who:
    """One person: what they have, and what is said of them."""

    name: str
    password: str
    subject: str
    on: bool = True
    secret: str | None = None
    spent_step: int = 0
    key: Any = None
    """The security key that is bound, whatever holds it."""
    lost: set[str] = field(default_factory=set)
    """`app`, `key`: reported as lost, so that it proves nothing, and the account is still none without a factor."""
    proves: str = "hwk"
    """What the key at hand proves: `hwk_verified` where it asks for a finger."""
    codes: list[str] = field(default_factory=list)
    spent_codes: list[str] = field(default_factory=list)
    codes_saved: bool = False
    had_factor: bool = False
    enrolment_pass: str | None = None
    """What a first factor is set up with since a reset; None where it is free."""
    pass_until: datetime | None = None
    rule: str | None = None
    met: dict[str, datetime] = field(default_factory=dict)
    """When each rule that leaves a day first applied: the server's, an app's, or their own (`own`)."""
    exempt_until: datetime | None = None
    failures: dict[str, int] = field(default_factory=dict)

    @property
    def enrolled(self) -> bool:
        """Whether there is a second factor."""
        return self.secret is not None or self.key is not None or bool(self.lost)

    @property
    def saved(self) -> bool:
        """Whether there are recovery codes that the person has."""
        return self.codes_saved and bool(self.codes)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One browser session."""

    user: str
    proofs: Proofs
    seen: datetime
    until: datetime
    ended: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class SignIn:
    """One authorization request on its way through the pages of one browser."""

    browser: int
    app: str
    arrived: datetime
    expires: datetime
    ends: datetime
    login: bool = False
    max_age: int | None = None
    acr: str = ""
    task: str = ""
    """The step that a person came to the portal for."""
    user: str | None = None
    own: Proofs = field(default_factory=dict)
    other: bool = False
    consented: bool = False
    recovery_answered: bool = False
    put_off: bool = False
    pass_shown: bool = False
    setup: tuple[str, datetime] | None = None
    codes: tuple[tuple[str, ...], datetime] | None = None
    gone: bool = False
    answer: tuple[str, datetime] | None = None
    """Where it left for, and when."""
    grant: Grant | None = None
    pages: list[Any] = field(default_factory=list)
    """Every page that was shown, the latest last: what Back, or a tab left open, can still send."""


@dataclass(slots=True, kw_only=True, eq=False)
class Grant:
    """What one code is worth, and what came of it."""

    app: str
    user: str
    proofs: Proofs
    session: Session
    opened: datetime
    ends: datetime
    code: str
    asked: str
    """The `acr` that the request named."""
    offline: bool
    rotates: bool
    redeemed: bool = False
    revoked: bool = False
    access: tuple[str, datetime] | None = None
    refresh: list[str] = field(default_factory=list)
    """The latest last."""
    superseded: datetime | None = None
    """When the latest took the place of the one before."""
    idle_until: datetime | None = None


def level(proofs: Proofs) -> int:
    """0 to 3: a second factor counts only beside a password, but for a key that has asked for a finger."""
    if not {"pwd", "hwk_verified"} & proofs.keys():
        return 0
    if {"hwk", "hwk_verified"} & proofs.keys():
        return 3
    return 2 if {"otp", "recovery_code"} & proofs.keys() else 1


def amr(proofs: Proofs) -> list[str]:
    """RFC 8176: in a steady order, and `mfa` for two factors."""
    names: list[str] = [name for name in ("pwd", "otp", "recovery_code") if name in proofs]
    if {"hwk", "hwk_verified"} & proofs.keys():
        names += ["hwk", "user"]
    return [*names, "mfa"] if level(proofs) >= 2 else names


def acr(proofs: Proofs, asked: str) -> str:
    """What was reached, or of that what was asked for."""
    reached = level(proofs)
    return asked if asked == "2fa" and reached >= 2 else {1: "1fa", 2: "2fa", 3: "phr"}[reached]


def merged(*several: Proofs) -> Proofs:
    """The latest of each method."""
    found: Proofs = {}
    for proofs in several:
        for name, at in proofs.items():
            found[name] = max(at, found.get(name, at))
    return found


def freshness(proofs: Proofs) -> datetime:
    """The older of the two factors' latest proofs: as fresh as that is what rests on both."""
    keys = [proofs[name] for name in ("hwk", "hwk_verified") if name in proofs]
    known = [proofs[name] for name in ("pwd", "hwk_verified") if name in proofs]
    possession = keys or [proofs[name] for name in ("otp", "recovery_code") if name in proofs]
    return min([max(known), *([max(possession)] if possession else [])])


@dataclass(slots=True, kw_only=True)
class Model:
    """The whole world, at `now`."""

    now: datetime
    third_party: frozenset[str]
    people: dict[str, Who] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    """By browser: the session that its cookie names, alive or not."""
    sign_ins: list[SignIn] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
    """Of the server (its name is empty) and of clients."""
    consents: set[tuple[str, str]] = field(default_factory=set)

    def session(self, browser: int) -> Session | None:
        """The live one."""
        found = self.sessions.get(browser)
        alive = found and not found.ended and self.now < found.until and self.now - found.seen < IDLE
        return found if alive else None

    def touch(self, browser: int) -> None:
        """The browser made a request: its session is in use."""
        found = self.session(browser)
        if found and self.now - found.seen >= MINUTE:
            found.seen = self.now

    def asking(self, who: Who, app: str) -> dict[str, str | None]:
        """All that may ask; an exemption lifts what is not the app's."""
        lifted = who.exempt_until is not None and self.now < who.exempt_until
        asks = {app: self.rules.get(app)}
        return asks if lifted else {**asks, "": self.rules.get(""), "own": who.rule}

    def needs(self, who: Who, app: str, *, acr: str = "") -> int:
        """The strictest of all; nothing hides a factor, and whoever has had one is left no time."""
        asks = self.asking(who, app)
        late = any(
            rule == "grace" and (who.had_factor or self.now - who.met.get(place, self.now) >= DAY)
            for place, rule in asks.items()
        )
        if "phr" in asks.values() or (acr == "phr" and who.key):
            return 3
        return 2 if "required" in asks.values() or late or acr == "2fa" or who.enrolled else 1

    def meets(self, who: Who, app: str) -> None:
        """The provider asked its policy about somebody: the day of each rule that leaves one begins."""
        for place, rule in self.asking(who, app).items():
            if rule == "grace" and not who.had_factor:
                who.met.setdefault(place, self.now)

    def set_rule(self, place: str, name: str, rule: str | None) -> None:
        """Where it asks another level than before it is another rule, which nobody has met."""
        key = "own" if place == "user" else name
        people = [self.people[name]] if place == "user" else list(self.people.values())
        before = people[0].rule if place == "user" else self.rules.get(name)
        two = {"required", "grace"}
        for who in people:
            if not {before, rule} <= two:
                who.met.pop(key, None)
            if place == "user":
                who.rule = rule
        if place != "user":
            self.rules[name] = rule or ""

    def may_wait(self, sign_in: SignIn) -> bool:
        """Whether a factor is offered that need not be set up yet."""
        who = self.person(sign_in)
        if who is None or "pwd" not in sign_in.own or sign_in.put_off or sign_in.task:
            return False
        later = "grace" in self.asking(who, sign_in.app).values()
        return later and self.needs(who, sign_in.app, acr=sign_in.acr) == 1

    def person(self, sign_in: SignIn) -> Who | None:
        """Whom it is about."""
        session = self.session(sign_in.browser)
        name = sign_in.user or (session.user if session and not sign_in.other else None)
        return self.people[name] if name else None

    def proved(self, sign_in: SignIn) -> Proofs:
        """What counts for this request."""
        session, own = self.session(sign_in.browser), sign_in.own
        if session is None or sign_in.other or sign_in.login or sign_in.user not in {None, session.user}:
            return own
        counted = session.proofs
        if sign_in.max_age is not None:
            since = sign_in.arrived - timedelta(seconds=sign_in.max_age)
            counted = {name: at for name, at in counted.items() if since <= at < sign_in.arrived}
        return merged(own, counted)

    def due(self, sign_in: SignIn) -> str:
        """The step that the sign-in waits at, or that it is done, or gone."""
        if sign_in.gone or self.now >= sign_in.expires:
            return GONE
        who, proofs = self.person(sign_in), self.proved(sign_in)
        if who is None or not who.on or level(proofs) < 1:
            return "password"
        needed = self.needs(who, sign_in.app, acr=sign_in.acr)
        lacking, only_key = level(proofs) < needed, needed == 3
        came_for = "" if sign_in.recovery_answered else sign_in.task
        anew = not who.enrolled and (needed >= 2 or self.may_wait(sign_in))
        steps = (
            ("security-key", lacking and only_key and who.key),
            ("second-factor", lacking and who.enrolled and level(proofs) < 2),
            (
                "enrolment-pass",
                (anew or (came_for and not who.enrolled)) and who.enrolment_pass and not sign_in.pass_shown,
            ),
            ("key-enrolment", only_key and not who.key),
            ("enrolment", anew),
            ("recovery-codes", who.enrolled and not who.saved),
            (came_for, came_for),
            ("recovery-used", "recovery_code" in sign_in.own and not sign_in.recovery_answered),
            ("consent", sign_in.app in self.third_party and not self._consented(sign_in, who)),
        )
        return next((name for name, asked in steps if asked), DONE)

    def _consented(self, sign_in: SignIn, who: Who) -> bool:
        return sign_in.consented or (who.name, sign_in.app) in self.consents

    def prove(self, sign_in: SignIn, name: str, method: str) -> None:
        """One proof was accepted inside this sign-in."""
        if sign_in.user != name:
            sign_in.own, sign_in.consented, sign_in.recovery_answered, sign_in.put_off = {}, False, False, False
            sign_in.setup, sign_in.codes, sign_in.pass_shown = None, None, False
        sign_in.user = name
        sign_in.own = {**sign_in.own, method: self.now}
        self.people[name].failures.pop(method, None)
        self.passed(sign_in)

    def bound(self, sign_in: SignIn, who: Who) -> None:
        """A factor was set up in it: there is none before that, and a recovery code used was answered."""
        who.had_factor, sign_in.setup, sign_in.recovery_answered = True, None, True
        self.given(who, None)
        self.passed(sign_in)

    def unsaved(self, who: Who) -> None:
        """A new set takes the place of every earlier one, also of those that other sign-ins still show."""
        for each in self.sign_ins:
            if each.user == who.name:
                each.codes = None
        who.codes, who.spent_codes, who.codes_saved = [], [], False
        who.failures.pop("recovery_code", None)

    def given(self, who: Who, enrolment_pass: str | None) -> None:
        """A pass for a first factor, in place of one before wherever that was shown; None: it is spent."""
        who.enrolment_pass, who.pass_until = enrolment_pass, self.now + DAY
        who.failures.pop("enrolment_pass", None)
        for each in self.sign_ins:
            if each.user == who.name:
                each.pass_shown = False

    def start_over(self, sign_in: SignIn) -> None:
        """Somebody else goes on, of whom nothing is known, whoever is signed in here."""
        sign_in.other, sign_in.user, sign_in.own = True, None, {}
        sign_in.consented = sign_in.recovery_answered = sign_in.put_off = sign_in.pass_shown = False
        sign_in.setup = sign_in.codes = None

    def passed(self, sign_in: SignIn) -> None:
        """A step was passed: the sign-in lives on."""
        sign_in.expires = min(self.now + STEP, sign_in.ends)

    def kept_waiting(self, sign_in: SignIn) -> None:
        """Something to write down was made: there is time for that, whatever the rest has taken."""
        sign_in.ends = max(sign_in.ends, self.now + STEP)
        sign_in.expires = max(sign_in.expires, self.now + STEP)

    def complete(self, sign_in: SignIn, code: str, *, offline: bool, rotates: bool) -> Grant:
        """The sign-in has left with a code: the browser session it ends in, and the grant."""
        who, proofs = self.person(sign_in), self.proved(sign_in)
        assert who is not None
        session = self._ending(sign_in, who)
        if sign_in.consented:
            self.consents.add((who.name, sign_in.app))
        grant = Grant(
            app=sign_in.app,
            user=who.name,
            proofs=proofs,
            session=session,
            opened=self.now,
            ends=self.now + timedelta(days=180) if offline else session.until,
            code=code,
            asked=sign_in.acr,
            offline=offline,
            rotates=rotates,
        )
        sign_in.grant = grant
        self.grants.append(grant)
        return grant

    def let_in(self, sign_in: SignIn) -> None:
        """The sign-in has led into the portal: there is no code, and it is over."""
        who = self.person(sign_in)
        assert who is not None
        self._ending(sign_in, who)
        sign_in.gone = True

    def demanded(self, who: Who) -> bool:
        """Whether the portal would ask a second factor of somebody who has none."""
        return self.kept(who) >= 2

    def kept(self, who: Who) -> int:
        """What the portal asks of somebody, whatever they have."""
        return self.needs(replace(who, secret=None, key=None, lost=set()), "account")

    def no_factor(self, who: Who) -> None:
        """All of them are gone, and the codes with them."""
        self.unsaved(who)
        who.secret, who.key, who.lost = None, None, set()
        who.failures = {name: count for name, count in who.failures.items() if name == "pwd"}

    def end_the_rest(self, who: Who, kept: Session, *, offline: bool) -> None:
        """All sessions of the person but that one, and sign-ins under way; grants that outlive sessions, or not."""
        for session in self.sessions.values():
            session.ended |= session.user == who.name and session is not kept
        for grant in self.grants:
            grant.revoked |= grant.user == who.name and offline
            grant.session.ended |= grant.user == who.name and grant.session is not kept
        for each in self.sign_ins:
            each.gone |= each.user == who.name and each.answer is None

    def _ending(self, sign_in: SignIn, who: Who) -> Session:
        live, browser = self.session(sign_in.browser), sign_in.browser
        if not sign_in.own:
            assert live is not None
            return live
        before = self.sessions.get(browser)
        if before is not None and before.user != who.name:
            before.ended = True  # also one that was idle, whose apps could go on otherwise
        if live is not None and live.user != who.name:
            self.forget_browser(browser, but=sign_in)
        kept = live if live is not None and live.user == who.name else None
        proofs = merged(sign_in.own, kept.proofs if kept else {})
        session = kept or Session(user=who.name, proofs=proofs, seen=self.now, until=self.now)
        session.proofs, session.seen, session.until = proofs, self.now, freshness(proofs) + DAY
        self.sessions[browser] = session
        return session

    def forget_browser(self, browser: int, but: SignIn | None = None) -> None:
        """The browser got another identity: what was bound to the old one cannot be reached any more."""
        for each in self.sign_ins:
            if each.browser == browser and each is not but:
                each.gone = True

    def end_everything(self, who: Who) -> None:
        """Sessions, grants and sign-ins of one person."""
        for session in self.sessions.values():
            session.ended |= session.user == who.name
        for grant in self.grants:
            grant.revoked |= grant.user == who.name
            grant.session.ended |= grant.user == who.name
        for each in self.sign_ins:
            each.gone |= each.user == who.name

    def stands(self, grant: Grant) -> bool:
        """Whether the grant is still worth anything."""
        alive = grant.offline or not (grant.session.ended or self.now >= grant.session.until)
        return not grant.revoked and self.people[grant.user].on and alive

    def may_refresh(self, grant: Grant) -> bool:
        """The policy is asked again, of a grant whose token has not run out."""
        who = self.people[grant.user]
        in_time = self.now < grant.ends and (grant.idle_until is None or self.now < grant.idle_until)
        if in_time:
            self.meets(who, grant.app)
        needed = self.needs(who, grant.app)
        at_hand = {1: True, 2: who.enrolled, 3: who.key is not None}[needed]
        return in_time and at_hand and level(grant.proofs) >= needed
