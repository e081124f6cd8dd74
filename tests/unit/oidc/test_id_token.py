"""The ID token and its way back as a hint: OIDC Core 2, 3.1.3.6, 3.1.2.1; OpenID conformance; O-51, A-08."""

from dataclasses import replace
from datetime import timedelta

import pytest
from authlib.oidc.core import CodeIDToken
from authlib.oidc.core.util import create_half_hash
from joserfc.errors import InvalidClaimError

from idp.directory.person import Person
from idp.oidc.client import Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.id_token import TYP, Beside, about_person, half_hash, id_token_claims
from idp.oidc.id_token_hint import VerifiedHint, verified_hint
from idp.values.secrets import Code
from tests.unit.oidc.samples import AUTHENTICATION, GRANT, ISSUER, NOW, WEB

TOKEN = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"


def claims(**changes: object) -> dict[str, object]:
    """The claims of a token for WEB, with these changed."""
    made = id_token_claims(
        issuer=ISSUER,
        client_id=WEB.client_id,
        authentication=AUTHENTICATION,
        beside=Beside(nonce="n-0S6", access_token=TOKEN).claims("RS256"),
        about={},
        at=NOW,
    )
    return made | changes


def test_the_claims_are_these_and_no_other() -> None:
    """OpenID conformance: no claim that nobody asked for."""
    issued = int(NOW.timestamp())
    assert claims() == {
        "iss": "https://id.example.org",
        "sub": AUTHENTICATION.sub,
        "aud": "wiki",
        "exp": issued + 600,
        "iat": issued,
        "auth_time": issued - 300,
        "acr": "2fa",
        "amr": ["pwd", "otp", "mfa"],
        "nonce": "n-0S6",
        "sid": "5f0c",
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
    }


def test_what_there_is_not_is_left_out() -> None:
    """OpenID conformance: nonce is absent if none was sent."""
    bare = id_token_claims(
        issuer=ISSUER,
        client_id=WEB.client_id,
        authentication=replace(AUTHENTICATION, sid=None),
        beside=Beside(nonce=None).claims("RS256"),
        about={},
        at=NOW,
    )
    assert not {"nonce", "sid", "at_hash", "c_hash"} & set(bare)


def test_a_refreshed_token_keeps_the_sign_in_and_has_a_new_iat() -> None:
    """OIDC Core 12.2, A-08."""
    later = id_token_claims(
        issuer=ISSUER,
        client_id=WEB.client_id,
        authentication=AUTHENTICATION,
        beside=Beside(nonce=None).claims("RS256"),
        about={},
        at=NOW + timedelta(hours=1),
    )
    kept = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert {name: later[name] for name in kept} == {name: claims()[name] for name in kept}
    assert later["iat"] == int(NOW.timestamp()) + 3600


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "ES384", "PS512", "EdDSA"])
def test_at_hash_and_c_hash_are_the_left_half(alg: str) -> None:
    """OIDC Core 3.1.3.6, 3.3.2.11; Authlib's as a second opinion."""
    assert half_hash(TOKEN, alg).encode() == create_half_hash(TOKEN, alg)
    code = Code("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")
    assert Beside(nonce=None, access_token=TOKEN, code=code).claims(alg) == {
        "at_hash": create_half_hash(TOKEN, alg).decode(),
        "c_hash": create_half_hash(code.expose(), alg).decode(),
    }


ALICE = Person(sub=AUTHENTICATION.sub, preferred_username="alice", profile={"name": "Alice"}, email="alice@example.org")
TOLD = replace(GRANT, person=ALICE)
WITH_TOKEN = Beside(nonce=None, access_token=TOKEN)
WITH_CODE = Beside(nonce=None, code=Code("a-code"))
ALONE = Beside(nonce=None)
READS_NOTHING_ELSE = replace(WEB, metadata=ClientMetadata(claims_in_id_token=True))
EMAIL = {"email": "alice@example.org", "email_verified": False}


@pytest.mark.parametrize(
    ("client", "beside", "told"),
    [
        (WEB, WITH_TOKEN, {}),
        (WEB, WITH_CODE, {}),
        (WEB, ALONE, EMAIL),
        (READS_NOTHING_ELSE, WITH_TOKEN, EMAIL),
        (READS_NOTHING_ELSE, WITH_CODE, EMAIL),
    ],
    ids=["userinfo can be read", "a token will come", "nothing else comes", "switched on", "switched on, with a code"],
)
def test_the_scopes_claims_stand_in_it_where_userinfo_is_out_of_reach(
    client: Client, beside: Beside, told: dict[str, object]
) -> None:
    """OIDC Core 5.4, docs/architecture.md; OpenID conformance: otherwise no claim that nobody asked for."""
    assert about_person(client, TOLD, GRANT.scopes, beside) == told
    named = about_person(client, replace(TOLD, claims_requested=("name",)), GRANT.scopes, beside)
    assert named == told | {"name": "Alice"}


def test_of_a_person_who_was_not_read_nothing_is_said() -> None:
    assert about_person(READS_NOTHING_ELSE, GRANT, GRANT.scopes, WITH_TOKEN) == {}


def test_a_claim_about_the_person_never_replaces_one_about_the_sign_in() -> None:
    made = id_token_claims(
        issuer=ISSUER,
        client_id=WEB.client_id,
        authentication=AUTHENTICATION,
        beside={"nonce": "n-0S6"},
        about=dict.fromkeys((*claims(), "email"), "forged"),
        at=NOW,
    )
    assert made == {name: value for name, value in claims().items() if name != "at_hash"} | {
        "at_hash": "forged",  # there is none to replace
        "email": "forged",
    }


def test_authlib_takes_the_token() -> None:
    """Nonce, at_hash, auth_time and amr are checked by apps on Authlib."""
    token = CodeIDToken(
        claims(),
        {"alg": "RS256", "typ": TYP},
        options={"iss": {"values": [ISSUER]}, "aud": {"value": "wiki"}},
        params={"nonce": "n-0S6", "access_token": TOKEN, "max_age": 600, "client_id": "wiki"},
    )
    token.validate(now=int(NOW.timestamp()))


def test_authlib_refuses_a_wrong_at_hash() -> None:
    """Pins that the check above checks."""
    token = CodeIDToken(claims(at_hash="x"), {"alg": "RS256"}, params={"access_token": TOKEN})
    with pytest.raises(InvalidClaimError):
        token.validate(now=int(NOW.timestamp()))


HINT = VerifiedHint(client_id=WEB.client_id, sub=AUTHENTICATION.sub, sid="5f0c")


def test_an_id_token_of_ours_is_a_hint_however_old() -> None:
    """RP-Initiated Logout 2: an expired hint still identifies."""
    assert verified_hint(claims(exp=0), ISSUER) == HINT
    without_sid = {name: value for name, value in claims().items() if name != "sid"}
    assert verified_hint(without_sid, ISSUER) == replace(HINT, sid=None)


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://evil.example"}, {"iss": None}, {"aud": ["wiki"]}, {"aud": None}, {"sub": 7}, {"sid": 7}],
)
def test_odd_claims_are_no_hint(changes: dict[str, object]) -> None:
    assert verified_hint(claims(**changes), ISSUER) is None
