"""HTTP for relying apps and for monitors: each endpoint parses, calls one use case, and answers.

Owns the addresses, which methods they take and whose scripts may read the answers. Leaves errors, headers and limits
to the kinds of edges (web), decisions to the use cases, and /authorize and /logout, which people see, to the pages.

    routes(services, house), host_routes(services, house)  ──►  create_app
"""

from idp.endpoints.routes import host_routes, routes

__all__ = ["host_routes", "routes"]
