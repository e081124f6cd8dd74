"""Serves sample views over HTTP, through a real edge of the kind PAGES, so that headers are the real ones."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.values.issuer import Issuer
from idp.web import responses, static
from idp.web.edges import Edge, House
from idp.web.kinds import PAGES
from idp.web.shell import Brand, Shell
from idp.web.views import View
from idp.words.speech import Speech, change_to
from tests.drivers.server import bound_sockets, serving

AT = datetime(2031, 3, 5, 14, 22, 40, tzinfo=UTC)
BARE = Shell(brand=Brand(name="Northwind", contact="help@example.org"))


def house_of(issuer: str) -> House:
    """Everything an edge shares, with a clock that stands still."""
    parsed = Issuer.parse(issuer)
    return House(issuer=parsed, clock=lambda: AT, entropy=os.urandom, shell=lambda: BARE)  # noqa: S604 - no shell of that kind


def application(views: Mapping[str, View], issuer: str, speech: Speech | None = None) -> Starlette:
    """`/page/{name}` shows a view, in that language if one is given; posts elsewhere are answered as they came."""

    async def show(request: Request) -> Response:
        if speech is not None:
            change_to(speech)
        return responses.page(views[request.path_params["name"]])

    async def echo(request: Request) -> Response:
        return responses.text_response((await request.body()).decode())

    house = house_of(issuer)
    return Starlette(
        routes=[
            Route("/static/{name}", static.serve),
            Route("/page/{name}", Edge(house=house, kind=PAGES, handlers={"GET": show, "POST": show})),
            Route("/{rest:path}", Edge(house=house, kind=PAGES, handlers={"POST": echo})),
        ]
    )


@asynccontextmanager
async def page_server(views: Mapping[str, View], speech: Speech | None = None) -> AsyncIterator[str]:
    """The URL that the views stand at, without a final slash, as long as the block runs."""
    sockets = bound_sockets()
    url = f"http://localhost:{sockets[0].getsockname()[1]}"
    async with serving(application(views, url, speech), sockets):
        yield url
    for each in sockets:
        each.close()
