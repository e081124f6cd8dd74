"""The Authorization Request (RFC 6749 4.1.1, OIDC Core 3.1.2.1), from parameters to a value, and its stored snapshot.

The second of two stages, because the first decides where errors go:

    authorization_redirect   client_id_of ─► (the use case loads the client) ─► redirect_of   faults are a page
    here                     AuthorizationRequest.parse                                       faults are redirected

What the person must then prove is decided by policy and login.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from pydantic import TypeAdapter

from idp.oidc.authorization_redirect import redirect_of
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client
from idp.oidc.errors import (
    InvalidRequest,
    InvalidScope,
    OAuthError,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from idp.oidc.grant_type import REFRESH_TOKEN
from idp.oidc.parameters import Parameters
from idp.oidc.pkce import Challenge
from idp.oidc.response_type import ResponseMode, ResponseType
from idp.oidc.scopes import OFFLINE_ACCESS, OPENID, allowed, parsed_scopes
from idp.oidc.trusted_redirect import TrustedRedirect
from idp.values.ids import ClientId

LIMITS = {
    "state": 4096,
    "nonce": 1024,
    "scope": 2048,
    "login_hint": 320,
    "id_token_hint": 8192,
    "acr_values": 1024,
    "prompt": 128,
}
"""Most characters of what is stored. More is refused, never cut (a cut state or nonce would be a wrong one)."""

LONGEST_MAX_AGE = 10 * 365 * 24 * 3600
"""Seconds; a larger max_age says the same, and arithmetic with it stays within a datetime."""

LONGEST_UI_LOCALES = 1000
"""Characters kept; OIDC Core 3.1.2.1 wants no error for what is not understood."""

_LINE_BREAK = re.compile(r"[\r\n]")
_MAX_AGE = re.compile(r"[0-9]{1,18}")


class Prompt(StrEnum):
    """OIDC Core 3.1.2.1."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


def _nothing_repeated(parameters: Parameters, _: Client) -> None:
    parameters.refuse_duplicates()


def _nothing_by_reference(parameters: Parameters, _: Client) -> None:
    # OIDC Core 6, 7.2.1: refused, never ignored. A request object was resolved before its parameters came here.
    refusals: dict[str, type[OAuthError]] = {
        "request": RequestNotSupported,
        "request_uri": RequestUriNotSupported,
        "registration": RegistrationNotSupported,
    }
    for name, refusal in refusals.items():
        if parameters.one(name) is not None:
            raise refusal(f"the parameter {name} is not supported")


def _nothing_too_long(parameters: Parameters, _: Client) -> None:
    for name, limit in LIMITS.items():
        if len(parameters.one(name) or "") > limit:
            raise InvalidRequest(f"{name} is too long")


CHECKS: tuple[Callable[[Parameters, Client], None], ...] = (
    # check                     refuses with
    _nothing_repeated,  #         invalid_request
    _nothing_by_reference,  #     request_not_supported, request_uri_not_supported, registration_not_supported
    _nothing_too_long,  #         invalid_request
)
"""Passed in this order; then the values are read, each by a function that may refuse in turn."""


def may_use(client: Client, response_type: ResponseType, *, legacy: bool) -> None:
    """Raise UnsupportedResponseType, or UnauthorizedClient where only this client is kept from it (RFC 6749 4.1.2.1).

    `legacy`: whether the server allows the types that bring tokens through the browser (RFC 9700 2.1.2 advises not to).
    """
    if response_type.front_channel and not legacy:
        raise UnsupportedResponseType("response_type must be code")
    if response_type not in client.metadata.response_types or response_type.grant_types - client.grant_types:
        raise UnauthorizedClient("this client is not registered for that response_type")


