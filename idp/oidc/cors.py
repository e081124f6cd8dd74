"""Which web origins may call token, userinfo and revocation from a browser (RFC 9700 2.6): those of public clients."""

from collections.abc import Iterable

from idp.oidc.client import Client
from idp.oidc.redirect_uri import origin_of


def allowed_origins(clients: Iterable[Client]) -> frozenset[str]:
    """The origins of the redirect URIs of active public clients, as browsers spell them in `Origin`."""
    uris = (uri for client in clients if client.public and client.active for uri in client.redirect_uris)
    return frozenset(origin for origin in map(origin_of, uris) if origin is not None)
