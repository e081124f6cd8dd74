"""A relying app's own calls to the provider, raw: what a test wants to send is sent, what comes back is shown.

app = RelyingApp(registered=await add_client(services, "wiki"), issuer=issuer, http=http)
tokens = (await app.exchange(issued.code)).json()
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx2

from idp.oidc.client import AuthMethod
from idp.usecases.clients import Registered
from idp.values.issuer import Issuer
from idp.values.secrets import Code, Verifier
from tests.drivers.grants import CHALLENGE, REDIRECT_URI, VERIFIER

Form = Mapping[str, str]


def basic(client_id: str, secret: str) -> dict[str, str]:
    """RFC 6749 2.3.1: both form-urlencoded, then base64."""
    joined = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": "Basic " + base64.b64encode(joined.encode()).decode()}


def claims_of(jwt: str) -> dict[str, Any]:
    """The claims of a JWT, its signature not looked at."""
    return _segment(jwt, 1)


def header_of(jwt: str) -> dict[str, Any]:
    """Its header."""
    return _segment(jwt, 0)


def _segment(jwt: str, index: int) -> dict[str, Any]:
    text = jwt.split(".")[index]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingApp:
    """The server side of an app that was registered here."""

    registered: Registered
    issuer: Issuer
    http: httpx2.AsyncClient

    @property
    def client_id(self) -> str:
        """Its name at the provider."""
        return self.registered.client.client_id

    def authorization_url(self, scope: str = "openid", **parameters: str) -> str:
        """Where it sends a browser; `exchange` knows the verifier. Empty parameters are left out."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": scope,
            "state": "of-this-test",
            "code_challenge": CHALLENGE.text,
            "code_challenge_method": "S256",
            **parameters,
        }
        return self.issuer.url("/authorize") + "?" + urlencode({name: value for name, value in asked.items() if value})

    async def post(
        self, path: str, form: Form, headers: Mapping[str, str] | None = None, *, proved: bool = True
    ) -> httpx2.Response:
        """A form, with the app's own authentication unless told otherwise."""
        mine, header = self._authentication() if proved else ({}, {})
        return await self.http.post(self.issuer.url(path), data={**form, **mine}, headers={**header, **(headers or {})})

    def _authentication(self) -> tuple[dict[str, str], dict[str, str]]:
        secret = self.registered.secret
        match self.registered.client.auth_method:
            case AuthMethod.CLIENT_SECRET_BASIC if secret:
                return {}, basic(self.client_id, secret.expose())
            case AuthMethod.CLIENT_SECRET_POST if secret:
                return {"client_id": self.client_id, "client_secret": secret.expose()}, {}
            case _:
                return {"client_id": self.client_id}, {}

    async def exchange(
        self, code: Code, *, redirect_uri: str | None = REDIRECT_URI, verifier: Verifier | None = VERIFIER
    ) -> httpx2.Response:
        """RFC 6749 4.1.3."""
        form = {"grant_type": "authorization_code", "code": code.expose()}
        if redirect_uri is not None:
            form["redirect_uri"] = redirect_uri
        if verifier is not None:
            form["code_verifier"] = verifier.expose()
        return await self.post("/token", form)

    async def refresh(self, token: str, scope: str | None = None) -> httpx2.Response:
        """RFC 6749 6."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.post("/token", form | ({} if scope is None else {"scope": scope}))

    async def own_token(self, scope: str | None = None) -> httpx2.Response:
        """RFC 6749 4.4.2."""
        return await self.post(
            "/token", {"grant_type": "client_credentials"} | ({} if scope is None else {"scope": scope})
        )

    async def introspect(self, token: str) -> httpx2.Response:
        """RFC 7662 2.1."""
        return await self.post("/introspect", {"token": token})

    async def revoke(self, token: str) -> httpx2.Response:
        """RFC 7009 2.1."""
        return await self.post("/revoke", {"token": token})

    async def userinfo(self, token: str) -> httpx2.Response:
        """OIDC Core 5.3.1."""
        return await self.http.get(self.issuer.url("/userinfo"), headers={"Authorization": f"Bearer {token}"})
