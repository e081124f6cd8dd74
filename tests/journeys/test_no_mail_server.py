"""Without IDP_SMTP_URL: everything works, nobody is written to, and nothing waits to be sent."""

from __future__ import annotations

from tests.drivers.browser_http import Browser
from tests.drivers.outbox import entries
from tests.drivers.provider import Provider
from tests.drivers.scenes import sign_in


async def test_nothing_is_queued(provider: Provider, browser: Browser) -> None:
    await sign_in(await provider.app(), await provider.person(), browser)
    assert "enrolment_confirmed" in await provider.events()
    assert await entries(provider.services) == []
