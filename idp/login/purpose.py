"""What a sign-in is for. Portal and console visits join when they exist; each passes the same `next_step`."""

from dataclasses import dataclass

from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """To answer a client's authorization request."""

    request: AuthorizationRequest
    client: Client
