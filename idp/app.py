"""The whole application: one route table over one set of services."""

from starlette.routing import BaseRoute, Mount, Route, Router

from idp.account.routes import routes as account_routes
from idp.endpoints import host_routes
from idp.endpoints import routes as endpoint_routes
from idp.pages.routes import routes as page_routes
from idp.usecases.form_tokens import form_refused
from idp.usecases.services import Services
from idp.web.edges import Edge, House
from idp.web.frame import bare_shell
from idp.web.kinds import PAGES


def create_app(services: Services) -> Router:
    """The ASGI app. Services are opened and closed by whoever calls this.

    A bare Router: what Starlette would wrap around it renders exceptions, and an edge lets none out.
    """
    house = House(  # noqa: S604 (its `shell` is the frame of a page)
        issuer=services.settings.issuer,
        clock=services.clock,
        entropy=services.entropy,
        shell=lambda: bare_shell(services),
        trusted_proxies=services.settings.trusted_proxies,
        refused=lambda call, path: form_refused(services, call.origin, call.at, path),
        metrics=services.metrics,
    )
    table: list[BaseRoute] = [
        *endpoint_routes(services, house),
        *page_routes(services, house),
        *account_routes(services, house),
    ]
    nothing = Route("/{path:path}", Edge(house=house, kind=PAGES, handlers={}))
    path = services.settings.issuer.path
    below = [Mount(path, routes=table)] if path else table
    return Router(routes=[*host_routes(services, house), *below, nothing])
