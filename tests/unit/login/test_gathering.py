"""Which proofs count for a request, how old they may be, and what else `next_step` is told of what was loaded."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level, Method
from idp.login.facts import ConsentFacts
from idp.login.gathering import Known, gathered
from idp.login.interaction import evidence_for, fresh_since
from idp.login.next_step import Ask, Cleared, next_step
from idp.login.purpose import Authorization
from idp.login.steps import Answer, ProveFactor, SelectAccount, SignIn, Step
from idp.oidc.authorization_request import AuthorizationRequest, Prompt
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import AuthMethod, Client
from idp.policy.account import Exemption
from idp.policy.rules import Rules
from tests.drivers import facts as drawn
from tests.drivers.facts import ALIASES, ALICE, ARRIVED, AT, BOB, REFEDS_MFA, SUBJECTS, TICK, WIKI, evidence, session

NATIVE = Client(
    client_id=WIKI,
    name="Wiki",
    auth_method=AuthMethod.NONE,
    redirect_uris=("https://wiki.example.org/cb", "http://127.0.0.1/cb"),
)
REQUEST = AuthorizationRequest(
    client_id=WIKI, redirect_uri="https://wiki.example.org/cb", redirect_uri_given=True, scopes=("openid", "email")
)
LOGIN = replace(REQUEST, prompts=frozenset({Prompt.LOGIN}))
HOUR = replace(REQUEST, max_age=3600)
NOW = replace(REQUEST, max_age=0)
ONE_HOUR = timedelta(hours=1)


def both(at: datetime) -> Evidence:
    return evidence(Method.PASSWORD, Method.APP_CODE, at=at)


def known(
    request: AuthorizationRequest, *, of_session: Evidence | None = None, own: Evidence | None = None
) -> Known[Authorization]:
    return Known(
        purpose=Authorization(request=request, client=NATIVE),
        rules=Rules(version=1),
        aliases=ALIASES,
        expected=None,
        arrived_at=ARRIVED,
        session=session(of_session) if of_session else None,
        account=drawn.account(),
        own=own,
        consented=frozenset({"openid", "email"}),
    )


def asked(known: Known[Authorization]) -> Step | None:
    step = next_step(gathered(known, AT))
    assert isinstance(step, Ask | Cleared)
    return step.step if isinstance(step, Ask) else None


# ── how fresh ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("request_", "since"),
    [
        (REQUEST, None),
        (LOGIN, ARRIVED),
        (NOW, ARRIVED),
        (HOUR, ARRIVED - ONE_HOUR),
        (replace(HOUR, prompts=frozenset({Prompt.LOGIN})), ARRIVED),
        (replace(REQUEST, prompts=frozenset({Prompt.CONSENT, Prompt.SELECT_ACCOUNT})), None),
    ],
    ids=["nothing said", "prompt=login", "max_age=0", "max_age=3600", "both: the stricter", "other prompts"],
)
def test_age_is_decided_once_when_the_request_arrives(request_: AuthorizationRequest, since: datetime | None) -> None:
    """A-13, A-15, OIDC Core 3.1.2.1."""
    assert fresh_since(request_, ARRIVED) == since


@pytest.mark.parametrize("request_", [LOGIN, NOW], ids=["prompt=login", "max_age=0"])
@pytest.mark.parametrize("at", [ARRIVED - ONE_HOUR, ARRIVED - TICK, ARRIVED, ARRIVED + TICK, AT])
def test_a_fresh_sign_in_takes_nothing_from_the_session(request_: AuthorizationRequest, at: datetime) -> None:
    """A-13, A-15: not even what another tab proves meanwhile."""
    assert evidence_for(request_, ARRIVED, session(both(at)), None) == Evidence.of(ALICE)
    assert asked(known(request_, of_session=both(at))) == SignIn(again=True)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (ARRIVED - ONE_HOUR - TICK, False),
        (ARRIVED - ONE_HOUR, True),
        (ARRIVED - TICK, True),
        (ARRIVED, False),
        (ARRIVED + TICK, False),
    ],
)
def test_max_age_takes_what_was_young_enough_when_the_request_arrived(at: datetime, *, counts: bool) -> None:
    """A-13: exactly max_age old is not older than max_age; a newer proof of another tab is not of this Interaction."""
    assert evidence_for(HOUR, ARRIVED, session(both(at)), None) == (both(at) if counts else Evidence.of(ALICE))
    assert asked(known(HOUR, of_session=both(at))) == (None if counts else SignIn(again=True))


@pytest.mark.parametrize("at", [ARRIVED - timedelta(hours=20), ARRIVED, ARRIVED + TICK, AT])
def test_where_nothing_is_said_about_age_every_proof_of_the_session_counts(at: datetime) -> None:
    """Single sign-on: also what another tab proved after the request had arrived."""
    assert evidence_for(REQUEST, ARRIVED, session(both(at)), None) == both(at)
    assert asked(known(REQUEST, of_session=both(at))) is None


@pytest.mark.parametrize("request_", [REQUEST, LOGIN, NOW, HOUR], ids=["plain", "login", "max_age=0", "max_age=3600"])
def test_what_is_proved_inside_the_interaction_counts_however_long_the_pages_take(
    request_: AuthorizationRequest,
) -> None:
    """A-13: max_age is not judged again at the end of a slow sign-in."""
    slow = Evidence.of(ALICE, [*evidence(Method.PASSWORD, at=ARRIVED).proofs, *evidence(Method.APP_CODE).proofs])
    assert evidence_for(request_, ARRIVED, None, slow) == slow
    later = gathered(known(request_, own=slow), ARRIVED + timedelta(hours=2))
    assert isinstance(next_step(later), Cleared)


def test_max_age_asks_again_for_the_stale_factor_alone() -> None:
    """A-13, A-10: the password of half an hour ago will do, the code of this morning will not."""
    password = evidence(Method.PASSWORD, at=ARRIVED - timedelta(minutes=30))
    mixed = password.plus(evidence(Method.APP_CODE, at=ARRIVED - timedelta(hours=5)))
    assert evidence_for(HOUR, ARRIVED, session(mixed), None) == password
    assert asked(known(HOUR, of_session=mixed)) == ProveFactor(recovery=True, codes_left=10)
    assert asked(known(HOUR, of_session=mixed, own=evidence(Method.APP_CODE))) is None


def test_a_step_up_adds_the_interactions_proof_to_the_sessions() -> None:
    """A-10, N-42: only the missing factor is asked; the session alone says no more than was proved."""
    password, code = evidence(Method.PASSWORD, at=ARRIVED - ONE_HOUR), evidence(Method.APP_CODE)
    assert evidence_for(REQUEST, ARRIVED, session(password), code) == password.plus(code)
    assert isinstance(asked(known(REQUEST, of_session=password)), ProveFactor)
    assert asked(known(REQUEST, of_session=password, own=code)) is None


def test_nobody_is_helped_by_another_persons_session() -> None:
    """Proofs of two people are never weighed together."""
    bob = evidence(Method.PASSWORD, Method.APP_CODE, user=BOB)
    password = evidence(Method.PASSWORD)
    assert evidence_for(REQUEST, ARRIVED, session(bob), password) == password
    assert asked(known(REQUEST, of_session=bob)) == SignIn(again=True)
    assert asked(known(REQUEST, of_session=bob, own=password)) == ProveFactor(recovery=True, codes_left=10)
    assert asked(known(REQUEST, own=bob)) == SignIn(again=True)


def test_without_session_and_proof_there_is_no_evidence() -> None:
    assert evidence_for(REQUEST, ARRIVED, None, None) is None
    facts = gathered(known(REQUEST), AT)
    assert facts.identity is not None
    assert facts.identity.evidence == Evidence.of(ALICE)
    assert facts.proved_here == frozenset()


# ── whose sign-in ────────────────────────────────────────────────────────────────────────────────


def test_using_another_account_leaves_the_session_out() -> None:
    """prompt=select_account, «Use another account»: also when the same person types their name again."""
    choosing = known(replace(REQUEST, prompts=frozenset({Prompt.SELECT_ACCOUNT})), of_session=both(ARRIVED - ONE_HOUR))
    assert asked(choosing) == SelectAccount()
    assert asked(replace(choosing, answered=frozenset({Answer.SAME_ACCOUNT}))) is None
    other = replace(choosing, answered=frozenset({Answer.OTHER_ACCOUNT}))
    assert asked(other) == SignIn(again=True)
    assert asked(replace(other, account=None)) == SignIn(again=False)
    assert asked(replace(other, own=evidence(Method.PASSWORD))) == ProveFactor(recovery=True, codes_left=10)


def test_without_a_session_there_is_nothing_to_choose_from() -> None:
    choosing = replace(REQUEST, prompts=frozenset({Prompt.SELECT_ACCOUNT}))
    assert not gathered(known(choosing), AT).choose_account
    assert gathered(known(choosing, of_session=both(ARRIVED)), AT).choose_account
    assert not gathered(known(LOGIN, of_session=both(ARRIVED)), AT).choose_account


def test_nobody_known_is_no_identity() -> None:
    assert gathered(replace(known(REQUEST), account=None), AT).identity is None


# ── what the request asks ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("acr_values", "level"),
    [
        ((), Level.ONE),
        (("1fa",), Level.ONE),
        (("2fa",), Level.TWO),
        ((REFEDS_MFA,), Level.TWO),
        (("2fa", "1fa"), Level.ONE),
        (("aal9", "unknown"), Level.ONE),
        (("phr", "unknown"), Level.ONE),  # a key is out of reach of who has none
    ],
)
def test_acr_values_add_the_lowest_level_that_they_name(acr_values: tuple[str, ...], level: Level) -> None:
    """A-11: out of reach never fails; the request's own client is looked up."""
    appless = replace(known(replace(REQUEST, acr_values=acr_values)), account=replace(drawn.account(), apps=0))
    facts = gathered(appless, AT)
    assert facts.identity is not None
    assert facts.identity.requirement.level == level
    assert facts.identity.requirement.fresh_since is None
    names = {reason.source: reason.name for reason in facts.identity.requirement.reasons}
    assert names["client"] == WIKI


