"""A security key made of software: what a browser and its authenticator answer, as JSON, to the options of a page.

It does as it is told, also what no sound key does: each answer can be given for another origin, another relying party,
another challenge, without presence, with a counter that stands still.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, MAY_BE_COPIED, COPIED, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
"""The flags of authenticator data (WebAuthn 6.1)."""

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def made_by(algorithm: str) -> PrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()


def cose(private: PrivateKey) -> dict[int, object]:
    """RFC 9053 2, 7; RFC 8230 4."""
    match private:
        case ec.EllipticCurvePrivateKey():
            point = private.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        case ed25519.Ed25519PrivateKey():
            return {1: 1, 3: -8, -1: 6, -2: private.public_key().public_bytes_raw()}
        case rsa.RSAPrivateKey():
            numbers = private.public_key().public_numbers()
            octets = (numbers.n.bit_length() + 7) // 8
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(octets), -2: numbers.e.to_bytes(3)}


def signed(private: PrivateKey, message: bytes) -> bytes:
    match private:
        case ec.EllipticCurvePrivateKey():
            return private.sign(message, ec.ECDSA(SHA256()))
        case ed25519.Ed25519PrivateKey():
            return private.sign(message)
        case rsa.RSAPrivateKey():
            return private.sign(message, padding.PKCS1v15(), SHA256())


@dataclass(kw_only=True)
class Credential:
    """What the key holds of one account at one site."""

    id: bytes
    private: PrivateKey
    user: bytes
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Odd:
    """How an answer differs from the sound one."""

    origin: str | None = None
    rp_id: str | None = None
    challenge: bytes | None = None
    kind: str | None = None
    client_data: dict[str, object] = field(default_factory=dict)
    """Further members of what the browser says."""
    flags: int = 0
    """Flags that are turned over."""
    count: int | None = None
    user: bytes | None = None
    fmt: str = "none"
    statement: dict[str, object] = field(default_factory=dict)


SOUND = Odd()


@dataclass(kw_only=True)
class SoftKey:
    """One device, or one synced store of passkeys, in front of one browser at `origin`."""

    origin: str
    verifies: bool = True
    synced: bool = False
    counts: bool = True
    algorithm: str = "ES256"
    transports: tuple[str, ...] = ("usb",)
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: str, odd: Odd = SOUND) -> str:
        """What `navigator.credentials.create()` gives for these options."""
        asked = json.loads(options)
        made = Credential(id=token_bytes(32), private=made_by(self.algorithm), user=decoded(asked["user"]["id"]))
        self.credentials.append(made)
        key = cbor2.dumps(cose(made.private))
        attested = bytes(16) + len(made.id).to_bytes(2) + made.id + key
        data = self._authenticator_data(asked["rp"]["id"], made, odd, ATTESTED) + attested
        statement = {"fmt": odd.fmt, "attStmt": odd.statement, "authData": data}
        client = self._client_data("webauthn.create", asked["challenge"], odd)
        response = {"attestationObject": encoded(cbor2.dumps(statement)), "transports": list(self.transports)}
        return self._json(made, client, response)

    def get(self, options: str, odd: Odd = SOUND) -> str:
        """What `navigator.credentials.get()` gives: by one of the keys asked for, or by the latest where none is."""
        asked = json.loads(options)
        allowed = {decoded(each["id"]) for each in asked.get("allowCredentials", [])}
        shown = next(each for each in reversed(self.credentials) if not allowed or each.id in allowed)
        data = self._authenticator_data(asked["rpId"], shown, odd, 0)
        client = self._client_data("webauthn.get", asked["challenge"], odd)
        signature = signed(shown.private, data + sha256(client).digest())
        user = odd.user if odd.user is not None else shown.user
        response = {"authenticatorData": encoded(data), "signature": encoded(signature), "userHandle": encoded(user)}
        return self._json(shown, client, response)

    def _authenticator_data(self, rp_id: str, used: Credential, odd: Odd, flags: int) -> bytes:
        used.count += 1 if self.counts else 0
        flags |= PRESENT | (VERIFIED if self.verifies else 0) | (MAY_BE_COPIED | COPIED if self.synced else 0)
        count = used.count if odd.count is None else odd.count
        return sha256((odd.rp_id or rp_id).encode()).digest() + bytes([flags ^ odd.flags]) + count.to_bytes(4)

    def _client_data(self, kind: str, challenge: str, odd: Odd) -> bytes:
        said = {
            "type": odd.kind or kind,
            "challenge": challenge if odd.challenge is None else encoded(odd.challenge),
            "origin": odd.origin or self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said | odd.client_data).encode()

    @staticmethod
    def _json(used: Credential, client: bytes, response: Mapping[str, object]) -> str:
        """WebAuthn 5.1, `toJSON`."""
        return json.dumps(
            {
                "id": encoded(used.id),
                "rawId": encoded(used.id),
                "type": "public-key",
                "response": {"clientDataJSON": encoded(client), **response},
                "authenticatorAttachment": "cross-platform",
                "clientExtensionResults": {},
            }
        )
