"""The token request (RFC 6749 4.1.3, 4.4.2, 6) of a client that has already proved itself."""

from dataclasses import dataclass

from idp.oidc.client import Client
from idp.oidc.errors import InvalidScope, InvalidTarget, UnauthorizedClient, UnsupportedGrantType
from idp.oidc.grant_type import GRANT_TYPES, IMPLICIT
from idp.oidc.parameters import Parameters
from idp.oidc.scopes import PERSON_SCOPES, allowed, parsed_scopes
from idp.values.secrets import Code, RefreshToken, Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExchange:
    """RFC 6749 4.1.3."""

    client: Client
    code: Code
    redirect_uri: str | None
    verifier: Verifier | None
    """As sent: a malformed one fails like a wrong one, after the code is burnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """RFC 6749 6."""

    client: Client
    token: RefreshToken
    scopes: tuple[str, ...] | None
    """What is asked for; None where the request leaves it open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """RFC 6749 4.4.2."""

    client: Client
    scopes: tuple[str, ...]
    """What is granted."""


TokenRequest = CodeExchange | Refresh | ClientCredentials


def _known_resources(form: Parameters, client: Client) -> None:
    # RFC 8707 2: a resource that no token for this client is meant for
    if set(form.all("resource")) - set(client.audiences):
        raise InvalidTarget("the requested resource is not one of the audiences of this client")


def _code_exchange(form: Parameters, client: Client) -> CodeExchange:
    # An additional `scope` is tolerated: some clients send it, the code has decided.
    verifier = form.one("code_verifier")
    return CodeExchange(
        client=client,
        code=Code(form.required("code")),
        redirect_uri=form.one("redirect_uri"),
        verifier=None if verifier is None else Verifier(verifier),
    )


def _refresh(form: Parameters, client: Client) -> Refresh:
    scope = form.one("scope")
    return Refresh(
        client=client,
        token=RefreshToken(form.required("refresh_token")),
        scopes=None if scope is None else parsed_scopes(scope),
    )


def _client_credentials(form: Parameters, client: Client) -> ClientCredentials:
    own = frozenset(client.scopes) - set(PERSON_SCOPES)  # a machine token speaks of no person
    scope = form.one("scope")
    if scope is None:
        return ClientCredentials(client=client, scopes=tuple(sorted(own)))
    scopes = allowed(parsed_scopes(scope), own)
    if not scopes:  # RFC 6749 3.3
        raise InvalidScope("none of the requested scopes is available to this client")
    return ClientCredentials(client=client, scopes=scopes)


def token_request(form: Parameters, client: Client) -> TokenRequest:
    """Check and read. Raises InvalidRequest, UnsupportedGrantType, UnauthorizedClient, InvalidScope, InvalidTarget."""
    form.refuse_duplicates()
    grant_type = form.required("grant_type")
    # The password grant is one of the unknown (RFC 9700 2.4).
    if grant_type not in GRANT_TYPES or grant_type == IMPLICIT:
        raise UnsupportedGrantType("this grant type is not supported")
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("this client may not use this grant type")
    _known_resources(form, client)
    match grant_type:
        case "authorization_code":
            return _code_exchange(form, client)
        case "refresh_token":
            return _refresh(form, client)
        case _:
            return _client_credentials(form, client)
