"""Security keys (Web Authentication Level 3, 7.1 and 7.2): what is asked, what is believed, and what is refused."""

import json
from collections.abc import Callable
from uuid import UUID

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from webauthn import verify_authentication_response
from webauthn.helpers.exceptions import InvalidAuthenticationResponse

from idp.authenticators.key_options import Holder, KnownKey, creation_options, request_options
from idp.authenticators.key_response import LONGEST, Ceremony, KeyRefusal, Presented, RelyingParty, presented
from idp.authenticators.methods import Method
from idp.authenticators.security_key import Assertion, NewKey, StoredKey, asserted, registered
from idp.values.ids import UserId
from idp.values.issuer import Issuer
from tests.drivers.soft_key import (
    ATTESTED,
    COPIED,
    EXTENDED,
    MAY_BE_COPIED,
    PRESENT,
    SOUND,
    VERIFIED,
    Odd,
    SoftKey,
    cose,
    decoded,
    encoded,
    made_by,
)

ISSUER = Issuer.parse("https://id.example.org/sso")
PARTY = RelyingParty.of(ISSUER, "Example")
CEREMONY = Ceremony(party=PARTY, challenges=(b"c" * 32, b"d" * 32))
ALICE = Holder(user=UserId(UUID(int=1)), name="alice", shown="Alice Ito")
OPTIONS = creation_options(CEREMONY, ALICE, ())
ASKED = request_options(CEREMONY, (), alone=False)
ALGORITHMS = ["ES256", "EdDSA", "RS256"]


def made(key: SoftKey, odd: Odd = SOUND) -> NewKey:
    new = registered(key.create(OPTIONS, odd), CEREMONY)
    assert isinstance(new, NewKey)
    return new


def stored(new: NewKey, count: int = 0) -> StoredKey:
    return StoredKey(
        user=ALICE.user,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=count,
        synced=new.synced,
    )


def shown(text: str) -> Presented:
    found = presented(text)
    assert isinstance(found, Presented)
    return found


def answer(odd: Odd, *, alone: bool = False, count: int = 0, key: SoftKey | None = None) -> Assertion | KeyRefusal:
    """What a key that was just registered answers, oddly."""
    key = key or SoftKey(origin=PARTY.origin)
    kept = stored(made(key), count)
    return asserted(shown(key.get(ASKED, odd)), kept, CEREMONY, alone=alone)


@pytest.mark.parametrize(
    ("issuer", "rp_id", "origin"),
    [
        ("https://id.example.org", "id.example.org", "https://id.example.org"),
        ("https://ID.Example.org:443/sso", "id.example.org", "https://id.example.org"),
        ("https://id.example.org:8443", "id.example.org", "https://id.example.org:8443"),
        ("http://localhost:80", "localhost", "http://localhost"),
        ("http://[::1]:8000", "::1", "http://[::1]:8000"),
    ],
)
def test_the_relying_party_is_the_host_of_the_issuer(issuer: str, rp_id: str, origin: str) -> None:
    """WebAuthn 5.1.2 and RFC 6454 6.1: origins are compared as browsers write them."""
    party = RelyingParty.of(Issuer.parse(issuer), "Example")
    assert (party.id, party.origin, party.name) == (rp_id, origin, "Example")


def test_a_browser_is_asked_to_make_a_key() -> None:
    """WebAuthn 5.4: no attestation; a passkey where the device can; not twice on one device."""
    known = KnownKey(credential_id=b"\x01\xff", transports=("usb", "nfc"))
    assert json.loads(creation_options(CEREMONY, ALICE, [known])) == {
        "rp": {"id": "id.example.org", "name": "Example"},
        "user": {"id": encoded(ALICE.user.bytes), "name": "alice", "displayName": "Alice Ito"},
        "challenge": encoded(b"c" * 32),
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-8, -7, -257)],
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": "Af8", "transports": ["usb", "nfc"]}],
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }


