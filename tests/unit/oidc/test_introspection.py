"""Introspection, revocation, userinfo, CORS: RFC 7662, RFC 7009, OIDC Core 5.3; O-11, O-44, O-46, O-48, A-09."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.directory.person import Person
from idp.oidc.access_token import AccessToken, accepted, access_token_claims, machine_token_claims
from idp.oidc.client import Client
from idp.oidc.cors import allowed_origins
from idp.oidc.errors import InsufficientScope, InvalidClient, InvalidRequest, InvalidToken, UnauthorizedClient
from idp.oidc.grant import RefreshExpiry, RefreshFacts
from idp.oidc.introspection import INACTIVE, caller, may_see, of_access_token, of_refresh_token
from idp.oidc.parameters import Parameters
from idp.oidc.presented_token import PresentedToken
from idp.oidc.revocation import require_own
from idp.oidc.userinfo import UserinfoFacts, grant_of, to_be_signed, userinfo
from idp.values.ids import ClientId, Subject
from tests.unit.oidc.samples import (
    AUTHENTICATION,
    GRANT,
    ISSUER,
    MACHINE,
    NATIVE,
    NOW,
    OFFLINE,
    PUBLIC,
    REFRESH,
    WEB,
    form,
)


def token(client: Client = WEB, scopes: tuple[str, ...] = ("openid", "email")) -> AccessToken:
    """An accepted token of alice for the client."""
    claims = access_token_claims(issuer=ISSUER, client=client, grant=GRANT, scopes=scopes, jti="j", at=NOW)
    return accepted(claims, issuer=ISSUER, audience=None, at=NOW)


def machine_token() -> AccessToken:
    """An accepted token of the machine."""
    claims = machine_token_claims(issuer=ISSUER, client=MACHINE, scopes=("jobs.read",), jti="j", at=NOW)
    return accepted(claims, issuer=ISSUER, audience=None, at=NOW)


def test_a_presented_token_is_read_and_its_kind_seen() -> None:
    """RFC 7662 2.1, RFC 7009 2.1: an unknown hint harms nobody."""
    presented = PresentedToken.parse(form(token="a.b.c", token_type_hint="unheard_of"))
    assert presented.is_access_token
    assert not PresentedToken.parse(form(token="opaque-refresh_token")).is_access_token
    assert "a.b.c" not in repr(presented)


@pytest.mark.parametrize("raw", [b"", b"token=", b"token=a&token=a", b"token=a&token_type_hint=x&token_type_hint=x"])
def test_without_exactly_one_token_the_request_is_invalid(raw: bytes) -> None:
    with pytest.raises(InvalidRequest):
        PresentedToken.parse(Parameters.parse(raw))


def test_introspection_needs_a_client_with_a_secret() -> None:
    """RFC 7662 2.1."""
    assert caller(WEB) is WEB
    with pytest.raises(InvalidClient):
        caller(PUBLIC)


def test_a_token_is_seen_by_its_client_and_its_audience() -> None:
    api = replace(WEB, client_id=ClientId("https://jobs.example.org"))
    assert may_see(WEB, token())
    assert not may_see(replace(WEB, client_id=ClientId("other")), token())
    assert may_see(api, machine_token())
    assert not may_see(api, token())


def test_an_active_access_token_says_its_sign_in() -> None:
    """RFC 7662 2.2, RFC 9470 6.2."""
    issued = int(NOW.timestamp())
    assert of_access_token(token(), ISSUER) == {
        "active": True,
        "token_type": "Bearer",
        "iss": "https://id.example.org",
        "client_id": "wiki",
        "sub": AUTHENTICATION.sub,
        "aud": "https://id.example.org",
        "scope": "openid email",
        "jti": "j",
        "iat": issued,
        "exp": issued + 600,
        "acr": "2fa",
        "auth_time": issued - 300,
    }


def test_a_machines_token_has_no_sign_in() -> None:
    members = of_access_token(machine_token(), ISSUER)
    assert members["sub"] == members["client_id"] == "backup"
    assert not {"acr", "auth_time"} & set(members)


def test_several_audiences_stay_a_list() -> None:
    members = of_access_token(token(replace(WEB, audiences=("https://jobs.example.org",))), ISSUER)
    assert members["aud"] == ["https://jobs.example.org", "https://id.example.org"]


def test_an_active_refresh_token() -> None:
    assert of_refresh_token(REFRESH, WEB, ISSUER, NOW) == {
        "active": True,
        "iss": "https://id.example.org",
        "client_id": "wiki",
        "sub": AUTHENTICATION.sub,
        "scope": "openid email",
        "exp": int((NOW + timedelta(hours=20)).timestamp()),
        "acr": "2fa",
        "auth_time": int(AUTHENTICATION.auth_time.timestamp()),
    }
    idle = replace(REFRESH, expiry=RefreshExpiry(idle_at=NOW + timedelta(hours=1), at=NOW + timedelta(hours=2)))
    assert of_refresh_token(idle, WEB, ISSUER, NOW)["exp"] == int((NOW + timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    "facts",
    [
        None,
        replace(REFRESH, grant=replace(GRANT, client_id=ClientId("other"))),
        replace(REFRESH, superseded_at=NOW),
        replace(REFRESH, expiry=RefreshExpiry(idle_at=None, at=NOW)),
        replace(REFRESH, grant=replace(GRANT, revoked=True)),
        replace(REFRESH, grant=replace(GRANT, session_alive=False)),
    ],
)
def test_everything_else_is_exactly_inactive(facts: RefreshFacts | None) -> None:
    """RFC 7662 2.2, O-46."""
    assert of_refresh_token(facts, WEB, ISSUER, NOW) == INACTIVE == {"active": False}


def test_nobody_revokes_what_is_anothers() -> None:
    """RFC 7009 2.1, O-48."""
    require_own(WEB.client_id, WEB)
    with pytest.raises(UnauthorizedClient):
        require_own(ClientId("other"), WEB)


ALICE = Person(sub=AUTHENTICATION.sub, preferred_username="alice", email="alice@example.org", email_verified=True)


def facts(*requested: str) -> UserinfoFacts:
    return UserinfoFacts(person=ALICE, granted=token().scopes, requested=requested)


def test_userinfo_tells_what_the_scopes_reveal() -> None:
    """OIDC Core 5.3.2, O-44."""
    assert grant_of(token()) == GRANT.grant
    told = {"sub": ALICE.sub, "email": "alice@example.org", "email_verified": True}
    assert userinfo(token(), ALICE.sub, facts()) == told
    assert userinfo(token(), ALICE.sub, facts("groups")) == told | {"groups": []}
    wider = replace(facts("groups"), granted=(*token().scopes, "offline_access"))
    assert userinfo(token(), ALICE.sub, wider) == told | {"groups": []}


def test_a_narrowed_token_tells_of_its_scopes_alone() -> None:
    """RFC 6749 6: whoever it is handed to shall know less, by name or by scope."""
    narrowed = replace(facts("groups"), granted=(*token().scopes, "phone"))
    assert "groups" not in userinfo(token(), ALICE.sub, narrowed)


def test_a_pairwise_client_is_told_its_own_sub() -> None:
    """OIDC Core 5.3.2, 8.1: never the person's public one."""
    seen = replace(token(), sub="pairwise")
    assert userinfo(seen, Subject("pairwise"), facts())["sub"] == "pairwise"


