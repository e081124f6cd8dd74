"""Back-Channel Logout 1.0 over real TLS: every app of an ended session is told, soon, once, and in nobody's way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.composition import open_services
from idp.jobs.outbox import Sender
from idp.oidc.logout_token import EVENT
from idp.settings import Settings
from idp.usecases import browser_sessions, clients, user_access
from idp.usecases.clients import Metadata
from idp.usecases.outbox import PAUSES
from idp.usecases.services import Services
from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import entries, say, send_due
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import configure, details, disable, events, password_is_enough, sign_in
from tests.drivers.strange_server import StrangeServer, page, strange_server
from tests.drivers.tls_authority import Authority

OK = page(b"", status="200 OK")
BACK = "https://app.example.org/signed-out"
LOOKS = 1000


@pytest.fixture
def settings(settings: Settings, authority: Authority) -> Settings:
    """With the authority of this run beside the system's."""
    return settings.model_copy(update={"fetch_ca_file": authority.certificate})


@pytest.fixture
async def app(authority: Authority) -> AsyncIterator[StrangeServer]:
    """The apps' end of the back channel: `/ok` acknowledges, the other paths do as they are called."""
    async with strange_server(authority.leaf(name="app")) as running:
        running.pages["/ok"] = OK
        yield running


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """alice is signed in to wiki and chat."""

    provider: Provider
    browser: Browser
    wiki: AuthlibClient
    chat: AuthlibClient
    alice: Person
    tokens: Tokens

    @property
    def services(self) -> Services:
        return self.provider.services

    async def logout(self) -> None:
        """By wiki's link, with its hint."""
        hint = {"id_token_hint": str(self.tokens.response["id_token"]), "post_logout_redirect_uri": BACK}
        left = await self.browser.follow(
            f"{self.provider.issuer.url('/logout')}?{urlencode(hint)}", source="https://app.example.org/"
        )
        assert left.url == BACK

    async def outcomes(self) -> dict[str, str | None]:
        """Of each app's only entry."""
        rows = await entries(self.services)
        assert len({row["client_id"] for row in rows}) == len(rows)
        return {row["client_id"]: row["outcome"] for row in rows}


@pytest.fixture
async def scene(provider: Provider, browser: Browser, app: StrangeServer) -> Scene:
    """Both apps acknowledge."""
    await password_is_enough(provider)
    await configure(provider, "fetch_hosts", [app.authority])
    metadata = Metadata(first_party=True, post_logout_redirect_uris=(BACK,))
    wiki, chat = [await provider.app(name, metadata=metadata) for name in ("wiki", "chat")]
    for name in ("wiki", "chat"):
        await say(provider.services, name, backchannel_logout_uri=app.url(f"/ok?app={name}"))
    alice = await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    await chat.exchange((await browser.open(await chat.authorization_url())).url)
    return Scene(provider=provider, browser=browser, wiki=wiki, chat=chat, alice=alice, tokens=tokens)


def posts(app: StrangeServer) -> dict[str, dict[str, list[str]]]:
    """The form that came in for each path."""
    requests = [each.split(b"\r\n\r\n", 1) for each in app.requests]
    return {head.split(b" ")[1].decode(): parse_qs(body.decode(), strict_parsing=True) for head, body in requests}


