"""What every request needs and hardly ever changes, kept in memory: the configuration, and clients one by one.

A value is kept only while the listener would tell of a change. While it cannot, each question goes to the database.
Many who ask at once share one load (single flight), unless what they ask for has changed since that load began.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from idp.oidc.client import Client
from idp.storage.configuration import Configuration
from idp.values.ids import ClientId

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MOST_CLIENTS = 4096


class Kept(Generic[Key, Value]):
    """Values by key, loaded when first asked for; the oldest goes when there are more than `most`."""

    def __init__(self, load: Callable[[Key], Awaitable[Value]], *, most: int) -> None:
        self._load = load
        self._most = most
        self._values: dict[Key, Value] = {}
        self._loading: dict[Key, asyncio.Task[Value]] = {}

    def at_hand(self, key: Key) -> Value | None:
        """Without asking anybody; None where it is not known."""
        return self._values.get(key)

    async def get(self, key: Key, *, keep: bool) -> Value:
        """Loaded by a task of its own, so that somebody who stops waiting does not fail the others."""
        task = self._loading.get(key)
        if task is None:
            task = asyncio.ensure_future(self._load(key))
            self._loading[key] = task
            task.add_done_callback(lambda done: self._loaded(key, done, keep=keep))
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Whoever asks from now on gets what the database says from now on."""
        self._values.clear()
        self._loading.clear()

    def _loaded(self, key: Key, task: asyncio.Task[Value], *, keep: bool) -> None:
        failed = task.cancelled() or task.exception() is not None
        if self._loading.get(key) is not task:  # it began before something changed
            return
        del self._loading[key]
        if failed or not keep or task.result() is None:
            return
        if len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = task.result()


class ConfigurationCache:
    """The configuration of this process. `Listener` calls `forget`, `trust` and `distrust`."""

    def __init__(
        self,
        load: Callable[[], Awaitable[Configuration]],
        load_client: Callable[[ClientId], Awaitable[Client | None]],
    ) -> None:
        self._load = load
        self._whole: Kept[None, Configuration] = Kept(self._load_whole, most=1)
        self._clients: Kept[ClientId, Client | None] = Kept(load_client, most=MOST_CLIENTS)
        self._latest: Configuration | None = None
        self._trusted = False
        self.generation = 0
        """Moves with every change that was heard of: what somebody derived from clients is as old as this."""

    async def current(self, *, fresh: bool = False) -> Configuration:
        """No round trip while it is warm; `fresh` asks the database anyway."""
        if fresh:
            self._whole.forget()
        kept = self._whole.at_hand(None) if self._trusted else None
        return kept or await self._whole.get(None, keep=self._trusted)

    async def client(self, client_id: ClientId) -> Client | None:
        """No round trip while it is warm. That a client does not exist is never kept: it may be made any moment."""
        kept = self._clients.at_hand(client_id) if self._trusted else None
        return kept or await self._clients.get(client_id, keep=self._trusted)

    @property
    def latest(self) -> Configuration:
        """As it was last read, for keys, which outlive their change. Raises RuntimeError before the first reading."""
        if self._latest is None:
            raise RuntimeError("the configuration was never read")
        return self._latest

    def forget(self, table: str = "") -> None:
        """Something changed in that table; without a table, anything may have."""
        self.generation += 1
        if table not in {"clients", "client_secrets"}:
            self._whole.forget()
        if table in {"", "clients", "client_secrets"}:
            self._clients.forget()

    def trust(self) -> None:
        """Changes are heard of from now on."""
        self.forget()
        self._trusted = True

    def distrust(self) -> None:
        """Changes are no longer heard of."""
        self._trusted = False
        self.forget()

    @property
    def trusted(self) -> bool:
        """Whether values are kept now."""
        return self._trusted

    async def _load_whole(self, _: None) -> Configuration:
        self._latest = await self._load()
        return self._latest
