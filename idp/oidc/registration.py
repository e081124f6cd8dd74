"""Which clients may be registered: each field by itself, then the combinations that make no sense.

The command line, the console and later dynamic registration all pass through `checked_client`.
"""

import re

from idp.oidc.client import GRANT_TYPES, ID_TOKEN_ALGS, Client
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.redirect_uri import checked_redirect_uri
from idp.oidc.scopes import OFFLINE_ACCESS, PERSON_SCOPES, is_scope

MOST_SECRETS = 2
"""The present one and, during a rotation, its predecessor."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}")
_WEB_PAGE = re.compile(r"https?://[A-Za-z0-9\[][!#-;=?-\[\]_a-z~]{0,1999}")
# A Subject Identifier of ours is 128 bits in base64url; imported ones are often UUIDs or hexadecimal.
_LIKE_A_SUBJECT = re.compile(r"[A-Za-z0-9_\-]{22}|[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _refuse_if(condition: bool, description: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if condition:
        raise InvalidClientMetadata(description)


def _names(client: Client) -> None:
    _refuse_if(
        not _CLIENT_ID.fullmatch(client.client_id),
        "A client id has 1 to 100 letters, digits, dots, dashes and underscores.",
    )
    # RFC 9068 5, RFC 9700 4.15: the sub of a machine token is the client id and must never be taken for a person
    _refuse_if(
        _LIKE_A_SUBJECT.fullmatch(client.client_id) is not None,
        "This client id looks like the identifier of a person; choose another one.",
    )
    _refuse_if(not client.name.strip() or len(client.name) > 100, "A client needs a name of at most 100 characters.")  # noqa: PLR2004
    _refuse_if(not client.name.isprintable(), "The name of a client must not hold control characters.")


def _uris(client: Client) -> None:
    for uri in (*client.redirect_uris, *client.post_logout_redirect_uris):
        checked_redirect_uri(uri, client.application_type)
    _refuse_if(
        client.client_uri is not None and not _WEB_PAGE.fullmatch(client.client_uri),
        "The page of a client is an https or http URL.",
    )


def _vocabulary(client: Client) -> None:
    _refuse_if(not client.grant_types, "A client needs at least one grant type.")
    _refuse_if(
        bool(client.grant_types - set(GRANT_TYPES)),
        "Grant types are authorization_code, refresh_token and client_credentials.",
    )
    _refuse_if(client.id_token_alg not in ID_TOKEN_ALGS, "ID tokens are signed with RS256, ES256, PS256 or EdDSA.")
    _refuse_if(
        not all(map(is_scope, client.scopes)), "A scope is printable ASCII without spaces, quotes or backslashes."
    )
    _refuse_if(not all(client.audiences), "An audience must not be empty.")


def _authentication(client: Client) -> None:
    if client.public:
        _refuse_if(bool(client.secrets), "A public client has no secret.")
        _refuse_if(not client.require_pkce, "A public client must use PKCE.")  # RFC 9700 2.1.1
        _refuse_if(
            not client.rotate_refresh_tokens, "A public client must rotate its refresh tokens."
        )  # RFC 9700 4.14.2
        # RFC 6749 4.4: only a client that can keep a secret acts for itself
        _refuse_if("client_credentials" in client.grant_types, "A public client cannot use client_credentials.")
    else:
        _refuse_if(not client.secrets, "A client that authenticates with a secret needs one.")
        _refuse_if(len(client.secrets) > MOST_SECRETS, "A client has at most two live secrets.")


def _grants(client: Client) -> None:
    uses_code = "authorization_code" in client.grant_types
    _refuse_if(uses_code and not client.redirect_uris, "A client that signs people in needs a redirect URI.")
    _refuse_if(
        not uses_code and bool(client.redirect_uris), "A client without authorization_code has no redirect URIs."
    )
    _refuse_if(
        "refresh_token" in client.grant_types and not uses_code, "refresh_token needs authorization_code beside it."
    )
    _refuse_if(
        OFFLINE_ACCESS in client.scopes and "refresh_token" not in client.grant_types,
        "The scope offline_access needs the grant type refresh_token.",
    )
    _refuse_if(
        not uses_code and bool(client.scopes & set(PERSON_SCOPES)),
        "A machine client signs nobody in, so it has no scopes of a person such as openid.",
    )


CHECKS = (_names, _uris, _vocabulary, _authentication, _grants)


def checked_client(client: Client) -> Client:
    """The same client, fit to be stored. Raises InvalidClientMetadata or InvalidRedirectUri, each with one sentence."""
    for check in CHECKS:
        check(client)
    return client
