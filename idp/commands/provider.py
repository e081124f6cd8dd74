"""The provider as a worker serves it: services are opened in the server's own event loop, before the first request."""

import sys
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from idp.app import create_app
from idp.commands.complaint import complain
from idp.commands.patience import patiently
from idp.composition import CANNOT_START
from idp.server.supervisor import CANNOT_START as EXIT_CANNOT_START
from idp.server.tls import Tls
from idp.server.worker import serve
from idp.settings import Settings
from idp.web.templates import preload


def serve_provider(settings: Settings, fds: Sequence[int]) -> None:
    """Until told to stop. What cannot start is said in one line and in the exit status."""
    tls = None
    if settings.tls_cert and settings.tls_key:
        tls = Tls(certificate=settings.tls_cert, key=settings.tls_key)
    provider = _Provider(settings)
    serve(provider, fds, tls=tls)
    if provider.failure is not None:
        complain(str(provider.failure))
        sys.exit(EXIT_CANNOT_START)


class _Provider:
    """An ASGI application around the real one, which exists only once the services do."""

    def __init__(self, settings: Settings) -> None:
        self.failure: Exception | None = None
        self._settings = settings
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with patiently(self._settings) as services:
                preload()
                self._app = create_app(services)
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except CANNOT_START as error:
            self.failure = error
            await send({"type": "lifespan.startup.failed"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
