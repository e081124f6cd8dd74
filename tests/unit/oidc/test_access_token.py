"""The JWT access token: RFC 9068 2 and 4; O-26, O-43, A-09, V9.2.2."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.access_token import LIFETIME, TYP, AccessToken, accepted, access_token_claims, machine_token_claims
from idp.oidc.errors import InvalidToken
from idp.values.ids import GrantId
from tests.unit.oidc.samples import AUTHENTICATION, GRANT, ISSUER, MACHINE, NOW, WEB

JTI = "jti-1"


def claims(**changes: object) -> dict[str, object]:
    """The claims of alice's token, with these changed."""
    made = access_token_claims(issuer=ISSUER, client=WEB, grant=GRANT, scopes=("openid", "email"), jti=JTI, at=NOW)
    return made | changes


def refusal(changed: dict[str, object], audience: str | None = ISSUER) -> InvalidToken:
    """Why the token is not accepted."""
    with pytest.raises(InvalidToken) as caught:
        accepted(changed, issuer=ISSUER, audience=audience, at=NOW)
    return caught.value


def test_a_persons_token_says_who_when_how_and_by_which_grant() -> None:
    """RFC 9068 2.2, 2.2.1."""
    issued = int(NOW.timestamp())
    assert claims() == {
        "iss": "https://id.example.org",
        "exp": issued + 600,
        "aud": "https://id.example.org",
        "sub": AUTHENTICATION.sub,
        "client_id": "wiki",
        "iat": issued,
        "jti": JTI,
        "scope": "openid email",
        "acr": "2fa",
        "auth_time": issued - 300,
        "gid": "00000000-0000-0000-0000-000000000001",
    }


def test_a_machines_token_speaks_of_the_machine() -> None:
    """RFC 9068 2.2: sub is the client; there is no grant and no sign-in."""
    made = machine_token_claims(issuer=ISSUER, client=MACHINE, scopes=("jobs.read",), jti=JTI, at=NOW)
    assert (made["sub"], made["aud"]) == ("backup", "https://jobs.example.org")
    assert not {"gid", "acr", "auth_time"} & set(made)
    token = accepted(made, issuer=ISSUER, audience=None, at=NOW)
    assert (token.grant, token.acr, token.auth_time) == (None, None, None)


def test_a_token_without_scopes_has_no_scope_claim() -> None:
    made = machine_token_claims(issuer=ISSUER, client=MACHINE, scopes=(), jti=JTI, at=NOW)
    assert "scope" not in made
    assert accepted(made, issuer=ISSUER, audience=None, at=NOW).scopes == ()


def test_several_audiences_are_a_list() -> None:
    client = replace(WEB, audiences=("https://jobs.example.org",))
    made = access_token_claims(issuer=ISSUER, client=client, grant=GRANT, scopes=("openid",), jti=JTI, at=NOW)
    assert made["aud"] == ["https://jobs.example.org", "https://id.example.org"]
    for audience in ("https://jobs.example.org", ISSUER, None):
        assert accepted(made, issuer=ISSUER, audience=audience, at=NOW).client_id == "wiki"


def test_what_is_issued_is_accepted() -> None:
    """RFC 9068 4."""
    assert accepted(claims(), issuer=ISSUER, audience=ISSUER, at=NOW) == AccessToken(
        client_id=WEB.client_id,
        sub=AUTHENTICATION.sub,
        jti=JTI,
        scopes=("openid", "email"),
        audience=(ISSUER,),
        issued_at=NOW,
        expires_at=NOW + LIFETIME,
        grant=GrantId(UUID(int=1)),
        acr="2fa",
        auth_time=NOW - timedelta(minutes=5),
    )


def test_a_token_ends_at_its_exp() -> None:
    late = NOW + LIFETIME
    assert accepted(claims(), issuer=ISSUER, audience=ISSUER, at=late - timedelta(seconds=1)).expires_at == late
    with pytest.raises(InvalidToken, match="expired"):
        accepted(claims(), issuer=ISSUER, audience=ISSUER, at=late)


def test_a_token_for_another_audience_is_refused() -> None:
    """RFC 9068 4; userinfo demands the issuer in aud."""
    assert "another audience" in refusal(claims(aud="https://jobs.example.org")).description


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "https://evil.example"),
        ("iss", None),
        ("client_id", None),
        ("client_id", ""),
        ("sub", 7),
        ("jti", None),
        ("scope", ["openid"]),
        ("aud", []),
        ("aud", None),
        ("aud", [7]),
        ("iat", "1"),
        ("exp", True),
        ("exp", 1.5),
        ("exp", -1),
        ("exp", 2**60),
        ("gid", "1"),
        ("gid", None),
        ("acr", 2),
        ("auth_time", None),
    ],
)
def test_claims_of_another_shape_are_refused(name: str, value: object) -> None:
    refused = refusal(claims(**{name: value}))
    assert refused.description == "the access token is not valid"
    assert refused.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(claims())), JSON))
def test_any_claims_are_accepted_or_refused(changes: dict[str, object]) -> None:
    """Bad input gets a clear answer: no other exception leaves."""
    try:
        token = accepted(claims(**changes), issuer=ISSUER, audience=ISSUER, at=NOW)
    except InvalidToken:
        return
    assert token.expires_at > NOW
    assert token.expires_at <= datetime(9999, 1, 1, tzinfo=UTC)


def test_authlib_takes_the_token() -> None:
    """RFC 9068 4, as a resource server on Authlib checks it."""
    options: dict[str, object] = {name: {"essential": True} for name in ("iss", "exp", "aud", "sub", "client_id")}
    for made in (claims(), machine_token_claims(issuer=ISSUER, client=MACHINE, scopes=("a",), jti=JTI, at=NOW)):
        JWTAccessTokenClaims(made, {"typ": TYP}, options=dict(options)).validate(now=int(NOW.timestamp()))
