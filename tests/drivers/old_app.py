"""A relying party of the implicit and hybrid flows: asks for any response type, reads any response mode.

wiki = await OldApp.registered(provider, "id_token token")     # allowed by the server as well
page = await alice.sign_in(await browser.open(wiki.url("id_token token")))
answer = wiki.answer(page)                                     # members, checked for where they stand
claims = await wiki.claims(answer)                             # the ID token, validated by Authlib
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from authlib.oidc.core import CodeIDToken, HybridIDToken, ImplicitIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.oidc.response_type import ResponseMode, ResponseType
from idp.storage import clients
from idp.usecases.clients import Kind, Metadata
from tests.clients.tokens import Registration
from tests.drivers.grants import CHALLENGE, REDIRECT_URI, VERIFIER, add_client
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import configure

ALL_TYPES = tuple(each.value for each in ResponseType)
LEGACY_TYPES = tuple(each.value for each in ResponseType if each.front_channel)
NONCE, STATE = "n-0S6_WzA2Mj", "af0ifjsldkj /&?#"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldApp:
    """One client, and what it knows of itself."""

    provider: Provider
    registration: Registration

    @classmethod
    async def registered(
        cls,
        provider: Provider,
        *response_types: str,
        client_id: str = "wiki",
        kind: Kind = "web",
        legacy: bool = True,
        **changes: Any,  # noqa: ANN401 - of its registration
    ) -> Self:
        """A client registered for these types; first-party unless `changes` of its registration say otherwise."""
        metadata = changes.pop("metadata", {})
        made = await add_client(provider.services, client_id, kind, Metadata(first_party=True))
        types = {ResponseType(each) for each in response_types}
        client = replace(
            made.client,
            grant_types=frozenset({"refresh_token"}).union(*(each.grant_types for each in types)),
            metadata=replace(made.client.metadata, response_types=response_types, **metadata),
            **changes,
        )
        await clients.update(provider.services.database, client, provider.clock())
        if legacy:
            await configure(provider, "legacy_response_types", value=True)
        provider.services.cache.forget()
        return cls(provider=provider, registration=Registration.of(replace(made, client=client)))

    def url(self, response_type: str | None, **changes: str | None) -> str:
        """Where the browser goes; None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect_uri,
            "response_type": response_type,
            "scope": "openid profile email",
            "state": STATE,
            "nonce": NONCE,
            "code_challenge": CHALLENGE.text,
            "code_challenge_method": "S256",
        }
        sent = {name: value for name, value in (usual | changes).items() if value is not None}
        return self.provider.issuer.url(f"/authorize?{urlencode(sent)}")

    def answer(self, page: Page, mode: ResponseMode, *, state: str = STATE) -> dict[str, str]:
        """What the app is told at this page, and by no other way than this; state and iss are right."""
        found = members(page, self.registration.redirect_uri)
        assert [each for each in found if found[each]] == [mode], f"expected an answer by {mode}: {page!r}"
        answer = found[mode]
        assert answer.pop("state") == state
        assert answer.pop("iss") == self.provider.issuer
        return answer

    async def claims(self, answer: Mapping[str, str]) -> Mapping[str, Any]:
        """The ID token of an authorization response, with nonce, at_hash and c_hash (OIDC Core 3.2.2.11, 3.3.2.12)."""
        kind = HybridIDToken if "code" in answer else ImplicitIDToken
        return await self._validated(kind, answer["id_token"], answer)

    async def exchange(self, answer: Mapping[str, str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The tokens for its code, and what their ID token says."""
        fields = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER.expose(),
        }
        tokens = await self.token(fields)
        assert "id_token" in tokens, tokens
        return tokens, await self._validated(CodeIDToken, tokens["id_token"], tokens)

    async def token(self, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Whatever the token endpoint says."""
        secret = self.registration.client_secret
        assert secret is not None
        async with httpx2.AsyncClient(auth=(self.registration.client_id, secret)) as http:
            answer = await http.post(self.provider.issuer.url("/token"), data=dict(fields))
        found: Mapping[str, Any] = answer.json()
        return found

    async def userinfo(self, access_token: str) -> httpx2.Response:
        """The claims behind an access token."""
        async with httpx2.AsyncClient() as http:
            headers = {"Authorization": f"Bearer {access_token}"}
            return await http.get(self.provider.issuer.url("/userinfo"), headers=headers)

    async def _validated(self, kind: type[CodeIDToken], id_token: str, beside: Mapping[str, Any]) -> Mapping[str, Any]:
        async with httpx2.AsyncClient() as http:
            keys = (await http.get(self.provider.issuer.url("/jwks"))).json()
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=[self.registration.id_token_alg])
        expected = {"nonce": NONCE, "client_id": self.registration.client_id}
        params = expected | {name: beside[name] for name in ("access_token", "code") if name in beside}
        issuer = {"iss": {"essential": True, "value": str(self.provider.issuer)}}
        claims = kind(token.claims, token.header, issuer, params)
        claims.validate(now=int(self.provider.clock().timestamp()))
        return dict(claims)


def members(page: Page, redirect_uri: str) -> dict[str, dict[str, str]]:
    """What an app behind that address receives by each way."""
    posted = [form for form in page.forms if form.action == redirect_uri and form.method.lower() == "post"]
    address = urlsplit(page.url) if page.at_app else urlsplit("")
    return {
        "query": dict(parse_qsl(address.query, keep_blank_values=True)),
        "fragment": dict(parse_qsl(address.fragment, keep_blank_values=True)),
        "form_post": {each.name: each.value for form in posted for each in form.fields},
    }
