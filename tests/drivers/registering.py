"""Apps that register themselves: an initial access token, the endpoints as an app calls them.

registrar = await registering(services, http)                   # with a token that is good for a hundred
answer = await registrar.register(redirect_uris=["https://app.example.org/callback"])
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from idp.oidc.bearer import BearerToken
from idp.usecases import initial_access_tokens
from idp.usecases.initial_access_tokens import NewToken
from idp.usecases.services import Services
from idp.usecases.unit import unit
from tests.drivers.grants import COMMAND, REDIRECT_URI

GOOD: dict[str, Any] = {"client_name": "App", "redirect_uris": [REDIRECT_URI]}


def bearing(token: str | None) -> dict[str, str]:
    """The header of a request (RFC 6750 2.1)."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


async def initial_access_token(services: Services, *, uses: int = 100, days: int = 1) -> BearerToken:
    """Made as a command would."""
    async with unit(services, COMMAND, None, services.clock()) as made:
        new = NewToken(uses=uses, life=timedelta(days=days), note="tests")
        return (await initial_access_tokens.make(made, new)).token


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Whoever registers apps here."""

    endpoint: str
    token: str | None
    http: httpx2.AsyncClient

    async def register(self, **metadata: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
        """RFC 7591 3.1."""
        return await self.http.post(self.endpoint, json=metadata, headers=bearing(self.token))

    async def read(self, told: dict[str, Any]) -> httpx2.Response:
        """RFC 7592 2.1."""
        return await self.http.get(told["registration_client_uri"], headers=bearing(told["registration_access_token"]))

    async def update(self, told: dict[str, Any], **metadata: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
        """RFC 7592 2.2."""
        headers = bearing(told["registration_access_token"])
        return await self.http.put(told["registration_client_uri"], json=metadata, headers=headers)

    async def delete(self, told: dict[str, Any]) -> httpx2.Response:
        """RFC 7592 2.3."""
        headers = bearing(told["registration_access_token"])
        return await self.http.delete(told["registration_client_uri"], headers=headers)


async def registered(registrar: Registrar, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """What a good request, with `more` in it, is answered."""
    answer = await registrar.register(**{**GOOD, **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def registering(services: Services, http: httpx2.AsyncClient, *, uses: int = 100) -> Registrar:
    """With a fresh token."""
    token = await initial_access_token(services, uses=uses)
    return Registrar(endpoint=services.settings.issuer.url("/register"), token=token.expose(), http=http)