def _response_type(parameters: Parameters, client: Client, redirect: TrustedRedirect, *, legacy: bool) -> ResponseType:
    response_type = ResponseType.parse(parameters.required("response_type"))  # RFC 6749 3.1.1
    may_use(client, response_type, legacy=legacy)
    if (parameters.one("response_mode") or redirect.mode) != redirect.mode:
        raise InvalidRequest("response_mode is unknown, or does not fit response_type or redirect_uri")
    if redirect.mode == "form_post" and _LINE_BREAK.search(redirect.state or ""):
        # HTML 4.10.21.4: browsers post every line break as CR LF. RFC 6749 A.5 allows none in a state.
        raise InvalidRequest("state holds a line break, which no form brings back unchanged")
    return response_type


def _nonce(parameters: Parameters, response_type: ResponseType) -> str | None:
    nonce = parameters.one("nonce")
    if nonce is None and response_type.brings_id_token:  # OIDC Core 3.2.2.1, 3.3.2.11
        raise InvalidRequest("nonce is missing")
    return nonce


def _challenge(parameters: Parameters, client: Client, response_type: ResponseType) -> Challenge | None:
    challenge = Challenge.parse(parameters.one("code_challenge"), parameters.one("code_challenge_method"))
    if challenge is None and client.pkce_required and response_type.brings_code:  # RFC 7636 4.4.1, RFC 9700 2.1.1
        raise InvalidRequest("code_challenge is missing")
    return challenge


def _scopes(parameters: Parameters, client: Client, response_type: ResponseType) -> tuple[str, ...]:
    scopes = allowed(parsed_scopes(parameters.one("scope")), client.scopes)
    if REFRESH_TOKEN not in client.grant_types or not response_type.brings_code:
        scopes = tuple(scope for scope in scopes if scope != OFFLINE_ACCESS)  # OIDC Core 11: it would give nothing
    if not scopes:  # RFC 6749 3.3
        raise InvalidScope("none of the requested scopes is available to this client")
    if response_type.brings_id_token and OPENID not in scopes:
        raise InvalidScope("an ID token needs the scope openid")  # OIDC Core 3.1.2.1
    return scopes


def _prompts(parameters: Parameters) -> frozenset[Prompt]:
    try:
        prompts = frozenset(Prompt(word) for word in (parameters.one("prompt") or "").split(" ") if word)
    except ValueError:
        raise InvalidRequest("prompt has an unknown value") from None
    if Prompt.NONE in prompts and len(prompts) > 1:  # OIDC Core 3.1.2.1
        raise InvalidRequest("prompt=none must stand alone")
    return prompts


def _max_age(parameters: Parameters, client: Client) -> int | None:
    text = parameters.one("max_age")
    if text is None:
        default = client.metadata.default_max_age  # OIDC Registration 2: the request's own goes before
        return None if default is None else min(default, LONGEST_MAX_AGE)
    if not _MAX_AGE.fullmatch(text):
        raise InvalidRequest("max_age must be a whole number of seconds, zero or more")
    return min(int(text), LONGEST_MAX_AGE)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in (text or "").split(" ") if word))


