"""The OpenID Connect side of the demo app, on Authlib's Starlette client: ask, check what comes back, refresh, leave.

Owns no page and no cookie. Everything the provider or the network refuses becomes a `Refusal` with a code that
`errors_explained` knows. Authlib makes state, nonce and PKCE verifier, talks to the token endpoint and validates the
ID token; the checks it leaves to the app (`state`, `iss`, `aud`, the same person after a refresh) stand here.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError

from idp.demo import errors_explained
from idp.demo.registration import DemoClient
from idp.demo.visitors import Claims, Flight, Problem, SignedIn, Tokens, Visitor

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS_TO_ANSWER = 30.0
FIRST_SERVER_ERROR = 500
LEEWAY_SECONDS = 30  # of two clocks on one machine
KEPT_AT_REFRESH = ("iss", "sub", "aud", "auth_time")  # OpenID Connect Core 12.2


class Refusal(Exception):
    """The sign-in, refresh or sign-out did not work. `problem` is shown to the person."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.problem = Problem(code=code, description=description)


class OidcApp(Protocol):
    """What this module uses of Authlib's `StarletteOAuth2App`, which ships no types."""

    async def create_authorization_url(self, redirect_uri: str, **parameters: str) -> Mapping[str, str]:
        """The authorization URL, with what was made for it: state, nonce, code_verifier."""
        ...

    async def fetch_access_token(self, redirect_uri: str | None = None, **parameters: str) -> dict[str, object]:
        """The token response; `OAuthError` when the provider refuses."""
        ...

    async def parse_id_token(
        self, token: Mapping[str, object], nonce: str | None, *, claims_options: Mapping[str, object], leeway: int
    ) -> Claims:
        """The claims, once signature, issuer, audience, nonce, at_hash and times are checked."""
        ...

    async def userinfo(self, *, token: Mapping[str, object]) -> Claims:
        """The claims at the userinfo endpoint."""
        ...

    async def create_logout_url(self, **parameters: str | None) -> Mapping[str, str]:
        """The address that ends the provider's session, and the state it will echo."""
        ...


