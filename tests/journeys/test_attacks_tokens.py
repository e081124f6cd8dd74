"""Each thing that a client can hold, presented wherever another one is due: V9.2.2, and nothing is lost by it."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlencode

import httpx2

from idp.values.secrets import Code
from tests.drivers.app_code import RelyingApp
from tests.drivers.world import World

OFFLINE = ("openid", "profile", "offline_access")
PLACES = ("bearer", "refresh_token", "code", "id_token_hint")
FITS = {("access_token", "bearer"), ("refresh_token", "refresh_token"), ("code", "code")}


async def present(world: World, app: RelyingApp, place: str, text: str) -> httpx2.Response:
    """The text where a token of another kind is expected, by a client that proves itself."""
    match place:
        case "bearer":
            return await world.http.get(world.issuer.url("/userinfo"), headers={"Authorization": f"Bearer {text}"})
        case "refresh_token":
            return await app.refresh(text)
        case "code":
            return await app.exchange(Code(text))
        case _:
            query = urlencode({"id_token_hint": text, "post_logout_redirect_uri": "https://evil.example/"})
            return await world.http.get(world.issuer.url(f"/logout?{query}"), follow_redirects=False)


async def test_no_token_passes_for_another(world: World) -> None:
    """V9.2.2, O-43: of every kind in every place; the real ones work afterwards as if nothing had happened."""
    app, machine = await world.app(), await world.app("job", "machine")
    account = await world.person()
    tokens = await world.signed_in(app, *OFFLINE, account=account)
    held = {name: tokens[name] for name in ("access_token", "id_token", "refresh_token")}
    held["code"] = (await world.issued(app, account)).code.expose()
    held["machine token"] = (await machine.own_token()).json()["access_token"]
    held["client secret"] = app.registered.secret.expose() if app.registered.secret else ""
    for kind, place in product(held, PLACES):
        if (kind, place) not in FITS:
            answer = await present(world, app, place, held[kind])
            assert answer.status_code in {400, 401, 403} or place == "id_token_hint", (kind, place)
            assert "access_token" not in answer.text, (kind, place)
            assert "evil.example" not in answer.headers.get("location", ""), (kind, place)
    assert (await present(world, app, "bearer", held["access_token"])).status_code == 200
    assert (await app.refresh(held["refresh_token"])).status_code == 200
    assert (await app.exchange(Code(held["code"]))).status_code == 200


async def test_nothing_of_one_client_is_worth_anything_to_another(world: World) -> None:
    """O-20, O-46, O-48: neither code nor tokens, tried by a client with its own secret; and nothing ends by it."""
    app, thief, public = await world.app(), await world.app("thief"), await world.app("spa", "spa")
    account = await world.person()
    tokens, issued = await world.signed_in(app, *OFFLINE, account=account), await world.issued(app, account)
    for other in (thief, public):
        assert (await other.exchange(issued.code)).status_code == 400
        assert (await other.refresh(tokens["refresh_token"])).status_code == 400
        for kind in ("access_token", "refresh_token"):
            revoked = await other.post("/revoke", {"token": tokens[kind], "token_type_hint": kind})
            assert revoked.status_code in {200, 400}
    for kind in ("access_token", "refresh_token", "id_token"):
        assert (await thief.introspect(tokens[kind])).json() == {"active": False}
    assert (await app.userinfo(tokens["access_token"])).status_code == 200
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
    assert (await app.exchange(issued.code)).status_code == 200


async def test_a_machine_never_speaks_for_a_person(world: World) -> None:
    """O-26: its subject is its own name, it gets no claims of anybody, and asking for a person's scopes gives none."""
    machine, account = await world.app("job", "machine"), await world.person()
    refused = await machine.own_token("openid profile offline_access")
    assert refused.status_code == 400
    token = (await machine.own_token()).json()
    assert token.keys().isdisjoint({"id_token", "refresh_token"})
    seen = (await machine.introspect(token["access_token"])).json()
    assert seen["sub"] == "job" != account.subject
    assert (await machine.userinfo(token["access_token"])).status_code in {401, 403}