async def claims(scene: Scene, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims, verified with the published keys."""
    keys = (await scene.browser.client.get(scene.provider.issuer.url("/jwks"))).json()
    decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256", "ES256", "EdDSA", "PS256"])
    return decoded.header, decoded.claims


async def test_every_app_of_the_session_is_told(scene: Scene, app: StrangeServer) -> None:
    """O-59, OpenID conformance: one field, a signed token of its own type, sub and sid of the ID token."""
    scene.provider.clock.advance(minutes=5)
    await scene.logout()
    assert app.requests == []
    assert await send_due(scene.services) == 2
    found = posts(app)
    assert found.keys() == {"/ok?app=wiki", "/ok?app=chat"}
    assert {tuple(form) for form in found.values()} == {("logout_token",)}
    head = app.requests[0].partition(b"\r\n\r\n")[0].lower()
    assert b"\r\ncontent-type: application/x-www-form-urlencoded" in head
    (token,) = found["/ok?app=wiki"]["logout_token"]
    header, said = await claims(scene, token)
    now = int(scene.provider.clock().timestamp())
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    assert said == {
        "iss": str(scene.provider.issuer),
        "aud": "wiki",
        "sub": scene.tokens.claims["sub"],
        "sid": scene.tokens.claims["sid"],
        "iat": now,
        "exp": now + 120,
        "jti": said["jti"],
        "events": {EVENT: {}},
    }
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "delivered"}
    assert await details(scene.provider, "logout_delivered") == [{"tries": 1}, {"tries": 1}]
    assert await send_due(scene.services) == 0


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA"])
async def test_it_is_signed_as_the_clients_id_tokens_are(scene: Scene, app: StrangeServer, alg: str) -> None:
    """Back-Channel Logout 2.6."""
    async with scene.provider.unit() as unit:
        await clients.change(unit, "chat", Metadata(id_token_alg=alg))
    await scene.logout()
    await send_due(scene.services)
    (token,) = posts(app)["/ok?app=chat"]["logout_token"]
    assert (await claims(scene, token))[0]["alg"] == alg


async def test_a_pairwise_client_hears_of_its_own_subject(scene: Scene, app: StrangeServer) -> None:
    """OIDC Core 8: the one that its ID tokens name, and their name for the session."""
    await say(scene.services, "chat", subject_type="pairwise")
    tokens = await scene.chat.exchange((await scene.browser.open(await scene.chat.authorization_url())).url)
    await scene.logout()
    await send_due(scene.services)
    (token,) = posts(app)["/ok?app=chat"]["logout_token"]
    (other,) = posts(app)["/ok?app=wiki"]["logout_token"]
    said = (await claims(scene, token))[1]
    assert (said["sub"], said["sid"]) == (tokens.claims["sub"], tokens.claims["sid"])
    assert (await claims(scene, other))[1]["sub"] == scene.tokens.claims["sub"] != tokens.claims["sub"]


async def test_a_logout_token_passes_for_no_other(scene: Scene, app: StrangeServer) -> None:
    """V9.2.2, RFC 8725 3.12: no hint, no access token."""
    await scene.logout()
    await send_due(scene.services)
    (token,) = posts(app)["/ok?app=wiki"]["logout_token"]
    await sign_in(scene.wiki, scene.alice, scene.browser)
    hinted = await scene.browser.open(f"{scene.provider.issuer.url('/logout')}?id_token_hint={token}")
    assert hinted.step == "logout"
    answer = await scene.browser.client.get(
        scene.provider.issuer.url("/userinfo"), headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 401


async def test_an_app_that_is_down_is_told_once_it_is_up(scene: Scene, app: StrangeServer) -> None:
    """O-59: retried with pauses that grow; each try says when, with a token of its own."""
    await say(scene.services, "chat", backchannel_logout_uri=app.url("/failing"))
    await scene.logout()
    await send_due(scene.services)
    assert await scene.outcomes() == {"wiki": "delivered", "chat": None}
    assert await send_due(scene.services) == 0
    for pause in PAUSES[:2]:
        scene.provider.clock.now += pause / 2
        assert await send_due(scene.services) == 0
        scene.provider.clock.now += pause / 2
        assert await send_due(scene.services) == 1
    app.pages["/failing"] = OK
    scene.provider.clock.now += PAUSES[2]
    assert await send_due(scene.services) == 1
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "delivered"}
    assert await details(scene.provider, "logout_undelivered") == [
        {"fault": "status_500", "tries": number} for number in (1, 2, 3)
    ]
    tokens = [each.rpartition(b"logout_token=")[2] for each in app.requests if b"/failing" in each]
    assert len(set(tokens)) == 4


@pytest.mark.parametrize(
    ("path", "fault"),
    [("/missing", "status_404"), ("/redirect", "redirected"), ("/cut", "broken"), ("/large", "too_large")],
)
async def test_what_is_no_acknowledgement_is_tried_again_and_given_up(
    scene: Scene, app: StrangeServer, path: str, fault: str
) -> None:
    """Seven tries in under three hours; the last one is recorded as such."""
    await say(scene.services, "chat", backchannel_logout_uri=app.url(path))
    await scene.logout()
    tries = await send_due(scene.services) - 1
    for pause in PAUSES:
        scene.provider.clock.now += pause
        tries += await send_due(scene.services)
    scene.provider.clock.advance(days=1)
    assert await send_due(scene.services) == 0
    assert tries == 7
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "failed"}
    assert len(await details(scene.provider, "logout_undelivered")) == 6
    assert await details(scene.provider, "logout_given_up") == [{"fault": fault, "tries": 7}]


@pytest.mark.parametrize("answer", ["/ok", "/empty"])
async def test_200_and_204_are_acknowledgements(scene: Scene, app: StrangeServer, answer: str) -> None:
    """Back-Channel Logout 2.8."""
    await say(scene.services, "chat", backchannel_logout_uri=app.url(answer))
    await scene.logout()
    await send_due(scene.services)
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "delivered"}


async def test_a_private_address_is_told_nothing(scene: Scene, app: StrangeServer) -> None:
    """V1.3.6: unless its host is allowed."""
    await configure(scene.provider, "fetch_hosts", [])
    await scene.logout()
    await send_due(scene.services)
    assert app.requests == []
    assert {row["last_fault"] for row in await entries(scene.services)} == {"private_address"}


@pytest.mark.parametrize("change", ["disabled", "deleted", "unregistered"])
async def test_who_no_longer_wants_to_be_told_is_not(scene: Scene, app: StrangeServer, change: str) -> None:
    """Decided when it is sent."""
    await scene.logout()
    if change == "disabled":
        await scene.services.database.execute("UPDATE clients SET status = 'disabled' WHERE client_id = 'chat'")
        scene.services.cache.forget()
    elif change == "deleted":
        await scene.services.database.execute("DELETE FROM clients WHERE client_id = 'chat'")
        scene.services.cache.forget()
    else:
        await say(scene.services, "chat", backchannel_logout_uri=None)
    await send_due(scene.services)
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "pointless"}
    assert posts(app).keys() == {"/ok?app=wiki"}


async def test_an_app_that_hangs_keeps_nobody_waiting(scene: Scene, app: StrangeServer) -> None:
    """O-59: neither the person who signs out nor any other app."""
    await say(scene.services, "wiki", backchannel_logout_uri=app.url("/hang"))
    await scene.logout()
    sender = Sender(scene.services)
    assert await sender.look() == 2
    await until(lambda: delivered(scene, "chat"))
    assert await scene.outcomes() == {"chat": "delivered", "wiki": None}
    tokens = await scene.chat.exchange((await sign_in(scene.chat, scene.alice, scene.browser)).url)
    app.requests.clear()
    hint = str(tokens.response["id_token"])
    await scene.browser.open(f"{scene.provider.issuer.url('/logout')}?id_token_hint={hint}")
    assert await sender.look() == 1
    await until(lambda: delivered(scene, "chat", 2))
    await sender.settled()
    assert {row["last_fault"] for row in await entries(scene.services) if row["client_id"] == "wiki"} == {"timeout"}


async def test_two_senders_send_each_once(scene: Scene, app: StrangeServer, settings: Settings) -> None:
    """Any number of nodes: whoever claims an entry sends it."""
    for _ in range(4):
        tokens = await scene.wiki.exchange((await sign_in(scene.wiki, scene.alice, scene.browser)).url)
        await scene.chat.exchange((await scene.browser.open(await scene.chat.authorization_url())).url)
        hint = str(tokens.response["id_token"])
        await scene.browser.open(f"{scene.provider.issuer.url('/logout')}?id_token_hint={hint}")
    rows = len(await entries(scene.services))
    assert rows == 8
    async with open_services(settings, scene.provider.clock, os.urandom) as other:
        senders = [Sender(services) for services in (scene.services, other) for _ in range(3)]
        tries = await asyncio.gather(*(send_due(scene.services, sender) for sender in senders))
    assert sum(tries) == len(app.requests) == rows
    assert {row["outcome"] for row in await entries(scene.services)} == {"delivered"}


async def test_the_jobs_process_sends_by_itself(scene: Scene, app: StrangeServer) -> None:
    """Its loop looks again and again, and ends what it has begun before it ends."""
    running = asyncio.create_task(Sender(scene.services).run_forever())
    await scene.logout()
    await until(lambda: delivered(scene, "chat"))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await scene.outcomes() == {"wiki": "delivered", "chat": "delivered"}


# ── however a session ends ───────────────────────────────────────────────────


async def ended_by_sign_out(scene: Scene) -> None:
    await scene.logout()


async def ended_after_idling(scene: Scene) -> None:
    """Nobody is signed in here any more, but apps may be."""
    scene.provider.clock.advance(hours=2)
    await scene.logout()


async def ended_by_an_admin(scene: Scene) -> None:
    async with scene.provider.unit() as unit:
        await browser_sessions.end(unit, str(scene.tokens.claims["sid"]))


async def ended_with_all_others(scene: Scene) -> None:
    async with scene.provider.unit() as unit:
        await browser_sessions.end_all(unit, "alice")


async def ended_by_an_admin_after_idling(scene: Scene) -> None:
    scene.provider.clock.advance(hours=2)
    await ended_with_all_others(scene)


async def ended_by_disabling(scene: Scene) -> None:
    await disable(scene.provider, scene.alice)


async def ended_by_a_reset(scene: Scene) -> None:
    async with scene.provider.unit() as unit:
        await user_access.reset_second_factor(unit, "alice", "phone lost")


async def ended_by_somebody_else(scene: Scene) -> None:
    bob = await scene.provider.person("bob")
    page = await scene.browser.open(await scene.wiki.authorization_url(prompt="login"))
    assert (await bob.sign_in(await page.submit(button="Not you?") if page.has("Not you?") else page)).at_app


@pytest.mark.parametrize(
    "end",
    [
        ended_by_sign_out,
        ended_after_idling,
        ended_by_an_admin,
        ended_with_all_others,
        ended_by_an_admin_after_idling,
        ended_by_disabling,
        ended_by_a_reset,
        ended_by_somebody_else,
    ],
)
async def test_however_it_ends_its_apps_are_told_once_and_its_grants_end(
    scene: Scene, end: Callable[[Scene], Awaitable[None]]
) -> None:
    """O-61: back-channel sent, and what has no offline_access is dead."""
    await end(scene)
    found = [(row["client_id"], str(row["session_id"])) for row in await entries(scene.services)]
    assert sorted(found) == [("chat", scene.tokens.claims["sid"]), ("wiki", scene.tokens.claims["sid"])]
    assert (await scene.wiki.introspect(scene.tokens.access_token))["active"] is False


async def test_apps_of_before_an_idle_hour_are_told_at_the_sign_out(scene: Scene) -> None:
    """Who signs in anew in the same browser has another session, which takes the earlier one along."""
    scene.provider.clock.advance(hours=2)
    tokens = await scene.chat.exchange((await sign_in(scene.chat, scene.alice, scene.browser)).url)
    assert tokens.claims["sid"] != scene.tokens.claims["sid"]
    assert await entries(scene.services) == []
    hint = str(tokens.response["id_token"])
    await scene.browser.open(f"{scene.provider.issuer.url('/logout')}?id_token_hint={hint}")
    found = [(row["client_id"], str(row["session_id"])) for row in await entries(scene.services)]
    both = [("chat", scene.tokens.claims["sid"]), ("wiki", scene.tokens.claims["sid"])]
    assert sorted(found) == sorted([*both, ("chat", tokens.claims["sid"])])


@pytest.mark.parametrize("end", [ended_by_an_admin, ended_with_all_others, ended_by_disabling])
async def test_whoever_ends_the_later_session_ends_the_earlier_one(
    scene: Scene, end: Callable[[Scene], Awaitable[None]]
) -> None:
    """Each app once for each session."""
    scene.provider.clock.advance(hours=2)
    tokens = await scene.wiki.exchange((await sign_in(scene.wiki, scene.alice, scene.browser)).url)
    before = scene.tokens.claims["sid"]
    await end(replace(scene, tokens=tokens))
    found = sorted((row["client_id"], str(row["session_id"])) for row in await entries(scene.services))
    assert found == sorted([("chat", before), ("wiki", before), ("wiki", str(tokens.claims["sid"]))])


async def test_an_idle_session_of_somebody_else_ends_when_another_person_signs_in(scene: Scene) -> None:
    """A shared computer: the apps of whoever sat there before hear of it."""
    scene.provider.clock.advance(hours=2)
    await sign_in(scene.wiki, await scene.provider.person("bob"), scene.browser)
    found = [(row["client_id"], str(row["session_id"])) for row in await entries(scene.services)]
    assert sorted(found) == [("chat", scene.tokens.claims["sid"]), ("wiki", scene.tokens.claims["sid"])]


async def test_each_of_these_ends_leaves_one_event(scene: Scene) -> None:
    """V16.3.3: of the session taken over, though it was idle; of the one that ends, and of the one it followed."""
    scene.provider.clock.advance(hours=2)
    tokens = await scene.wiki.exchange((await sign_in(scene.wiki, scene.alice, scene.browser)).url)
    scene.provider.clock.advance(hours=2)
    await sign_in(scene.wiki, await scene.provider.person("bob"), scene.browser)
    told = [(str(each["session_id"]), each["details"]) for each in await events(scene.provider, "session_ended")]
    expected = [(scene.tokens.claims["sid"], "followed"), (tokens.claims["sid"], "other_person")]
    assert sorted(told) == sorted((sid, {"reason": reason}) for sid, reason in expected)


async def delivered(scene: Scene, client: str, times: int = 1) -> bool:
    rows = await entries(scene.services)
    return [row["outcome"] for row in rows if row["client_id"] == client].count("delivered") >= times


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(LOOKS):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")
