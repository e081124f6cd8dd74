"""Authlib's httpx2 client as a relying party of the tests.

Owns what a relying party remembers between two requests (state, nonce, verifier) and checks what OpenID Connect Core
3.1.3.7 and RFC 9207 tell it to check. It opens no page: give the authorization URL to a browser driver, and the
address where the browser ends to `exchange`.

    async with AuthlibClient(issuer=issuer, registration=Registration.of(registered)) as rp:
        page = await browser.open(await rp.authorization_url(acr_values="2fa"))
        ...
        tokens = await rp.exchange(page.url)
        assert tokens.claims["amr"] == ["pwd", "otp", "mfa"]
        assert (await rp.userinfo(tokens))["sub"] == tokens.claims["sub"]

Whatever the provider refuses raises Authlib's `OAuthError` (`.error`, `.description`).
"""

from __future__ import annotations

import json
import secrets
import ssl
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet, RSAKey

from tests.clients.tokens import Registration, Tokens

WELL_KNOWN = "/.well-known/openid-configuration"
LEEWAY_SECONDS = 5


@dataclass(slots=True, kw_only=True)
class _Pending:
    """What must come back unchanged."""

    state: str
    nonce: str
    verifier: str
    max_age: int | None


class AuthlibClient:
    """One relying party on Authlib. The module's docstring shows its use."""

    def __init__(
        self,
        *,
        issuer: str,
        registration: Registration,
        scope: str = "openid profile email",
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.issuer = issuer
        self.registration = registration
        self.metadata: Mapping[str, Any] = {}
        self.now: Callable[[], int] = lambda: int(time.time())
        self.pending: _Pending | None = None
        self._client = AsyncOAuth2Client(
            client_id=registration.client_id,
            client_secret=_secret(registration),
            token_endpoint_auth_method=registration.auth_method,
            revocation_endpoint_auth_method=registration.auth_method,
            scope=scope,
            redirect_uri=registration.redirect_uri,
            code_challenge_method="S256",
            trust_env=False,
            timeout=60.0,
            verify=trust or True,
        )
        for method in (ClientSecretJWT(), PrivateKeyJWT()):
            self._client.register_client_auth_method(method)

    async def __aenter__(self) -> Self:
        """Read the provider's metadata."""
        try:
            await self.discover()
        except BaseException:
            await self._client.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def discover(self) -> Mapping[str, Any]:
        """The metadata, validated by Authlib against RFC 8414 and OpenID Connect Discovery."""
        answer = await self._client.request("GET", self.issuer + WELL_KNOWN, withhold_token=True)
        answer.raise_for_status()
        metadata: dict[str, Any] = answer.json()
        # Authlib asks for https throughout and knows no loopback, so it reads the metadata under another name.
        OpenIDProviderMetadata(json.loads(answer.text.replace(self.issuer, "https://op.example"))).validate()
        assert metadata["issuer"] == self.issuer, f"Discovery 4.3: the issuer is {metadata['issuer']!r}"
        self.metadata = metadata
        return metadata

    async def authorization_url(self, **parameters: str) -> str:
        """The authorization URL with PKCE, state and nonce; `parameters` are added and may replace these."""
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        url, state = self._client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, **{"nonce": nonce, **parameters}
        )
        max_age = int(parameters["max_age"]) if "max_age" in parameters else None
        self.pending = _Pending(state=state, nonce=nonce, verifier=verifier, max_age=max_age)
        return str(url)

    async def exchange(self, callback: str, **overrides: str) -> Tokens:
        """Exchange the code in the address where the browser ended; `overrides` replace what is sent to /token."""
        assert self.pending is not None, "no authorization request was made"
        code = self._code(callback)
        sent = {"code": code, "code_verifier": self.pending.verifier, **overrides}
        response = await self._client.fetch_token(
            self.metadata["token_endpoint"], grant_type="authorization_code", **sent
        )
        return await self._validated(response, nonce=self.pending.nonce, max_age=self.pending.max_age)

    async def refresh(self, tokens: Tokens, **parameters: str) -> Tokens:
        """Use the refresh token. Core 12.2: the new ID token, if one comes, speaks of the same sign-in."""
        self._client.token = dict(tokens.response)
        response = await self._client.refresh_token(
            self.metadata["token_endpoint"], refresh_token=tokens.refresh_token, **parameters
        )
        renewed = await self._validated(response, nonce=None, max_age=None)
        for name in ("iss", "sub", "aud", "auth_time"):
            assert renewed.claims.get(name) == tokens.claims.get(name), f"Core 12.2: {name} changed"
        return renewed

    async def userinfo(self, tokens: Tokens) -> Mapping[str, Any]:
        """The claims at the userinfo endpoint. Core 5.3.2: their `sub` is the ID token's."""
        answer = await self.bearer("GET", self.metadata["userinfo_endpoint"], tokens)
        answer.raise_for_status()
        claims: Mapping[str, Any] = await self._signed(answer.text) if self.registration.userinfo_alg else answer.json()
        assert claims["sub"] == tokens.claims["sub"], "Core 5.3.2: userinfo speaks of somebody else"
        return claims

    async def bearer(self, method: str, url: str, tokens: Tokens) -> httpx2.Response:
        """Any request with the access token in the Authorization header; the answer is not judged."""
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        answer: httpx2.Response = await self._client.request(method, url, withhold_token=True, headers=headers)
        return answer

    async def introspect(self, token: str) -> Mapping[str, Any]:
        """What RFC 7662 says of the token."""
        answer = await self._client.introspect_token(self.metadata["introspection_endpoint"], token=token)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found

    async def revoke(self, token: str) -> None:
        """Revoke the token as in RFC 7009."""
        answer = await self._client.revoke_token(self.metadata["revocation_endpoint"], token=token)
        answer.raise_for_status()

    async def logout_url(self, tokens: Tokens, post_logout_redirect_uri: str, state: str) -> str:
        """Where the browser goes to sign out at the provider (RP-Initiated Logout 2)."""
        parameters = {
            "id_token_hint": tokens.response["id_token"],
            "post_logout_redirect_uri": post_logout_redirect_uri,
            "state": state,
        }
        return str(add_params_to_uri(self.metadata["end_session_endpoint"], list(parameters.items())))

    async def _signed(self, text: str) -> Mapping[str, Any]:
        """OIDC Core 5.3.2: signed by the registered algorithm, by this issuer and for this client."""
        claims: Mapping[str, Any] = (await self._decoded(text, [str(self.registration.userinfo_alg)])).claims
        assert (claims["iss"], claims["aud"]) == (self.issuer, self.registration.client_id)
        return claims

    async def _decoded(self, text: str, algorithms: list[str]) -> jwt.Token:
        keys = (await self._client.request("GET", self.metadata["jwks_uri"], withhold_token=True)).json()
        with warnings.catch_warnings():  # joserfc would rather have EdDSA called Ed25519, as RFC 9864 does
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.decode(text, KeySet.import_key_set(keys), algorithms=algorithms)

    def _code(self, callback: str) -> str:
        assert self.pending is not None
        answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
        # RFC 6749 10.12 and RFC 9207 2.4: of errors too, before anything else is believed.
        assert answer.get("state") == self.pending.state, f"another state came back: {callback}"
        assert answer.get("iss") == self.issuer, f"RFC 9207: another iss came back: {callback}"
        if "error" in answer:
            raise OAuthError(answer["error"], answer.get("error_description"))
        return answer["code"]

    async def _validated(self, response: Mapping[str, Any], *, nonce: str | None, max_age: int | None) -> Tokens:
        if "id_token" not in response:
            return Tokens(response=response, claims={})
        token = await self._decoded(response["id_token"], self.metadata["id_token_signing_alg_values_supported"])
        expected = {
            "nonce": nonce,
            "client_id": self._client.client_id,
            "access_token": response["access_token"],
            "max_age": max_age,
        }
        claims = CodeIDToken(token.claims, token.header, {"iss": {"essential": True, "value": self.issuer}}, expected)
        claims.validate(now=self.now(), leeway=LEEWAY_SECONDS)
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        assert self._client.client_id in audience, f"Core 3.1.3.7: aud is {claims['aud']!r}"
        return Tokens(response=response, claims=dict(claims))


def _secret(registration: Registration) -> str | RSAKey | None:
    """What Authlib calls so, which is a key where a key signs."""
    if registration.auth_method != PrivateKeyJWT.name:
        return registration.client_secret
    assert registration.key is not None
    return RSAKey.import_key(dict(registration.key))
