"""Which scripts of other sites may read what (RFC 9700 2.6), one word per endpoint for the table of routes."""

from collections.abc import Mapping
from typing import Literal

from idp.usecases.cors import PublicOrigins
from idp.usecases.services import Services
from idp.web.cors import Cors, any_origin

Readers = Literal["anybody", "public clients", "nobody"]


def cors(services: Services) -> Mapping[Readers, Cors | None]:
    """Anybody may read discovery and keys; token, userinfo and revocation only pages of public clients' origins."""
    return {"anybody": any_origin, "public clients": PublicOrigins(services).allow, "nobody": None}