def test_a_wish_for_a_key_is_one_for_what_there_is() -> None:
    """A-19: also where the key itself is out of reach, so that no remembered browser spares the app."""
    for apps, effect in ((0, "nothing"), (1, "decides")):
        wish = replace(known(replace(REQUEST, acr_values=("phr",))), account=replace(drawn.account(), apps=apps))
        identity = gathered(wish, AT).identity
        assert identity is not None
        (asked,) = (reason for reason in identity.requirement.reasons if reason.source == "request")
        assert asked.effect == effect


def test_the_requirement_carries_the_age_that_was_decided() -> None:
    facts = gathered(known(HOUR), AT)
    assert facts.identity is not None
    assert facts.identity.requirement.fresh_since == ARRIVED - ONE_HOUR


def test_an_exemption_is_judged_at_the_instant_of_the_step() -> None:
    exempt = replace(known(REQUEST), account=replace(drawn.account(), exemption=Exemption(until=AT, reason="x")))
    for at, live in ((AT - TICK, True), (AT, False)):
        identity = gathered(exempt, at).identity
        assert identity is not None
        assert (identity.requirement.waiver is not None) == live


@pytest.mark.parametrize(
    ("request_", "each_time", "forced"),
    [
        (REQUEST, False, False),
        (replace(REQUEST, prompts=frozenset({Prompt.CONSENT, Prompt.LOGIN})), False, True),
        (replace(REQUEST, redirect_uri="http://127.0.0.1:4711/cb"), True, False),
    ],
)
def test_consent_is_weighed_for_this_request(request_: AuthorizationRequest, *, each_time: bool, forced: bool) -> None:
    """O-14, RFC 8252 8.6: it is the redirect URI of the request that decides."""
    assert gathered(known(request_), AT).consent == ConsentFacts(
        asked=("openid", "email"),
        remembered=frozenset({"openid", "email"}),
        first_party=False,
        each_time=each_time,
        forced=forced,
    )
    first = replace(known(request_), purpose=Authorization(request=request_, client=replace(NATIVE, first_party=True)))
    assert gathered(first, AT).consent.first_party


