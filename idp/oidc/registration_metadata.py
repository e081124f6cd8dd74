"""What a client may say of itself beyond its core: each member by itself, then what does not go together.

RFC 7591 2, OIDC Registration 2, Front-Channel Logout 2, Back-Channel Logout 2.2.
Whether a key of `jwks` verifies anything is the keystore's part, what a sector_identifier_uri lists has to be fetched.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from idp.oidc.client import ID_TOKEN_ALGS, AuthMethod, Client
from idp.oidc.client_assertion import METHOD_ALGS
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.grant_type import AUTHORIZATION_CODE, REFRESH_TOKEN, SIGNS_IN
from idp.oidc.jwk_set import check_public
from idp.oidc.jwt_claims import SIGNATURE_ALGS
from idp.oidc.redirect_uri import names_host, origin_of
from idp.oidc.response_type import ResponseType, in_order
from idp.oidc.scopes import OFFLINE_ACCESS
from idp.oidc.subject import SUBJECT_TYPES, hosts_of
from idp.values.issuer import LOOPBACK

MOST_URIS = 100
"""Of each kind; none of the largest apps has half as many."""
MOST_TEXTS = 20
LONGEST_TEXT = 300
MOST_SECONDS = 2**31 - 1
"""Of default_max_age: what any reader of JSON takes. How far back a request looks is bounded where it is read."""

_URL = re.compile(r"https?://[A-Za-z0-9\[][!#-;=?-\[\]_a-z~]{0,1999}")
_ASSERTION_ALGS = tuple(alg for algs in METHOD_ALGS.values() for alg in algs)
_ACR = re.compile(r"[!-~]{1,200}")


def refuse_if(condition: bool, description: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    """Raise InvalidClientMetadata with that one sentence."""
    if condition:
        raise InvalidClientMetadata(description)


def is_web_page(uri: str) -> bool:
    """Whether it is an https or http URL that could lead somewhere."""
    if not _URL.fullmatch(uri):
        return False
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return False
    return names_host(parts)


def answering(client: Client, response_types: Iterable[str]) -> Client:
    """The client registered for these response types, and for the grant types that they need and can bear.

    Raises InvalidClientMetadata.
    """
    types = tuple(dict.fromkeys(in_order(each) for each in response_types))
    needed = _grant_types_of(types)
    grant_types = client.grant_types - SIGNS_IN | needed
    scopes = client.scopes
    if AUTHORIZATION_CODE not in needed:
        grant_types, scopes = grant_types - {REFRESH_TOKEN}, scopes - {OFFLINE_ACCESS}
    metadata = replace(client.metadata, response_types=types)
    return replace(client, grant_types=grant_types, scopes=scopes, metadata=metadata)


def _grant_types_of(response_types: Sequence[str]) -> frozenset[str]:
    known = {each.value for each in ResponseType}
    refuse_if(not set(response_types) <= known, "response_types has one that is not supported.")
    return frozenset[str]().union(*(ResponseType(each).grant_types for each in response_types))


def _is_https(uri: str) -> bool:
    return is_web_page(uri) and uri.startswith("https:")


def _is_fetched_from(uri: str) -> bool:
    """Without a fragment, which would not be sent."""
    return _is_https(uri) and "#" not in uri


def _is_linked(uri: str) -> bool:
    """A page that people are shown the way to; a developer's own machine needs no https."""
    return _is_https(uri) or (is_web_page(uri) and urlsplit(uri).hostname in LOOPBACK)


