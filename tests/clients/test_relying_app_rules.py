"""What relying apps demand in practice, rule by rule: each of these has broken an integration somewhere.

The numbers are those of the rules in the page on relying apps; the names of apps say who breaks otherwise. Rules 7 to
13 stand in `test_relying_app_sign_ins`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx2
import pytest

from idp.oidc.client import AuthMethod
from idp.usecases import groups, key_rotation, user_profile
from idp.usecases.clients import Metadata
from tests.drivers.app_code import basic, claims_of
from tests.drivers.browser_http import Browser
from tests.drivers.grants import COMMAND, add_client
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in

EVERYTHING = ("openid", "profile", "email", "address", "phone", "groups", "offline_access")
ALL = " ".join(EVERYTHING)
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")


@pytest.fixture(autouse=True)
async def _password_only(provider: Provider) -> None:
    """Where a rule speaks of the second factor, the test asks for it."""
    await password_is_enough(provider)


@pytest.fixture
async def http(provider: Provider) -> AsyncIterator[httpx2.AsyncClient]:
    """A connection of the tests' own, which follows nothing."""
    async with httpx2.AsyncClient(base_url=str(provider.issuer), trust_env=False) as opened:
        yield opened


def nulls(found: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """Every null and every empty text in a document."""
    if isinstance(found, dict):
        for each in found.values():
            yield from nulls(each)
    elif found is None or found == "":
        yield found


async def in_group(provider: Provider, username: str, *names: str) -> None:
    for name in names:
        async with provider.unit() as made:
            await groups.add(made, name)
            await groups.add_member(made, name, username)


async def changed(provider: Provider, username: str, fields: Mapping[str, str]) -> None:
    async with provider.unit() as made:
        await user_profile.change(made, username, fields)


# ── 1: the issuer ────────────────────────────────────────────────────────────────────────────────


async def test_1_the_issuer_is_one_string_everywhere(
    provider: Provider, browser: Browser, http: httpx2.AsyncClient
) -> None:
    """GitLab, Kubernetes compare letter for letter: discovery, both tokens, introspection, answers and errors."""
    wiki, alice = await provider.app(scope=ALL), await provider.person()
    page = await sign_in(wiki, alice, browser)
    tokens = await wiki.exchange(page.url)
    refusal = await browser.open(await wiki.authorization_url(prompt="none login"))
    discovered = (await http.get("/.well-known/openid-configuration")).json()
    issuer = discovered["issuer"]
    assert issuer == str(provider.issuer)
    assert not issuer.endswith("/")
    assert page.params["iss"] == refusal.params["iss"] == issuer
    assert tokens.claims["iss"] == claims_of(tokens.access_token)["iss"] == issuer
    assert (await wiki.introspect(tokens.access_token))["iss"] == issuer
    assert all(url.startswith(f"{issuer}/") for name, url in discovered.items() if name.endswith(("endpoint", "_uri")))


async def test_1_the_host_header_decides_nothing(provider: Provider, http: httpx2.AsyncClient) -> None:
    """Behind a proxy the header is whatever somebody sent: neither discovery nor a redirect repeats it."""
    wiki = await provider.app()
    url = await wiki.authorization_url()
    for asked in ("/.well-known/openid-configuration", url):
        answer = await http.get(asked, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


# ── 2: keys ──────────────────────────────────────────────────────────────────────────────────────


async def test_2_rs256_unless_the_client_says_otherwise(provider: Provider, browser: Browser) -> None:
    """Kubelogin and many more take nothing else by default."""
    wiki, alice = await provider.app(), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert tokens.header["alg"] == "RS256"
    assert tokens.header["kid"]


async def test_2_a_rotation_overlaps(provider: Provider, browser: Browser, http: httpx2.AsyncClient) -> None:
    """Apps keep the JWKS for hours: the next key is there a day before it signs, the last one while its tokens live."""
    wiki, alice = await provider.app(), await provider.person()
    old = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).header["kid"]
    await key_rotation.rotate(provider.services, COMMAND, "RS256", provider.clock())
    await _published(http, 2)
    provider.clock.advance(days=1)
    await key_rotation.advance(provider.services, provider.clock())
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)  # verified by Authlib
    assert tokens.header["kid"] != old
    assert {old, tokens.header["kid"]} <= await _published(http, 2)


async def _published(http: httpx2.AsyncClient, count: int) -> set[str]:
    """The names of the RS256 keys in the JWKS, once there are as many: every node hears of a rotation in a moment."""
    async with asyncio.timeout(10):
        while True:
            found = [each["kid"] for each in (await http.get("/jwks")).json()["keys"] if each["alg"] == "RS256"]
            if len(found) == count:
                return set(found)
            await asyncio.sleep(0.05)


# ── 3, 4, 5: claims ──────────────────────────────────────────────────────────────────────────────