def test_a_signed_response_says_who_speaks_to_whom() -> None:
    """OIDC Core 5.3.2: iss and aud; nothing that would make an ID token of it."""
    assert to_be_signed({"sub": ALICE.sub}, ISSUER, WEB) == {
        "iss": "https://id.example.org",
        "aud": "wiki",
        "sub": ALICE.sub,
    }


def test_userinfo_needs_openid() -> None:
    """403 insufficient_scope."""
    with pytest.raises(InsufficientScope):
        grant_of(token(scopes=("email",)))
    with pytest.raises(InsufficientScope):
        grant_of(machine_token())


def test_userinfo_needs_a_person() -> None:
    """O-26."""
    with pytest.raises(InvalidToken, match="no person"):
        grant_of(replace(machine_token(), scopes=("openid",)))


def test_userinfo_is_of_the_person_in_the_token() -> None:
    """OIDC Core 5.3.2: sub is that of the ID token."""
    with pytest.raises(InvalidToken, match="another person"):
        userinfo(token(), Subject("bob"), facts())


def test_browser_apps_may_call_from_the_origins_of_public_clients() -> None:
    """RFC 9700 2.6, O-11."""
    assert allowed_origins([*PUBLIC.redirect_uris, *NATIVE.redirect_uris]) == {
        "https://spa.example.org",
        "http://127.0.0.1",
        "http://[::1]:4000",
        "http://localhost:8085",
    }


def test_offline_refresh_tokens_stay_active_after_sign_out() -> None:
    """OIDC Core 11."""
    facts = replace(REFRESH, grant=replace(OFFLINE, session_alive=False))
    assert of_refresh_token(facts, WEB, ISSUER, NOW)["active"] is True
