"""`next_step`: what is asked, in which order, and that nothing is cleared while anything is still in the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import KEYS, SECOND_FACTORS, Level, Method
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.gathering import Known, gathered
from idp.login.next_step import CHECKS, Ask, Cleared, NotCleared, Refuse, next_step
from idp.login.purpose import Authorization
from idp.login.steps import (
    Answer,
    ChangePassword,
    Consent,
    Enrol,
    ProveFactor,
    ReplaceApp,
    SaveRecoveryCodes,
    SelectAccount,
    ShowEnrolmentPass,
    SignIn,
    Step,
)
from idp.oidc.authorization_request import Prompt
from idp.oidc.claims_request import ClaimsRequest
from idp.policy.account import Account, ChangeDemanded
from idp.policy.requirement import Requirement
from idp.policy.rules import Rules
from tests.drivers import facts as drawn
from tests.drivers.facts import ALICE, AT, BOB, FACTORS, GRACED, SUBJECTS, TICK, evidence, proof
from tests.unit.login.oracle import obstacles

NOTHING: frozenset[Answer] = frozenset()
BOTH = evidence(Method.PASSWORD, Method.APP_CODE)
UNASKED = ConsentFacts(
    asked=("openid", "email"),
    remembered=frozenset({"openid", "email"}),
    first_party=False,
    each_time=False,
    forced=False,
)
TWO = Requirement(level=Level.TWO, wanted=Level.TWO, fresh_since=None, reasons=())
ONE = replace(TWO, level=Level.ONE, wanted=Level.ONE)
APPLESS = replace(drawn.account(), apps=0, codes_saved=False, codes_left=0)


def alice(account: Account | None = None, proved: Evidence = BOTH, requirement: Requirement = TWO) -> Facts[str]:
    """Alice as she stands; without arguments there is nothing left to ask her."""
    identity = Identity(account=account or drawn.account(), evidence=proved, requirement=requirement)
    return Facts(
        purpose="sign in",
        silent=False,
        unreachable=False,
        choose_account=False,
        expected=None,
        identity=identity,
        proved_here=frozenset({Method.PASSWORD, Method.APP_CODE}),
        consent=UNASKED,
        answered=NOTHING,
        identified_lately=True,
    )


def asked(facts: Facts[str]) -> Step:
    step = next_step(facts)
    assert isinstance(step, Ask)
    return step.step


# ── the order ────────────────────────────────────────────────────────────────────────────────────


def test_the_table_stands_in_the_order_in_which_a_person_meets_it() -> None:
    """The order is the documentation."""
    assert [check.__name__ for check in CHECKS] == [
        "identified",
        "factor_proved",
        "password_changed",
        "enrolled",
        "codes_saved",
        "app_replaced",
        "consented",
    ]


def test_who_proved_and_answered_everything_is_cleared_with_these_very_facts() -> None:
    facts = alice()
    cleared = next_step(facts)
    assert isinstance(cleared, Cleared)
    assert cleared.facts is facts
    assert cleared.identity is facts.identity


# ── identified ───────────────────────────────────────────────────────────────────────────────────


def test_nobody_signs_in() -> None:
    assert asked(replace(alice(), identity=None)) == SignIn(again=False)


def test_a_disabled_account_gets_nothing_however_much_was_proved() -> None:
    """N-35: unusable at once, in a live session too."""
    assert asked(alice(replace(drawn.account(), active=False))) == SignIn(again=False)


def test_only_the_person_named_by_the_hint_goes_on() -> None:
    """A-16, OIDC Core 3.1.2.1 id_token_hint."""
    assert asked(replace(alice(), expected=SUBJECTS[BOB])) == SignIn(again=False)
    assert isinstance(next_step(replace(alice(), expected=SUBJECTS[ALICE])), Cleared)


def test_the_account_is_chosen_before_anything_else_is_asked_of_it() -> None:
    """A-15, prompt=select_account; either answer will do."""
    facts = replace(alice(proved=Evidence.of(ALICE)), choose_account=True)
    assert asked(facts) == SelectAccount()
    for answer in (Answer.SAME_ACCOUNT, Answer.OTHER_ACCOUNT):
        assert asked(replace(facts, answered=frozenset({answer}))) == SignIn(again=True)
    assert asked(replace(facts, answered=frozenset({Answer.CONSENT, Answer.RECOVERY_USED}))) == SelectAccount()


def test_a_password_that_was_not_proved_is_asked_again_of_the_same_person() -> None:
    assert asked(alice(proved=Evidence.of(ALICE))) == SignIn(again=True)
    assert asked(alice(proved=evidence(Method.APP_CODE))) == SignIn(again=True)


def test_a_proof_exactly_as_old_as_allowed_counts_and_an_older_one_does_not() -> None:
    """A-13: at or after `fresh_since`."""
    assert isinstance(next_step(alice(requirement=replace(TWO, fresh_since=AT))), Cleared)
    assert asked(alice(requirement=replace(TWO, fresh_since=AT + TICK))) == SignIn(again=True)


# ── second factor, password, enrolment, codes ────────────────────────────────────────────────────


def test_an_enrolled_factor_is_asked_where_it_was_not_proved() -> None:
    """A-10: only what is missing."""
    password = evidence(Method.PASSWORD)
    assert asked(alice(proved=password)) == ProveFactor(recovery=True, codes_left=10)
    without_codes = replace(drawn.account(), codes_left=0)
    assert asked(alice(without_codes, password)) == ProveFactor(recovery=False, codes_left=0)
    with_one = replace(drawn.account(), codes_left=1)
    assert asked(alice(with_one, password)) == ProveFactor(recovery=True, codes_left=1)


def test_a_stale_factor_is_asked_again_although_the_password_is_fresh() -> None:
    """A-13: all factors that the level needs."""
    proved = Evidence.of(ALICE, [proof(Method.PASSWORD), proof(Method.APP_CODE, AT - timedelta(hours=1))])
    assert isinstance(next_step(alice(proved=proved)), Cleared)
    fresh = replace(TWO, fresh_since=AT - timedelta(minutes=1))
    assert isinstance(asked(alice(proved=proved, requirement=fresh)), ProveFactor)


def test_a_recovery_code_stands_in_for_the_app() -> None:
    """A-06: password and look-up secret are two factors."""
    assert isinstance(next_step(alice(proved=evidence(Method.PASSWORD, Method.RECOVERY_CODE))), Cleared)


@pytest.mark.parametrize("reason", ["set_by_other", "compromised"])
def test_a_password_that_somebody_else_knows_is_changed_after_every_proof(reason: ChangeDemanded) -> None:
    """N-07, V6.4.1: before any code, and not before the second factor was proved."""
    known_to_others = replace(drawn.account(), password_change_demanded=reason, password_long_enough_alone=False)
    assert asked(alice(known_to_others)) == ChangePassword(reason=reason, minimum=12)
    assert isinstance(asked(alice(known_to_others, evidence(Method.PASSWORD))), ProveFactor)
    alone = replace(known_to_others, apps=0)
    assert asked(alice(alone, requirement=ONE)) == ChangePassword(reason=reason, minimum=15)


def test_a_password_that_may_stand_alone_must_be_long_enough_for_it() -> None:
    """N-01, N-02: fifteen characters, although it was accepted when a second factor stood beside it."""
    short = replace(APPLESS, password_long_enough_alone=False)
    password = evidence(Method.PASSWORD)
    assert asked(alice(short, password, ONE)) == ChangePassword(reason="too_short", minimum=15)
    assert isinstance(next_step(alice(APPLESS, password, ONE)), Cleared)
    assert asked(alice(short, password, TWO)) == Enrol()


def test_who_must_have_a_second_factor_and_has_none_sets_it_up_now() -> None:
    """A-21, N-27: after the password, which is changed first where it must be."""
    password = evidence(Method.PASSWORD)
    assert asked(alice(APPLESS, password)) == Enrol()
    demanded = replace(APPLESS, password_change_demanded="set_by_other")
    assert asked(alice(demanded, password)) == ChangePassword(reason="set_by_other", minimum=12)


def test_a_factor_that_is_gone_does_not_go_on_meeting_the_requirement() -> None:
    """A required factor with none left is set up again, though a session remembers its proof."""
    assert asked(alice(APPLESS)) == Enrol()
    assert isinstance(next_step(alice(APPLESS, requirement=ONE)), Cleared)


@pytest.mark.parametrize(("saved", "left"), [(False, 10), (True, 0), (False, 0)])
def test_recovery_codes_are_saved_before_the_app_gets_a_code(*, saved: bool, left: int) -> None:
    """Never acknowledged, or used up."""
    assert asked(alice(replace(drawn.account(), codes_saved=saved, codes_left=left))) == SaveRecoveryCodes()


def test_one_recovery_code_left_is_enough_and_who_has_no_factor_needs_none() -> None:
    assert isinstance(next_step(alice(replace(drawn.account(), codes_left=1))), Cleared)
    assert isinstance(next_step(alice(APPLESS, requirement=ONE)), Cleared)


def test_after_a_recovery_code_a_new_app_is_offered_once() -> None:
    """May continue to the app first."""
    used = replace(alice(replace(drawn.account(), codes_left=4)), proved_here=frozenset({Method.RECOVERY_CODE}))
    assert asked(used) == ReplaceApp(codes_left=4)
    assert isinstance(next_step(replace(used, answered=frozenset({Answer.RECOVERY_USED}))), Cleared)
    assert asked(replace(used, answered=frozenset({Answer.CONSENT}))) == ReplaceApp(codes_left=4)


# ── consent ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "consent",
    [
        replace(UNASKED, remembered=frozenset({"openid"})),
        replace(UNASKED, remembered=frozenset()),
        replace(UNASKED, forced=True),
        replace(UNASKED, each_time=True),
    ],
    ids=["a scope more", "never given", "prompt=consent", "identity not assured"],
)
def test_consent_is_asked_where_it_was_not_given_or_says_nothing(consent: ConsentFacts) -> None:
    """O-14, RFC 8252 8.6; asked once inside one Interaction, and never for a first-party client."""
    facts = replace(alice(), consent=consent)
    assert asked(facts) == Consent(scopes=("openid", "email"))
    assert isinstance(next_step(replace(facts, answered=frozenset({Answer.CONSENT}))), Cleared)
    assert isinstance(asked(replace(facts, answered=frozenset({Answer.RECOVERY_USED}))), Consent)
    assert isinstance(next_step(replace(facts, consent=replace(consent, first_party=True))), Cleared)


def test_more_consent_than_is_asked_for_will_do() -> None:
    consent = replace(UNASKED, remembered=frozenset({"openid", "email", "groups"}))
    assert isinstance(next_step(replace(alice(), consent=consent)), Cleared)


# ── out of reach ─────────────────────────────────────────────────────────────────────────────────


@given(drawn.facts())
def test_a_level_that_is_essential_and_out_of_reach_is_refused_before_anything_is_asked(facts: Facts[str]) -> None:
    """A-05, A-12, OIDC Core 5.5.1.1: whoever is there, and whatever they proved."""
    step = next_step(replace(facts, unreachable=True))
    assert isinstance(step, Refuse)
    assert step.error.code == "unmet_authentication_requirements"


def test_cleared_is_not_built_for_a_level_out_of_reach() -> None:
    facts = alice()
    assert facts.identity is not None
    with pytest.raises(NotCleared, match=r"^the level that is essential is out of reach$"):
        Cleared(facts=replace(facts, unreachable=True), identity=facts.identity)


# ── silence ──────────────────────────────────────────────────────────────────────────────────────

LOST = replace(alice(), proved_here=frozenset({Method.RECOVERY_CODE}))


@pytest.mark.parametrize(
    ("facts", "error", "description"),
    [
        (replace(alice(), identity=None), "login_required", "the person must sign in"),
        (alice(proved=Evidence.of(ALICE)), "login_required", "the person must sign in"),
        (replace(alice(), choose_account=True), "account_selection_required", "the person must choose an account"),
        (alice(proved=evidence(Method.PASSWORD)), "interaction_required", "the person must complete a further step"),
        (alice(APPLESS), "interaction_required", "the person must complete a further step"),
        (LOST, "interaction_required", "the person must complete a further step"),
        (replace(alice(), consent=replace(UNASKED, forced=True)), "consent_required", "the person must consent"),
    ],
)
def test_where_no_page_may_be_shown_the_error_says_which_one_was_needed(
    facts: Facts[str], error: str, description: str
) -> None:
    """A-14, OIDC Core 3.1.2.6."""
    refused = next_step(replace(facts, silent=True))
    assert isinstance(refused, Refuse)
    assert (refused.error.code, refused.error.description) == (error, description)


@given(drawn.facts())
def test_silence_asks_nothing_and_speech_refuses_nothing(facts: Facts[str]) -> None:
    """A-14: never a page; and the same facts are cleared either way. Only what is out of reach is refused aloud."""
    silent, speaking = next_step(replace(facts, silent=True)), next_step(replace(facts, silent=False))
    assert not isinstance(silent, Ask)
    assert isinstance(speaking, Refuse) == facts.unreachable
    assert isinstance(silent, Cleared) == isinstance(speaking, Cleared)


# ── never cleared ────────────────────────────────────────────────────────────────────────────────


@given(drawn.facts())
def test_nothing_is_cleared_that_is_not_proved_saved_and_allowed(facts: Facts[str]) -> None:
    """V15.4.2, A-21: whoever gathered the facts, and in whatever combination."""
    cleared = next_step(facts)
    if not isinstance(cleared, Cleared):
        return
    assert not facts.unreachable
    identity = cleared.identity
    since = identity.requirement.fresh_since
    fresh = {each.method for each in identity.evidence.proofs if since is None or each.at >= since}
    assert identity.account.active
    assert facts.expected in {None, identity.account.subject}
    assert fresh & {Method.PASSWORD, Method.HARDWARE_PASSKEY, Method.SYNCED_PASSKEY}
    if identity.requirement.level >= Level.TWO:
        assert fresh & SECOND_FACTORS
        assert identity.account.enrolled
    if identity.requirement.level == Level.PHISHING_RESISTANT:
        assert fresh & KEYS
        assert identity.account.keys
    if identity.account.enrolled:
        assert identity.account.codes_saved
        assert identity.account.codes_left > 0
    assert identity.account.password_change_demanded is None
    allowed = Answer.CONSENT in facts.answered or set(facts.consent.asked) <= facts.consent.remembered
    assert facts.consent.first_party or allowed


@given(drawn.facts())
def test_cleared_cannot_be_built_where_the_table_would_ask(facts: Facts[str]) -> None:
    """docs/architecture.md: the constructor runs the same table, whoever calls it."""
    identity = facts.identity or alice().identity
    assert identity is not None
    if isinstance(next_step(facts), Cleared):
        assert Cleared(facts=facts, identity=identity).identity is identity
    else:
        with pytest.raises(NotCleared):
            Cleared(facts=facts, identity=identity)


def test_not_cleared_names_the_step_that_is_missing() -> None:
    facts = alice(proved=evidence(Method.PASSWORD))
    assert facts.identity is not None
    with pytest.raises(NotCleared, match=r"^ProveFactor is still to be asked$"):
        Cleared(facts=facts, identity=facts.identity)


def test_cleared_takes_no_other_identity_than_the_one_decided_on() -> None:
    """An equal one is not the same: it was not looked at."""
    facts, other = alice(), alice().identity
    assert other is not None
    with pytest.raises(NotCleared, match=r"^that is not the identity that was decided on$"):
        Cleared(facts=facts, identity=other)


def test_cleared_cannot_be_changed_into_something_that_is_not() -> None:
    cleared = next_step(alice())
    assert isinstance(cleared, Cleared)
    with pytest.raises(NotCleared):
        replace(cleared, facts=replace(cleared.facts, consent=replace(UNASKED, forced=True)))


@pytest.mark.parametrize("check", CHECKS[1:6], ids=lambda check: check.__name__)
def test_no_check_overlooks_that_nobody_is_identified(check: Callable[[Facts[object]], Step | None]) -> None:
    """Each relies on the first one; out of turn it refuses to guess."""
    nobody = replace(alice(), identity=None, proved_here=frozenset({Method.RECOVERY_CODE}))
    with pytest.raises(NotCleared, match=r"^nobody is identified$"):
        check(nobody)


@given(drawn.facts())
def test_new_recovery_codes_are_only_shown_to_whoever_proved_two_factors(facts: Facts[str]) -> None:
    """N-24: from a session below AAL2 nothing can be read; the requirement of an enrolled person is never less."""
    step = next_step(facts)
    if isinstance(step, Ask) and isinstance(step.step, SaveRecoveryCodes):
        assert facts.identity is not None
        assert facts.identity.proved.level >= facts.identity.requirement.level


def test_evidence_of_somebody_else_is_no_identity() -> None:
    with pytest.raises(ValueError, match=r"^evidence of another user$"):
        Identity(account=drawn.account(), evidence=evidence(Method.PASSWORD, user=BOB), requirement=ONE)


# ── against the same rules in other words ────────────────────────────────────────────────────────


@given(drawn.knowns())
def test_a_code_is_made_exactly_when_nothing_is_in_the_way(known: Known[Authorization]) -> None:
    """A-18 and all of group A: `oracle.py` says the rules a second time."""
    in_the_way = obstacles(known, AT)
    assert isinstance(next_step(gathered(known, AT)), Cleared) == (not in_the_way), in_the_way


@given(drawn.finished_knowns() | drawn.finished_knowns(keys=True))
def test_who_proved_and_answered_everything_is_cleared(known: Known[Authorization]) -> None:
    assert obstacles(known, AT) == set()
    assert isinstance(next_step(gathered(known, AT)), Cleared)


def _account(known: Known[Authorization], **changes: object) -> Known[Authorization]:
    assert known.account is not None
    return replace(known, account=replace(known.account, **changes))  # type: ignore[arg-type]


def _prompted(known: Known[Authorization], *prompts: Prompt, answered: frozenset[Answer]) -> Known[Authorization]:
    request = replace(known.purpose.request, prompts=frozenset(prompts))
    return replace(known, purpose=replace(known.purpose, request=request), answered=answered)


def _asking(known: Known[Authorization], claims: ClaimsRequest) -> Known[Authorization]:
    request = replace(known.purpose.request, claims=claims)
    return replace(known, purpose=replace(known.purpose, request=request))


def _without(known: Known[Authorization], *methods: Method) -> Known[Authorization]:
    own = Evidence.of(ALICE, (each for each in known.own.proofs if each.method not in methods)) if known.own else None
    return replace(known, own=own, session=None)


UNRULED: dict[str, object] = {"groups": frozenset(), "own_rule": None}

SPOILT: dict[str, tuple[Callable[[Known[Authorization]], Known[Authorization]], Step]] = {
    "nobody": (lambda known: replace(known, account=None), SignIn(again=False)),
    "inactive": (lambda known: _account(known, active=False), SignIn(again=False)),
    "somebody else": (lambda known: replace(known, expected=SUBJECTS[BOB]), SignIn(again=False)),
    "not chosen": (
        lambda known: _prompted(
            known, Prompt.SELECT_ACCOUNT, answered=frozenset({Answer.CONSENT, Answer.RECOVERY_USED})
        ),
        SelectAccount(),
    ),
    "password": (lambda known: _without(known, Method.PASSWORD), SignIn(again=True)),
    "second factor": (lambda known: _without(known, *FACTORS), ProveFactor(recovery=True, codes_left=3)),
    "change": (
        lambda known: _account(known, password_change_demanded="compromised"),
        ChangePassword(reason="compromised", minimum=12),
    ),
    "no factor": (lambda known: _account(known, apps=0, enrolment_pass_demanded=False), Enrol()),
    "offered key": (
        lambda known: replace(known, rules=Rules(version=3, server=GRACED[4]), answered=known.answered),
        Enrol(ways=("key",), may_wait_until=AT + timedelta(days=2)),
    ),
    "short": (
        lambda known: _account(known, apps=0, password_long_enough_alone=False),
        ChangePassword(reason="too_short", minimum=15),
    ),
    "offered": (
        lambda known: replace(
            _account(known, apps=0, had_factor=False, applied={}, enrolment_pass_demanded=False, **UNRULED),
            rules=Rules(version=3, server=GRACED[0]),
        ),
        Enrol(may_wait_until=AT + timedelta(days=2)),
    ),
    "codes": (lambda known: _account(known, codes_left=0), SaveRecoveryCodes()),
    "app lost": (
        lambda known: replace(known, answered=known.answered - {Answer.RECOVERY_USED}),
        ReplaceApp(codes_left=3),
    ),
    "out of reach": (
        lambda known: _asking(known, drawn.OUT_OF_REACH[0]),
        SignIn(again=False),  # refused instead
    ),
    "consent": (
        lambda known: _prompted(known, Prompt.CONSENT, answered=frozenset({Answer.RECOVERY_USED})),
        Consent(scopes=("openid", "email")),
    ),
}


@pytest.mark.parametrize("obstacle", SPOILT)
@settings(max_examples=25)
@given(data=st.data())
def test_each_obstacle_alone_is_enough(obstacle: str, data: st.DataObject) -> None:
    """One thing taken from a sign-in that would be cleared, and that thing is asked for."""
    spoil, step = SPOILT[obstacle]
    spoilt = spoil(data.draw(drawn.finished_knowns()))
    if obstacles(spoilt, AT) != {obstacle}:
        return  # this request or person does not mind
    found = next_step(gathered(spoilt, AT))
    if isinstance(found, Ask) and isinstance(found.step, Consent):
        assert found.step.scopes == spoilt.purpose.request.scopes_told
    else:
        assert (found == Ask(step=step)) if isinstance(found, Ask) else isinstance(found, Refuse)
    if obstacle == "out of reach":
        assert isinstance(found, Refuse)


@given(drawn.finished_knowns() | drawn.finished_knowns(keys=True), st.sampled_from(Method))
def test_one_more_proof_never_closes_what_was_open(known: Known[Authorization], method: Method) -> None:
    """A-02: level and amr only grow by it; a recovery code at most leads to the offer of a new app."""
    before = gathered(replace(known, answered=known.answered - {Answer.RECOVERY_USED}), AT)
    assume(isinstance(next_step(before), Cleared))
    assert known.own is not None
    more = replace(known, own=known.own.plus(evidence(method)), answered=known.answered - {Answer.RECOVERY_USED})
    after = gathered(more, AT)
    step = next_step(after)
    offered = isinstance(step, Ask) and isinstance(step.step, ReplaceApp) and method is Method.RECOVERY_CODE
    may_wait = isinstance(step, Ask) and isinstance(step.step, Enrol) and method is Method.PASSWORD
    assert isinstance(step, Cleared) or offered or may_wait or after.silent
    assert before.identity is not None
    assert after.identity is not None
    assert after.identity.proved.level >= before.identity.proved.level
    assert set(after.identity.proved.amr) >= set(before.identity.proved.amr)


def test_a_new_password_is_chosen_by_who_has_just_shown_who_they_are() -> None:
    """ASVS V6.2.3, V7.5.1: not by whoever finds a browser signed in an hour ago; silence stays as it was."""
    demanded = alice(replace(drawn.account(), password_change_demanded="compromised"))
    left = replace(demanded, identified_lately=False)
    assert isinstance(asked(demanded), ChangePassword)
    assert asked(left) == SignIn(again=True)
    silent = next_step(replace(left, silent=True))
    assert isinstance(silent, Refuse)
    assert silent.error.code == "interaction_required"


# ── keys, lost things and passes ─────────────────────────────────────────────────────────────────

KEYED = replace(drawn.account(), keys=1)
PHR = replace(ONE, level=Level.PHISHING_RESISTANT, wanted=Level.PHISHING_RESISTANT)
PASSKEY = evidence(Method.SYNCED_PASSKEY)


def test_a_passkey_that_verified_its_person_is_a_whole_sign_in() -> None:
    """A-01, SP 800-63B 3.1.7: two factors in one, and nobody asks for the password."""
    assert isinstance(next_step(alice(KEYED, PASSKEY, TWO)), Cleared)
    assert isinstance(next_step(alice(KEYED, PASSKEY, PHR)), Cleared)
    assert asked(alice(KEYED, evidence(Method.SYNCED_KEY), TWO)) == SignIn(again=True)


def test_where_only_a_key_will_do_a_key_is_asked_of_who_has_one() -> None:
    """A-05, A-10: a code does not lift a sign-in to phr."""
    only = ProveFactor(app=False, recovery=False, key=True, codes_left=10)
    assert asked(alice(KEYED, evidence(Method.PASSWORD), PHR)) == only
    assert asked(alice(KEYED, BOTH, PHR)) == only
    assert isinstance(next_step(alice(KEYED, BOTH.plus(evidence(Method.HARDWARE_KEY)), PHR)), Cleared)


def test_who_has_no_key_proves_what_there_is_and_sets_one_up() -> None:
    """N-26: never with the password alone where there is an app."""
    assert asked(alice(proved=evidence(Method.PASSWORD), requirement=PHR)) == ProveFactor(recovery=True, codes_left=10)
    assert asked(alice(proved=BOTH, requirement=PHR)) == Enrol(ways=("key",))
    assert asked(alice(APPLESS, evidence(Method.PASSWORD), PHR)) == Enrol(ways=("key",))


def test_any_second_factor_is_offered_that_would_do() -> None:
    password = evidence(Method.PASSWORD)
    assert asked(alice(KEYED, password, TWO)) == ProveFactor(recovery=True, key=True, codes_left=10)
    keys_alone = replace(KEYED, apps=0)
    assert asked(alice(keys_alone, password, TWO)) == ProveFactor(app=False, recovery=True, key=True, codes_left=10)


def test_a_lost_factor_proves_nothing_and_still_keeps_the_account_from_starting_anew() -> None:
    """N-34: whoever knows the password alone binds no factor of their own."""
    lost, password = replace(drawn.account(), apps=0, suspended=1), evidence(Method.PASSWORD)
    assert asked(alice(lost, password, TWO)) == ProveFactor(app=False, recovery=True, codes_left=10)
    assert asked(alice(replace(lost, codes_left=0), password, TWO)) == ProveFactor(
        app=False, recovery=False, codes_left=0
    )


def test_the_first_factor_may_need_a_pass() -> None:
    """SP 800-63B 4.1: once, before anything is set up; never of who has a factor already."""
    password, guarded = evidence(Method.PASSWORD), replace(TWO, enrolment_pass=True)
    waiting = alice(APPLESS, password, guarded)
    assert asked(waiting) == ShowEnrolmentPass()
    assert asked(replace(waiting, answered=waiting.answered | {Answer.PASS_SHOWN})) == Enrol()
    assert isinstance(next_step(alice(requirement=guarded)), Cleared)
    assert asked(alice(proved=BOTH, requirement=replace(PHR, enrolment_pass=True))) == Enrol(ways=("key",))
