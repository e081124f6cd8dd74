"""What the demo app checks before it believes a provider, against one that lies (tests/drivers/lying_provider.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from idp.demo.relying_party import DemoClient
from tests.drivers.browser_http import Browser
from tests.drivers.lying_provider import LyingProvider, lying_provider
from tests.drivers.page import Page
from tests.drivers.relying_party import claims_shown, demo_relying_party

SCOPES = ("openid", "profile")
WIKI = DemoClient(client_id="w", client_secret="s", name="Wiki", slug="wiki", scopes=SCOPES, note="Confidential.")
PHONE_BOOK = DemoClient(
    client_id="p", client_secret=None, name="Phone book", slug="book", scopes=SCOPES, note="Public."
)


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[tuple[LyingProvider, str]]:
    """Provider and app, served once for all tests here: starting and stopping takes longer than a test."""
    clients = [WIKI, PHONE_BOOK]
    async with lying_provider() as provider, demo_relying_party(issuer=provider.issuer, clients=clients) as base:
        yield provider, base


@pytest.fixture
def provider(served: tuple[LyingProvider, str]) -> LyingProvider:
    """The provider, honest and with nothing behind it."""
    served[0].forget()
    return served[0]


@pytest_asyncio.fixture
async def home(served: tuple[LyingProvider, str], provider: LyingProvider) -> AsyncIterator[Page]:
    """The app's first page, in a browser of its own that goes to the provider and back."""
    async with Browser(visits=[provider.issuer]) as browser:
        yield await browser.open(f"{served[1]}/")


async def test_a_sign_in_asks_with_state_nonce_and_pkce_and_shows_the_claims(
    home: Page, provider: LyingProvider
) -> None:
    """RFC 7636 4.3, OpenID Connect Core 3.1.2.1."""
    page = await home.click("Sign in to Wiki")
    assert (page.step, page.heading) == ("demo-signed-in", "Hello, Alice")
    assert claims_shown(page)["iss"] == provider.issuer
    assert claims_shown(page, "userinfo") == {"sub": "s", "name": "Alice"}
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile"
    assert asked["state"] != asked["nonce"]
    assert len(provider.token_requests[0]["code_verifier"]) >= 43


async def test_a_public_client_sends_its_id_and_no_secret(home: Page, provider: LyingProvider) -> None:
    """RFC 6749 3.2.1."""
    page = await home.click("Sign in to Phone book")
    assert page.step == "demo-signed-in"
    assert provider.token_requests[0]["client_id"] == "p"
    assert "client_secret" not in provider.token_requests[0]


@pytest.mark.parametrize(
    ("button", "parameter"),
    [
        ("Sign in again with step-up", ("acr_values", "2fa")),
        ("Ask again", ("prompt", "login")),
        ("Silent sign-in", ("prompt", "none")),
        ("Choose account", ("prompt", "select_account")),
        ("Ask for consent", ("prompt", "consent")),
    ],
)
async def test_each_button_asks_in_its_own_way(
    home: Page, provider: LyingProvider, button: str, parameter: tuple[str, str]
) -> None:
    """OpenID Connect Core 3.1.2.1."""
    page = await (await home.click("Sign in to Wiki")).click(button)
    assert page.step == "demo-signed-in"
    assert provider.asked[-1][parameter[0]] == parameter[1]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"iss": "https://evil.example"}, "issuer_wrong"),
        ({"iss": None}, "issuer_wrong"),
        ({"iss": "https://evil.example", "error": "access_denied", "code": None}, "issuer_wrong"),
        ({"state": "another"}, "state_unknown"),
        ({"state": None}, "state_unknown"),
        ({"error": "access_denied", "code": None}, "access_denied"),
        ({"error": "x_future", "code": None}, "x_future"),
    ],
)
async def test_an_authorization_response_is_checked_before_it_is_believed(
    home: Page, provider: LyingProvider, lie: dict[str, str | None], code: str
) -> None:
    """RFC 6749 10.12 and RFC 9207 2.4; nothing is sent to the token endpoint."""
    provider.answer = lie
    page = await home.click("Sign in to Wiki")
    assert code in page.codes
    assert page.has("Sign in to Wiki")
    assert not provider.token_requests


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000},
        {"sub": None},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"azp": "somebody-else"},
    ],
)
async def test_an_id_token_that_does_not_fit_signs_nobody_in(
    home: Page, provider: LyingProvider, lie: dict[str, Any]
) -> None:
    """OpenID Connect Core 3.1.3.7."""
    provider.claims = lie
    page = await home.click("Sign in to Wiki")
    assert page.step == "demo-app"
    assert "id_token_wrong" in page.codes


async def test_a_signature_by_another_key_is_refused(home: Page, provider: LyingProvider) -> None:
    """OpenID Connect Core 3.1.3.7 (6): the same `kid` does not help."""
    provider.signing_key = ECKey.generate_key("P-256", {"kid": "one"})
    assert "id_token_wrong" in (await home.click("Sign in to Wiki")).codes


@pytest.mark.parametrize("lie", [{"id_token": None}, {"id_token": "no.jws"}])
async def test_a_token_response_without_an_id_token_is_refused(
    home: Page, provider: LyingProvider, lie: dict[str, Any]
) -> None:
    """OpenID Connect Core 3.1.3.3: with `openid` one must come."""
    provider.tokens = lie
    assert "id_token_wrong" in (await home.click("Sign in to Wiki")).codes


