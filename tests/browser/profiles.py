"""Fresh browser profiles, each listened to: what its console said, and every request that left it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Request

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
PATIENCE_MS = 15_000  # of a machine that does other things too
# The browser itself reports the status of an error page; that page is what the test asked for.
EXPECTED = "the server responded with a status of"


@dataclass(slots=True)
class Profiles:
    """Opens profiles, and remembers what all of them said and asked for."""

    running: Browser
    said: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [EXPECTED])
    _opened: list[BrowserContext] = field(default_factory=list)

    async def new(self, **options: Any) -> BrowserContext:  # noqa: ANN401 - Playwright's own options, passed on
        """A profile without history or cookies; options are those of Playwright's `new_context`."""
        made = await self.running.new_context(**{"viewport": DESKTOP, **options})
        self._opened.append(made)
        made.set_default_timeout(PATIENCE_MS)
        made.on("console", lambda message: self.said.append(message.text))
        made.on("weberror", lambda error: self.said.append(str(error.error)))
        made.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - Playwright marks the function
        return made

    def complaints(self) -> list[str]:
        """Console lines and script errors, refused by a policy or not, that no test declared in `expected`."""
        return [line for line in self.said if not any(part in line for part in self.expected)]

    async def close(self) -> None:
        """Close them all."""
        for each in self._opened:
            await each.close()
        self._opened.clear()
