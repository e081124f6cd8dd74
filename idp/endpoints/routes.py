"""The table of everything that relying apps and monitors call, except /authorize and /logout, which people see."""

from starlette.routing import Route

from idp.endpoints import discovery, health, introspect, jwks, metrics, register, revoke, token, userinfo
from idp.endpoints.cors import Readers, cors
from idp.oidc.metadata import WELL_KNOWN
from idp.oidc.registration_response import PATH
from idp.usecases.discovery import Publication
from idp.usecases.services import Services
from idp.web.edges import Edge, Handler, House
from idp.web.kinds import OPERATIONS, PROTOCOL, Kind


def routes(services: Services, house: House) -> list[Route]:
    """In the order in which they are asked for most; `create_app` mounts them at the path of the issuer."""
    published = Publication(services)
    metadata = discovery.handler(published)
    claims = userinfo.handler(services)
    own_registration = {
        "GET": register.reading(services),
        "PUT": register.updating(services),
        "DELETE": register.deleting(services),
    }
    table: tuple[tuple[str, Kind, dict[str, Handler], Readers], ...] = (
        ("/token", PROTOCOL, {"POST": token.handler(services)}, "public clients"),
        ("/userinfo", PROTOCOL, {"GET": claims, "POST": claims}, "public clients"),
        ("/introspect", PROTOCOL, {"POST": introspect.handler(services)}, "nobody"),
        ("/jwks", PROTOCOL, {"GET": jwks.handler(published)}, "anybody"),
        (WELL_KNOWN[0], PROTOCOL, {"GET": metadata}, "anybody"),
        (WELL_KNOWN[1], PROTOCOL, {"GET": metadata}, "anybody"),
        ("/revoke", PROTOCOL, {"POST": revoke.handler(services)}, "public clients"),
        (PATH, PROTOCOL, {"POST": register.registering(services)}, "nobody"),
        (f"{PATH}/{{client_id}}", PROTOCOL, own_registration, "nobody"),
        ("/healthz", OPERATIONS, {"GET": health.healthz}, "nobody"),
        ("/readyz", OPERATIONS, {"GET": health.readyz(services)}, "nobody"),
        ("/metrics", OPERATIONS, {"GET": metrics.handler(services)}, "nobody"),
    )
    readers = cors(services)
    return [
        Route(path, Edge(house=house, kind=kind, handlers=handlers, cors=readers[who], route=path))
        for path, kind, handlers, who in table
    ]


def host_routes(services: Services, house: House) -> list[Route]:
    """Where the issuer has a path: the metadata once more, at the host, with the path behind (RFC 8414 3.1)."""
    metadata = {"GET": discovery.handler(Publication(services))}
    path = services.settings.issuer.path
    edge = Edge(house=house, kind=PROTOCOL, handlers=metadata, cors=cors(services)["anybody"], route=WELL_KNOWN[1])
    return [Route(well_known + path, edge) for well_known in WELL_KNOWN] if path else []