@pytest.mark.parametrize(("alone", "verification"), [(False, "preferred"), (True, "required")])
def test_a_browser_is_asked_to_show_a_key(*, alone: bool, verification: str) -> None:
    """WebAuthn 5.5: what stands alone must verify its person."""
    asked = json.loads(request_options(CEREMONY, [KnownKey(credential_id=b"k")], alone=alone))
    assert asked == {
        "rpId": "id.example.org",
        "challenge": encoded(b"c" * 32),
        "timeout": 300_000,
        "allowCredentials": [{"type": "public-key", "id": "aw", "transports": []}],
        "userVerification": verification,
    }


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("verifies", [True, False])
def test_a_key_that_was_made_can_be_shown(algorithm: str, *, synced: bool, verifies: bool) -> None:
    """A-01, A-06: what it proves is what its signed flags say."""
    key = SoftKey(origin=PARTY.origin, algorithm=algorithm, synced=synced, verifies=verifies)
    new = made(key)
    assert (new.credential_id, new.synced, new.verified) == (key.credentials[0].id, synced, verifies)
    assert (new.sign_count, new.aaguid, new.transports) == (1, UUID(int=0), ("usb",))
    proved = asserted(shown(key.get(ASKED)), stored(new, new.sign_count), CEREMONY, alone=False)
    assert proved == Assertion(sign_count=2, synced=synced, verified=verifies)
    assert proved.method is Method.of_key(synced=synced, verified=verifies)


def test_an_answer_counts_after_the_service_key_was_rotated() -> None:
    """N-43's rule for forms holds for challenges: what was asked before the rotation may still be answered."""
    key = SoftKey(origin=PARTY.origin)
    assert isinstance(registered(key.create(OPTIONS, Odd(challenge=b"d" * 32)), CEREMONY), NewKey)


ODDITIES = [
    (Odd(challenge=b"e" * 32), KeyRefusal.WRONG_CHALLENGE),
    (Odd(challenge=b"c" * 31), KeyRefusal.WRONG_CHALLENGE),
    (Odd(origin="https://id.example.org:444"), KeyRefusal.WRONG_ORIGIN),
    (Odd(origin="https://id.example.org.evil.test"), KeyRefusal.WRONG_ORIGIN),
    (Odd(origin="https://id.example.org/"), KeyRefusal.WRONG_ORIGIN),
    (Odd(client_data={"origin": ["https://id.example.org"]}), KeyRefusal.WRONG_ORIGIN),
    (Odd(client_data={"crossOrigin": True}), KeyRefusal.WRONG_ORIGIN),
    (Odd(client_data={"crossOrigin": 0}), KeyRefusal.WRONG_ORIGIN),
    (Odd(client_data={"topOrigin": "https://id.example.org"}), KeyRefusal.WRONG_ORIGIN),
    (Odd(rp_id="example.org"), KeyRefusal.WRONG_RELYING_PARTY),
    (Odd(flags=PRESENT), KeyRefusal.NOT_PRESENT),
    (Odd(flags=COPIED), KeyRefusal.BAD_SHAPE),  # copied though it may not be
    (Odd(flags=EXTENDED), KeyRefusal.BAD_SHAPE),
    (Odd(kind="payment.get"), KeyRefusal.BAD_SHAPE),
    (Odd(client_data={"challenge": 7}), KeyRefusal.BAD_SHAPE),
    (Odd(client_data={"challenge": "Y==="}), KeyRefusal.BAD_SHAPE),
    (Odd(client_data={"challenge": "Yx"}), KeyRefusal.BAD_SHAPE),  # bits that nobody writes
]


@pytest.mark.parametrize(("odd", "refusal"), ODDITIES)
def test_an_odd_answer_registers_no_key(odd: Odd, refusal: KeyRefusal) -> None:
    """WebAuthn 7.1 steps 5 to 18."""
    assert registered(SoftKey(origin=PARTY.origin).create(OPTIONS, odd), CEREMONY) is refusal


@pytest.mark.parametrize(("odd", "refusal"), ODDITIES)
def test_an_odd_answer_proves_nothing(odd: Odd, refusal: KeyRefusal) -> None:
    """WebAuthn 7.2 steps 8 to 18."""
    key = SoftKey(origin=PARTY.origin)
    kept = stored(made(key))
    assert asserted(shown(key.get(ASKED, odd)), kept, CEREMONY, alone=False) is refusal


