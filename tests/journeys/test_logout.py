"""/logout (RP-Initiated Logout 1.0): never silent without this session's hint, never off to an unregistered place."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from authlib.integrations.httpx_client import OAuthError

from idp.keystore.compact import segment
from idp.usecases import browser_sessions
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, password_is_enough, sign_in

BACK = "https://app.example.org/signed-out"
UNSIGNED = segment(b'{"alg":"none"}').decode()
ENCRYPTED = segment(b'{"alg":"RSA-OAEP","enc":"A256GCM"}').decode()
PUNCTUATION = "&#%\"'<>?=+;:/@\\ {}[]|^`~!$()*,.é"
METADATA = Metadata(first_party=True, post_logout_redirect_uris=(BACK,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """alice is signed in to wiki."""

    provider: Provider
    browser: Browser
    wiki: AuthlibClient
    alice: Person
    tokens: Tokens

    @property
    def hint(self) -> dict[str, str]:
        """Wiki's ID token."""
        return {"id_token_hint": str(self.tokens.response["id_token"])}

    async def logout(self, **parameters: str) -> Page:
        """Follow the app's link."""
        url = self.provider.issuer.url("/logout")
        return await self.browser.follow(f"{url}?{urlencode(parameters)}", source="https://app.example.org/")

    async def signed_in(self) -> bool:
        """Whether the session lives."""
        page = await self.browser.open(await self.wiki.authorization_url(prompt="none"))
        return "code" in page.params


