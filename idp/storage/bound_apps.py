"""An authenticator app with saved recovery codes, bound outside of a sign-in: their secrets are known already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.totp import TotpParameters
from idp.storage.database import Executor
from idp.values.ids import AuthenticatorId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

INSERT_APP = """
INSERT INTO totp_authenticators
    (id, user_id, sealed_secret, algorithm, digits, period, state, last_step, confirmed_at)
VALUES ($1, $2, $3, $4, $5, $6, 'confirmed', 0, $7)
"""

INSERT_SET = """
INSERT INTO recovery_code_sets (id, user_id, salt, pepper_id, created_at, acknowledged_at)
VALUES ($1, $2, $3, $4, $5, $5)
"""

INSERT_CODES = "INSERT INTO recovery_codes (set_id, digest) SELECT $1, unnest($2::bytea[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownApp:
    """An app whose secret is sealed already; no time step of it was used."""

    id: AuthenticatorId
    sealed_secret: Sealed
    parameters: TotpParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCodes:
    """A set of recovery codes that its person has."""

    id: AuthenticatorId
    salt: bytes
    pepper_id: str
    digests: Sequence[Digest]


async def insert(executor: Executor, user: UserId, app: KnownApp, codes: SavedCodes, at: datetime) -> None:
    """Both count from now on; the person must have no set of codes yet."""
    kind = app.parameters
    await executor.execute(
        INSERT_APP, app.id, user, app.sealed_secret.octets, kind.algorithm, kind.digits, kind.period, at
    )
    await executor.execute(INSERT_SET, codes.id, user, codes.salt, codes.pepper_id, at)
    await executor.execute(INSERT_CODES, codes.id, [digest.octets for digest in codes.digests])
