"""The list of all ways in, held against the routes (ASVS V6.1.1, V6.3.4): no address that nobody wrote down."""

from __future__ import annotations

from starlette.routing import Route

from idp.app import create_app
from idp.usecases.services import Services
from tests.drivers.documents import document, rows

SECTION = "Every address, and what it takes to get something there"
NOTHING = "/{path:path}"
"""Whatever is left: a page that says so."""


async def test_every_address_is_documented_and_every_documented_address_exists(services: Services) -> None:
    """V6.3.4: an undocumented pathway would be one that nobody has thought about."""
    routes = [route for route in create_app(services).routes if isinstance(route, Route)]
    documented = [cells[0].strip("`") for cells in rows(document("docs/security-model.md").section(SECTION))][1:]
    assert sorted(documented) == sorted({route.path for route in routes} - {NOTHING})