def test_each_answer_is_for_its_own_ceremony() -> None:
    """WebAuthn 7.1 step 7, 7.2 step 10."""
    key = SoftKey(origin=PARTY.origin)
    assert registered(key.create(OPTIONS, Odd(kind="webauthn.get")), CEREMONY) is KeyRefusal.BAD_SHAPE
    assert answer(Odd(kind="webauthn.create")) is KeyRefusal.BAD_SHAPE


def test_a_key_alone_must_verify_and_say_whose_it_is() -> None:
    """WebAuthn 7.2 steps 6 and 17."""
    assert answer(SOUND, alone=True) == Assertion(sign_count=2, synced=False, verified=True)
    assert answer(Odd(flags=VERIFIED), alone=True) is KeyRefusal.NOT_VERIFIED
    assert answer(Odd(flags=VERIFIED)) == Assertion(sign_count=2, synced=False, verified=False)
    assert answer(Odd(user=UUID(int=2).bytes), alone=True) is KeyRefusal.FOREIGN_PERSON
    assert answer(Odd(user=UUID(int=2).bytes)) is KeyRefusal.FOREIGN_PERSON
    key = SoftKey(origin=PARTY.origin)
    kept = stored(made(key))
    silent = json.loads(key.get(ASKED))
    silent["response"]["userHandle"] = None
    assert isinstance(asserted(shown(json.dumps(silent)), kept, CEREMONY, alone=False), Assertion)
    assert asserted(shown(json.dumps(silent)), kept, CEREMONY, alone=True) is KeyRefusal.FOREIGN_PERSON


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_another_key_signed_proves_nothing(algorithm: str) -> None:
    key, other = (SoftKey(origin=PARTY.origin, algorithm=algorithm) for _ in range(2))
    kept = stored(made(key))
    made(other)
    other.credentials[0].id = key.credentials[0].id
    assert asserted(shown(other.get(ASKED)), kept, CEREMONY, alone=False) is KeyRefusal.BAD_SIGNATURE


def test_a_counter_that_goes_back_tells_a_copy() -> None:
    """WebAuthn 6.1.1; a key that does not count says 0 each time."""
    assert answer(Odd(count=8), count=7) == Assertion(sign_count=8, synced=False, verified=True)
    assert answer(Odd(count=7), count=7) is KeyRefusal.COUNTER_WENT_BACK
    assert answer(Odd(count=0), count=7) is KeyRefusal.COUNTER_WENT_BACK
    assert isinstance(answer(SOUND, key=SoftKey(origin=PARTY.origin, counts=False)), Assertion)


def test_a_counter_that_nobody_signed_accuses_no_key() -> None:
    """The library alone would call it a copy: it judges the counter before the signature."""
    key = SoftKey(origin=PARTY.origin)
    new = made(key)
    forged = json.loads(key.get(ASKED, Odd(count=1)))
    forged["response"]["signature"] = encoded(b"nobody")
    text = json.dumps(forged)
    assert asserted(shown(text), stored(new, 7), CEREMONY, alone=False) is KeyRefusal.BAD_SIGNATURE
    with pytest.raises(InvalidAuthenticationResponse, match="sign count"):
        verify_authentication_response(
            credential=text,
            expected_challenge=b"c" * 32,
            expected_rp_id=PARTY.id,
            expected_origin=[PARTY.origin],
            credential_public_key=new.public_key,
            credential_current_sign_count=7,
        )


def test_a_key_never_changes_whether_it_may_be_copied() -> None:
    """WebAuthn 7.2 step 19."""
    assert answer(Odd(flags=MAY_BE_COPIED)) is KeyRefusal.BAD_SHAPE


def test_another_keys_id_is_not_this_key() -> None:
    key = SoftKey(origin=PARTY.origin)
    first, second = made(key), made(key)
    by_second = shown(key.get(ASKED))
    assert by_second.credential_id == second.credential_id
    assert asserted(by_second, stored(first), CEREMONY, alone=False) is KeyRefusal.BAD_SHAPE


def test_a_statement_of_the_maker_is_not_looked_at() -> None:
    """None was asked for; a browser that sends one all the same registers its key."""
    odd = Odd(fmt="packed", statement={"alg": -7, "sig": b"no signature", "x5c": [b"no certificate"]})
    made(SoftKey(origin=PARTY.origin), odd)


