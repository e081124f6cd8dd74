"""Signed request objects by value (OIDC Core 6.1, RFC 9101): what the client signed, and nothing else; O-35."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.jwt_claims import SIGNATURE_ALGS
from tests.drivers.asking_apps import AskingApp, asking_app, say
from tests.drivers.browser_http import Browser
from tests.drivers.client_signer import ClientSigner, encoded
from tests.drivers.grants import REDIRECT_URI
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, password_is_enough, sign_in

ELSEWHERE = "https://evil.example/callback"
SIGNER = ClientSigner.of("ES256")


@pytest.fixture
async def wiki(provider: Provider) -> AskingApp:
    """Signs with ES256."""
    return await asking_app(provider, SIGNER)


def is_told_the_app(page: Page, error: str, state: str | None = None) -> bool:
    """By a redirect to where the request itself says, with iss."""
    told = page.at_app and page.params["error"] == error and page.params["error_description"].isascii()
    return told and page.params.get("state") == state and "iss" in page.params


def is_a_page(page: Page) -> bool:
    """And no redirect anywhere."""
    return page.step == "error" and page.status == 400 and len(page.trail) == 0


async def refusals(provider: Provider) -> list[tuple[str, object]]:
    """Error and reason, as an auditor reads them."""
    rows = await provider.services.database.fetch(
        "SELECT client_id, details FROM security_events WHERE kind = 'authorization_refused' ORDER BY id"
    )
    assert {row["client_id"] for row in rows} <= {"wiki"}
    return [(row["details"]["error"], row["details"]["reason"]) for row in rows]


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
async def test_a_whole_sign_in(provider: Provider, browser: Browser, alg: str) -> None:
    """State and nonce stand in the object alone, and come back; OpenID conformance."""
    wiki = await asking_app(provider, ClientSigner.of(alg, "today"))
    alice = await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.url()))
    tokens = await wiki.app.exchange(page.url)
    assert tokens.claims["acr"] == "2fa"


async def test_by_post_too(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """OIDC Core 3.1.2.1."""
    alice = await provider.person()
    url = urlsplit(await wiki.url())
    page = await browser.cross_post(
        url._replace(query="").geturl(), parse_qsl(url.query), origin="https://app.example.org"
    )
    page = await alice.sign_in(page)
    assert (await wiki.app.exchange(page.url)).claims["sub"]


async def test_numbers_and_objects_count_as_the_parameters_they_stand_for(
    provider: Provider, browser: Browser, wiki: AskingApp
) -> None:
    """`max_age` is a number there, `claims` an object (OIDC Core 6.1)."""
    alice = await provider.person()
    asked = {"userinfo": {"name": {"essential": True}}}
    page = await alice.sign_in(await browser.open(await wiki.url(max_age=1, claims=asked, scope="openid")))
    assert "auth_time" in (await wiki.app.exchange(page.url)).claims
    provider.clock.advance(seconds=5)
    assert (await browser.open(await wiki.url(max_age=1))).step == "password"
    assert "code" in (await browser.open(await wiki.url(max_age=1000))).params


async def test_what_stands_beside_it_does_not_count(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """RFC 9101 6.3: neither what differs nor what is there alone."""
    claims = await wiki.claims(prompt="none", state="inside")
    outside = {"prompt": "login", "state": "outside", "scope": "openid email", "nonce": "x", "max_age": "0"}
    page = await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), **outside))
    assert is_told_the_app(page, "login_required", "inside")
    claims = await wiki.claims(state=None)
    page = await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), state="outside", prompt="none"))
    assert page.step == "password"


async def test_its_redirect_uri_wins(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """OpenID conformance, oidcc-ensure-request-object-with-redirect-uri."""
    alice = await provider.person()
    claims = await wiki.claims()
    page = await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), redirect_uri=ELSEWHERE))
    page = await alice.sign_in(page)
    assert (await wiki.app.exchange(page.url)).claims["sub"]


async def test_a_wrong_one_inside_is_a_page_though_the_one_outside_is_right(
    provider: Provider, browser: Browser, wiki: AskingApp
) -> None:
    claims = await wiki.claims(redirect_uri=ELSEWHERE)
    assert is_a_page(await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), redirect_uri=REDIRECT_URI)))
    claims = await wiki.claims(redirect_uri=None)
    assert is_a_page(await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), redirect_uri=REDIRECT_URI)))


async def test_a_fault_inside_it_is_told_where_it_says(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """As of any request."""
    url = await wiki.url(response_type="token", state="inside")
    page = await browser.open(url)
    assert page.at_app
    assert page.url.startswith(REDIRECT_URI)
    assert is_told_the_app(await browser.open(await wiki.url(scope="unknown", state="i")), "invalid_scope", "i")
    page = await browser.open(await wiki.url(registration={"client_name": "x"}, state="i"))
    assert is_told_the_app(page, "registration_not_supported", "i")


FORGED = ClientSigner.of("ES256")
BROKEN = {
    "signature": "the signature of the request object is not the client's",
    "unsigned": "the request object is signed with an algorithm that is not allowed, or not at all",
    "issuer": "the request object cannot be used: iss is not the client",
    "audience": "the request object cannot be used: aud is not this provider",
    "expired": "the request object cannot be used: it has expired",
    "assertion": "the request object cannot be used: sub is the client",
    "type": "the request object cannot be used: typ is another one",
    "client": "the request object cannot be used: client_id differs from the one outside",
    "nested": "the request object cannot be used: it refers to another one",
    "garbage": "the request object cannot be read: the JWT has not three segments",
    "encrypted": "the request object cannot be read: the JWT has not three segments",
    "surrogate": "the request object cannot be used: a parameter holds a character that no text has",
}


async def broken(wiki: AskingApp, how: str) -> str:
    """A request object with that fault."""
    good = await wiki.claims()
    match how:
        case "signature":
            return FORGED.jwt(good)
        case "unsigned":
            return SIGNER.jwt(good, {"alg": "none"}).rpartition(".")[0] + "."
        case "type":
            return SIGNER.jwt(good, {"typ": "at+jwt"})
        case "garbage":
            return "garbage"
        case "encrypted":
            return ".".join([encoded(b"x")] * 5)
    changes: dict[str, dict[str, object]] = {
        "issuer": {"iss": "other"},
        "audience": {"aud": "https://other.example"},
        "expired": {"exp": 5},
        "assertion": {"sub": "wiki"},
        "client": {"client_id": "other"},
        "nested": {"request_uri": "https://evil.example/"},
        "surrogate": {"state": "\ud800"},
    }
    return SIGNER.jwt(good | changes[how])


@pytest.mark.parametrize("how", BROKEN)
async def test_a_broken_one_is_told_where_the_request_itself_says(
    provider: Provider, browser: Browser, wiki: AskingApp, how: str
) -> None:
    """O-35: with the state and by the way that stand beside it; never at what stands inside."""
    around = wiki.around(await wiki.claims(), request=await broken(wiki, how), state="outside")
    page = await browser.open(around)
    assert is_told_the_app(page, "invalid_request_object", "outside")
    assert page.params["error_description"] == BROKEN[how]
    assert await refusals(provider) == [("invalid_request_object", BROKEN[how])]


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("outside", [None, ELSEWHERE])
async def test_and_on_a_page_where_that_is_nowhere(
    provider: Provider, browser: Browser, wiki: AskingApp, how: str, outside: str | None
) -> None:
    """Not at the one that is registered; OpenID conformance. The developer reads both faults."""
    around = wiki.around(await wiki.claims(), request=await broken(wiki, how), redirect_uri=outside, scope=None)
    page = await browser.open(around)
    assert is_a_page(page)
    assert "invalid_request_object" in page.text
    nowhere = "redirect_uri is not registered" if outside else "redirect_uri is missing"
    assert await refusals(provider) == [("invalid_request_object", f"{BROKEN[how]}; {nowhere}")]


async def test_an_unknown_or_disabled_client_is_a_page(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    claims = await wiki.claims()
    assert is_a_page(await browser.open(wiki.around(claims, request=SIGNER.jwt(claims), client_id="nobody")))


async def test_a_client_without_keys_has_signed_nothing(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    await say(provider, "wiki", ClientMetadata())
    assert is_told_the_app(await browser.open(await wiki.url()), "invalid_request_object")


async def test_the_registered_algorithm_and_no_other(provider: Provider, browser: Browser) -> None:
    """OIDC Registration 2: request_object_signing_alg."""
    signer = ClientSigner.of("RS256")
    said = ClientMetadata(jwks=(signer.jwk,), request_object_signing_alg="PS256")
    wiki = await asking_app(provider, signer, metadata=said)
    assert is_told_the_app(await browser.open(await wiki.url()), "invalid_request_object")
    await say(provider, "wiki", ClientMetadata(jwks=(signer.jwk,), request_object_signing_alg="RS256"))
    assert (await browser.open(await wiki.url())).step == "password"


async def test_the_object_of_another_client_is_none_of_ours(
    provider: Provider, browser: Browser, wiki: AskingApp
) -> None:
    """Signed by whom it says, and sent in another's name."""
    other = await asking_app(provider, ClientSigner.of("ES256"), "other")
    stolen = other.signer.jwt(await other.claims())
    assert is_told_the_app(
        await browser.open(wiki.around(await wiki.claims(), request=stolen)), "invalid_request_object"
    )


async def test_both_at_once_are_an_invalid_request(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """OIDC Core 6.1."""
    url = await wiki.url() + "&request_uri=https%3A%2F%2Fapp.example.org%2Fr"
    assert is_told_the_app(await browser.open(url), "invalid_request")
    url = await wiki.url() + "&state=a&state=b"
    assert is_told_the_app(await browser.open(url), "invalid_request")


async def test_an_address_that_is_not_registered(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """O-36."""
    for uri in ("https://app.example.org/r", "http://127.0.0.1/", "urn:x"):
        page = await browser.open(wiki.around(await wiki.claims(), request_uri=uri, state="s"))
        assert is_told_the_app(page, "invalid_request_uri", "s")


async def test_it_costs_no_statement_more(provider: Provider, browser: Browser, wiki: AskingApp) -> None:
    """The budget of a silent request."""
    await password_is_enough(provider)
    alice = await provider.person()
    await sign_in(wiki.app, alice, browser)
    await browser.open(await wiki.url(prompt="none"))
    url = await wiki.url(prompt="none")
    with Counter(provider=provider) as sent:
        page = await browser.open(url)
    assert "code" in page.params
    assert sent.statements == 2
