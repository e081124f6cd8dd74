"""The keys of the service: made at the first start, kept, opened from their rows. `key_rotation` changes them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from idp.keystore import signing
from idp.keystore.compact import Algorithm
from idp.keystore.key_octets import KeyOctets
from idp.keystore.keyring import Keyring, KeyState, PublishedKey
from idp.keystore.root_keys import RootKeys
from idp.keystore.sealing import Sealer
from idp.keystore.service_keys import ServiceKey, ServiceKeyName, ServiceKeys
from idp.keystore.signing import SigningKey
from idp.storage import keys, places
from idp.storage.database import Database, Executor
from idp.storage.keys import StoredKeys
from idp.storage.migrate import locked
from idp.storage.pool import connect
from idp.values.entropy import Entropy

FROM_THE_START: tuple[Algorithm, ...] = ("RS256", "ES256")
"""The algorithms of ID tokens by default, and of machine tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedKeys:
    """The keys, ready for use."""

    sealer: Sealer
    service_keys: ServiceKeys
    keyring: Keyring


class KeyReader:
    """Opens the rows of keys. Keeps what costs time: root keys as read, private keys as parsed."""

    def __init__(self, folder: Path, entropy: Entropy) -> None:
        self._folder = folder
        self._entropy = entropy
        self._roots = RootKeys.load(folder)
        self._parsed: dict[str, SigningKey] = {}

    def opened(self, stored: StoredKeys) -> OpenedKeys:
        """Raises MissingRootKey where the folder lacks a key that the database needs, CannotOpen for altered rows."""
        needed = {root.id for root in stored.roots}
        if needed - self._roots.ids:  # a rotation may have made one since
            self._roots = RootKeys.load(self._folder)
        self._roots.require(needed)
        sealer = Sealer(self._roots, next(root.id for root in stored.roots if root.active), self._entropy)
        return OpenedKeys(
            sealer=sealer,
            service_keys=_service_keys(sealer, stored),
            keyring=Keyring.of((key.public for key in stored.signing), self._private(sealer, stored)),
        )

    def _private(self, sealer: Sealer, stored: StoredKeys) -> Iterable[SigningKey]:
        """Of the active keys alone: no other one signs."""
        active = [key for key in stored.signing if key.public.state is KeyState.ACTIVE]
        for key in active:
            if key.public.kid not in self._parsed and key.sealed is not None:
                octets = sealer.open(key.sealed, key.place)
                self._parsed[key.public.kid] = signing.import_private(key.public.alg, octets)
        return [self._parsed[key.public.kid] for key in active if key.public.kid in self._parsed]


async def ensure(database: Database, folder: Path, entropy: Entropy, at: datetime) -> None:
    """Make what the first start needs, once among all nodes; nothing where the keys are there.

    Raises MissingRootKey where the database names a root key that the folder lacks, KeyFolderError for a folder that
    cannot be used.
    """
    if _complete(await keys.load(database)):
        RootKeys.load(folder).require({root.id for root in await keys.roots(database)})
        return
    async with alone(database):
        await _make_missing(database, folder, entropy, at)


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[None]:
    """Waits until no other node migrates, or makes or rotates keys that all others rest on."""
    connection = await connect(database.url, patient=True)
    try:
        async with locked(connection):
            yield
    finally:
        await connection.close()


def _complete(stored: StoredKeys) -> bool:
    services = {key.name for key in stored.service if key.current}
    active = {key.public.alg for key in stored.signing if key.public.state is KeyState.ACTIVE}
    return bool(stored.roots) and services == set(ServiceKeyName) and active.issuperset(FROM_THE_START)


async def _make_missing(database: Database, folder: Path, entropy: Entropy, at: datetime) -> None:
    """Under the lock: another node may have made everything while this one waited."""
    stored = await keys.load(database)
    if not stored.roots:
        root = _first_root(folder, entropy)
        async with database.transaction() as transaction:
            await keys.insert_root(transaction, root, at)
        stored = await keys.load(database)
    roots = RootKeys.load(folder)
    roots.require({root.id for root in stored.roots})
    sealer = Sealer(roots, next(root.id for root in stored.roots if root.active), entropy)
    for name in set(ServiceKeyName) - {key.name for key in stored.service if key.current}:
        made = ServiceKey.generate(name, entropy)
        sealed = sealer.seal(made.key.expose(), places.service_key(name, made.id))
        await keys.insert_service(database, name, made.id, sealed, at)
    have = {key.public.alg for key in stored.signing if key.public.state is KeyState.ACTIVE}
    for alg in FROM_THE_START:
        if alg not in have:
            await store(database, sealer, await generated(alg), KeyState.ACTIVE, at)


def _first_root(folder: Path, entropy: Entropy) -> str:
    """A key that somebody put there beforehand (a mounted secret), else a new one."""
    held = RootKeys.load(folder).ids
    return next(iter(held)) if len(held) == 1 else RootKeys.create(folder, entropy).id


async def generated(alg: Algorithm) -> SigningKey:
    """A new key; slow for RSA, so no connection is held meanwhile."""
    return await asyncio.to_thread(signing.generate, alg)


async def store(
    executor: Executor, sealer: Sealer, key: SigningKey, state: KeyState, at: datetime
) -> PublishedKey | None:
    """Keep a new key: `next`, or `active` where its algorithm has none. None where another node was first."""
    public = PublishedKey(
        kid=key.kid,
        alg=key.alg,
        state=state,
        public_jwk=key.public_jwk(),
        created_at=at,
        activated_at=at if state is KeyState.ACTIVE else None,
    )
    sealed = sealer.seal(key.export_private(), places.signing_key(key.kid))
    return public if await keys.insert_signing(executor, public, sealed) else None


def _service_keys(sealer: Sealer, stored: StoredKeys) -> ServiceKeys:
    opened = [ServiceKey.of(key.name, KeyOctets(sealer.open(key.sealed, key.place))) for key in stored.service]
    return ServiceKeys.of(opened, {key.name: key.id for key in stored.service if key.current})