@pytest.fixture
async def scene(provider: Provider, browser: Browser) -> Scene:
    """A session, with an offline refresh token and one of the session's own."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(metadata=METADATA), await provider.person()
    await provider.app("chat", metadata=METADATA)
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    return Scene(provider=provider, browser=browser, wiki=wiki, alice=alice, tokens=tokens)


async def test_with_the_hint_of_this_session_at_once(scene: Scene) -> None:
    """O-58: the hint names session and client, the address is registered; state is echoed; session cookie gone."""
    before = dict(scene.browser.cookies)
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK, state="s 1/ü")
    assert page.at_app
    assert page.url.partition("?")[0] == BACK
    assert page.params == {"state": "s 1/ü"}
    assert page.trail[-1].status == 303
    assert "session" not in scene.browser.cookies
    assert scene.browser.cookies["browser"] != before["browser"]
    assert scene.browser.cookies["known"] == before["known"]
    assert not await scene.signed_in()
    assert await details(scene.provider, "signed_out") == [{"by": "relying_party"}]


async def test_a_state_of_any_characters_comes_back_whole(scene: Scene) -> None:
    """OpenID conformance: ninety of them, percent-encoded, and nothing beside it."""
    state = (PUNCTUATION * 3)[:90]
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK, state=state)
    assert page.params == {"state": state}
    assert not set(page.url.partition("=")[2]) & set(PUNCTUATION) - {"%", ".", "~"}


async def test_hints_for_people_and_languages_are_accepted(scene: Scene) -> None:
    """RP-Initiated Logout 2: logout_hint and ui_locales change nothing here, and what is unknown is ignored."""
    page = await scene.logout(
        **scene.hint, post_logout_redirect_uri=BACK, logout_hint="alice", ui_locales="de tlh", something="else"
    )
    assert page.url == BACK


async def test_a_session_left_idle_can_still_be_ended_and_is_not_revived(scene: Scene) -> None:
    """It signs nobody in, yet apps of its time may still know the person: asked as ever, ended as ever."""
    scene.provider.clock.advance(hours=2)
    page = await scene.logout()
    assert page.step == "logout"
    await page.submit(button="Stay")
    assert not await scene.signed_in()
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK)
    assert page.url == BACK
    assert await details(scene.provider, "signed_out") == [{"by": "relying_party"}]


async def test_a_session_that_has_ended_already_leads_back(scene: Scene) -> None:
    """The app knows of a session that is no more: nothing to ask, the hint vouches for the app."""
    async with scene.provider.unit() as unit:
        await browser_sessions.end(unit, str(scene.tokens.claims["sid"]))
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK, state="s")
    assert page.url == f"{BACK}?state=s"
    assert await details(scene.provider, "signed_out") == []


async def test_a_repeated_parameter_is_refused(scene: Scene) -> None:
    """O-05: on a page, and nobody is signed out."""
    hint = urlencode(scene.hint)
    page = await scene.browser.open(f"{scene.provider.issuer.url('/logout')}?{hint}&state=a&state=b")
    assert (page.step, page.status) == ("error", 400)
    assert await scene.signed_in()


async def test_the_old_cookie_is_dead(scene: Scene) -> None:
    """N-44: the server-side secret is gone, not only the cookie."""
    cookie = next(each for each in scene.browser.client.cookies.jar if each.name == "session")
    await scene.logout(**scene.hint)
    scene.browser.client.cookies.jar.set_cookie(cookie)
    assert not await scene.signed_in()


async def test_grants_of_the_session_end_with_it_and_offline_ones_stay(scene: Scene) -> None:
    """O-61: refresh tokens without offline_access die, access tokens with them; offline_access outlives."""
    url = await scene.wiki.authorization_url(scope="openid offline_access")
    offline = await scene.wiki.exchange((await scene.browser.open(url)).url)
    await scene.logout(**scene.hint)
    with pytest.raises(OAuthError) as caught:
        await scene.wiki.refresh(scene.tokens)
    assert caught.value.error == "invalid_grant"
    assert (await scene.wiki.introspect(scene.tokens.access_token))["active"] is False
    renewed = await scene.wiki.refresh(offline, scope="openid offline_access")
    assert renewed.claims["sub"] == offline.claims["sub"]


async def test_an_expired_hint_still_identifies(scene: Scene) -> None:
    """O-58."""
    scene.provider.clock.advance(minutes=30)
    assert await scene.signed_in()
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK)
    assert page.url == BACK
    assert not await scene.signed_in()


async def test_without_a_hint_the_person_is_asked(scene: Scene) -> None:
    """O-57: a page first; «Sign out» by POST with a token; then our own page."""
    page = await scene.logout()
    assert page.step == "logout"
    assert await scene.signed_in()
    page = await page.submit(button="Sign out")
    assert (page.step, page.status) == ("signed-out", 200)
    assert not await scene.signed_in()
    assert await details(scene.provider, "signed_out") == [{"by": "person"}]


async def test_staying_changes_nothing(scene: Scene) -> None:
    """«Stay» is an answer, and leads back."""
    page = await scene.logout(client_id="wiki", post_logout_redirect_uri=BACK)
    page = await page.submit(button="Stay")
    assert page.step == "finished"
    assert page.has("Continue to wiki")
    assert await scene.signed_in()


async def test_asked_first_then_back_to_the_app(scene: Scene) -> None:
    """RP-Initiated Logout 2: client_id in place of a hint needs the person's word; then the registered address."""
    page = await scene.logout(client_id="wiki", post_logout_redirect_uri=BACK, state="s1")
    assert page.step == "logout"
    page = await page.submit(button="Sign out")
    assert page.trail[-1].step == "returning"
    assert page.url == f"{BACK}?state=s1"


@pytest.mark.parametrize(
    "uri",
    [
        BACK + "/",
        BACK + "?x=1",
        BACK.upper(),
        "https://evil.example/",
        "https://app.example.org/callback",
        "javascript:alert(1)",
        "//evil.example",
        "",
    ],
)
async def test_an_address_that_is_not_registered_leads_nowhere(scene: Scene, uri: str) -> None:
    """O-58: exact match; otherwise the person is asked and stays here."""
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=uri)
    if uri:
        assert page.step == "logout"
        page = await page.submit(button="Sign out")
    assert page.step == "signed-out"
    assert "evil" not in page.html