async def test_3_aud_is_the_client_id_and_sub_is_opaque(provider: Provider, browser: Browser) -> None:
    """oauth2-proxy #1472, #2207: aud always, one string, no azp beside it; sub tells nothing and is the app's key."""
    wiki, alice = await provider.app(scope=ALL), await provider.person()
    claims = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).claims
    assert claims["aud"] == "wiki"
    assert "azp" not in claims
    assert re.fullmatch(r"[\x21-\x7e]{1,255}", claims["sub"])
    row = await provider.services.database.fetch("SELECT id FROM users WHERE sub = $1", claims["sub"])
    assert claims["sub"] not in {"alice", "alice@example.org", str(row[0]["id"])}
    await changed(provider, "alice", {"username": "alicia", "email": "alicia@example.org"})
    again = (await wiki.exchange((await browser.open(await wiki.authorization_url())).url)).claims
    assert again["sub"] == claims["sub"]


@pytest.mark.parametrize("names", [(), ("admins",), ("admins", "staff")])
async def test_4_groups_is_a_list_with_none_and_with_one(
    provider: Provider, browser: Browser, names: tuple[str, ...]
) -> None:
    """Argo CD #22973, Vault #6494: a bare string or a missing claim is a failed sign-in."""
    wiki, alice = await provider.app(scope="openid groups"), await provider.person()
    await in_group(provider, "alice", *names)
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert (await wiki.userinfo(tokens))["groups"] == list(names)


async def test_5_email_verified_is_a_boolean_that_somebody_answers_for(provider: Provider, browser: Browser) -> None:
    """oauth2-proxy #1712, Kubernetes: `false` shuts people out, so it is exact and follows an admin's word at once."""
    wiki, alice = await provider.app(scope="openid email"), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert (await wiki.userinfo(tokens))["email_verified"] is True
    await changed(provider, "alice", {"email": "new@example.org"})
    found = await wiki.userinfo(tokens)
    assert (found["email"], found["email_verified"]) == ("new@example.org", False)
    await changed(provider, "alice", {"email_verified": "true"})
    assert (await wiki.userinfo(tokens))["email_verified"] is True
    assert len(await provider.events("email_vouched_for")) == 2  # when alice was added, and now


async def test_5_what_is_not_known_is_left_out(provider: Provider, browser: Browser) -> None:
    """OIDC Core 5.3.2: no null, no empty text; parsers of typed languages fail on them."""
    wiki = await provider.app(scope=ALL, metadata=Metadata(scopes=EVERYTHING, first_party=True))
    alice = await provider.person()
    await changed(provider, "alice", {"email": "", "address.country": "NO"})
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    found = await wiki.userinfo(tokens)
    assert found.keys() == {"sub", "preferred_username", "updated_at", "address", "groups"}
    assert isinstance(found["updated_at"], int)
    assert not [*nulls(found), *nulls(dict(tokens.claims)), *nulls(dict(tokens.response))]


async def test_5_grafana_reads_the_name_from_userinfo(provider: Provider, browser: Browser) -> None:
    """Login, name and e-mail are all there, each under its standard name."""
    wiki, alice = await provider.app(), await provider.person()
    await changed(provider, "alice", {"name": "Alice Arnaud"})
    found = await wiki.userinfo(await wiki.exchange((await sign_in(wiki, alice, browser)).url))
    assert (found["preferred_username"], found["name"]) == ("alice", "Alice Arnaud")
    assert (found["email"], found["email_verified"]) == ("alice@example.org", True)


async def test_5_userinfo_emails_is_a_plain_404(provider: Provider, http: httpx2.AsyncClient) -> None:
    """Grafana asks there as well, and must read neither a redirect nor a page of ours as an answer."""
    answer = await http.get("/userinfo/emails", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


# ── 6: client authentication ─────────────────────────────────────────────────────────────────────


async def test_6_secrets_need_no_escaping(provider: Provider, http: httpx2.AsyncClient) -> None:
    """Apps differ in whether they form-encode in the header: with unreserved characters both are the same."""
    by_header = await add_client(provider.services, "robot-1", "machine", Metadata(scopes=("read",)))
    post = Metadata(scopes=("read",), auth_method=AuthMethod.CLIENT_SECRET_POST)
    by_form = await add_client(provider.services, "robot-2", "machine", post)
    assert by_header.secret
    assert by_form.secret
    first, second = by_header.secret.expose(), by_form.secret.expose()
    assert UNRESERVED.fullmatch(first + second)
    own = {"grant_type": "client_credentials"}
    assert (await http.post("/token", data=own, headers=basic("robot-1", first))).status_code == 200
    assert (await http.post("/token", data=own, auth=("robot-1", first))).status_code == 200
    sent = {**own, "client_id": "robot-2", "client_secret": second}
    assert (await http.post("/token", data=sent)).status_code == 200


async def test_6_a_scope_at_the_token_endpoint_is_tolerated(provider: Provider, browser: Browser) -> None:
    """GitLab sends `scope` with the code: the code has decided already, so it neither widens nor fails."""
    wiki, alice = await provider.app(scope="openid email"), await provider.person()
    page = await sign_in(wiki, alice, browser)
    tokens = await wiki.exchange(page.url, scope="openid profile email groups")
    assert tokens.response["scope"] == "openid email"
    assert "preferred_username" not in await wiki.userinfo(tokens)
