"""The route table as it is served: each route has a kind of edge, and no page's form is taken without its token."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx2
from starlette.routing import Mount, Route

from idp.app import create_app
from idp.usecases.services import Services
from idp.web.edges import Edge
from idp.web.kinds import AUTHORIZATION, OPERATIONS, PAGES, PORTAL, PROTOCOL
from tests.drivers.provider import Provider

KINDS = {AUTHORIZATION.name, OPERATIONS.name, PAGES.name, PORTAL.name, PROTOCOL.name}


FORMS = ({"answer": "same"}, {"answer": "same", "csrf": "c" * 43})


def routes(services: Services) -> Iterator[Route]:
    for each in create_app(services).routes:
        assert isinstance(each, Route | Mount), each
        if isinstance(each, Mount):
            yield from (route for route in each.routes if isinstance(route, Route))
        else:
            yield each


def filled(path: str) -> str:
    return path.replace("{interaction}", str(uuid4())).replace("{path:path}", "nowhere")


async def test_every_route_has_an_edge_and_its_kind(services: Services) -> None:
    """The kind owns errors, CSRF, CORS, headers; a bare handler would have none of them."""
    bare = [route.path for route in routes(services) if not isinstance(route.app, Edge)]
    assert bare == []
    edges = {route.path: route.app for route in routes(services) if isinstance(route.app, Edge)}
    assert {path for path, edge in edges.items() if edge.kind.name not in KINDS} == set()
    assert len(edges) > 20


async def test_every_form_of_ours_is_refused_without_its_token(services: Services, provider: Provider) -> None:
    """N-43: from our own origin, with this browser's cookie, but not from a page that this browser was given."""
    own = [route.path for route in routes(services) if isinstance(route.app, Edge) and route.app.kind.own_posts_only]
    answered = {}
    headers = {"Origin": str(provider.issuer), "Cookie": "browser=" + "b" * 43, "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(headers=headers) as http:
        for path in own:
            address = provider.issuer.url(filled(path))
            answered[path] = {(await http.post(address, data=data)).status_code for data in FORMS}
    posts = {path for path, statuses in answered.items() if not statuses & {404, 405}}
    assert {path: answered[path] for path in posts if answered[path] != {403}} == {}
    assert len(posts) >= 12


async def test_no_form_of_ours_is_taken_from_another_site(services: Services, provider: Provider) -> None:
    """N-43, O-14: whatever its token says."""
    own = [route.path for route in routes(services) if isinstance(route.app, Edge) and route.app.kind.own_posts_only]
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    async with httpx2.AsyncClient(headers=headers) as http:
        for path in own:
            address = provider.issuer.url(filled(path))
            assert (await http.post(address, data={})).status_code in {403, 404, 405}, path
