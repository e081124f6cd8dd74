"""The keyring: which keys sign, verify, are published; contradictions stop it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from idp.keystore.compact import ALGORITHMS, Algorithm
from idp.keystore.keyring import InconsistentKeys, Keyring, KeyState, NoSigningKey, PublishedKey
from idp.keystore.signing import SigningKey, generate
from idp.keystore.verifying import verify

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = {state: generate("ES256") for state in KeyState}


def published(key: SigningKey, state: KeyState, age: int = 0) -> PublishedKey:
    """The public side of a key in some state."""
    return PublishedKey(
        kid=key.kid, alg=key.alg, state=state, public_jwk=key.public_jwk(), created_at=AT - timedelta(days=age)
    )


def whole() -> Keyring:
    """One ES256 key in each state."""
    return Keyring.of((published(key, state) for state, key in KEYS.items()), KEYS.values())


def test_the_active_key_signs() -> None:
    assert whole().signing_key("ES256") is KEYS[KeyState.ACTIVE]
    assert whole().algs() == ("ES256",)


def test_an_algorithm_without_an_active_key_is_named() -> None:
    with pytest.raises(NoSigningKey, match="RS256"):
        whole().signing_key("RS256")


def test_the_jwks_holds_next_active_and_retiring() -> None:
    """O-50: unique kid, use and alg, no private member; the next key before use, the old one until its tokens end."""
    keys = json.loads(json.dumps(whole().jwks()))["keys"]
    order = (KeyState.ACTIVE, KeyState.RETIRING, KeyState.NEXT)
    assert [key["kid"] for key in keys] == [KEYS[state].kid for state in order]
    assert all(key["use"] == "sig" and key["alg"] == "ES256" and "d" not in key for key in keys)


@pytest.mark.parametrize("state", list(KeyState))
def test_access_tokens_verify_under_published_keys_hints_under_all(state: KeyState) -> None:
    """A retired key still names whom an old ID token meant (RP-Initiated Logout 2), and opens nothing."""
    ring, token = whole(), KEYS[state].sign({"sub": "a"}, "JWT")
    assert verify(token, ring.hint_keys(), algs=ALGORITHMS, typ="JWT") == {"sub": "a"}
    known = [key.kid for key in ring.verification_keys()]
    assert (KEYS[state].kid in known) is (state is not KeyState.GONE)


def test_keys_stand_in_a_fixed_order_whatever_the_rows(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """The same JWKS octets, hence the same ETag, on every node."""
    rows = [published(key, KeyState.ACTIVE) for key in signing_keys.values()]
    older, newer = generate("ES256"), generate("ES256")
    rows += [published(newer, KeyState.RETIRING, age=1), published(older, KeyState.RETIRING, age=2)]
    forth, back = (Keyring.of(each, signing_keys.values()) for each in (rows, rows[::-1]))
    assert forth.jwks() == back.jwks()
    assert [key["kid"] for key in forth.jwks()["keys"]] == [
        *(signing_keys[alg].kid for alg in ALGORITHMS),
        older.kid,
        newer.kid,
    ]
    assert forth.algs() == ALGORITHMS


def test_two_active_keys_for_one_algorithm_contradict() -> None:
    one, two = generate("ES256"), generate("ES256")
    with pytest.raises(InconsistentKeys, match="two keys are active for ES256"):
        Keyring.of([published(one, KeyState.ACTIVE), published(two, KeyState.ACTIVE)], [one, two])


def test_an_active_key_without_its_private_half_contradicts(signing_keys: dict[Algorithm, SigningKey]) -> None:
    key = signing_keys["ES256"]
    with pytest.raises(InconsistentKeys, match="lacks its private half"):
        Keyring.of([published(key, KeyState.ACTIVE)], [signing_keys["EdDSA"]])


def test_a_row_with_a_foreign_jwk_is_refused(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """Whoever can write the table cannot make us accept a key of theirs under a known kid."""
    row = PublishedKey(
        kid=signing_keys["ES256"].kid,
        alg="ES256",
        state=KeyState.RETIRING,
        public_jwk=generate("ES256").public_jwk(),
        created_at=AT,
    )
    with pytest.raises(ValueError, match="is not the public key of that name"):
        Keyring.of([row], [])


def test_a_keyring_shows_no_key() -> None:
    shown = repr(whole())
    assert "EllipticCurve" not in shown
    assert "SigningKey" not in shown