def test_consent_covers_the_claims_requested_one_by_one() -> None:
    """OIDC Core 5.5: by the scope that would bring them, which is not granted by it."""
    single = replace(REQUEST, claims=ClaimsRequest(userinfo=("groups", "email"), id_token=("name",)))
    assert gathered(known(single), AT).consent.asked == ("openid", "email", "groups", "profile")
    assert single.scopes == ("openid", "email")


@pytest.mark.parametrize(
    ("claims", "acr_values", "level", "unreachable"),
    [
        (ClaimsRequest(acr_values=("2fa",)), (), Level.TWO, False),
        (ClaimsRequest(acr_values=("2fa", "1fa"), acr_essential=True), (), Level.ONE, False),
        (ClaimsRequest(acr_values=(REFEDS_MFA, "aal9"), acr_essential=True), (), Level.TWO, False),
        (ClaimsRequest(acr_values=("aal9",), acr_essential=True), (), Level.ONE, True),
        (ClaimsRequest(acr_values=("phr",), acr_essential=True), (), Level.PHISHING_RESISTANT, False),
        (ClaimsRequest(acr_values=("aal9",), acr_essential=True), ("2fa",), Level.TWO, True),
        (ClaimsRequest(acr_values=(), acr_essential=True), (), Level.ONE, True),
        (ClaimsRequest(acr_values=("aal9",)), (), Level.ONE, False),
        (ClaimsRequest(acr_values=("aal9",)), ("2fa",), Level.TWO, False),
        (ClaimsRequest(acr_values=("1fa",)), ("2fa",), Level.TWO, False),
        (ClaimsRequest(acr_values=("2fa",)), ("1fa",), Level.TWO, False),
        (ClaimsRequest(acr_values=("2fa", "1fa"), acr_essential=True), ("2fa", "1fa"), Level.ONE, False),
        (ClaimsRequest(acr_essential=True), ("2fa",), Level.TWO, False),
        (ClaimsRequest(), ("2fa",), Level.TWO, False),
    ],
)
def test_of_a_requested_acr_and_acr_values_the_stricter_counts(
    claims: ClaimsRequest, acr_values: tuple[str, ...], level: Level, *, unreachable: bool
) -> None:
    """A-12, OIDC Core 5.5.1.1: each at its lowest value; essential, and none of its own known, is out of reach."""
    request = replace(REQUEST, claims=claims, acr_values=acr_values)
    nobody_enrolled = replace(drawn.account(), apps=0)
    facts = gathered(replace(known(request, own=both(AT)), account=nobody_enrolled), AT)
    assert facts.identity is not None
    assert (facts.identity.requirement.level, facts.unreachable) == (level, unreachable)


