"""The document at a sector_identifier_uri: the redirect URIs that share one sector (OIDC Core 8.1, Registration 5)."""

from collections.abc import Collection

from idp.oidc.errors import InvalidClientMetadata


def listed_in(document: object) -> frozenset[str]:
    """The redirect URIs that it lists. Raises ValueError for what is no JSON array of strings."""
    if not isinstance(document, list) or not all(isinstance(uri, str) for uri in document):
        raise ValueError("no array of strings")
    return frozenset(document)


def check_listed(listed: Collection[str], redirect_uris: Collection[str]) -> None:
    """Raises InvalidClientMetadata unless every redirect URI of the client is there, as the same string."""
    if not set(redirect_uris) <= set(listed):
        raise InvalidClientMetadata("The document at sector_identifier_uri does not list every redirect URI.")
