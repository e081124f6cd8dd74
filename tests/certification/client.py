"""The client of a module, as far as it needs no browser: its registration, the token endpoint, userinfo."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote_plus

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey

from idp.oidc.client_metadata import FurtherMetadata
from tests.certification.claims import check_userinfo
from tests.certification.plans import POST, PRIVATE_KEY, Run
from tests.certification.registration import client_key, grant_types, register, usual_metadata
from tests.certification.suite import Party, Suite
from tests.certification.tokens import YEAR_SECONDS, Expected, check_entropy, check_id_token

ASSERTION_SECONDS = 60
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a completed flow gave."""

    answer: Mapping[str, str]
    """The authorization response."""
    front: Mapping[str, Any] | None = None
    """Claims of its ID token."""
    back: Mapping[str, Any] | None = None
    """Claims of the token response's."""
    tokens: Mapping[str, Any] = field(default_factory=dict)
    """The token response."""
    steps: Sequence[str] = ()
    """The pages that were answered on the way."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """Of the ID token that came, the token response's where there are two."""
        found = self.back if self.back is not None else self.front
        assert found is not None
        return found

    @property
    def id_token(self) -> str:
        """The same as a JWT."""
        found = self.tokens.get("id_token") or self.answer["id_token"]
        assert isinstance(found, str)
        return found

    @property
    def access_token(self) -> str | None:
        """The latest."""
        found = self.tokens.get("access_token") or self.answer.get("access_token")
        assert found is None or isinstance(found, str)
        return found


