"""Sealing under a root key: bound to its place, to its key, to every bit."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.keystore.key_octets import KeyOctets
from idp.keystore.root_keys import MissingRootKey, RootKey, RootKeys
from idp.keystore.sealing import CannotOpen, Sealer
from idp.keystore.xaes import decrypt, encrypt
from idp.values.sealed import Place, Sealed

ALICE = Place("totp_authenticators", "0190-alice", "sealed_secret")
OLD, NEW = (RootKey.of(KeyOctets(Random(seed).randbytes(32))) for seed in (1, 2))
SECRET = b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sealer(*roots: RootKey, seed: int = 7) -> Sealer:
    """A sealer under the first of these keys."""
    return Sealer(RootKeys(Path("keys"), {root.id: root for root in roots}), roots[0].id, Random(seed).randbytes)


def test_what_was_sealed_opens_at_its_place() -> None:
    sealed = sealer(OLD).seal(SECRET, ALICE)
    assert sealer(OLD).open(sealed, ALICE) == SECRET
    assert SECRET not in sealed.octets
    assert Sealer.key_id_of(sealed) == OLD.id


@pytest.mark.parametrize(
    "place",
    [
        Place("totp_authenticators", "0190-bob", "sealed_secret"),
        Place("totp_authenticators", "0190-alice", "sealed_other"),
        Place("interactions", "0190-alice", "sealed_secret"),
    ],
)
def test_a_row_copied_to_another_place_does_not_open(place: Place) -> None:
    """N-20: the same octets under another user, column or table."""
    sealed = sealer(OLD).seal(SECRET, ALICE)
    with pytest.raises(CannotOpen, match="moved from another place") as refused:
        sealer(OLD).open(sealed, place)
    assert place.row in str(refused.value)
    assert SECRET.decode() not in str(refused.value)


def test_every_flipped_bit_is_noticed() -> None:
    octets = sealer(OLD).seal(b"short", ALICE).octets
    for bit in range(len(octets) * 8):
        changed = bytearray(octets)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            sealer(OLD, NEW).open(Sealed(bytes(changed)), ALICE)


def test_a_relabelled_envelope_does_not_open() -> None:
    """The key id is bound too: octets claimed for another key at hand stay shut."""
    octets = sealer(OLD, NEW).seal(SECRET, ALICE).octets
    relabelled = Sealed(octets[:1] + bytes.fromhex(NEW.id) + octets[7:])
    with pytest.raises(CannotOpen, match=f"not made with key {NEW.id}"):
        sealer(OLD, NEW).open(relabelled, ALICE)


def test_a_key_that_is_not_at_hand_is_named() -> None:
    sealed = sealer(OLD).seal(SECRET, ALICE)
    with pytest.raises(CannotOpen, match=f"sealed under key {OLD.id}, which is not at hand"):
        sealer(NEW).open(sealed, ALICE)


def test_another_kind_of_envelope_is_refused() -> None:
    octets = sealer(OLD).seal(SECRET, ALICE).octets
    with pytest.raises(CannotOpen, match="sealed as kind 2, not 1"):
        sealer(OLD).open(Sealed(b"\x02" + octets[1:]), ALICE)


@given(st.binary(max_size=80))
def test_any_octets_open_or_are_refused(octets: bytes) -> None:
    """A damaged row is CannotOpen and never another error."""
    with pytest.raises(CannotOpen):
        sealer(OLD).open(Sealed(octets), ALICE)


def test_resealing_moves_to_the_active_key_and_no_further() -> None:
    """ASVS 11.2.2: `rotate-root` works online, and running it twice changes nothing."""
    old = sealer(OLD).seal(SECRET, ALICE)
    both = sealer(NEW, OLD)
    moved = both.reseal(old, ALICE)
    assert Sealer.key_id_of(moved) == NEW.id
    assert sealer(NEW).open(moved, ALICE) == SECRET
    assert both.reseal(moved, ALICE) is moved


def test_a_sealer_needs_its_active_key() -> None:
    with pytest.raises(MissingRootKey):
        Sealer(RootKeys(Path("keys"), {}), OLD.id, Random(1).randbytes)


def test_sealing_twice_never_gives_the_same_octets() -> None:
    under = sealer(OLD)
    assert under.seal(SECRET, ALICE) != under.seal(SECRET, ALICE)


def test_a_place_with_nul_is_a_mistake_of_the_caller() -> None:
    """Two places must never be written alike."""
    with pytest.raises(ValueError, match="must not hold NUL"):
        sealer(OLD).seal(SECRET, Place("a\0b", "c", "d"))


@pytest.mark.parametrize(
    ("octet", "associated", "expected"),
    [
        (1, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (3, b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
)
def test_the_cipher_is_xaes_256_gcm(octet: int, associated: bytes, expected: str) -> None:
    """C2SP XAES-256-GCM, its two published vectors: both values of the CMAC subkey's top bit."""
    key, nonce = KeyOctets(bytes((octet,)) * 32), b"ABCDEFGHIJKLMNOPQRSTUVWX"
    ciphertext = encrypt(key, nonce, b"XAES-256-GCM", associated)
    assert ciphertext.hex() == expected
    assert decrypt(key, nonce, ciphertext, associated) == b"XAES-256-GCM"
    assert decrypt(key, nonce, ciphertext, associated + b"x") is None
    with pytest.raises(ValueError, match="24 octets, not 12"):
        encrypt(key, nonce[:12], b"", b"")
