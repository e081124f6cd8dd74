"""The edge of every route: takes the instant, knows the origin, calls the handler, and answers whatever goes wrong.

The only `except Exception` for HTTP stands here. A handler is `async (Request) -> Response`; it may raise what
`failures.failure_of` knows, or `PageError` with a page of its own. `Edge` is an ASGI app for a Starlette `Route`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from idp.telemetry import Metrics
from idp.values.entropy import Clock, Entropy
from idp.values.issuer import Issuer
from idp.web import cors, responses
from idp.web.call import KEY, Call, call_of
from idp.web.cors import Cors
from idp.web.csrf import ForeignForm, same_origin
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.failures import failure_of, record
from idp.web.kinds import Kind
from idp.web.languages import speech_of
from idp.web.origin import Network, origin
from idp.web.shell import Shell
from idp.words.speech import speaking

Handler = Callable[[Request], Awaitable[Response]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STRICT_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


class PageError(Exception):
    """A handler's own last word: an error page that knows the app."""

    def __init__(self, view: ErrorPage, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(view.kind)
        self.view = view
        self.headers = headers


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all edges of a server share."""

    issuer: Issuer
    clock: Clock
    entropy: Entropy
    shell: Callable[[], Shell]
    """The frame of an error page: brand from memory. Must neither wait nor fail, the database may be gone."""
    trusted_proxies: tuple[Network, ...] = ()
    metrics: Metrics | None = None
    """Where requests are counted, if anywhere."""
    refused: Callable[[Call, str], Awaitable[None]] | None = None
    """Told of each form that stood on another site, and of its path (ASVS V16.3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One route: its kind, its handlers by method. Without handlers nothing is found there."""

    house: House
    kind: Kind
    handlers: Mapping[str, Handler]
    cors: Cors | None = None
    route: str = ""
    """Names it in metrics; those without a name are counted under their kind."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        started = perf_counter()
        request = Request(scope, receive)
        call = Call(at=self.house.clock(), origin=origin(request, self.house.trusted_proxies, self.house.entropy))
        scope[KEY] = call
        spoken = speech_of(request) if self.kind.speaks else None
        with structlog.contextvars.bound_contextvars(request_id=call.reference), speaking(spoken):
            extra: Mapping[str, str] = {}
            try:
                # First: a script that may read the answer may read the error too, and has to act on it.
                extra = await cors.headers(self.cors, request.headers.get("origin"))
                response = await self._answer(request)
            except ClientDisconnect:
                return
            except PageError as stop:
                response = responses.page(stop.view, headers=stop.headers)
            except Exception as error:  # noqa: BLE001 - the one place for HTTP: nothing leaves as a stack trace
                response = self._failed(request, error, call)
            await response(scope, receive, self._with_headers(send, extra))
        self._count(request.method, response.status_code, perf_counter() - started)

    def _count(self, method: str, status: int, seconds: float) -> None:
        metrics, route = self.house.metrics, self.route or self.kind.name
        if metrics is not None:
            known = method if method in self.handlers or method in SAFE_METHODS else "other"  # labels are ours alone
            metrics.requests.labels(route, known, status).inc()
            metrics.seconds.labels(route).observe(seconds)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" and self.kind.answers_head else request.method
        handler = self.handlers.get(method)
        if handler is not None:
            if self.kind.own_posts_only and method not in SAFE_METHODS and not same_origin(request, self.house.issuer):
                if self.house.refused is not None:
                    await self.house.refused(call_of(request), request.url.path)
                raise ForeignForm("the form stood on another site")
            return await handler(request)
        if not self.handlers:
            raise HTTPException(404)
        heads = {"HEAD"} if "GET" in self.handlers and self.kind.answers_head else set[str]()
        allowed = sorted({*self.handlers, *heads})
        if method == "OPTIONS" and self.cors is not None:
            return Response(status_code=204, headers={**cors.preflight(allowed)})
        raise HTTPException(405, headers={"Allow": ", ".join(allowed)})

    def _failed(self, request: Request, error: Exception, call: Call) -> Response:
        failure = failure_of(error)
        record(error, failure, call.reference)
        if failure.kind is ErrorKind.BUSY and self.house.metrics is not None:
            self.house.metrics.unavailable.labels(type(error).__name__).inc()
        return self.kind.failed(request, failure, self.house.shell())

    def _with_headers(self, send: Send, extra: Mapping[str, str]) -> Send:
        """Adds the kind's headers to what the response did not say itself; never changes a shared response."""
        added = {**self.kind.headers, **extra}
        if self.house.issuer.secure:
            added["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
        pairs = [(name.lower().encode(), value.encode()) for name, value in added.items()]

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                kept = [*message["headers"], *(pair for pair in pairs if pair[0] not in said)]
                message = {**message, "headers": kept}
            await send(message)

        return sender