def attested(change: Callable[[dict[str, object]], object], key: SoftKey | None = None) -> NewKey | KeyRefusal:
    """What becomes of an answer whose attestation object was changed."""
    text = json.loads((key or SoftKey(origin=PARTY.origin)).create(OPTIONS))
    found = cbor2.loads(decoded(text["response"]["attestationObject"]))
    text["response"]["attestationObject"] = encoded(cbor2.dumps(change(found)))
    return registered(json.dumps(text), CEREMONY)


def with_public_key(public: object, credential_id: bytes = b"k" * 32) -> NewKey | KeyRefusal:
    """What becomes of a key with this public key in its authenticator data."""
    key = SoftKey(origin=PARTY.origin)
    text = json.loads(key.create(OPTIONS))
    head = cbor2.loads(decoded(text["response"]["attestationObject"]))["authData"][:37]
    data = head + bytes(16) + len(credential_id).to_bytes(2) + credential_id + cbor2.dumps(public)
    statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
    text["response"]["attestationObject"] = encoded(statement)
    text["id"] = text["rawId"] = encoded(credential_id)
    return registered(json.dumps(text), CEREMONY)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found | {"authData": 10**12},  # the library would make that many octets
        lambda found: found | {"authData": found["authData"].hex()},
        lambda found: found | {"authData": found["authData"][:36]},
        lambda found: found | {"authData": found["authData"] + b"\0"},
        lambda _: {},
        lambda _: [],
        lambda _: 7,
    ],
)
def test_a_broken_attestation_object_registers_no_key(change: Callable[[dict[str, object]], object]) -> None:
    """WebAuthn 6.5.4."""
    assert attested(change) is KeyRefusal.BAD_SHAPE


P384_POINT = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
P384 = {1: 2, 3: -7, -1: 2, -2: P384_POINT.x.to_bytes(48), -3: P384_POINT.y.to_bytes(48)}
EC, OKP, RSA = (cose(made_by(name)) for name in ALGORITHMS)


def test_the_public_keys_taken_are_those_asked_for() -> None:
    """WebAuthn 7.1 step 20."""
    assert all(isinstance(with_public_key(public), NewKey) for public in (EC, OKP, RSA))


@pytest.mark.parametrize(
    "public",
    [
        EC | {3: -36},  # not asked for
        EC | {3: -257},  # one kind of key under the name of another
        EC | {3: -8},
        RSA | {3: -7},
        P384,
        EC | {-2: b"\0" * 32},  # no point of the curve
        EC | {-2: b""},
        EC | {-1: 7},
        EC | {1: 9},
        EC | {1: "two"},
        OKP | {-2: b"short"},
        OKP | {-1: 4},
        RSA | {-1: (2**1023 + 1).to_bytes(128)},  # too short
        RSA | {-1: (2**4800 + 1).to_bytes(601), -2: b"\1\0\1" + b"\1" * 40},  # too long
        RSA | {-1: 7},
        RSA | {-2: b"\0"},
        {},
        {1: 2},
        [],
        4,
        None,
    ],
)
def test_a_public_key_of_no_use_is_refused_when_it_is_made(public: object) -> None:
    """Not at the first sign-in, when it would lock somebody out."""
    assert with_public_key(public) is KeyRefusal.BAD_SHAPE


def test_an_id_is_as_long_as_the_standard_lets_it_be() -> None:
    """WebAuthn 7.1 step 25; and the browser names the key that the authenticator made."""
    assert isinstance(with_public_key(EC, b"k" * 1023), NewKey)
    assert with_public_key(EC, b"k" * 1024) is KeyRefusal.BAD_SHAPE
    text = json.loads(SoftKey(origin=PARTY.origin).create(OPTIONS))
    text["id"] = text["rawId"] = encoded(b"another")
    assert registered(json.dumps(text), CEREMONY) is KeyRefusal.BAD_SHAPE


def test_without_attested_data_there_is_no_key() -> None:
    assert registered(SoftKey(origin=PARTY.origin).create(OPTIONS, Odd(flags=ATTESTED)), CEREMONY) is (
        KeyRefusal.BAD_SHAPE
    )