def _acr_values(parameters: Parameters, client: Client, claims: ClaimsRequest | None) -> tuple[str, ...]:
    """OIDC Registration 2: the client's own defaults count where neither acr_values nor a requested acr names any."""
    sent = _words(parameters.one("acr_values"))
    named = sent or (claims is not None and claims.acr_values is not None)
    return sent if named else client.metadata.default_acr_values


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asks for, checked. Unknown parameters are ignored (OIDC Core 3.1.2.1).

    So are `display` and `claims_locales`, and nothing is missed: there is one form of each page, which fits a page, a
    popup and a phone alike, and claims are told in the language they were entered in.
    """

    client_id: ClientId
    redirect_uri: str
    redirect_uri_given: bool
    """Whether the request named it: then the token request must name it too (RFC 6749 4.1.3)."""
    scopes: tuple[str, ...]
    """Allowed to the client, in the order asked for; offline_access still waits for consent."""
    state: str | None = None
    nonce: str | None = None
    challenge: Challenge | None = None
    prompts: frozenset[Prompt] = frozenset()
    max_age: int | None = None
    """Seconds, judged once when the request arrives."""
    login_hint: str | None = None
    id_token_hint: str | None = None
    """As sent, not verified."""
    acr_values: tuple[str, ...] = ()
    """In order of preference, known ones and others."""
    claims: ClaimsRequest | None = None
    """Requested one by one, by a client that asks for openid as well."""
    response_type: ResponseType = ResponseType.CODE
    response_mode: ResponseMode = "query"
    ui_locales: str = ""
    """Of the pages, as sent: tags in order of preference, which may name no language that we speak."""

    @classmethod
    def parse(cls, parameters: Parameters, client: Client, *, legacy: bool = False) -> Self:
        """Check and read. Raises UntrustedRedirect as `redirect_of` does, then OAuthError, which is redirected.

        `legacy`: whether the server allows response types other than `code`.
        """
        redirect = redirect_of(parameters, client)
        for check in CHECKS:
            check(parameters, client)
        response_type = _response_type(parameters, client, redirect, legacy=legacy)
        scopes = _scopes(parameters, client, response_type)
        # OIDC Core 5.5: it changes an OpenID request, and is nothing to any other
        claims = ClaimsRequest.parse(parameters.one("claims"), client) if OPENID in scopes else None
        return cls(
            client_id=client.client_id,
            redirect_uri=redirect.uri,
            redirect_uri_given=parameters.one("redirect_uri") is not None,
            scopes=scopes,
            state=redirect.state,
            nonce=_nonce(parameters, response_type),
            ui_locales=(parameters.one("ui_locales") or "")[:LONGEST_UI_LOCALES],
            challenge=_challenge(parameters, client, response_type),
            prompts=_prompts(parameters),
            max_age=_max_age(parameters, client),
            login_hint=parameters.one("login_hint"),
            id_token_hint=parameters.one("id_token_hint"),
            acr_values=_acr_values(parameters, client, claims),
            claims=claims,
            response_type=response_type,
            response_mode=redirect.mode,
        )

    def redirect(self, client: Client) -> TrustedRedirect:
        """Where the answer goes, and how. Raises UntrustedRedirect where the client no longer is registered for it."""
        return replace(client.trusted_redirect(self.redirect_uri, self.state), mode=self.response_mode)

    @property
    def acr_asked(self) -> tuple[tuple[str, ...], ...]:
        """The levels that will do, by the claims request and by acr_values: neither takes away what the other asks."""
        return (self._acr_requested or (), self.acr_values)

    @property
    def acr_compared(self) -> tuple[str, ...]:
        """The values that an app will compare `acr` with: of an essential claim its own alone (OIDC Core 5.5.1.1)."""
        requested = self._acr_requested
        if requested is not None and self.claims is not None and self.claims.acr_essential:
            return requested
        return (*(requested or ()), *self.acr_values)

    @property
    def _acr_requested(self) -> tuple[str, ...] | None:
        return self.claims.acr_values if self.claims else None

    @property
    def scopes_told(self) -> tuple[str, ...]:
        """What consent must cover: the scopes, and those whose claims are requested one by one."""
        return tuple(dict.fromkeys((*self.scopes, *(self.claims.scopes if self.claims else ()))))

    @property
    def silent(self) -> bool:
        """Whether no page may be shown (`prompt=none`)."""
        return Prompt.NONE in self.prompts

    def stored(self) -> dict[str, object]:
        """The snapshot that an Interaction stores: members that JSON can say."""
        members: dict[str, object] = _SNAPSHOT.dump_python(self, mode="json")
        return members

    @staticmethod
    def restored(snapshot: Mapping[str, object]) -> "AuthorizationRequest":
        """The inverse of `stored`. Raises ValueError for a mapping that is none."""
        return _SNAPSHOT.validate_python(snapshot)


_SNAPSHOT = TypeAdapter(AuthorizationRequest)
"""Members of a later version are ignored and missing ones take their default, so two versions can serve at once."""
