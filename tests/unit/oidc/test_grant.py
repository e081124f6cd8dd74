"""What a code or refresh token is worth: RFC 6749 4.1.3, 5.2, 6, RFC 9700 4.14.2; O-16 to O-20, O-27 to O-30."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client import Client
from idp.oidc.grant import (
    CODE_LIFETIME,
    REFRESH_ABSOLUTE,
    REFRESH_IDLE,
    ROTATION_GRACE,
    CodeFacts,
    GrantFacts,
    Redeemed,
    Refreshed,
    RefreshExpiry,
    RefreshFacts,
    Rejected,
    Rejection,
    Rotation,
    redeem,
    refresh,
    refresh_expiry,
)
from idp.oidc.token_request import CodeExchange, Refresh
from idp.values.ids import ClientId
from idp.values.secrets import Code, RefreshToken, Verifier
from tests.unit.oidc.samples import CODE, GRANT, NOW, OFFLINE, PUBLIC, REFRESH, VERIFIER, WEB

EXCHANGE = CodeExchange(
    client=WEB, code=Code("c"), redirect_uri="https://wiki.example.org/cb", verifier=Verifier(VERIFIER)
)
ASKED = Refresh(client=WEB, token=RefreshToken("r"), scopes=None)
ROTATING = replace(WEB, rotate_refresh_tokens=True)
OTHER = ClientId("other")


def rejected(facts: CodeFacts | None, request: CodeExchange = EXCHANGE, at: datetime = NOW) -> Rejected:
    """The rejection of a code."""
    outcome = redeem(facts, request, at)
    assert isinstance(outcome, Rejected)
    return outcome


def refused(facts: RefreshFacts | None, request: Refresh = ASKED, at: datetime = NOW) -> Rejected:
    """The rejection of a refresh token."""
    outcome = refresh(facts, request, at)
    assert isinstance(outcome, Rejected)
    return outcome


def refreshed(facts: RefreshFacts, request: Refresh = ASKED, at: datetime = NOW) -> Refreshed:
    """The success of a refresh token."""
    outcome = refresh(facts, request, at)
    assert isinstance(outcome, Refreshed)
    return outcome


def test_a_good_code_gives_tokens() -> None:
    """RFC 6749 4.1.3."""
    assert redeem(CODE, EXCHANGE, NOW) == Redeemed(
        grant=GRANT, nonce="n-0S6", refresh=RefreshExpiry(idle_at=None, at=NOW + timedelta(hours=20))
    )


def test_without_the_grant_type_no_refresh_token_is_due() -> None:
    client = replace(WEB, grant_types=frozenset({"authorization_code"}))
    outcome = redeem(CODE, replace(EXCHANGE, client=client), NOW)
    assert isinstance(outcome, Redeemed)
    assert outcome.refresh is None


def test_the_redirect_uri_may_be_missing_where_the_request_had_none() -> None:
    """RFC 6749 4.1.3."""
    facts = replace(CODE, redirect_uri_given=False)
    assert isinstance(redeem(facts, replace(EXCHANGE, redirect_uri=None), NOW), Redeemed)
    assert isinstance(redeem(facts, EXCHANGE, NOW), Redeemed)


def test_a_code_without_challenge_needs_no_verifier() -> None:
    facts = replace(CODE, challenge=None)
    assert isinstance(redeem(facts, replace(EXCHANGE, verifier=None), NOW), Redeemed)


WITHOUT_CHALLENGE = replace(CODE, challenge=None)


@pytest.mark.parametrize(
    ("facts", "changes", "reason"),
    [
        (replace(CODE, grant=replace(GRANT, client_id=OTHER)), {}, Rejection.OTHER_CLIENT),
        (replace(CODE, grant=replace(GRANT, revoked=True)), {}, Rejection.REVOKED),
        (replace(CODE, expires_at=NOW), {}, Rejection.EXPIRED),
        (CODE, {"redirect_uri": None}, Rejection.WRONG_REDIRECT_URI),
        (CODE, {"redirect_uri": "https://wiki.example.org/cb/"}, Rejection.WRONG_REDIRECT_URI),
        (CODE, {"verifier": None}, Rejection.WRONG_VERIFIER),
        (CODE, {"verifier": Verifier("a" * 43)}, Rejection.WRONG_VERIFIER),
        (CODE, {"verifier": Verifier("a" * 42)}, Rejection.WRONG_VERIFIER),
        (WITHOUT_CHALLENGE, {}, Rejection.WRONG_VERIFIER),
        (replace(CODE, grant=replace(GRANT, user_active=False)), {}, Rejection.USER_INACTIVE),
        (replace(CODE, grant=replace(GRANT, session_alive=False)), {}, Rejection.SESSION_ENDED),
        (replace(CODE, grant=replace(OFFLINE, session_alive=False)), {}, Rejection.SESSION_ENDED),
    ],
)
def test_what_is_wrong_with_a_code(facts: CodeFacts, changes: dict[str, Any], reason: Rejection) -> None:
    """O-16, O-17, O-20: the grant itself is not touched."""
    outcome = rejected(facts, replace(EXCHANGE, **changes))
    assert (outcome.reason, outcome.ends_grant) == (reason, False)
    assert outcome.grant == GRANT.grant


def test_an_unknown_code_is_rejected() -> None:
    assert rejected(None) == Rejected(reason=Rejection.UNKNOWN)


def test_a_code_is_good_to_the_last_moment_of_its_life() -> None:
    """RFC 6749 4.1.2, FAPI 2: 60 s."""
    assert timedelta(seconds=60) == CODE_LIFETIME
    assert isinstance(redeem(CODE, EXCHANGE, CODE.expires_at - timedelta(microseconds=1)), Redeemed)


def test_a_replayed_code_ends_the_grant() -> None:
    """RFC 6749 4.1.2: whatever else is wrong with it, and also after it expired."""
    replayed = replace(CODE, already_redeemed=True)
    for facts in (replayed, replace(replayed, expires_at=NOW), replace(replayed, grant=replace(GRANT, revoked=True))):
        outcome = rejected(facts, replace(EXCHANGE, verifier=None))
        assert (outcome.reason, outcome.ends_grant, outcome.grant) == (Rejection.REPLAYED, True, GRANT.grant)


def test_another_client_cannot_end_the_grant() -> None:
    """Knowing a code that was used must not be enough to sign somebody out."""
    facts = replace(CODE, already_redeemed=True, grant=replace(GRANT, client_id=OTHER))
    assert (rejected(facts).reason, rejected(facts).ends_grant) == (Rejection.OTHER_CLIENT, False)


@pytest.mark.parametrize("reason", [reason for reason in Rejection if reason is not Rejection.WIDER_SCOPE])
def test_the_client_reads_the_same_whatever_the_reason(reason: Rejection) -> None:
    """O-20: same body."""
    error = Rejected(reason=reason).error
    assert error.body() == {
        "error": "invalid_grant",
        "error_description": "the grant is not valid, has expired or was revoked",
    }
    assert error.detail == reason.value


def test_a_confidential_client_keeps_its_refresh_token() -> None:
    """RFC 6749 6."""
    assert refresh(REFRESH, ASKED, NOW) == Refreshed(
        grant=GRANT, scopes=GRANT.scopes, rotation=Rotation.KEPT, expiry=REFRESH.expiry
    )


@pytest.mark.parametrize("client", [ROTATING, replace(PUBLIC, client_id=WEB.client_id)])
def test_the_others_rotate_at_each_use(client: Client) -> None:
    """RFC 9700 4.14.2, O-27."""
    assert refreshed(REFRESH, replace(ASKED, client=client)).rotation is Rotation.ROTATED


SUPERSEDED = replace(REFRESH, superseded_at=NOW - ROTATION_GRACE + timedelta(microseconds=1))


def test_within_the_grace_the_same_successor_comes_again() -> None:
    """O-28: a client whose answer was lost is not locked out."""
    for client in (ROTATING, WEB):
        assert refreshed(SUPERSEDED, replace(ASKED, client=client)).rotation is Rotation.REPEATED


@pytest.mark.parametrize(
    "facts",
    [
        replace(SUPERSEDED, superseded_at=NOW - ROTATION_GRACE),
        replace(SUPERSEDED, superseded_at=NOW - timedelta(days=1)),
        replace(SUPERSEDED, successor_used=True),
    ],
)
def test_after_the_grace_reuse_ends_the_grant(facts: RefreshFacts) -> None:
    """RFC 9700 4.14.2; the grace ends at the successor's first use."""
    outcome = refused(facts, replace(ASKED, client=ROTATING))
    assert (outcome.reason, outcome.ends_grant, outcome.grant) == (Rejection.REPLAYED, True, GRANT.grant)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(REFRESH, grant=replace(GRANT, client_id=OTHER)), Rejection.OTHER_CLIENT),
        (replace(REFRESH, grant=replace(GRANT, revoked=True)), Rejection.REVOKED),
        (replace(REFRESH, expiry=RefreshExpiry(idle_at=None, at=NOW)), Rejection.EXPIRED),
        (replace(REFRESH, expiry=RefreshExpiry(idle_at=NOW, at=NOW + timedelta(days=1))), Rejection.EXPIRED),
        (replace(REFRESH, grant=replace(GRANT, user_active=False)), Rejection.USER_INACTIVE),
        (replace(REFRESH, grant=replace(GRANT, session_alive=False)), Rejection.SESSION_ENDED),
    ],
)
def test_what_ends_a_refresh_token(facts: RefreshFacts, reason: Rejection) -> None:
    """O-29; OpenID conformance: another client's token is invalid_grant."""
    outcome = refused(facts)
    assert (outcome.reason, outcome.ends_grant, outcome.error.code) == (reason, False, "invalid_grant")
    assert refused(replace(facts, superseded_at=NOW - timedelta(days=1))).reason is reason


