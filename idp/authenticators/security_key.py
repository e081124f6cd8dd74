"""Security keys and passkeys (Web Authentication Level 3): what the answer of one makes or proves.

Owns the rules of registering and of showing a key, with the `webauthn` package for authenticator data, COSE keys and
signatures. Owns no memory: which challenge is due, which keys there are and what they last counted comes in.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    encode_cbor,
    parse_authenticator_data,
    parse_backup_flags,
    parse_cbor,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import InvalidAuthenticationResponse, WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    RegistrationCredential,
)

from idp.authenticators.key_options import ALGORITHMS
from idp.authenticators.key_response import (
    Attestation,
    Ceremony,
    KeyRefusal,
    Presented,
    Refused,
    answered_challenge,
    attestation,
    base64url,
)
from idp.authenticators.methods import Method
from idp.values.ids import UserId

LONGEST_ID = 1023
"""Octets of a credential id (WebAuthn 7.1 step 25)."""
LONGEST_PUBLIC_KEY = 640
"""Octets in COSE: an RSA key of 4096 bits. With a longer one each sign-in would cost more."""
SHORTEST_RSA = 2048
"""Bits (SP 800-131A)."""
_UNREADABLE = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)
"""What the library raises for octets of strangers; a test feeds it rubbish of every kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made; it proves nothing about who made it."""

    credential_id: bytes
    public_key: bytes
    """COSE (RFC 9052 7)."""
    sign_count: int
    synced: bool
    """Whether it may be copied between devices (WebAuthn 6.1, flag BE)."""
    verified: bool
    aaguid: UUID
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A registered key, as an answer is held against it."""

    user: UserId
    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A key was shown."""

    sign_count: int
    """To be stored if nobody has stored the same or more since: the counter is what tells a copy."""
    synced: bool
    verified: bool

    @property
    def method(self) -> Method:
        """What it proves."""
        return Method.of_key(synced=self.synced, verified=self.verified)


def registered(text: str, ceremony: Ceremony) -> NewKey | KeyRefusal:
    """The key that this answer makes (WebAuthn 7.1). Whether it is registered already is for the database to say."""
    made = attestation(text)
    if isinstance(made, KeyRefusal):
        return made
    try:
        return _new_key(made, ceremony)
    except Refused as refused:
        return refused.refusal
    except _UNREADABLE:
        return KeyRefusal.BAD_SHAPE


def asserted(shown: Presented, key: StoredKey, ceremony: Ceremony, *, alone: bool) -> Assertion | KeyRefusal:
    """What this answer proves (WebAuthn 7.2). `alone`: without a password, so the key tells whose it is, and verifies.

    The counter counts only after the signature: what nobody signed must not make a key look copied.
    """
    if (alone and shown.user_handle is None) or shown.user_handle not in {None, key.user.bytes}:
        return KeyRefusal.FOREIGN_PERSON
    try:
        assertion = _assertion(shown, key, ceremony, alone=alone)
    except Refused as refused:
        return refused.refusal
    except _UNREADABLE:
        return KeyRefusal.BAD_SHAPE
    # A key that does not count says 0 each time.
    counts = assertion.sign_count > 0 or key.sign_count > 0
    return KeyRefusal.COUNTER_WENT_BACK if counts and assertion.sign_count <= key.sign_count else assertion


def _new_key(made: Attestation, ceremony: Ceremony) -> NewKey:
    challenge = answered_challenge(made.client_data, "webauthn.create", ceremony)
    authenticator_data = _authenticator_data(made.attestation_object)
    data = _parsed(authenticator_data, ceremony)
    # No statement was asked for, so none is looked at: what a maker's certificate says would change nothing here.
    unattested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
    verified = verify_registration_response(
        credential=RegistrationCredential(
            id=base64url(made.credential_id),
            raw_id=made.credential_id,
            response=AuthenticatorAttestationResponse(made.client_data, unattested),
        ),
        expected_challenge=challenge,
        expected_rp_id=ceremony.party.id,
        expected_origin=ceremony.party.origin,
        supported_pub_key_algs=ALGORITHMS,
    )
    if verified.credential_id != made.credential_id or len(verified.credential_id) > LONGEST_ID:
        raise Refused(KeyRefusal.BAD_SHAPE)
    _check_public_key(verified.credential_public_key)
    return NewKey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        synced=data.flags.be,
        verified=data.flags.uv,
        aaguid=UUID(verified.aaguid),
        transports=made.transports,
    )


def _assertion(shown: Presented, key: StoredKey, ceremony: Ceremony, *, alone: bool) -> Assertion:
    challenge = answered_challenge(shown.client_data, "webauthn.get", ceremony)
    data = _parsed(shown.authenticator_data, ceremony)
    if alone and not data.flags.uv:
        raise Refused(KeyRefusal.NOT_VERIFIED)
    if shown.credential_id != key.credential_id or data.flags.be != key.synced:
        raise Refused(KeyRefusal.BAD_SHAPE)  # WebAuthn 7.2 step 19: a key never changes whether it may be copied
    try:
        verify_authentication_response(
            credential=AuthenticationCredential(
                id=base64url(shown.credential_id),
                raw_id=shown.credential_id,
                response=AuthenticatorAssertionResponse(shown.client_data, shown.authenticator_data, shown.signature),
            ),
            expected_challenge=challenge,
            expected_rp_id=ceremony.party.id,
            expected_origin=ceremony.party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # the library would judge the counter before the signature
        )
    except InvalidAuthenticationResponse:
        raise Refused(KeyRefusal.BAD_SIGNATURE) from None
    return Assertion(sign_count=data.sign_count, synced=data.flags.be, verified=data.flags.uv)


def _authenticator_data(attestation_object: bytes) -> bytes:
    found = parse_cbor(attestation_object)["authData"]
    if not isinstance(found, bytes):  # the library would make that many octets of a number
        raise Refused(KeyRefusal.BAD_SHAPE)
    return found


def _parsed(octets: bytes, ceremony: Ceremony) -> AuthenticatorData:
    """WebAuthn 7.1 steps 14 to 18, 7.2 steps 15 to 18. Raises Refused and what the library raises."""
    data = parse_authenticator_data(octets)
    if data.rp_id_hash != sha256(ceremony.party.id.encode()).digest():
        raise Refused(KeyRefusal.WRONG_RELYING_PARTY)
    if not data.flags.up:
        raise Refused(KeyRefusal.NOT_PRESENT)
    parse_backup_flags(data.flags)
    return data


def _check_public_key(cose: bytes) -> None:
    """Whether signatures can be checked with it, in good time. Raises Refused and what the library raises."""
    decoded = decode_credential_public_key(cose)
    match decoded_public_key_to_cryptography(decoded):
        case Ed25519PublicKey():
            algorithm = COSEAlgorithmIdentifier.EDDSA
        case EllipticCurvePublicKey(curve=SECP256R1()):  # WebAuthn 5.8.5: ES256 is of this curve alone
            algorithm = COSEAlgorithmIdentifier.ECDSA_SHA_256
        case RSAPublicKey() as key if key.key_size >= SHORTEST_RSA:
            algorithm = COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256
        case _:
            raise Refused(KeyRefusal.BAD_SHAPE)
    if decoded.alg != algorithm or len(cose) > LONGEST_PUBLIC_KEY:
        raise Refused(KeyRefusal.BAD_SHAPE)
