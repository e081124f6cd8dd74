"""Three independent client libraries against our own provider, from the first page to the last token.

Each checks by itself what a conforming client checks: signatures against the JWKS, `iss`, `aud`, `nonce`, `at_hash`,
`auth_time`, `state`, RFC 9207's `iss`. What remains to be said here is what the sign-in was.
"""

from __future__ import annotations

import pytest

from idp.oidc.client import ID_TOKEN_ALGS, AuthMethod
from idp.usecases.clients import Kind, Metadata
from tests.clients.journey import (
    SCOPE,
    introspection_follows_revocation,
    refused,
    signed_in,
    tells_how_the_person_signed_in,
    whole_journey,
)
from tests.clients.relying_parties import APP, LIBRARIES, PUBLIC_KEY, USUAL, Library, relying_party, somebody, usual
from tests.clients.tokens import header_of
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import exempt

BOTH_STEPS = ["pwd", "otp", "mfa"]
THIRD_PARTY = usual(first_party=False)

pytestmark = pytest.mark.parametrize("library", LIBRARIES)


@pytest.fixture
def scheme() -> str:
    """As in production."""
    return "https"


@pytest.mark.parametrize("scheme", ["http"])
async def test_a_developer_s_provider(provider: Provider, browser: Browser, library: Library) -> None:
    """The same without TLS, as on the loopback."""
    client = await relying_party(provider, library)
    await whole_journey(client, await somebody(provider), browser, expected_amr=BOTH_STEPS)


@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        pytest.param("web", USUAL, id="client_secret_basic"),
        pytest.param("web", usual(auth_method=AuthMethod.CLIENT_SECRET_POST), id="client_secret_post"),
        pytest.param("web", usual(auth_method=AuthMethod.CLIENT_SECRET_JWT), id="client_secret_jwt"),
        pytest.param(
            "web",
            usual(auth_method=AuthMethod.PRIVATE_KEY_JWT, further={"jwks": (PUBLIC_KEY,)}),
            id="private_key_jwt",
        ),
        pytest.param("spa", USUAL, id="public"),
    ],
)
async def test_each_way_to_authenticate(
    provider: Provider, browser: Browser, library: Library, kind: Kind, metadata: Metadata
) -> None:
    """RFC 6749 2.3.1, RFC 7523 2.2, RFC 7636: a secret in the header or the form, a signature, or PKCE alone."""
    client = await relying_party(provider, library, kind=kind, metadata=metadata)
    await whole_journey(client, await somebody(provider), browser, expected_amr=BOTH_STEPS)


@pytest.mark.parametrize("alg", ID_TOKEN_ALGS)
async def test_each_signature(provider: Provider, browser: Browser, library: Library, alg: str) -> None:
    """OIDC Core 3.1.3.7: by the registered algorithm, with the key that the JWKS names; userinfo takes the token."""
    client = await relying_party(provider, library, metadata=usual(id_token_alg=alg))
    tokens = await signed_in(client, await somebody(provider), browser)
    await tells_how_the_person_signed_in(client, tokens, BOTH_STEPS)
    assert tokens.header["alg"] == header_of(tokens.access_token)["alg"] == alg
    assert (await client.refresh(tokens)).header["alg"] == alg


@pytest.mark.parametrize("alg", ["PS256", "EdDSA"])
async def test_signed_userinfo(provider: Provider, browser: Browser, library: Library, alg: str) -> None:
    """OIDC Core 5.3.2: as a JWT, where the client is registered so."""
    client = await relying_party(provider, library, metadata=usual(further={"userinfo_signed_response_alg": alg}))
    tokens = await signed_in(client, await somebody(provider), browser)
    assert (await client.userinfo(tokens))["name"] == "Alice"


async def test_a_first_sign_in_enrols_and_asks_consent(provider: Provider, browser: Browser, library: Library) -> None:
    """Whoever must have a second factor sets it up inside that very sign-in."""
    client, alice = await relying_party(provider, library, metadata=THIRD_PARTY), await somebody(provider)
    tokens = await signed_in(client, alice, browser)
    assert alice.steps == ["password", "enrolment", "recovery-codes", "consent"]
    await tells_how_the_person_signed_in(client, tokens, BOTH_STEPS)
    again = await signed_in(client, alice, browser, prompt="login")
    assert alice.steps == ["password", "second-factor"]
    assert again.claims["sub"] == tokens.claims["sub"]


async def test_a_recovery_code_is_the_second_step(provider: Provider, browser: Browser, library: Library) -> None:
    """Decision 3: RFC 8176 has no value for it, and it is no `otp`; a refresh repeats it."""
    client, alice = await relying_party(provider, library), await somebody(provider)
    await signed_in(client, alice, browser)
    alice.use_recovery_code = True
    browser.forget_cookies()
    await whole_journey(client, alice, browser, expected_amr=["pwd", "recovery_code", "mfa"])
    assert alice.steps == ["password", "second-factor", "recovery", "recovery-used"]


