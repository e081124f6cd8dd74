"""What every handler may ask of its request: the one instant, and where the request came from. Set by the edge."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from idp.values.actors import Origin

KEY = "idp.call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as use cases see it."""

    at: datetime
    """Taken once, when the request arrived."""
    origin: Origin

    @property
    def reference(self) -> str:
        """What error pages show and logs carry."""
        return self.origin.request_id


def call_of(request: Request) -> Call:
    """The call of a request that came through an edge."""
    call: Call = request.scope[KEY]
    return call