@dataclass(slots=True, kw_only=True)
class Client:
    """Registered as the run says. `sent` is the authorization request last made."""

    run: Run
    suite: Suite
    registered: Party | None = None
    sent: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=client_key)
    """What the client signs with."""
    audience: str | None = None
    """Of its assertions; None: the token endpoint."""
    made: list[Party] = field(default_factory=list)
    """The clients that it has registered itself."""

    @property
    def party(self) -> Party:
        """The client of the run; the static one unless the module has registered another."""
        assert self.registered is not None, "no client was registered yet"
        return self.registered

    async def ready(self) -> Party:
        """The same, registered as the plan says if that has not happened."""
        return self.registered or await self.register()

    async def register(self, **more: Any) -> Party:  # noqa: ANN401
        """A client with this metadata beside the usual; of static clients every kind exists once."""
        if self.run.dynamic:
            metadata = usual_metadata(self.run, self.suite.site) | more
            said = {name: value for name, value in metadata.items() if value is not None}
            self.registered = await register(self.suite, self.run, said)
            self.made.append(self.registered)
        else:
            self.registered = await self.suite.static(self.run.auth.replace("_", "-"), self.run.auth)
        return self.registered

    async def register_for_refresh(self, *, second: bool = False, **more: Any) -> Party:  # noqa: ANN401
        """A client that may use refresh tokens, which every static one may; `second` is another one than before."""
        if self.run.dynamic:
            grants = grant_types(self.run.response_type)
            return await self.register(grant_types=[*grants, "refresh_token"], **more)
        name = self.run.auth.replace("_", "-") + ("-second" if second else "")
        self.registered = await self.suite.static(name, self.run.auth)
        return self.registered

    async def register_for_logout(self, channel: Literal["frontchannel", "backchannel"]) -> str:
        """A client that wants to be told on this channel; returns the address where it wants that."""
        address = self.suite.site.url(f"/{channel}/{secrets.token_urlsafe(6) if self.run.dynamic else 'static'}")
        said = (
            FurtherMetadata(frontchannel_logout_uri=address)
            if channel == "frontchannel"
            else FurtherMetadata(backchannel_logout_uri=address)
        )
        if self.run.dynamic:
            await self.register(**said, **{f"{channel}_logout_session_required": True})
        else:
            self.registered = await self.suite.static(channel, self.run.auth, said)
        return address

    def expected(self, **members: Any) -> Expected:  # noqa: ANN401
        """What an ID token of the request last sent has to say."""
        return Expected(
            issuer=self.suite.issuer,
            client_id=self.party.client_id,
            at=self.suite.clock(),
            **{
                "nonce": self.sent.get("nonce"),
                "auth_time_required": "max_age" in self.sent,
                "claims": tuple(json.loads(self.sent.get("claims", "{}")).get("id_token", ())),
                **members,
            },
        )

    # ── the token endpoint ───────────────────────────────────────────────────────────────────────

    async def exchange(self, code: str, **extra: str) -> dict[str, Any]:
        """RFC 6749 4.1.3; anything but success fails."""
        return self.succeeded(await self.redeem(code, **extra))

    async def redeem(self, code: str, **extra: str) -> httpx2.Response:
        """Send the code; the answer is not judged."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.party.redirect_uri, **extra}
        return await self.token_request(form)

    async def token_request(self, form: Mapping[str, str]) -> httpx2.Response:
        """Any request to the token endpoint, authenticated as the client is registered."""
        headers, more = self.credentials()
        return await self.suite.http.post(
            self.suite.metadata["token_endpoint"],
            data={**form, **more},
            headers={"Accept": "application/json"} | headers,
        )

    def credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and form members by which the client authenticates."""
        name, secret = self.party.client_id, self.party.client_secret or ""
        if self.party.auth == PRIVATE_KEY:
            assertion = self.assertion(self.audience or self.suite.metadata["token_endpoint"])
            return {}, {"client_assertion_type": JWT_BEARER, "client_assertion": assertion}
        if self.party.auth == POST:
            return {}, {"client_id": name, "client_secret": secret}
        both = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}, {}

    def assertion(self, audience: str) -> str:
        """RFC 7523 3: signed by the client's key, with the kid that it has, if it has one."""
        now = int(self.suite.clock().timestamp())
        claims = {"iss": self.party.client_id, "sub": self.party.client_id, "aud": audience, "jti": secrets.token_hex()}
        head = {"alg": "RS256"} | ({"kid": self.key.kid} if self.key.kid else {})
        return jwt.encode(head, {**claims, "iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS}, self.key)

    def succeeded(self, response: httpx2.Response) -> dict[str, Any]:
        """RFC 6749 5.1, OIDC Core 3.1.3.3."""
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].split(";")[0] == "application/json"
        assert "no-store" in [each.strip() for each in response.headers["cache-control"].split(",")]
        tokens: dict[str, Any] = response.json()
        assert tokens["token_type"].lower() == "bearer"
        assert type(tokens["expires_in"]) is int
        assert 0 < tokens["expires_in"] <= YEAR_SECONDS
        check_entropy(tokens["access_token"], "the access token")
        return tokens

    def failed(self, response: httpx2.Response, *codes: str, status: Sequence[int] = (400,)) -> None:
        """RFC 6749 5.2."""
        assert response.status_code in status, response.text
        assert response.headers["content-type"].split(";")[0] == "application/json"
        body = response.json()
        assert body["error"] in codes
        assert set(body) <= {"error", "error_description", "error_uri"}

    async def check_tokens(self, tokens: Mapping[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401
        """The claims of the token response's ID token."""
        expected = self.expected(**{"access_token": tokens["access_token"], **members})
        return self._of_both_steps(check_id_token(tokens["id_token"], await self.suite.jwks(), expected))

    def _of_both_steps(self, claims: dict[str, Any]) -> dict[str, Any]:
        """RFC 8176 2: the suite asks for no second factor, but here it is on, and every ID token says so."""
        assert claims["amr"] == ["pwd", "otp", "mfa"]
        assert claims["acr"] == "2fa"
        return claims

    # ── userinfo ─────────────────────────────────────────────────────────────────────────────────

    async def userinfo(self, done: Done, *asked: str, method: str = "GET") -> dict[str, Any]:
        """OIDC Core 5.3: the claims of the scopes that were sent, and those in `asked`."""
        headers = {"Authorization": f"Bearer {done.access_token}", "Accept": "application/json"}
        if method == "POST":  # an empty form
            headers["Content-Type"] = FORM
        response = await self.suite.http.request(method, self.suite.metadata["userinfo_endpoint"], headers=headers)
        return self.check_userinfo(response, done, *asked)

    def check_userinfo(self, response: httpx2.Response, done: Done, *asked: str) -> dict[str, Any]:
        """The answer, as JSON."""
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].split(";")[0] == "application/json"
        claims: dict[str, Any] = response.json()
        check_userinfo(claims, sub=done.claims["sub"], scope=self.sent["scope"], asked=asked)
        return claims
