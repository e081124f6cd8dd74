"""Who is signed in in the browser that makes a request. Reads the session; begins and ends none."""

from idp.storage import sessions
from idp.storage.sessions import Brought, SignedIn
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.ids import ClientId


async def signed_in_here(services: Services, visit: Visit, client: ClientId) -> SignedIn | None:
    """The live session behind the visit's cookie, with what its person has allowed that client; None where none is."""
    if visit.session is None:
        return None
    idle = (await services.configuration()).values.session_lifetimes.idle
    brought = Brought.of(visit.session, visit.known)
    return await sessions.signed_in(services.database, brought, client, visit.at, idle)
