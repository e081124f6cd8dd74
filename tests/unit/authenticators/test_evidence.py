"""Evidence: level, amr and auth_time follow from what was proved, and from nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators.evidence import Evidence, Proof, instant, microseconds, proof_stored
from idp.authenticators.methods import KEYS, SECOND_FACTORS, Factor, Level, Method
from idp.values.ids import UserId

ALICE, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))
AT = datetime(2031, 3, 5, 14, 5, 10, 123456, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PASSKEYS = {Method.HARDWARE_PASSKEY, Method.SYNCED_PASSKEY}
PROOFS = st.lists(st.builds(Proof, user=st.just(ALICE), method=st.sampled_from(Method), at=INSTANTS))


def proof(method: Method, at: datetime = AT, user: UserId = ALICE) -> Proof:
    return Proof(user=user, method=method, at=at)


@pytest.mark.parametrize(
    ("methods", "level", "amr"),
    [
        ([], Level.NONE, ()),
        ([Method.PASSWORD], Level.ONE, ("pwd",)),
        ([Method.APP_CODE], Level.NONE, ("otp",)),
        ([Method.PASSWORD, Method.APP_CODE], Level.TWO, ("pwd", "otp", "mfa")),
        ([Method.RECOVERY_CODE, Method.PASSWORD], Level.TWO, ("pwd", "recovery_code", "mfa")),
        ([Method.APP_CODE, Method.RECOVERY_CODE], Level.NONE, ("otp", "recovery_code")),
        ([Method.HARDWARE_KEY], Level.NONE, ("hwk", "user")),
        ([Method.SYNCED_KEY, Method.APP_CODE], Level.NONE, ("otp", "swk", "user")),
        ([Method.PASSWORD, Method.HARDWARE_KEY], Level.PHISHING_RESISTANT, ("pwd", "hwk", "user", "mfa")),
        ([Method.HARDWARE_PASSKEY], Level.PHISHING_RESISTANT, ("hwk", "user", "mfa")),
        ([Method.SYNCED_PASSKEY], Level.PHISHING_RESISTANT, ("swk", "user", "mfa")),
        (list(Method), Level.PHISHING_RESISTANT, ("pwd", "otp", "recovery_code", "hwk", "user", "swk", "mfa")),
    ],
)
def test_level_and_amr_say_what_was_proved(methods: list[Method], level: Level, amr: tuple[str, ...]) -> None:
    """A-01, A-03, A-06, RFC 8176 2: `mfa` only for two different factors; two possessions are one."""
    evidence = Evidence.of(ALICE, map(proof, methods))
    assert (evidence.level, evidence.amr) == (level, amr)


def test_auth_time_is_the_latest_proof() -> None:
    """A-07, OIDC Core 2."""
    later = AT + timedelta(minutes=2)
    assert Evidence.of(ALICE).auth_time is None
    assert Evidence.of(ALICE, [proof(Method.APP_CODE, later), proof(Method.PASSWORD)]).auth_time == later


def test_a_session_is_as_fresh_as_the_oldest_proof_that_its_level_rests_on() -> None:
    """A fresh code beside an old password makes no fresh sign-in; of two codes the later one counts."""
    later, latest = AT + timedelta(minutes=2), AT + timedelta(minutes=5)
    password, code, recovery = (
        proof(Method.PASSWORD),
        proof(Method.APP_CODE, later),
        proof(Method.RECOVERY_CODE, latest),
    )
    assert Evidence.of(ALICE).rests_on is None
    assert Evidence.of(ALICE, [password]).rests_on == AT
    assert Evidence.of(ALICE, [password, code]).rests_on == AT
    assert Evidence.of(ALICE, [proof(Method.PASSWORD, latest), code]).rests_on == later
    assert Evidence.of(ALICE, [proof(Method.PASSWORD, latest), code, recovery]).rests_on == latest


def test_each_method_counts_with_its_latest_proof() -> None:
    """A-02: each with its own time."""
    later = AT + timedelta(minutes=2)
    evidence = Evidence.of(ALICE, [proof(Method.PASSWORD, later), proof(Method.PASSWORD)])
    assert evidence.proofs == {proof(Method.PASSWORD, later)}


def test_a_freshness_demand_leaves_only_what_is_young_enough() -> None:
    """A-13: at the very instant counts as fresh."""
    evidence = Evidence.of(ALICE, [proof(Method.PASSWORD), proof(Method.APP_CODE, AT - timedelta(microseconds=1))])
    assert evidence.since(AT).amr == ("pwd",)
    assert evidence.since(AT + timedelta(microseconds=1)).amr == ()


def test_two_peoples_proofs_never_add_up() -> None:
    """Evidence is all of one user."""
    with pytest.raises(ValueError, match=r"^evidence holds proofs of one user only$"):
        Evidence.of(ALICE, [proof(Method.PASSWORD), proof(Method.APP_CODE, user=BOB)])
    with pytest.raises(ValueError, match=r"^evidence holds proofs of one user only$"):
        Evidence.of(ALICE).plus(Evidence.of(BOB, [proof(Method.APP_CODE, user=BOB)]))


def test_one_method_stands_in_evidence_once() -> None:
    with pytest.raises(ValueError, match=r"^evidence holds one proof per method$"):
        Evidence(user=ALICE, proofs=frozenset({proof(Method.PASSWORD), proof(Method.PASSWORD, AT + timedelta(1))}))


def test_evidence_adds_up() -> None:
    """A-10: a password of the session and a code of this interaction are two factors."""
    both = Evidence.of(ALICE, [proof(Method.PASSWORD)]).plus(Evidence.of(ALICE, [proof(Method.APP_CODE)]))
    assert both.level is Level.TWO
    assert both.has(Method.APP_CODE)
    assert not both.has(Method.RECOVERY_CODE)


@given(PROOFS)
def test_storing_and_restoring_evidence_changes_nothing(proofs: list[Proof]) -> None:
    evidence = Evidence.of(ALICE, proofs)
    assert Evidence.restored(ALICE, evidence.stored()) == evidence


@given(PROOFS, PROOFS)
def test_more_proofs_never_lower_the_level(some: list[Proof], more: list[Proof]) -> None:
    """N-42."""
    before, after = Evidence.of(ALICE, some), Evidence.of(ALICE, [*some, *more])
    assert before.level <= after.level
    assert set(before.amr) <= set(after.amr)
    assert ("mfa" in after.amr) == (after.level >= Level.TWO)


@given(INSTANTS)
def test_an_instant_survives_as_microseconds(at: datetime) -> None:
    assert instant(microseconds(at)) == at
    assert proof_stored(Method.APP_CODE, at) == {"otp": microseconds(at)}


def test_methods_know_their_factor() -> None:
    """SP 800-63B 2."""
    assert Method.PASSWORD.factors == {Factor.KNOWLEDGE}
    assert {method for method in Method if Factor.POSSESSION in method.factors} == SECOND_FACTORS
    assert {method for method in Method if len(method.factors) > 1} == PASSKEYS


def test_a_password_and_a_passkey_tell_who_somebody_is() -> None:
    """SP 800-63B 3.1: a possession alone does not."""
    assert {method for method in Method if method.identifies} == {Method.PASSWORD, *PASSKEYS}


def test_only_keys_resist_phishing_and_all_of_them_share_one_counter() -> None:
    """A-05, N-13."""
    assert {method for method in Method if method.phishing_resistant} == KEYS
    assert {method.counter for method in KEYS} == {"key"}
    assert {method.counter for method in set(Method) - KEYS} == {"pwd", "otp", "recovery_code"}


@pytest.mark.parametrize("synced", [True, False])
def test_a_key_is_a_passkey_where_it_verified_its_person(*, synced: bool) -> None:
    """WebAuthn 6.1: the flags UV and BE."""
    verified, present = (Method.of_key(synced=synced, verified=verified) for verified in (True, False))
    assert {verified} <= PASSKEYS
    assert {present} <= KEYS - PASSKEYS
    assert verified.amr == present.amr == ("swk" if synced else "hwk", "user")
