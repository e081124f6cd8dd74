"""The parsed keys of clients, kept by a process: in which registration they stood, and how old they are.

Forgotten where the registration changes, since they are kept under the very value that they were read from.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from idp.keystore.client_keys import ClientKeySet
from idp.values.ids import ClientId

MOST_CLIENTS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKeys:
    """Keys of one client."""

    source: object
    """What the registration says: the JWK Set itself, or where it lies."""
    keys: ClientKeySet
    loaded_at: datetime
    """When these were read; for keys that were never read, when that was tried first."""
    tried_at: datetime
    """When that was tried last."""


@dataclass(slots=True)
class ClientKeyCache:
    """Of at most MOST_CLIENTS; what was used least recently goes first."""

    _known: dict[ClientId, KnownKeys] = field(default_factory=dict, repr=False)
    _loading: dict[tuple[ClientId, str], asyncio.Task[KnownKeys]] = field(default_factory=dict, repr=False)

    def known(self, client_id: ClientId, source: object) -> KnownKeys | None:
        """None where nothing was read, or only what another registration said."""
        found = self._known.pop(client_id, None)
        if found is None or found.source != source:
            return None
        self._known[client_id] = found
        return found

    def keep(self, client_id: ClientId, known: KnownKeys) -> KnownKeys:
        """From now on."""
        self._known.pop(client_id, None)
        self._known[client_id] = known
        if len(self._known) > MOST_CLIENTS:
            del self._known[next(iter(self._known))]
        return known

    async def load(self, client_id: ClientId, uri: str, load: Callable[[], Awaitable[KnownKeys]]) -> KnownKeys:
        """Of many who ask at once one loads, in a task of its own: who stops waiting does not fail the others."""
        task = self._loading.get((client_id, uri))
        if task is None:
            task = asyncio.ensure_future(load())
            self._loading[client_id, uri] = task
            task.add_done_callback(lambda done: self._loaded(client_id, uri, done))
        return await asyncio.shield(task)

    def _loaded(self, client_id: ClientId, uri: str, task: asyncio.Task[KnownKeys]) -> None:
        del self._loading[client_id, uri]
        if not task.cancelled() and task.exception() is None:
            self.keep(client_id, task.result())