def test_an_unknown_refresh_token_is_rejected() -> None:
    assert refused(None) == Rejected(reason=Rejection.UNKNOWN)


def test_offline_access_outlives_the_browser_session() -> None:
    """OIDC Core 11, O-29."""
    facts = replace(REFRESH, grant=replace(OFFLINE, session_alive=False))
    assert refreshed(facts).grant.offline


def test_a_grant_without_a_session_does_not_end_with_one() -> None:
    assert refreshed(replace(REFRESH, grant=replace(GRANT, session_alive=None))).rotation is Rotation.KEPT


def test_scopes_may_be_narrowed_and_the_grant_keeps_its_own() -> None:
    """RFC 6749 6, O-30."""
    outcome = refreshed(REFRESH, replace(ASKED, scopes=("openid",)))
    assert (outcome.scopes, outcome.grant.scopes) == (("openid",), ("openid", "email"))


def test_a_wider_scope_is_invalid_scope_and_harms_nothing() -> None:
    """RFC 6749 6, O-30; judged last, so that a dead token never says more than invalid_grant."""
    wider = replace(ASKED, scopes=("openid", "phone"))
    outcome = refused(REFRESH, wider)
    assert (outcome.reason, outcome.ends_grant, outcome.error.code) == (Rejection.WIDER_SCOPE, False, "invalid_scope")
    assert refused(replace(REFRESH, grant=replace(GRANT, revoked=True)), wider).error.code == "invalid_grant"