def _is_text(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()


def _response_types(client: Client) -> None:
    needed = _grant_types_of(client.metadata.response_types)
    # OIDC Registration 2, RFC 7591 2.1
    refuse_if(
        not needed <= client.grant_types,
        "Response types with code need the grant type authorization_code, those with id_token or token need implicit.",
    )
    refuse_if(
        not client.grant_types & SIGNS_IN <= needed,
        "The grant types authorization_code and implicit need a response type that uses them.",
    )


def _keys(client: Client) -> None:
    given = client.metadata.jwks is not None, client.metadata.jwks_uri is not None
    refuse_if(all(given), "jwks and jwks_uri must not be given both.")  # RFC 7591 2
    refuse_if(
        client.auth_method is AuthMethod.PRIVATE_KEY_JWT and not any(given),
        "private_key_jwt needs the keys of the client, as jwks or jwks_uri.",
    )
    try:
        check_public(client.metadata.jwks or ())
    except ValueError as fault:
        raise InvalidClientMetadata(f"jwks: {fault}") from None


def _algorithms(client: Client) -> None:
    said = client.metadata
    signed = said.token_endpoint_auth_signing_alg
    refuse_if(  # with a method that signs nothing it says nothing, and libraries send it all the same
        signed is not None and signed not in METHOD_ALGS.get(client.auth_method, _ASSERTION_ALGS),
        "token_endpoint_auth_signing_alg does not fit token_endpoint_auth_method.",
    )
    refuse_if(
        said.userinfo_signed_response_alg not in {None, *ID_TOKEN_ALGS},
        "userinfo_signed_response_alg is RS256, ES256, PS256 or EdDSA.",
    )
    refuse_if(
        said.request_object_signing_alg not in {None, *SIGNATURE_ALGS},
        "request_object_signing_alg is RS256, ES256, PS256 or EdDSA.",
    )


def _addresses(client: Client) -> None:
    said = client.metadata
    fetched = ("jwks_uri", "sector_identifier_uri", "logo_uri", "backchannel_logout_uri", "initiate_login_uri")
    for name in fetched:
        uri: str | None = getattr(said, name)
        refuse_if(uri is not None and not _is_fetched_from(uri), f"{name} must be an https URL without a fragment.")
    for name in ("policy_uri", "tos_uri"):
        uri = getattr(said, name)
        refuse_if(uri is not None and not _is_linked(uri), f"{name} must be an https URL.")
    # OIDC Core 6.2: a fragment tells versions of one document apart
    refuse_if(not all(map(_is_https, said.request_uris)), "request_uris must be https URLs.")
    refuse_if(len(said.request_uris) > MOST_URIS, "There are too many request_uris.")


def _front_channel_logout(client: Client) -> None:
    uri = client.metadata.frontchannel_logout_uri
    if uri is None:
        return
    refuse_if(not is_web_page(uri) or "#" in uri, "frontchannel_logout_uri must be a URL without a fragment.")
    # Front-Channel Logout 2: our page frames it, so it must lead to where the app is known to be
    refuse_if(
        origin_of(uri) not in {origin_of(each) for each in client.redirect_uris},
        "frontchannel_logout_uri must have scheme, host and port of a redirect URI.",
    )


def _subjects(client: Client) -> None:
    said = client.metadata
    refuse_if(said.subject_type not in SUBJECT_TYPES, "subject_type is public or pairwise.")
    refuse_if(  # OIDC Core 8.1
        said.subject_type == "pairwise" and not said.sector_identifier_uri and len(hosts_of(client.redirect_uris)) > 1,
        "Pairwise subjects with redirect URIs of several hosts need a sector_identifier_uri.",
    )


def _texts(client: Client) -> None:
    said = client.metadata
    age = said.default_max_age
    refuse_if(age is not None and not 0 <= age <= MOST_SECONDS, "default_max_age is a number of seconds.")
    refuse_if(
        len(said.default_acr_values) > MOST_TEXTS or not all(map(_ACR.fullmatch, said.default_acr_values)),
        "default_acr_values are at most 20 names of levels, without spaces.",
    )
    texts = (*said.contacts, *(text for text in (said.software_id, said.software_version) if text is not None))
    refuse_if(
        len(said.contacts) > MOST_TEXTS or not all(map(_is_text, texts)),
        "contacts are at most 20; each of them, software_id and software_version have at most 300 characters.",
    )


METADATA_CHECKS: tuple[Callable[[Client], None], ...] = (
    _response_types,
    _keys,
    _algorithms,
    _addresses,
    _front_channel_logout,
    _subjects,
    _texts,
)
