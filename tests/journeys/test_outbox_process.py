"""The process for jobs, as `idp serve` keeps it: what a trigger put into the outbox leaves without anybody's doing."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from idp.usecases import configuration
from idp.usecases.services import Services
from idp.usecases.unit import unit
from tests.drivers.clock import MovableClock
from tests.drivers.database import FreshDatabase
from tests.drivers.grants import COMMAND, add_client, add_person, issue
from tests.drivers.outbox import entries, say
from tests.drivers.serve_process import serve_process
from tests.drivers.strange_server import page, strange_server
from tests.drivers.tls_authority import Authority

PATIENCE_SECONDS = 60
OVER = "UPDATE browser_sessions SET ended_at = $1"


async def test_the_real_process_tells_the_app(
    services: Services, fresh: FreshDatabase, authority: Authority, clock: MovableClock, tmp_path: Path
) -> None:
    """O-59: trusts the operator's own CA, reaches the hosts that the configuration allows, ends in order."""
    issued = await issue(services, (await add_client(services, "wiki")).client, await add_person(services))
    async with strange_server(authority.leaf(name="app")) as app:
        app.pages["/told"] = page(b"")
        await say(services, "wiki", backchannel_logout_uri=app.url("/told"))
        async with unit(services, COMMAND, None, clock()) as made:
            await configuration.change(made, "fetch_hosts", [app.authority])
        environ = {
            "IDP_DATABASE_URL": fresh.server.expose(),
            "IDP_DATABASE_OWNER_URL": fresh.owner.expose(),
            "IDP_KEYS_DIR": str(fresh.keys),
            "IDP_FETCH_CA_FILE": str(authority.certificate),
        }
        async with serve_process(tmp_path, **environ) as serve:
            await serve.ready()
            await services.database.execute(OVER, clock())
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not [row for row in await entries(services) if row["outcome"]]:  # noqa: ASYNC110 - no event here
                    await asyncio.sleep(0.05)
            assert await serve.told_to_stop(signal.SIGTERM) == []
    (entry,) = await entries(services)
    assert (entry["session_id"], entry["outcome"], entry["tries"]) == (issued.session, "delivered", 1)
    assert len(app.requests) == 1
