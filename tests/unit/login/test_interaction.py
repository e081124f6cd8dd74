"""The life of an Interaction and of a browser session: how long what may still be used."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from idp.authenticators.evidence import Evidence, proof_stored
from idp.authenticators.methods import Method
from idp.login.browser_session import TOUCH_EVERY, SessionLifetimes
from idp.login.interaction import (
    REPEAT_RESPONSE,
    SETUP_LIFETIME,
    STEP_LIFETIME,
    WHOLE_LIFETIME,
    Finished,
    Interaction,
    Pending,
)
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import Answer
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.grant import CODE_LIFETIME
from idp.values.ids import InteractionId
from idp.values.sealed import Sealed
from tests.drivers.facts import ALICE, ARRIVED, AT, BOB, TICK, WIKI, evidence, proof, session

SEALED = Sealed(b"sealed")
INTERACTION = Interaction(
    id=InteractionId(UUID(int=31)),
    browser=None,
    asked=AuthorizationRequest(
        client_id=WIKI, redirect_uri="https://wiki.example.org/cb", redirect_uri_given=True, scopes=("openid",)
    ),
    arrived_at=ARRIVED,
    expires_at=ARRIVED + STEP_LIFETIME,
    ends_at=ARRIVED + WHOLE_LIFETIME,
)


def test_the_numbers_are_those_of_the_design() -> None:
    """30 min from the latest passed step, 2 h at most; the response repeats as long as its code lives."""
    assert timedelta(minutes=30) == STEP_LIFETIME == SETUP_LIFETIME
    assert timedelta(hours=2) == WHOLE_LIFETIME
    assert timedelta(seconds=60) == REPEAT_RESPONSE == CODE_LIFETIME


def test_a_sign_in_expires_at_the_instant_and_not_before() -> None:
    assert not INTERACTION.expired(INTERACTION.expires_at - TICK)
    assert INTERACTION.expired(INTERACTION.expires_at)
    assert INTERACTION.expired(INTERACTION.expires_at + TICK)


def test_a_finished_sign_in_is_finished_and_not_expired() -> None:
    """The page then says so, and leads on to the app."""
    finished = Finished(sealed_response=SEALED, at=ARRIVED, spent=False)
    assert not replace(INTERACTION, finished=finished).expired(INTERACTION.ends_at)


def test_each_passed_step_gives_half_an_hour_more_within_two_hours() -> None:
    step = ARRIVED + timedelta(minutes=50)
    assert INTERACTION.prolonged(step) == step + timedelta(minutes=30)
    assert INTERACTION.prolonged(ARRIVED + timedelta(minutes=91)) == ARRIVED + timedelta(hours=2)


def test_the_response_is_repeated_until_its_code_is_redeemed_or_dead() -> None:
    """Double click and Back get the same response; a code is never sent twice once it was used."""
    finished = Finished(sealed_response=SEALED, at=ARRIVED, spent=False)
    assert finished.may_repeat(ARRIVED)
    assert finished.may_repeat(ARRIVED + timedelta(seconds=60) - TICK)
    assert not finished.may_repeat(ARRIVED + timedelta(seconds=60))
    assert not replace(finished, spent=True).may_repeat(ARRIVED)


def test_what_waits_sealed_is_dead_at_its_end() -> None:
    """T-13."""
    pending = Pending(sealed=SEALED, until=ARRIVED)
    assert pending.live(ARRIVED - TICK)
    assert not pending.live(ARRIVED)


SIGNING_IN = replace(
    INTERACTION,
    user=ALICE,
    own=evidence(Method.PASSWORD, at=ARRIVED),
    answered=frozenset(Answer),
    enrolment=Pending(sealed=SEALED, until=AT),
    codes=Pending(sealed=SEALED, until=AT),
    notice=Notice(kind=NoticeKind.CODE_WRONG),
)


def test_a_proof_joins_those_of_the_same_person_and_nothing_else_changes() -> None:
    """A-02: each with its own time; a challenge that was out is void."""
    after = SIGNING_IN.with_proof(ALICE, proof_stored(Method.APP_CODE, AT), ARRIVED + timedelta(minutes=40))
    own = Evidence.of(ALICE, [proof(Method.PASSWORD, ARRIVED), proof(Method.APP_CODE, AT)])
    assert after == replace(SIGNING_IN, own=own, expires_at=ARRIVED + timedelta(minutes=40), notice=None, ceremony=1)


def test_the_first_proof_says_who_the_sign_in_is_about() -> None:
    chosen = replace(INTERACTION, answered=frozenset({Answer.OTHER_ACCOUNT}))
    after = chosen.with_proof(ALICE, proof_stored(Method.PASSWORD, AT), AT)
    assert after == replace(chosen, user=ALICE, own=evidence(Method.PASSWORD), expires_at=AT, ceremony=1)


def test_an_answer_before_the_first_proof_stays_with_the_person_who_gave_it() -> None:
    """A step-up begins with the session's person, who may have started an enrolment before proving anything here."""
    after = replace(SIGNING_IN, own=None).with_proof(ALICE, proof_stored(Method.PASSWORD, AT), AT)
    assert after == replace(SIGNING_IN, own=evidence(Method.PASSWORD), expires_at=AT, notice=None, ceremony=1)


def test_nothing_of_one_person_is_left_when_another_proves_a_password() -> None:
    """Proofs, consent and set-up secrets of two people never meet; that an account was chosen remains true."""
    after = SIGNING_IN.with_proof(BOB, proof_stored(Method.PASSWORD, AT), AT)
    assert after == replace(
        INTERACTION,
        user=BOB,
        own=evidence(Method.PASSWORD, user=BOB),
        expires_at=AT,
        ceremony=1,
        answered=frozenset({Answer.SAME_ACCOUNT, Answer.OTHER_ACCOUNT}),
    )


def test_a_session_lives_a_day_and_idles_an_hour() -> None:
    """N-39, SP 800-63B 2.2.3; how exactly idleness is known is little beside it."""
    assert SessionLifetimes() == SessionLifetimes(idle=timedelta(hours=1), absolute=timedelta(hours=24))
    assert timedelta(minutes=1) == TOUCH_EVERY


def test_sid_is_the_sessions_own_id() -> None:
    """O-60: per session, and not the value of the cookie."""
    found = session(evidence(Method.PASSWORD))
    assert found.user == ALICE
    assert found.sid == "00000000-0000-0000-0000-000000000015"