@given(drawn.knowns())
def test_what_was_loaded_is_handed_on(known: Known[Authorization]) -> None:
    facts = gathered(known, AT)
    request = known.purpose.request
    assert facts.purpose is known.purpose
    assert facts.silent == (Prompt.NONE in request.prompts)
    assert facts.expected == known.expected
    assert facts.expected in {None, *SUBJECTS.values()}
    assert facts.answered == known.answered
    assert facts.proved_here == {proof.method for proof in (known.own.proofs if known.own else ())}
    assert (facts.identity and facts.identity.account) == known.account


@pytest.mark.parametrize(("minutes", "lately"), [(0, True), (10, True), (11, False)])
def test_who_somebody_is_counts_as_shown_for_ten_minutes(minutes: int, *, lately: bool) -> None:
    """ASVS V7.5.1: here or in the session; a code alone says nothing of it."""
    shown = AT - timedelta(minutes=minutes)
    password, code = evidence(Method.PASSWORD, at=shown), evidence(Method.APP_CODE, at=shown)
    assert gathered(known(REQUEST, own=password), AT).identified_lately is lately
    assert gathered(known(REQUEST, of_session=password), AT).identified_lately is lately
    assert not gathered(known(REQUEST, own=code), AT).identified_lately
    assert not gathered(known(REQUEST), AT).identified_lately