class Provider:
    """The one provider this app trusts, and the app's clients there."""

    def __init__(self, *, issuer: str, base_url: str, clients: Sequence[DemoClient]) -> None:
        self.issuer = issuer
        self._base_url = base_url
        self._oauth = OAuth()
        trust = ssl.create_default_context()  # made once: Authlib opens a client for each request
        for client in clients:
            self._oauth.register(
                client.slug,
                client_id=client.client_id,
                client_secret=client.client_secret,
                server_metadata_url=issuer + WELL_KNOWN,
                client_kwargs={
                    "scope": " ".join(client.scopes),
                    "code_challenge_method": "S256",
                    "token_endpoint_auth_method": "client_secret_basic" if client.client_secret else "none",
                    "timeout": SECONDS_TO_ANSWER,
                    "trust_env": False,
                    "verify": trust,
                    "leeway": 0,  # a token is refreshed by the button, never in passing
                },
            )

    async def begin(self, client: DemoClient, visitor: Visitor, parameters: Mapping[str, str]) -> str:
        """The authorization URL; state, nonce and verifier are remembered for this visitor."""
        with _refusing():
            started = await self._app(client).create_authorization_url(
                client.redirect_uri(self._base_url), **parameters
            )
        flight = Flight(slug=client.slug, nonce=started["nonce"], code_verifier=started["code_verifier"])
        visitor.begin(started["state"], flight)
        return started["url"]

    async def finish(self, client: DemoClient, visitor: Visitor, answer: Mapping[str, str], at: datetime) -> SignedIn:
        """Check the authorization response, exchange its code, validate the ID token, ask userinfo."""
        flight = visitor.land(answer.get("state", ""), client.slug)
        if flight is None:  # RFC 6749 10.12: of errors too, before anything else is believed
            raise Refusal(errors_explained.STATE_UNKNOWN)
        if answer.get("iss") != self.issuer:  # RFC 9207 2.4
            raise Refusal(errors_explained.ISSUER_WRONG)
        if "error" in answer:
            raise Refusal(answer["error"], answer.get("error_description", ""))
        with _refusing():
            response = await self._app(client).fetch_access_token(
                client.redirect_uri(self._base_url),
                code=answer.get("code", ""),
                code_verifier=flight.code_verifier,
            )
            tokens = await self._tokens(client, response, flight.nonce, at)
            return SignedIn(tokens=tokens, userinfo=await self._userinfo(client, response, tokens))

    async def refresh(self, client: DemoClient, known: SignedIn, at: datetime) -> SignedIn:
        """Use the refresh token. The new ID token must speak of the same sign-in as the old one."""
        old = known.tokens
        if old.refresh_token is None:
            raise Refusal(errors_explained.NO_REFRESH_TOKEN)
        with _refusing():
            response = await self._app(client).fetch_access_token(
                grant_type="refresh_token", refresh_token=old.refresh_token
            )
            response.setdefault("refresh_token", old.refresh_token)
            tokens = await self._tokens(client, response, None, at)
            userinfo = await self._userinfo(client, response, tokens)
        for name in KEPT_AT_REFRESH:
            if tokens.id_claims.get(name) != old.id_claims.get(name):
                raise Refusal(errors_explained.ID_TOKEN_WRONG, f"{name} changed at the refresh")
        return SignedIn(tokens=tokens, userinfo=userinfo, replaced=old.id_claims)

    async def leave(self, client: DemoClient, visitor: Visitor, known: SignedIn) -> str:
        """The address at the provider that ends its session too (RP-Initiated Logout 2)."""
        with _refusing():
            started = await self._app(client).create_logout_url(
                post_logout_redirect_uri=client.post_logout_redirect_uri(self._base_url),
                id_token_hint=known.tokens.id_token,
                client_id=client.client_id,
            )
        visitor.leaving[client.slug] = started["state"]
        return started["url"]

    def _app(self, client: DemoClient) -> OidcApp:
        return cast(OidcApp, self._oauth.create_client(client.slug))

    async def _tokens(
        self, client: DemoClient, response: Mapping[str, object], nonce: str | None, at: datetime
    ) -> Tokens:
        if "id_token" not in response:
            raise Refusal(errors_explained.ID_TOKEN_WRONG, "no ID token came")
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": client.client_id},
        }
        claims = await self._app(client).parse_id_token(response, nonce, claims_options=options, leeway=LEEWAY_SECONDS)
        refresh_token = response.get("refresh_token")
        return Tokens(
            id_token=str(response["id_token"]),
            id_claims=dict(claims),
            refresh_token=None if refresh_token is None else str(refresh_token),
            token_type=str(response.get("token_type", "")),
            scope=str(response.get("scope", " ".join(client.scopes))),
            expires_at=_expiry(response.get("expires_in"), at),
        )

    async def _userinfo(self, client: DemoClient, response: Mapping[str, object], tokens: Tokens) -> Claims:
        claims = dict(await self._app(client).userinfo(token=response))
        if claims.get("sub") != tokens.id_claims.get("sub"):  # OpenID Connect Core 5.3.2
            raise Refusal(errors_explained.ID_TOKEN_WRONG, "userinfo speaks of another person")
        return claims


def _expiry(seconds: object, at: datetime) -> datetime | None:
    if not isinstance(seconds, int):
        return None
    return datetime.fromtimestamp(at.timestamp() + seconds, UTC)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what Authlib, joserfc and the network raise into a `Refusal`."""
    try:
        yield
    except OAuthError as error:
        raise Refusal(str(error.error), str(error.description or "")) from error
    except (JoseError, AuthlibBaseError) as error:
        raise Refusal(errors_explained.ID_TOKEN_WRONG, str(error)) from error
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        code = "temporarily_unavailable" if status >= FIRST_SERVER_ERROR else errors_explained.ANSWER_ODD
        raise Refusal(code, f"HTTP {status}") from error
    except httpx2.HTTPError as error:
        raise Refusal(errors_explained.UNREACHABLE) from error
    except (ValueError, KeyError, RuntimeError) as error:
        raise Refusal(errors_explained.ANSWER_ODD, str(error)) from error
