"""A provider that signs anybody in at once and can be told to lie, for what an app has to notice.

No part of the product: our own provider never sends these answers, so an app's checks need somebody who does.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.drivers.server import bound_sockets, serving

LIFETIME_SECONDS = 600
ENDPOINTS = {
    "authorization": "authorize",
    "token": "token",
    "userinfo": "userinfo",
    "introspection": "introspect",
    "revocation": "revoke",
    "end_session": "logout",
}
METADATA = {
    "response_types_supported": ["code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}


@dataclass(slots=True, kw_only=True)
class LyingProvider:
    """Honest until told otherwise: each mapping replaces what it names; a value of None leaves the name out."""

    issuer: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    signing_key: ECKey | None = None
    answer: dict[str, str | None] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    token_status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Be honest again, and remember no request."""
        self.answer, self.claims, self.tokens, self.userinfo = {}, {}, {}, {}
        self.asked, self.token_requests, self.revoked = [], [], []
        self.signing_key, self.token_status = None, 200

    def app(self) -> Starlette:
        """Its endpoints."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._jwks),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
                Route("/introspect", self._introspect, methods=["POST"]),
                Route("/revoke", self._revoke, methods=["POST"]),
                Route("/logout", self._logout),
            ]
        )

    async def _metadata(self, request: Request) -> Response:  # noqa: ARG002  a route gives it
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ENDPOINTS.items()}
        return JSONResponse({**METADATA, "issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **endpoints})

    async def _jwks(self, request: Request) -> Response:  # noqa: ARG002  a route gives it
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        answer = _replaced({"code": "c", "state": asked["state"], "iss": self.issuer}, self.answer)
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def _token(self, request: Request) -> Response:
        sent = {name: str(value) for name, value in (await request.form()).items()}
        self.token_requests.append(sent)
        if self.token_status != 200:
            return JSONResponse({"error": "invalid_grant", "error_description": "ended"}, self.token_status)
        first = sent["grant_type"] == "authorization_code"
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "s", "aud": self.asked[-1]["client_id"], "iat": now, "auth_time": 1_000}
        claims |= {"exp": now + LIFETIME_SECONDS, "nonce": self.asked[-1]["nonce"] if first else None}
        key = self.signing_key or self.key
        id_token = jwt.encode({"alg": "ES256", "kid": "one"}, _replaced(claims, self.claims), key)
        fixed = {"access_token": "a", "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "refresh_token": "r"}
        return JSONResponse(_replaced({**fixed, "id_token": id_token}, self.tokens))

    async def _userinfo(self, request: Request) -> Response:  # noqa: ARG002  a route gives it
        return JSONResponse(_replaced({"sub": "s", "name": "Alice"}, self.userinfo))

    async def _introspect(self, request: Request) -> Response:
        return JSONResponse({"active": (await request.form()).get("token") not in self.revoked})

    async def _revoke(self, request: Request) -> Response:
        self.revoked.append(str((await request.form()).get("token")))
        return Response()

    async def _logout(self, request: Request) -> Response:
        sent = dict(request.query_params)
        return RedirectResponse(f"{sent['post_logout_redirect_uri']}?{urlencode({'state': sent['state']})}", 303)


@asynccontextmanager
async def lying_provider() -> AsyncIterator[LyingProvider]:
    """Serve one on a real socket, on another site than 127.0.0.1."""
    sockets = bound_sockets()
    provider = LyingProvider(issuer=f"http://localhost:{sockets[0].getsockname()[1]}")
    async with serving(provider.app(), sockets):
        yield provider


def _replaced(honest: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**honest, **lies}.items() if value is not None}
