"""Root keys by id, service keys and signing keys as rows: sealed, inserted, moved through their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from idp.keystore.compact import Algorithm
from idp.keystore.keyring import KeyState, PublishedKey
from idp.keystore.service_keys import ServiceKeyName
from idp.storage import places
from idp.storage.database import Executor, Row
from idp.values.sealed import Place, Sealed

SIGNING = """
SELECT kid, alg, state, public_jwk, sealed_private, created_at, activated_at, retired_at FROM signing_keys
"""

SERVICE = "SELECT name, id, sealed_key, current FROM service_keys"

ROOTS = "SELECT id, active, created_at FROM root_keys ORDER BY created_at, id"

INSERT_ROOT = "INSERT INTO root_keys (id, active, created_at) VALUES ($1, true, $2)"

SET_ROOTS_ASIDE = "UPDATE root_keys SET active = false WHERE active"

INSERT_SERVICE = """
INSERT INTO service_keys (name, id, sealed_key, current, created_at) VALUES ($1, $2, $3, true, $4)
"""

INSERT_SIGNING = """
INSERT INTO signing_keys (kid, alg, state, public_jwk, sealed_private, created_at, activated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING RETURNING true
"""

LOCK_NEXT = "SELECT true FROM signing_keys WHERE kid = $1 AND state = 'next' FOR UPDATE"

RETIRE = (
    "UPDATE signing_keys SET state = 'retiring', retired_at = $2 WHERE kid = $1 AND state = 'active' RETURNING true"
)

ACTIVATE = (
    "UPDATE signing_keys SET state = 'active', activated_at = $2 WHERE kid = $1 AND state = 'next' RETURNING true"
)

FORGET = """
UPDATE signing_keys SET state = 'gone', gone_at = $2, sealed_private = NULL
WHERE kid = $1 AND state = 'retiring' RETURNING true
"""

_NAMES = frozenset(ServiceKeyName)
"""A later version, which may serve beside this one, can have made others."""

WANTED = """
SELECT id_token_signed_response_alg FROM clients
UNION SELECT metadata ->> 'userinfo_signed_response_alg' FROM clients WHERE metadata ? 'userinfo_signed_response_alg'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRoot:
    """A root key that ciphertexts of this database need; the key itself is a file."""

    id: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredServiceKey:
    """A service key, sealed."""

    name: ServiceKeyName
    id: str
    sealed: Sealed
    current: bool

    @property
    def place(self) -> Place:
        """What the ciphertext is bound to."""
        return places.service_key(self.name, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSigningKey:
    """A signing key: its public side, and the private half sealed until it is gone."""

    public: PublishedKey
    sealed: Sealed | None

    @property
    def place(self) -> Place:
        """What the ciphertext is bound to."""
        return places.signing_key(self.public.kid)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeys:
    """All keys of the database."""

    roots: tuple[StoredRoot, ...]
    service: tuple[StoredServiceKey, ...]
    signing: tuple[StoredSigningKey, ...]


async def load(executor: Executor) -> StoredKeys:
    """The sealed keys first, so that the root keys read afterwards hold every id that they name."""
    signing = [_signing(row) for row in await executor.fetch(SIGNING)]
    service = [_service(row) for row in await executor.fetch(SERVICE) if row["name"] in _NAMES]
    return StoredKeys(roots=await roots(executor), service=tuple(service), signing=tuple(signing))


async def roots(executor: Executor) -> tuple[StoredRoot, ...]:
    """The root keys that this database needs, oldest first."""
    rows = await executor.fetch(ROOTS)
    return tuple(StoredRoot(id=row["id"], active=row["active"], created_at=row["created_at"]) for row in rows)


async def published(executor: Executor) -> tuple[PublishedKey, ...]:
    """The public side of every signing key."""
    return tuple(_signing(row).public for row in await executor.fetch(SIGNING))


async def wanted_algorithms(executor: Executor) -> frozenset[Algorithm]:
    """What clients are registered for."""
    return frozenset(cast("Algorithm", row[0]) for row in await executor.fetch(WANTED))


async def insert_root(executor: Executor, key_id: str, at: datetime) -> None:
    """Make this root key the active one; run it inside a transaction."""
    await executor.execute(SET_ROOTS_ASIDE)
    await executor.execute(INSERT_ROOT, key_id, at)


async def insert_service(executor: Executor, name: ServiceKeyName, key_id: str, sealed: Sealed, at: datetime) -> None:
    """The first key of that name."""
    await executor.execute(INSERT_SERVICE, name.value, key_id, sealed.octets, at)


async def insert_signing(executor: Executor, key: PublishedKey, sealed: Sealed) -> bool:
    """A new key, next or active. False where another node made one of that state first."""
    made = await executor.fetchval(
        INSERT_SIGNING,
        key.kid,
        key.alg,
        key.state.value,
        dict(key.public_jwk),
        sealed.octets,
        key.created_at,
        key.activated_at,
    )
    return bool(made)


async def activate(executor: Executor, kid: str, retires: str | None, at: datetime) -> bool:
    """Let the next key sign; run it inside a transaction. False, and nothing changed, where another node was first."""
    if not await executor.fetchval(LOCK_NEXT, kid):
        return False
    if retires is not None and not await executor.fetchval(RETIRE, retires, at):
        return False
    return bool(await executor.fetchval(ACTIVATE, kid, at))


async def forget(executor: Executor, kid: str, at: datetime) -> bool:
    """Unpublish, and destroy the private half."""
    return bool(await executor.fetchval(FORGET, kid, at))


def _signing(row: Row) -> StoredSigningKey:
    jwk: Mapping[str, str] = row["public_jwk"]
    sealed = row["sealed_private"]
    public = PublishedKey(
        kid=row["kid"],
        alg=row["alg"],
        state=KeyState(row["state"]),
        public_jwk=jwk,
        created_at=row["created_at"],
        activated_at=row["activated_at"],
        retired_at=row["retired_at"],
    )
    return StoredSigningKey(public=public, sealed=None if sealed is None else Sealed(sealed))


def _service(row: Row) -> StoredServiceKey:
    return StoredServiceKey(
        name=ServiceKeyName(row["name"]), id=row["id"], sealed=Sealed(row["sealed_key"]), current=row["current"]
    )
