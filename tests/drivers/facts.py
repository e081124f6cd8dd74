"""People, rules, requests and sign-ins as hypothesis draws them; each leans towards a sign-in that goes through.

Instants lie around ARRIVED, on and beside every boundary that a request can set. Judges nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from idp.authenticators.evidence import Evidence, Proof
from idp.authenticators.methods import KEYS, Level, Method
from idp.login.browser_session import BrowserSession
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.gathering import Known
from idp.login.purpose import Authorization
from idp.login.steps import Answer
from idp.oidc.authorization_request import AuthorizationRequest, Prompt
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import AuthMethod, Client
from idp.policy.account import Account, Exemption
from idp.policy.remembered import Remembered
from idp.policy.requirement import Requirement, Waiver
from idp.policy.rules import Grace, Rule, RuleId, Rules
from idp.values.ids import ClientId, GroupId, RememberedId, SessionId, Subject, UserId

CLAIMS = (
    None,
    ClaimsRequest(userinfo=("name", "groups")),
    ClaimsRequest(id_token=("email",), acr_values=("1fa", "2fa")),
    ClaimsRequest(acr_values=("2fa", "phr"), acr_essential=True),
    ClaimsRequest(acr_essential=True),
    ClaimsRequest(acr_values=("phr",)),
)
OUT_OF_REACH = (
    ClaimsRequest(acr_values=("aal9",), acr_essential=True),
    ClaimsRequest(acr_values=(), acr_essential=True),
)
"""Requests that no sign-in can satisfy."""

T = TypeVar("T")
K = TypeVar("K")

ALICE, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
SUBJECTS = {ALICE: Subject("gKx0sG3mS8S0c2yqYkq1vQ"), BOB: Subject("Qb8Zc1r0Jw5eM2tYhN7dLg")}
STAFF, OPS = GroupId(UUID(int=11)), GroupId(UUID(int=12))
WIKI, SHOP = ClientId("wiki"), ClientId("shop")
REFEDS_MFA = "https://refeds.org/profile/mfa"
ALIASES = {REFEDS_MFA: Level.TWO}
MAX_AGE = 3600
FACTORS = (Method.APP_CODE, Method.RECOVERY_CODE)

ARRIVED = datetime(2031, 3, 5, 14, 5, 10, 123456, tzinfo=UTC)
"""When the request came."""
AT = ARRIVED + timedelta(minutes=10)
"""When the next step is asked for."""
TICK = timedelta(microseconds=1)
"""The least that two instants can differ by."""

EARLIER = tuple(ARRIVED - timedelta(seconds=seconds) for seconds in (2 * MAX_AGE, MAX_AGE, 60, 1))
INSTANTS = (*EARLIER, EARLIER[1] - TICK, ARRIVED - TICK, ARRIVED, ARRIVED + TICK, AT - timedelta(minutes=1), AT)


USUALLY = st.sampled_from((True, True, True, False))
SELDOM = st.sampled_from((False, False, False, True))


def proof(method: Method, at: datetime = AT, user: UserId = ALICE) -> Proof:
    """One proof, as if an attempt had just been settled."""
    return Proof(user=user, method=method, at=at)


def evidence(*methods: Method, at: datetime = AT, user: UserId = ALICE) -> Evidence:
    """Proofs of these methods, all at one instant."""
    return Evidence.of(user, (proof(method, at, user) for method in methods))


def account(user: UserId = ALICE) -> Account:
    """An active person with an app and saved recovery codes, who is asked nothing but the two steps."""
    return Account(
        user=user,
        subject=SUBJECTS[user],
        username="alice" if user == ALICE else "bob",
        email=None,
        active=True,
        version=7,
        password_change_demanded=None,
        password_long_enough_alone=True,
        apps=1,
        codes_saved=True,
        codes_left=10,
    )


def mostly(usual: T, *rare: T) -> SearchStrategy[T]:
    """The usual value three times in four or so; examples shrink towards it."""
    return st.sampled_from((*(usual,) * 3 * len(rare), *rare))


def rule_or_none(*, keys: bool) -> SearchStrategy[Rule | None]:
    """What one place asks: with `keys` it may be one."""
    return st.sampled_from((*BELOW_KEYS, *(rule for rule in (KEY_REQUIRED, *GRACED) if keys or rule in GRACED[:4])))


def _graced(level: Level, first_id: int) -> tuple[Rule, ...]:
    ends = ((None, 2), (AT + TICK, 0), (AT, 0), (AT - timedelta(days=2), 2))
    return tuple(
        Rule(level=level, grace=Grace(starts_at=starts_at, days=days), id=RuleId(UUID(int=first_id + n)))
        for n, (starts_at, days) in enumerate(ends)
    )


BELOW_KEYS = (None, Rule(level=None), Rule(level=Level.ONE), Rule(level=Level.TWO))
KEY_REQUIRED = Rule(level=Level.PHISHING_RESISTANT)
GRACED = (*_graced(Level.TWO, 31), *_graced(Level.PHISHING_RESISTANT, 41))
"""Rules that leave time, or left it until a moment ago."""


_APPLIED = {rule.id: AT - timedelta(days=2) for rule in (GRACED[0], GRACED[4]) if rule.id}


REMEMBERING = (None, Rule(level=None, remember_days=2), Rule(level=None, remember_days=1))
"""Rules under which a browser may be remembered, where no other says anything."""


def remembered() -> SearchStrategy[Remembered | None]:
    """None, and around every instant at which it begins or ends to hold."""
    day = timedelta(days=1)
    spans = (
        (AT - day, AT + day),
        (AT - day + TICK, AT + day),
        (AT - 2 * day + TICK, AT + 30 * day),
        (AT - 2 * day, AT + 30 * day),
        (AT, AT + TICK),
        (AT + TICK, AT + day),
        (AT - day + TICK, AT),
    )
    first = RememberedId(UUID(int=51))
    return mostly(None, *(Remembered(id=first, since=since, until=until) for since, until in spans))


def exemptions() -> SearchStrategy[Exemption | None]:
    """None, and around the instant at which the next step is asked for."""
    ends = (AT + timedelta(days=1), AT + TICK, AT, AT - TICK)
    return mostly(None, *(Exemption(until=until, reason="kiosk in the lobby") for until in ends))


def accounts(user: UserId = ALICE) -> SearchStrategy[Account]:
    """A person with any combination of facts."""
    return st.builds(
        Account,
        user=st.just(user),
        subject=st.just(SUBJECTS[user]),
        username=st.just("alice" if user == ALICE else "bob"),
        email=st.none(),
        active=USUALLY,
        version=st.just(7),
        password_change_demanded=mostly(None, "set_by_other", "compromised"),
        password_long_enough_alone=USUALLY,
        apps=st.sampled_from((1, 0, 2)),
        keys=mostly(0, 1),
        suspended=mostly(0, 1),
        enrolment_pass_demanded=SELDOM,
        codes_saved=USUALLY,
        codes_left=mostly(10, 3, 1, 0),
        groups=st.frozensets(st.sampled_from((STAFF, OPS))),
        own_rule=mostly(None, Rule(level=None), Rule(level=Level.TWO), REMEMBERING[1]),
        exemption=exemptions(),
        had_factor=SELDOM,
        applied=mostly({}, _APPLIED, {rule: at + TICK for rule, at in _APPLIED.items()}),
        remembered=remembered(),
    )


def rule_sets(*, keys: bool = True) -> SearchStrategy[Rules]:
    """Rules at server, both clients and both groups; at times none but such as let a browser be remembered."""
    anything = rule_or_none(keys=keys)
    return st.one_of(_rule_sets(anything), _rule_sets(anything), _rule_sets(st.sampled_from(REMEMBERING)))


def _rule_sets(rule: SearchStrategy[Rule | None]) -> SearchStrategy[Rules]:
    return st.builds(
        lambda server, clients, groups: Rules(version=3, server=server, clients=_given(clients), groups=_given(groups)),
        rule,
        st.fixed_dictionaries({WIKI: rule, SHOP: rule}),
        st.fixed_dictionaries({STAFF: rule, OPS: rule}),
    )


def _given(rules: Mapping[K, Rule | None]) -> dict[K, Rule]:
    return {place: rule for place, rule in rules.items() if rule is not None}


def clients() -> SearchStrategy[Client]:
    """The wiki: confidential or public, on the web or on the person's machine."""
    return st.builds(
        Client,
        client_id=st.just(WIKI),
        name=st.just("Wiki"),
        auth_method=st.sampled_from((AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.NONE)),
        redirect_uris=mostly(
            ("https://wiki.example.org/cb",),
            ("http://127.0.0.1/cb",),
            ("http://[::1]:9/cb",),
            ("org.example.wiki:/cb",),
        ),
        first_party=SELDOM,
    )


