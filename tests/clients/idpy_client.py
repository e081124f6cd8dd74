"""The relying party of idpyoidc, OpenID Connect's own Python implementation: its handler, one client, its services.

    rp = await IdpyClient.start(issuer, Registration.of(registered), authority)
    page = await browser.open(await rp.authorization_url(acr_values="2fa"))
    tokens = await rp.exchange(page.url)

The library blocks (it asks with `requests`), so each call runs in a thread. It judges times by the machine's clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import requests
from idpyoidc.client.client_auth import (
    ClientAuthnMethod,
    ClientSecretBasic,
    ClientSecretJWT,
    ClientSecretPost,
    PrivateKeyJWT,
)
from idpyoidc.client.exception import OidcServiceError
from idpyoidc.client.oauth2.stand_alone_client import StandAloneClient, backchannel_logout
from idpyoidc.client.rp_handler import RPHandler
from idpyoidc.client.service import Service
from idpyoidc.message import Message
from idpyoidc.message.oauth2 import is_error_message

from tests.clients.node_client import RefusedError
from tests.clients.tokens import Registration, Tokens
from tests.drivers.tls_authority import Authority

SERVICES = {
    "discovery": "oidc.provider_info_discovery.ProviderInfoDiscovery",
    "registration": "oidc.registration.Registration",
    "authorization": "oidc.authorization.Authorization",
    "access_token": "oidc.access_token.AccessToken",
    "refresh_access_token": "oidc.refresh_access_token.RefreshAccessToken",
    "userinfo": "oidc.userinfo.UserInfo",
    "end_session": "oidc.end_session.EndSession",
    "introspection": "oauth2.introspection.Introspection",
    "revocation": "oauth2.token_revocation.TokenRevocation",
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}
METHODS = {
    "client_secret_basic": ClientSecretBasic,
    "client_secret_post": ClientSecretPost,
    "client_secret_jwt": ClientSecretJWT,
    "private_key_jwt": PrivateKeyJWT,
    "none": "tests.clients.idpy_client.NoSecret",
}
SIGNED = {"client_secret_jwt": "HS256"}
VERIFIED = "__verified_id_token"
ASKING_SECONDS = 60


def ask(authority: Authority, method: str, url: str, **how: Any) -> requests.Response:  # noqa: ANN401 - as requests
    """The certificate is looked at, whatever the library says: of `localhost` it would believe any."""
    told = {**how, "verify": str(authority.certificate)}
    told.pop("timeout", None)
    return requests.request(method, url, timeout=ASKING_SECONDS, **told)


class NoSecret(ClientAuthnMethod):  # type: ignore[misc]  # it has no types
    """A public client says who it is, and no more: the one way that the library lacks."""

    def construct(self, request: Message, service: Service, **_: object) -> dict[str, dict[str, str]]:
        """No header; the name goes into the form."""
        request["client_id"] = service.upstream_get("context").get_client_id()
        return {"headers": {}}


class IdpyClient:
    """One relying party on idpyoidc. The methods are those of `tests.clients.tokens.Client`."""

    def __init__(self, handler: RPHandler, issuer: str, registration: Registration) -> None:
        self.handler = handler
        self.issuer = issuer
        self.registration = registration
        self.client = handler.client_setup(issuer) if registration.client_id else self._registered()

    @classmethod
    async def start(cls, issuer: str, registration: Registration, authority: Authority) -> Self:
        """Read the metadata; without a client id, register at the provider (RFC 7591) and become what it says."""
        file = authority.folder / "idpyoidc.json"
        file.write_text(json.dumps({"keys": [registration.key]}))
        keys = {"private_path": str(file), "key_defs": [{"type": "RSA", "use": ["sig"]}], "read_only": True}
        config = {
            "issuer": issuer,
            "client_id": registration.client_id,
            "client_secret": registration.client_secret,
            "client_type": "oidc",
            "redirect_uris": [registration.redirect_uri],
            "response_types_supported": ["code"],
            "response_modes_supported": [],
            "token_endpoint_auth_methods_supported": [registration.auth_method],
            "id_token_signing_alg_values_supported": [registration.id_token_alg],
            "userinfo_signing_alg_values_supported": [registration.userinfo_alg or "RS256"],
            "token_endpoint_auth_signing_alg_values_supported": [SIGNED.get(str(registration.auth_method), "RS256")],
            "client_authn_methods": METHODS,
            "key_conf": keys,
            "add_ons": {"pkce": PKCE},
        }
        handler = RPHandler(
            client_configs={issuer: config},
            services={name: {"class": f"idpyoidc.client.{where}"} for name, where in SERVICES.items()},
            httpc=partial(ask, authority),
            key_conf=keys,
        )
        return await asyncio.to_thread(cls, handler, issuer, registration)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What discovery told."""
        found: Mapping[str, Any] = self.client.get_context().provider_info.to_dict()
        return found

    async def authorization_url(self, **parameters: str) -> str:
        """The authorization URL, with PKCE, state and nonce beside these parameters."""
        asked = {"redirect_uri": self.registration.redirect_uri, **parameters}
        return str(await asyncio.to_thread(self.handler.begin, self.issuer, req_args=asked))

    async def exchange(self, callback: str) -> Tokens:
        """What the library does when the browser is back: code, ID token, userinfo, all of it checked."""
        answer = dict(parse_qsl(urlsplit(callback).query))
        assert answer.get("iss") == self.issuer, f"RFC 9207: another iss came back: {callback}"
        try:
            found = await asyncio.to_thread(self.handler.finalize, self.issuer, answer)
        except OidcServiceError as error:
            raise RefusedError(error=str(error), description="", status=None, cause=None) from error
        if "error" in found:
            raise RefusedError(error=found["error"], description="", status=None, cause=None)
        return self._tokens(found["state"])

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Use the refresh token."""
        await self._asked("refresh_token", tokens.response["state"], refresh_token=tokens.refresh_token)
        return self._tokens(tokens.response["state"])

    async def userinfo(self, tokens: Tokens) -> Mapping[str, Any]:
        """The claims at the userinfo endpoint; the client checks their `sub`."""
        return await self._asked("userinfo", tokens.response["state"], access_token=tokens.access_token)

    async def introspect(self, token: str) -> Mapping[str, Any]:
        """What RFC 7662 says of the token."""
        return await self._asked("introspection", token=token)

    async def revoke(self, token: str) -> None:
        """Revoke the token as in RFC 7009; of `html` the library reads nothing, and there is nothing to read."""
        await asyncio.to_thread(
            self.client.do_request,
            "token_revocation",
            request_args={"token": token},
            authn_method=self.registration.auth_method,
            response_body_type="html",
        )

    async def logout_url(self, tokens: Tokens, post_logout_redirect_uri: str, state: str) -> str:
        """Where the browser goes to sign out at the provider (RP-Initiated Logout 2)."""
        request = self.client.get_service("end_session").get_request_parameters(
            state=tokens.response["state"],
            request_args={"post_logout_redirect_uri": post_logout_redirect_uri, "state": state},
        )
        return str(request["url"])

    async def told_of_logout(self, body: str, sid: str) -> bool:
        """Whether a form at the back channel, its token checked by the library, speaks of the sign-in with that sid."""
        state = await asyncio.to_thread(backchannel_logout, self.client, body)
        return bool(self.client.get_context().cstate.get(state)[VERIFIED]["sid"] == sid)

    def _registered(self) -> StandAloneClient:
        """Of the scopes in an answer the library takes `openid` alone, and its assertions forget the new client id."""
        client = self.handler.init_client(self.issuer)
        client.do_provider_info()
        client.do_client_registration(request_args={"scope": "openid"})
        client.client_id = client.get_client_id()
        self.handler.issuer2rp[self.issuer] = client
        return client

    async def _asked(self, service: str, state: str = "", **arguments: str) -> Mapping[str, Any]:
        how = {} if service == "userinfo" else {"authn_method": self.registration.auth_method}
        answer = await asyncio.to_thread(self.client.do_request, service, request_args=arguments, state=state, **how)
        if is_error_message(answer):
            raise RefusedError(
                error=answer["error"],
                description=answer.get("error_description", ""),
                status=answer["status_code"],
                cause=None,
            )
        found: Mapping[str, Any] = answer.to_dict()
        return found

    def _tokens(self, state: str) -> Tokens:
        """What the library remembers of the sign-in, which is what came last."""
        remembered = dict(self.client.get_context().cstate.get(state))
        return Tokens(response={**remembered, "state": state}, claims=remembered.get(VERIFIED, {}))