async def test_an_exempt_person_steps_up_when_asked(provider: Provider, browser: Browser, library: Library) -> None:
    """An exemption lifts the server's rule and never what a request asks; only what is missing is asked."""
    client, alice = await relying_party(provider, library), await somebody(provider)
    await exempt(provider, alice)
    tokens = await signed_in(client, alice, browser)
    assert alice.steps == ["password"]
    await tells_how_the_person_signed_in(client, tokens, ["pwd"])
    tokens = await client.refresh(tokens)
    assert tokens.claims["amr"] == ["pwd"]
    stronger = await signed_in(client, alice, browser, acr_values="2fa")
    assert alice.steps == ["enrolment", "recovery-codes"]
    await tells_how_the_person_signed_in(client, stronger, BOTH_STEPS)
    assert stronger.claims["sub"] == tokens.claims["sub"]
    assert await refused(client.refresh(tokens)) == "invalid_grant"  # an enrolled factor is asked all the same


async def test_an_exempt_person_goes_the_whole_way_by_password(
    provider: Provider, browser: Browser, library: Library
) -> None:
    """`1fa` in every token of the grant."""
    client, alice = await relying_party(provider, library), await somebody(provider)
    await exempt(provider, alice)
    await whole_journey(client, alice, browser, expected_amr=["pwd"])


async def test_introspection_and_revocation_of_an_access_token(
    provider: Provider, browser: Browser, library: Library
) -> None:
    """RFC 7662 2.2, RFC 7009 2.1."""
    client = await relying_party(provider, library)
    await introspection_follows_revocation(client, await signed_in(client, await somebody(provider), browser))


async def test_a_public_client_rotates_its_refresh_token(
    provider: Provider, browser: Browser, library: Library
) -> None:
    """RFC 9700 4.14.2: each use gives a successor; once that one was used, the old one ends the whole family."""
    client = await relying_party(provider, library, kind="spa")
    first = await signed_in(client, await somebody(provider), browser)
    second = await client.refresh(first)
    third = await client.refresh(second)
    assert len({each.refresh_token for each in (first, second, third)}) == 3
    assert await refused(client.refresh(first)) == "invalid_grant"
    assert await refused(client.refresh(third)) == "invalid_grant"


async def test_signing_out_at_the_provider(provider: Provider, browser: Browser, library: Library) -> None:
    """RP-Initiated Logout 2, 3: back at the registered address with `state`; afterwards nobody is signed in."""
    client, alice = await relying_party(provider, library), await somebody(provider)
    tokens = await signed_in(client, alice, browser)
    page = await browser.follow(await client.logout_url(tokens, f"{APP}/signed-out", "s-1"), source=APP)
    assert page.at_app
    assert page.url == f"{APP}/signed-out?state=s-1"
    page = await browser.open(await client.authorization_url(scope=SCOPE, prompt="none"))
    assert await refused(client.exchange(page.url)) == "login_required"


async def test_cancel_is_access_denied(provider: Provider, browser: Browser, library: Library) -> None:
    """RFC 6749 4.1.2.1, RFC 9207: both libraries read the error only after state and iss."""
    client = await relying_party(provider, library)
    page = await browser.open(await client.authorization_url(scope=SCOPE))
    page = await page.click("Cancel and return to wiki")
    assert page.at_app
    assert await refused(client.exchange(page.url)) == "access_denied"


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"scope": "openid "}, None),
        ({"response_type": "password"}, "unsupported_response_type"),
        ({"request": "e30.e30."}, "invalid_request_object"),
    ],
)
async def test_an_error_reaches_the_library_as_the_rfc_names_it(
    provider: Provider, browser: Browser, library: Library, parameters: dict[str, str], error: str | None
) -> None:
    """RFC 6749 4.1.2.1, OIDC Core 3.1.2.6."""
    client = await relying_party(provider, library)
    page = await browser.open(await client.authorization_url(**{"scope": SCOPE, **parameters}))
    if error is None:
        assert page.step == "password"
    else:
        assert await refused(client.exchange(page.url)) == error


async def test_a_code_is_refused_the_second_time(provider: Provider, browser: Browser, library: Library) -> None:
    """RFC 6749 4.1.2, 5.2."""
    client, alice = await relying_party(provider, library), await somebody(provider)
    page = await alice.sign_in(await browser.open(await client.authorization_url(scope=SCOPE)))
    tokens = await client.exchange(page.url)
    assert await refused(client.exchange(page.url)) == "invalid_grant"
    assert await refused(client.refresh(tokens)) == "invalid_grant"
