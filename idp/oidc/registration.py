"""Which clients may be registered: each field by itself, then the combinations that make no sense.

The command line, the console and dynamic registration all pass through `checked_client`.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from idp.oidc.client import ID_TOKEN_ALGS, Client
from idp.oidc.errors import InvalidRedirectUri
from idp.oidc.grant_type import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    GRANT_TYPES,
    IMPLICIT,
    REFRESH_TOKEN,
    SIGNS_IN,
)
from idp.oidc.redirect_uri import checked_redirect_uri
from idp.oidc.registration_metadata import METADATA_CHECKS, MOST_URIS, is_web_page, refuse_if
from idp.oidc.scopes import OFFLINE_ACCESS, PERSON_SCOPES, is_scope

MOST_SECRETS = 2
"""The present one and, during a rotation, its predecessor."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Printable by Unicode's categories, and nothing to see: a name made of them names nobody on the page of consent."""
# A Subject Identifier of ours is 128 bits in base64url; imported ones are often UUIDs or hexadecimal.
_LIKE_A_SUBJECT = re.compile(r"[A-Za-z0-9_\-]{22}|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_client_id(text: str) -> bool:
    """Whether a client could have this id."""
    return _CLIENT_ID.fullmatch(text) is not None


def _names(client: Client) -> None:
    refuse_if(
        not is_client_id(client.client_id),
        "A client id has 1 to 100 letters, digits, dots, dashes and underscores.",
    )
    # RFC 9068 5, RFC 9700 4.15: the sub of a machine token is the client id and must never be taken for a person
    refuse_if(
        _LIKE_A_SUBJECT.fullmatch(client.client_id) is not None,
        "This client id looks like the identifier of a person; choose another one.",
    )
    refuse_if(not client.name.strip() or len(client.name) > 100, "A client needs a name of at most 100 characters.")  # noqa: PLR2004
    refuse_if(
        not client.name.isprintable() or not _BLANK.isdisjoint(client.name),
        "The name of a client must not hold control characters or invisible ones.",
    )


def _uris(client: Client) -> None:
    for uris in (client.redirect_uris, client.post_logout_redirect_uris):
        refuse_if(len(uris) > MOST_URIS, "There are too many redirect URIs.")
        for uri in uris:
            checked_redirect_uri(uri, client.application_type)
    if IMPLICIT in client.grant_types and client.application_type == "web":  # OIDC Registration 2
        for parts in map(urlsplit, client.redirect_uris):
            if parts.scheme != "https" or parts.hostname == "localhost":
                raise InvalidRedirectUri("A web client with the implicit grant needs https, and no localhost.")
    refuse_if(
        client.client_uri is not None and not is_web_page(client.client_uri),
        "The page of a client is an https or http URL.",
    )


def _vocabulary(client: Client) -> None:
    refuse_if(not client.grant_types, "A client needs at least one grant type.")
    refuse_if(
        bool(client.grant_types - set(GRANT_TYPES)),
        "Grant types are authorization_code, implicit, refresh_token and client_credentials.",
    )
    refuse_if(client.id_token_alg not in ID_TOKEN_ALGS, "ID tokens are signed with RS256, ES256, PS256 or EdDSA.")
    refuse_if(
        not all(map(is_scope, client.scopes)), "A scope is printable ASCII without spaces, quotes or backslashes."
    )
    refuse_if(not all(client.audiences), "An audience must not be empty.")


def _authentication(client: Client) -> None:
    if client.public:
        refuse_if(bool(client.secrets), "A public client has no secret.")
        refuse_if(not client.require_pkce, "A public client must use PKCE.")  # RFC 9700 2.1.1
        refuse_if(
            not client.rotate_refresh_tokens, "A public client must rotate its refresh tokens."
        )  # RFC 9700 4.14.2
        # RFC 6749 4.4: only a client that can keep a secret acts for itself
        refuse_if(CLIENT_CREDENTIALS in client.grant_types, "A public client cannot use client_credentials.")
    elif client.auth_method.by_secret:
        refuse_if(not client.secrets, "A client that authenticates with a secret needs one.")
        refuse_if(len(client.secrets) > MOST_SECRETS, "A client has at most two live secrets.")
    else:
        refuse_if(bool(client.secrets), "A client that signs with a key of its own has no secret.")


def _grants(client: Client) -> None:
    signs_in = bool(client.grant_types & SIGNS_IN)
    refuse_if(signs_in and not client.redirect_uris, "A client that signs people in needs a redirect URI.")
    refuse_if(
        not signs_in and bool(client.redirect_uris),
        "A client without authorization_code and implicit has no redirect URIs.",
    )
    refuse_if(
        REFRESH_TOKEN in client.grant_types and AUTHORIZATION_CODE not in client.grant_types,
        "refresh_token needs authorization_code beside it.",
    )
    refuse_if(
        OFFLINE_ACCESS in client.scopes and REFRESH_TOKEN not in client.grant_types,
        "The scope offline_access needs the grant type refresh_token.",
    )
    refuse_if(
        not signs_in and bool(client.scopes & set(PERSON_SCOPES)),
        "A machine client signs nobody in, so it has no scopes of a person such as openid.",
    )


CHECKS: tuple[Callable[[Client], None], ...] = (_names, _uris, _vocabulary, _authentication, _grants, *METADATA_CHECKS)


def checked_client(client: Client) -> Client:
    """The same client, fit to be stored. Raises InvalidClientMetadata or InvalidRedirectUri, each with one sentence."""
    for check in CHECKS:
        check(client)
    return client
