"""The outbox under test: what clients want to be told, emptied at once, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.jobs.outbox import Sender
from idp.usecases.services import Services

SAY = "UPDATE clients SET metadata = metadata || $2 WHERE client_id = $1"
ENTRIES = "SELECT * FROM outbox ORDER BY id"


async def say(services: Services, client_id: str, **members: object) -> None:
    """Change what a client says of itself, past the rules of registration."""
    await services.database.execute(SAY, client_id, members)
    services.cache.forget()


async def send_due(services: Services, sender: Sender | None = None) -> int:
    """All that is due now is tried, as the jobs process would; returns how many tries that were."""
    sender, tries = sender or Sender(services), 0
    while begun := await sender.look():
        tries += begun
        await sender.settled()
    return tries


async def entries(services: Services) -> list[Mapping[str, Any]]:
    """Every row, in order."""
    return [dict(row) for row in await services.database.fetch(ENTRIES)]
