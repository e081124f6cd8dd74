"""What a browser is asked, so that it makes a security key or passkey, or shows one (Web Authentication Level 3)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from webauthn.helpers.cose import COSEAlgorithmIdentifier

from idp.authenticators.key_response import Ceremony, base64url
from idp.values.ids import UserId

PATIENCE = timedelta(minutes=5)
"""How long a browser waits for a key (WebAuthn 15.1 recommends five to ten minutes)."""
ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""In order of preference; the last one is what Windows Hello has on older machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """What a browser needs to find a key again."""

    credential_id: bytes
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose key it will be."""

    user: UserId
    name: str
    """The login name, by which the person tells passkeys apart."""
    shown: str


def creation_options(ceremony: Ceremony, holder: Holder, keys: Iterable[KnownKey]) -> str:
    """JSON for `navigator.credentials.create()` (WebAuthn 5.4). `keys`: the person's, which are not made again."""
    return _json(
        {
            "rp": {"id": ceremony.party.id, "name": ceremony.party.name},
            "user": {"id": base64url(holder.user.bytes), "name": holder.name, "displayName": holder.shown},
            "challenge": base64url(ceremony.challenges[0]),
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
            "timeout": PATIENCE // timedelta(milliseconds=1),
            "excludeCredentials": _descriptors(keys),
            # A key that can will sign in without a name and verify its person; a plain one is welcome all the same.
            "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
            "attestation": "none",
        }
    )


def request_options(ceremony: Ceremony, keys: Iterable[KnownKey], *, alone: bool) -> str:
    """JSON for `navigator.credentials.get()` (WebAuthn 5.5).

    `alone`: without a password; then give no keys, for nobody has said who they are. The key must verify its person.
    """
    return _json(
        {
            "rpId": ceremony.party.id,
            "challenge": base64url(ceremony.challenges[0]),
            "timeout": PATIENCE // timedelta(milliseconds=1),
            "allowCredentials": _descriptors(keys),
            "userVerification": "required" if alone else "preferred",
        }
    )


def _descriptors(keys: Iterable[KnownKey]) -> list[dict[str, object]]:
    return [
        {"type": "public-key", "id": base64url(key.credential_id), "transports": list(key.transports)} for key in keys
    ]


def _json(members: dict[str, object]) -> str:
    return json.dumps(members, separators=(",", ":"))