def requests(client: Client) -> SearchStrategy[AuthorizationRequest]:
    """What that client asks for."""
    talking = st.frozensets(st.sampled_from((Prompt.LOGIN, Prompt.CONSENT, Prompt.SELECT_ACCOUNT)))
    acr_values = ((), ("1fa",), ("phr",), ("phr", "2fa"), ("2fa",), ("2fa", "1fa"), (REFEDS_MFA,), ("unknown",))
    return st.builds(
        AuthorizationRequest,
        client_id=st.just(client.client_id),
        redirect_uri=st.just(client.redirect_uris[0]),
        redirect_uri_given=st.just(value=True),
        scopes=mostly(("openid", "email"), ("openid",), ("openid", "groups")),
        prompts=st.one_of(st.just(frozenset[Prompt]()), talking, st.just(frozenset({Prompt.NONE}))),
        max_age=mostly(None, 0, 60, MAX_AGE),
        acr_values=st.sampled_from(acr_values),
        claims=mostly(*CLAIMS),
    )


def evidences(user: UserId = ALICE, instants: Iterable[datetime] = INSTANTS) -> SearchStrategy[Evidence]:
    """Some methods, each proved at some instant."""
    each = st.dictionaries(st.sampled_from(Method), st.sampled_from(tuple(instants)))
    return each.map(lambda at: Evidence.of(user, (proof(method, when, user) for method, when in at.items())))


