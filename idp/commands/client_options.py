"""What may be said of a client on the command line, when it is made and afterwards. "" takes back what was said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from idp.oidc.client import AuthMethod
from idp.oidc.client_metadata import FurtherMetadata, SubjectType
from idp.oidc.jwk_set import keys_of
from idp.usecases.clients import Metadata
from idp.values.strict_json import strict_json

Many = list[str] | None
Auth = Literal["basic", "post", "secret-jwt", "private-key-jwt"]

_METHODS: Mapping[Auth, AuthMethod] = {
    "basic": AuthMethod.CLIENT_SECRET_BASIC,
    "post": AuthMethod.CLIENT_SECRET_POST,
    "secret-jwt": AuthMethod.CLIENT_SECRET_JWT,
    "private-key-jwt": AuthMethod.PRIVATE_KEY_JWT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What nearly every app needs."""

    name: Annotated[str | None, typer.Option("--name", help="Name that people see.", show_default=False)] = None
    redirect_uri: Annotated[
        Many, typer.Option("--redirect-uri", help="Exact; may be repeated.", show_default=False)
    ] = None
    post_logout_redirect_uri: Annotated[
        Many, typer.Option("--post-logout-redirect-uri", help="Exact; may be repeated.", show_default=False)
    ] = None
    scope: Annotated[Many, typer.Option("--scope", help="Allowed scope; may be repeated.", show_default=False)] = None
    audience: Annotated[
        Many, typer.Option("--audience", help="API of its tokens; may be repeated.", show_default=False)
    ] = None
    alg: Annotated[
        str | None, typer.Option("--alg", help="Signature of its tokens: RS256, ES256 …", show_default=False)
    ] = None
    auth: Annotated[Auth | None, typer.Option("--auth", help="How it authenticates.", show_default=False)] = None
    pkce: Annotated[bool | None, typer.Option("--pkce/--no-pkce", help="Demand PKCE.", show_default=False)] = None
    rotate: Annotated[
        bool | None, typer.Option("--rotate/--no-rotate", help="Rotate refresh tokens.", show_default=False)
    ] = None
    first_party: Annotated[
        bool | None, typer.Option("--first-party/--third-party", help="Ask no consent.", show_default=False)
    ] = None
    client_uri: Annotated[str | None, typer.Option("--client-uri", help="Its home page.", show_default=False)] = None

    def metadata(self, further: FurtherMetadata) -> Metadata:
        """As the use cases take it."""
        return Metadata(
            name=self.name,
            redirect_uris=_several(self.redirect_uri),
            post_logout_redirect_uris=_several(self.post_logout_redirect_uri),
            scopes=_several(self.scope),
            audiences=_several(self.audience),
            auth_method=_METHODS[self.auth] if self.auth else None,
            id_token_alg=self.alg,
            require_pkce=self.pkce,
            rotate_refresh_tokens=self.rotate,
            first_party=self.first_party,
            client_uri=self.client_uri,
            further=further,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What some apps need."""

    jwks_file: Annotated[str | None, typer.Option("--jwks-file", help="Its public keys.", show_default=False)] = None
    jwks_uri: Annotated[str | None, typer.Option("--jwks-uri", help="Or where they are.", show_default=False)] = None
    auth_alg: Annotated[
        str | None, typer.Option("--auth-alg", help="Signature of its assertions.", show_default=False)
    ] = None
    response_type: Annotated[
        Many,
        typer.Option("--response-type", help='Such as "code id_token"; may be repeated.', show_default=False),
    ] = None
    request_uri: Annotated[
        Many, typer.Option("--request-uri", help="Of signed requests; may be repeated.", show_default=False)
    ] = None
    request_object_alg: Annotated[
        str | None, typer.Option("--request-object-alg", help="Signature of its requests.", show_default=False)
    ] = None
    userinfo_alg: Annotated[
        str | None, typer.Option("--userinfo-alg", help="Sign userinfo so.", show_default=False)
    ] = None
    claims_in_id_token: Annotated[
        bool | None,
        typer.Option(
            "--claims-in-id-token/--no-claims-in-id-token", help="For apps that read no userinfo.", show_default=False
        ),
    ] = None
    subject_type: Annotated[
        SubjectType | None, typer.Option("--subject-type", help="Whether its `sub` is its own.", show_default=False)
    ] = None
    sector_identifier_uri: Annotated[
        str | None, typer.Option("--sector-identifier-uri", help="Whose host shares it.", show_default=False)
    ] = None
    default_max_age: Annotated[
        str | None, typer.Option("--default-max-age", help="Seconds since a sign-in.", show_default=False)
    ] = None
    default_acr: Annotated[
        Many, typer.Option("--default-acr", help="Level it asks for; may be repeated.", show_default=False)
    ] = None
    backchannel_logout_uri: Annotated[
        str | None, typer.Option("--backchannel-logout-uri", help="Told of sign-outs.", show_default=False)
    ] = None
    frontchannel_logout_uri: Annotated[
        str | None, typer.Option("--frontchannel-logout-uri", help="Framed at sign-out.", show_default=False)
    ] = None
    initiate_login_uri: Annotated[
        str | None, typer.Option("--initiate-login-uri", help="Where it starts a sign-in.", show_default=False)
    ] = None
    logo_uri: Annotated[str | None, typer.Option("--logo-uri", help="Its picture.", show_default=False)] = None
    policy_uri: Annotated[str | None, typer.Option("--policy-uri", help="What it keeps.", show_default=False)] = None
    tos_uri: Annotated[str | None, typer.Option("--tos-uri", help="Its terms.", show_default=False)] = None

    def said(self) -> FurtherMetadata:
        """What was said, and nothing else. Raises BadParameter for a file or a number that is none."""
        options = {name: (getattr(self, option), read) for name, (option, read) in _READERS.items()}
        return cast(
            "FurtherMetadata", {name: read(value) for name, (value, read) in options.items() if value is not None}
        )


def _text(text: str) -> str | None:
    return text or None


def _jwks(name: str) -> object:
    if not name:
        return None
    try:
        document = strict_json(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise typer.BadParameter("--jwks-file is no file with JSON in it") from None
    try:
        return keys_of(document)
    except ValueError as fault:
        raise typer.BadParameter(f'--jwks-file must hold a JWK Set, {{"keys": [...]}}: {fault}') from None


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 10:  # noqa: PLR2004 - more digits than any such number has
        raise typer.BadParameter("--default-max-age is a number of seconds")
    return int(text)


def _several(texts: Many) -> tuple[str, ...] | None:
    return None if texts is None else tuple(text for text in texts if text)


def _as_it_is(value: object) -> object:
    return value


_READERS: Mapping[str, tuple[str, Callable[..., object]]] = {
    # member                           option                    how its words are read
    "jwks": ("jwks_file", _jwks),
    "jwks_uri": ("jwks_uri", _text),
    "token_endpoint_auth_signing_alg": ("auth_alg", _text),
    "response_types": ("response_type", _several),
    "request_uris": ("request_uri", _several),
    "request_object_signing_alg": ("request_object_alg", _text),
    "userinfo_signed_response_alg": ("userinfo_alg", _text),
    "claims_in_id_token": ("claims_in_id_token", _as_it_is),
    "subject_type": ("subject_type", _as_it_is),
    "sector_identifier_uri": ("sector_identifier_uri", _text),
    "default_max_age": ("default_max_age", _seconds),
    "default_acr_values": ("default_acr", _several),
    "backchannel_logout_uri": ("backchannel_logout_uri", _text),
    "frontchannel_logout_uri": ("frontchannel_logout_uri", _text),
    "initiate_login_uri": ("initiate_login_uri", _text),
    "logo_uri": ("logo_uri", _text),
    "policy_uri": ("policy_uri", _text),
    "tos_uri": ("tos_uri", _text),
}
