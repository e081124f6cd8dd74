"""Which web origins may call token, userinfo and revocation from a browser (RFC 9700 2.6): those of public clients."""

from collections.abc import Iterable

from idp.oidc.redirect_uri import origin_of


def allowed_origins(redirect_uris: Iterable[str]) -> frozenset[str]:
    """The origins of the redirect URIs of active public clients, as browsers spell them in `Origin`."""
    return frozenset(origin for origin in map(origin_of, redirect_uris) if origin is not None)