def session(found: Evidence) -> BrowserSession:
    """The browser session of that evidence."""
    return BrowserSession(
        id=SessionId(UUID(int=21)), user=found.user, evidence=found, expires_at=ARRIVED + timedelta(hours=9)
    )


def answers() -> SearchStrategy[frozenset[Answer]]:
    """What was answered inside the Interaction."""
    return st.just(frozenset(Answer) - {Answer.OTHER_ACCOUNT}) | st.frozensets(st.sampled_from(Answer))


@st.composite
def knowns(draw: st.DrawFn) -> Known[Authorization]:
    """Anything that can be loaded for one authorization request, and some of what cannot (two people mixed up)."""
    client = draw(clients())
    request = draw(requests(client))
    if draw(mostly(False, True)):  # noqa: FBT003 - drawn, not a switch
        request = replace(request, claims=draw(st.sampled_from(OUT_OF_REACH)))
    users = mostly(ALICE, BOB)
    return Known(
        purpose=Authorization(request=request, client=client),
        rules=draw(rule_sets()),
        aliases=ALIASES,
        expected=draw(mostly(None, SUBJECTS[ALICE], SUBJECTS[BOB])),
        arrived_at=ARRIVED,
        session=draw(st.none() | users.flatmap(evidences).map(session)),
        account=draw(st.one_of(accounts(), accounts(), accounts(BOB), st.none())),
        own=draw(st.just(evidence(Method.PASSWORD, Method.APP_CODE)) | st.none() | users.flatmap(evidences)),
        consented=draw(
            mostly(
                frozenset({"openid", "profile", "email", "groups"}),
                frozenset({"openid", "email", "groups"}),
                frozenset({"openid"}),
                frozenset(),
            )
        ),
        answered=draw(answers()),
    )


@st.composite
def finished_knowns(draw: st.DrawFn, *, keys: bool = False) -> Known[Authorization]:
    """Alice with everything proved and answered that any request can ask of somebody who is enrolled.

    With `keys` she has one and has used it, and the rules may ask for it.
    """
    client = draw(clients())
    request = draw(requests(client))
    used = st.sampled_from(tuple(KEYS) if keys else FACTORS)
    proved = Evidence.of(ALICE, [proof(Method.PASSWORD, ARRIVED), proof(draw(used), ARRIVED + TICK)])
    earlier = draw(st.none() | evidences(instants=EARLIER).map(session))
    return Known(
        purpose=Authorization(request=request, client=client),
        rules=draw(rule_sets(keys=keys)),
        aliases=ALIASES,
        expected=draw(st.sampled_from((None, SUBJECTS[ALICE]))),
        arrived_at=ARRIVED,
        session=earlier,
        account=replace(
            draw(accounts()),
            active=True,
            password_change_demanded=None,
            apps=1,
            keys=int(keys),
            suspended=0,
            codes_saved=True,
            codes_left=3,
            remembered=None,
        ),
        own=proved,
        consented=frozenset(request.scopes_told),
        answered=frozenset({Answer.SAME_ACCOUNT, Answer.CONSENT, Answer.RECOVERY_USED}),
    )


def requirements() -> SearchStrategy[Requirement]:
    """Any level and any age."""
    return st.builds(
        Requirement,
        level=st.sampled_from((Level.ONE, Level.TWO, Level.PHISHING_RESISTANT)),
        wanted=st.sampled_from((Level.TWO, Level.ONE, Level.PHISHING_RESISTANT)),
        waiver=mostly(None, Waiver(kind="grace", until=AT + timedelta(days=3))),
        remember_days=mostly(0, 2),
        fresh_since=st.none() | st.sampled_from(INSTANTS),
        reasons=st.just(()),
    )


def consents() -> SearchStrategy[ConsentFacts]:
    """What is known of consent."""
    return st.builds(
        ConsentFacts,
        asked=st.sampled_from((("openid",), ("openid", "email"))),
        remembered=st.sampled_from((frozenset({"openid", "email"}), frozenset({"openid"}), frozenset())),
        first_party=st.booleans(),
        each_time=SELDOM,
        forced=SELDOM,
    )


def facts() -> SearchStrategy[Facts[str]]:
    """Facts put together by nobody in particular: what `next_step` must be safe against, whoever gathered them."""
    proofs = st.just(evidence(Method.PASSWORD, Method.APP_CODE)) | evidences()
    alice = st.builds(Identity, account=accounts(), evidence=proofs, requirement=requirements())
    return st.builds(
        Facts,
        purpose=st.just("any purpose"),
        silent=SELDOM,
        unreachable=mostly(False, True),  # noqa: FBT003 - drawn, not a switch
        choose_account=SELDOM,
        expected=mostly(None, SUBJECTS[ALICE], SUBJECTS[BOB]),
        identity=st.one_of(alice, alice, alice, st.none()),
        proved_here=st.frozensets(st.sampled_from(Method)),
        identified_lately=USUALLY,
        consent=consents(),
        answered=answers(),
    )
