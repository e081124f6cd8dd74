"""What a worker does: serve one ASGI app on the supervisor's sockets. Builds no app, reads no settings."""

import gc
import socket
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp

from idp.server.http import ShortHeads
from idp.server.readiness import report_ready
from idp.server.tls import Tls

_GRACE = 10  # seconds that open requests have after SIGTERM; the supervisor kills after 15
_KEEP_ALIVE = 65  # seconds; longer than the 60 that reverse proxies keep a connection, so that they close first


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:  # the application could not start, and has said why
            return
        # What exists now lives as long as the process: the garbage collector need not walk it again and again.
        gc.collect()
        gc.freeze()
        report_ready()


def serve(app: ASGIApp, fds: Sequence[int], *, tls: Tls | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Returns, or raises the signal again, once open requests are answered.

    Addresses in requests are those of the connection: which proxy may speak for its clients is the app's business.
    """
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=ShortHeads,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        ssl_context_factory=(lambda *_: tls.context()) if tls else None,
    )
    _Server(config).run(sockets=[socket.socket(fileno=fd) for fd in fds])