@pytest.mark.parametrize(
    ("transports", "kept"),
    [
        (["usb", "hybrid", "usb"], ("hybrid", "usb")),
        (["USB", "a b", "", "x" * 33, 7, None, "smart-card"], ("smart-card",)),
        ([f"x{'y' * number}" for number in range(20)], tuple(f"x{'y' * number}" for number in range(8))),
        ("usb", ()),
        (None, ()),
    ],
)
def test_transports_are_hints_and_nothing_else(transports: object, kept: tuple[str, ...]) -> None:
    """WebAuthn 5.8.4: unknown ones are kept, for a later browser."""
    text = json.loads(SoftKey(origin=PARTY.origin).create(OPTIONS))
    text["response"]["transports"] = transports
    new = registered(json.dumps(text), CEREMONY)
    assert isinstance(new, NewKey)
    assert new.transports == kept


JSON_VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)
MEMBERS = ["id", "rawId", "type", "response"]
WITHIN = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]


@given(st.sampled_from(MEMBERS + WITHIN), st.one_of(JSON_VALUES, st.just(...)))
def test_rubbish_in_any_member_is_refused_and_raises_nothing(member: str, value: object) -> None:
    """No 500 for any input."""
    key = SoftKey(origin=PARTY.origin)
    kept = stored(made(key))
    for text in (json.loads(key.create(OPTIONS)), json.loads(key.get(ASKED))):
        holder = text if member in MEMBERS else text["response"]
        holder.pop(member, None)
        if value is not ...:
            holder[member] = value
        assert isinstance(registered(json.dumps(text), CEREMONY), KeyRefusal | NewKey)
        found = presented(json.dumps(text))
        if isinstance(found, Presented):
            assert isinstance(asserted(found, kept, CEREMONY, alone=False), KeyRefusal | Assertion)


@given(st.binary(max_size=300), st.sampled_from(WITHIN))
def test_rubbish_octets_are_refused_and_raise_nothing(octets: bytes, member: str) -> None:
    """No 500 for any input: octets alone, and octets at the end of sound ones."""
    key = SoftKey(origin=PARTY.origin, algorithm="EdDSA")
    kept = stored(made(key))
    for made_or_shown in (key.create(OPTIONS), key.get(ASKED)):
        text = json.loads(made_or_shown)
        sound = decoded(text["response"].get(member, ""))
        for changed in (octets, sound[:37] + octets, sound[: len(sound) // 2] + octets):
            text["response"][member] = encoded(changed)
            assert isinstance(registered(json.dumps(text), CEREMONY), KeyRefusal | NewKey)
            found = presented(json.dumps(text))
            if isinstance(found, Presented):
                assert isinstance(asserted(found, kept, CEREMONY, alone=False), KeyRefusal | Assertion)


@given(st.binary(max_size=300))
def test_rubbish_in_place_of_a_public_key_is_refused_and_raises_nothing(octets: bytes) -> None:
    key = SoftKey(origin=PARTY.origin)
    kept = stored(made(key))
    broken = StoredKey(
        user=kept.user, credential_id=kept.credential_id, public_key=octets, sign_count=0, synced=kept.synced
    )
    assert isinstance(asserted(shown(key.get(ASKED)), broken, CEREMONY, alone=False), KeyRefusal)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "null", "{}", '{"id": 1, "id": 2}', "[" * 10_000, "x" * (LONGEST + 1), '{"response": NaN}'],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    assert registered(text, CEREMONY) is KeyRefusal.BAD_SHAPE
    assert presented(text) is KeyRefusal.BAD_SHAPE


@pytest.mark.parametrize(
    "octets",
    [
        b"\x9f" * 20_000,  # lists in lists
        b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",  # 1e9223372036854775807
        b"\xc5\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",  # 2 to that power
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",  # so many octets, that do not follow
        b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xd8\x1d\x00",  # a reference to nothing
        b"\xd8\x23\x78\x08(a+)+$(((",  # a regular expression
    ],
)
def test_cbor_that_means_harm_is_refused(octets: bytes) -> None:
    """The library's CBOR reader knows more types than an attestation object has."""
    text = json.loads(SoftKey(origin=PARTY.origin).create(OPTIONS))
    text["response"]["attestationObject"] = encoded(octets)
    assert registered(json.dumps(text), CEREMONY) is KeyRefusal.BAD_SHAPE