async def test_userinfo_of_another_person_is_refused(home: Page, provider: LyingProvider) -> None:
    """OpenID Connect Core 5.3.2."""
    provider.userinfo = {"sub": "other"}
    assert "userinfo speaks of another person" in (await home.click("Sign in to Wiki")).text


@pytest.mark.parametrize(("status", "code"), [(400, "invalid_grant"), (503, "temporarily_unavailable")])
async def test_a_refused_code_is_explained(home: Page, provider: LyingProvider, status: int, code: str) -> None:
    """RFC 6749 5.2; a fault of the server is told as one."""
    provider.token_status = status
    assert code in (await home.click("Sign in to Wiki")).codes


async def test_a_refresh_shows_both_id_tokens_and_needs_no_browser(home: Page, provider: LyingProvider) -> None:
    """OpenID Connect Core 12.2: `nonce` need not come again."""
    page = await home.click("Sign in to Wiki")
    page = await page.click("Refresh")
    assert "Before and after the refresh" in page.text
    assert provider.token_requests[-1]["refresh_token"] == "r"
    assert len(provider.asked) == 1


@pytest.mark.parametrize("lie", [{"sub": "other"}, {"auth_time": 2_000}])
async def test_a_refresh_that_speaks_of_another_sign_in_is_refused(
    home: Page, provider: LyingProvider, lie: dict[str, Any]
) -> None:
    """OpenID Connect Core 12.2: sub and auth_time stay."""
    page = await home.click("Sign in to Wiki")
    provider.claims = lie
    provider.userinfo = {"sub": lie.get("sub", "s")}
    page = await page.click("Refresh")
    assert "id_token_wrong" in page.codes
    assert claims_shown(page)["sub"] == "s"


async def test_a_refused_refresh_keeps_what_is_known(home: Page, provider: LyingProvider) -> None:
    """The page stays, with the problem above it, and a way on."""
    page = await home.click("Sign in to Wiki")
    provider.token_status = 400
    page = await page.click("Refresh")
    assert page.step == "demo-signed-in"
    assert "That permission has ended" in page.text
    provider.token_status = 200
    assert "That permission has ended" not in (await page.click("Refresh")).text


async def test_without_a_refresh_token_the_button_says_so(home: Page, provider: LyingProvider) -> None:
    """No request is made."""
    provider.tokens = {"refresh_token": None}
    page = await (await home.click("Sign in to Wiki")).click("Refresh")
    assert "no_refresh_token" in page.codes
    assert len(provider.token_requests) == 1


async def test_signing_out_goes_by_the_provider_and_comes_back(home: Page, provider: LyingProvider) -> None:
    """RP-Initiated Logout 2 and 3: hint, state and exact address; the app forgets first."""
    page = await (await home.click("Sign in to Wiki")).click("Sign out")
    assert page.step == "demo-signed-out"
    assert "after ending its session" in page.text
    sent = page.trail[-1].params
    assert sent["id_token_hint"].count(".") == 2
    assert sent["client_id"] == "w"
    assert (await page.click("Demo apps")).has("Sign in to Wiki")


async def test_signing_out_of_the_app_alone_leaves_the_provider_alone(home: Page, provider: LyingProvider) -> None:
    """So that single sign-on can be seen."""
    page = await (await home.click("Sign in to Wiki")).click("Sign out of this app only")
    assert page.step == "demo-app"
    assert len(provider.asked) == 1


async def test_apps_know_nothing_of_each_other(home: Page) -> None:
    """Each client has tokens of its own."""
    page = await home.click("Sign in to Wiki")
    page = await page.click("Demo apps")
    assert page.has("Open Wiki as Alice")
    assert page.has("Sign in to Phone book")


async def test_the_cookie_changes_at_the_sign_in_and_old_forms_end(home: Page) -> None:
    """Session fixation; a sign-in may still be started from a tab left open."""
    before = home.browser.cookies
    page = await home.click("Sign in to Wiki")
    assert home.browser.cookies != before
    again = await home.click("Sign in to Phone book")
    assert again.step == "demo-signed-in"
    assert (await page.click("Sign out")).status == 403


async def test_a_code_is_used_once_however_often_the_address_is_opened(home: Page, provider: LyingProvider) -> None:
    """Reloading the callback, or Back to it, finds no sign-in under way."""
    page = await home.click("Sign in to Wiki")
    again = await page.browser.open(page.trail[-1].url)
    assert "state_unknown" in again.codes
    assert len(provider.token_requests) == 1


async def test_two_tabs_sign_in_side_by_side(home: Page, provider: LyingProvider) -> None:
    """A second sign-in under way does not forget the first one's state."""
    home.browser.visits.discard(provider.issuer)
    away = [await home.click("Sign in to Wiki"), await home.click("Sign in to Phone book")]
    assert [each.at_app for each in away] == [True, True]
    home.browser.visits.add(provider.issuer)
    back = [await home.browser.follow(each.url, source=home.url) for each in away]
    assert [each.step for each in back] == ["demo-signed-in", "demo-signed-in"]


async def test_a_link_of_the_provider_starts_a_sign_in(home: Page, provider: LyingProvider) -> None:
    """OpenID Connect Core 4: third-party initiated login, with its hint."""
    url = f"{home.url}wiki/initiate?iss={provider.issuer}&login_hint=alice"
    page = await home.browser.follow(url, source=provider.issuer)
    assert page.step == "demo-signed-in"
    assert provider.asked[0]["login_hint"] == "alice"