def test_a_refresh_token_bound_to_the_session_ends_with_it() -> None:
    """At the absolute end, not at the idle end."""
    assert refresh_expiry(GRANT, NOW) == RefreshExpiry(idle_at=None, at=NOW + timedelta(hours=20))
    assert refresh_expiry(replace(GRANT, session_ends_at=None), NOW) is None


def test_a_refresh_without_any_session_keeps_its_expiry() -> None:
    facts = replace(REFRESH, grant=replace(GRANT, session_alive=None, session_ends_at=None))
    assert refreshed(facts).expiry == REFRESH.expiry


@given(st.timedeltas(timedelta(0), REFRESH_ABSOLUTE))
def test_an_offline_token_ends_unused_or_in_any_case(age: timedelta) -> None:
    """30 days idle, 180 in all, counted from the grant's opening."""
    at = OFFLINE.opened_at + age
    expiry = refresh_expiry(OFFLINE, at)
    assert expiry is not None
    assert expiry.at == OFFLINE.opened_at + timedelta(days=180)
    assert expiry.idle_at == min(at + REFRESH_IDLE, expiry.at)
    assert expiry.passed(expiry.idle_at)
    assert not expiry.passed(at) or age == REFRESH_ABSOLUTE


@pytest.mark.parametrize(
    ("grant", "stands"),
    [
        (GRANT, True),
        (replace(GRANT, session_alive=None), True),
        (replace(GRANT, session_alive=False), False),
        (replace(OFFLINE, session_alive=False), True),
        (replace(OFFLINE, revoked=True), False),
        (replace(GRANT, user_active=False), False),
    ],
)
def test_when_the_tokens_of_a_grant_still_count(grant: GrantFacts, *, stands: bool) -> None:
    """Decision 7: revocation, sign-out and introspection act at once."""
    assert grant.stands is stands