@pytest.mark.parametrize("hint", ["forged", "unsigned", "encrypted", "garbage", "access_token", "contradicted"])
async def test_a_hint_that_proves_nothing_leads_nowhere(scene: Scene, hint: str) -> None:
    """O-57, O-58: forged, no ID token, or not client_id's: asked, and no redirect."""
    token = scene.hint["id_token_hint"]
    head, body, signature = token.split(".")
    sent = {
        "forged": {"id_token_hint": f"{head}.{body}.{signature[:-4]}AAAA"},
        "unsigned": {"id_token_hint": f"{UNSIGNED}.{body}."},
        "encrypted": {"id_token_hint": f"{ENCRYPTED}.a.b.c.d"},
        "garbage": {"id_token_hint": "a.b.c"},
        "access_token": {"id_token_hint": scene.tokens.access_token, "client_id": "wiki"},
        "contradicted": {"id_token_hint": token, "client_id": "chat"},
    }[hint]
    page = await scene.logout(**sent, post_logout_redirect_uri=BACK)
    assert page.step == "logout"
    assert (await page.submit(button="Sign out")).step == "signed-out"


async def test_a_hint_of_another_session_asks(scene: Scene) -> None:
    """O-57: an old ID token, or another browser's, ends nobody's session without being asked."""
    async with Browser() as other:
        old = await scene.wiki.exchange((await sign_in(scene.wiki, scene.alice, other)).url)
    page = await scene.logout(id_token_hint=str(old.response["id_token"]), post_logout_redirect_uri=BACK)
    assert page.step == "logout"
    assert await scene.signed_in()
    page = await page.submit(button="Sign out")
    assert page.url == BACK


async def test_without_a_session_nothing_is_asked(scene: Scene) -> None:
    """Nothing to end: our page; a true hint leads back, a bare client_id does not (no open redirect)."""
    async with Browser() as other:
        url = scene.provider.issuer.url("/logout")
        page = await other.open(f"{url}?{urlencode({**scene.hint, 'post_logout_redirect_uri': BACK})}")
        assert page.url == BACK
        page = await other.open(f"{url}?{urlencode({'client_id': 'wiki', 'post_logout_redirect_uri': BACK})}")
        assert page.step == "signed-out"
    assert await scene.signed_in()


async def test_by_post(scene: Scene) -> None:
    """RP-Initiated Logout 2: POST as well; it carries no cookie, so the browser comes back by GET."""
    pairs = [*scene.hint.items(), ("post_logout_redirect_uri", BACK), ("state", "s1"), ("other", "x")]
    page = await scene.browser.cross_post(scene.provider.issuer.url("/logout"), pairs, origin="https://app.example.org")
    assert page.url == f"{BACK}?state=s1"
    assert not await scene.signed_in()


async def test_a_session_without_its_browser_cookie_can_be_ended(scene: Scene) -> None:
    """No dead ends: the page brings a cookie of its own to be bound to."""
    scene.browser.forget_cookies("browser")
    page = await scene.logout()
    assert (await page.submit(button="Sign out")).step == "signed-out"
    assert not await scene.signed_in()


async def test_a_disabled_client_leads_nowhere(scene: Scene) -> None:
    """V7.4.2: its addresses are no longer trusted; the person is signed out all the same."""
    await scene.provider.services.database.execute("UPDATE clients SET status = 'disabled' WHERE client_id = 'wiki'")
    scene.provider.services.cache.forget()
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK)
    assert page.step == "logout"
    assert (await page.submit(button="Sign out")).step == "signed-out"


async def test_signing_in_again_after_sign_out_asks_everything(scene: Scene) -> None:
    """Nothing bound to the old browser lives on."""
    await scene.logout(**scene.hint)
    await sign_in(scene.wiki, scene.alice, scene.browser)
    assert scene.alice.steps == ["password"]
