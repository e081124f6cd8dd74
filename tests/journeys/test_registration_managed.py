"""Apps that read, change and end their own registration: RFC 7592; O-54."""

from __future__ import annotations

from typing import Any

import pytest

from idp.policy.account import Account
from idp.storage import clients as stored_clients
from idp.usecases import clients, configuration
from idp.usecases.clients import Metadata, Registered
from idp.usecases.unit import unit
from idp.values.ids import ClientId
from idp.values.secrets import ClientSecret
from tests.drivers.app_code import RelyingApp, basic
from tests.drivers.client_signer import ClientSigner, assertion_claims, assertion_form
from tests.drivers.command_line import CommandLine
from tests.drivers.grants import COMMAND, REDIRECT_URI
from tests.drivers.registering import GOOD, Registrar, bearing, registered
from tests.drivers.world import World

CREDENTIALS = {"client_secret", "client_secret_expires_at"}


async def app_of(world: World, told: dict[str, Any]) -> RelyingApp:
    """The registered app as the endpoints meet it."""
    client = await stored_clients.registered(world.services.database, ClientId(told["client_id"]))
    assert client is not None
    secret = ClientSecret(told["client_secret"])
    return RelyingApp(registered=Registered(client=client, secret=secret), issuer=world.issuer, http=world.http)


async def works(world: World, told: dict[str, Any], secret: str) -> bool:
    """Whether the app proves itself with it."""
    headers = basic(told["client_id"], secret)
    answer = await world.http.post(world.issuer.url("/introspect"), data={"token": "x"}, headers=headers)
    return answer.status_code == 200


async def reasons(world: World) -> list[str]:
    """Why it was refused, in order."""
    return [event["details"]["reason"] for event in await world.events("registration_refused")]  # type: ignore[index]


# ── read ─────────────────────────────────────────────────────────────────────────────────────────


async def test_an_app_reads_what_it_registered(registrar: Registrar) -> None:
    """RFC 7592 2.1, 3; OpenID conformance oidcc-3rd_party-init-login. The secret was told once."""
    told = await registered(registrar, initiate_login_uri="https://app.example.org/login", logo_uri=None)
    answer = await registrar.read(told)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {name: value for name, value in told.items() if name not in CREDENTIALS}
    assert answer.json()["initiate_login_uri"] == "https://app.example.org/login"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_registration_is_its_apps_alone(world: World, registrar: Registrar, method: str) -> None:
    """O-54, RFC 7592 2: another app's token, the initial one, none, an app that is not there: one answer."""
    ours, theirs = await registered(registrar), await registered(registrar)
    assert registrar.token is not None
    await world.app("wiki")  # made by an admin: nobody manages it here
    uri = ours["registration_client_uri"]
    tries = [
        (uri, theirs["registration_access_token"]),
        (uri, registrar.token),
        (uri, None),
        (uri, ours["client_secret"]),
        (world.issuer.url("/register/nobody"), ours["registration_access_token"]),
        (world.issuer.url("/register/a%00b"), ours["registration_access_token"]),
        (world.issuer.url("/register/wiki"), ours["registration_access_token"]),
    ]
    for url, token in tries:
        body = {"json": {**GOOD, "client_id": ours["client_id"]}} if method == "PUT" else {}
        answer = await world.http.request(method, url, headers=bearing(token), **body)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), url
        assert answer.headers["www-authenticate"].startswith('Bearer realm="registration"')
    assert len(await reasons(world)) == len(tries)
    assert (await registrar.read(ours)).status_code == (await registrar.read(theirs)).status_code == 200


async def test_a_disabled_app_manages_nothing(world: World, registrar: Registrar) -> None:
    """O-54."""
    told = await registered(registrar)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, told["client_id"], active=False)
    update = registrar.update(told, **GOOD, client_id=told["client_id"])
    answers = [await registrar.read(told), await update, await registrar.delete(told)]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, told["client_id"], active=True)
    assert (await registrar.read(told)).status_code == 200


# ── change ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_update_replaces_everything(world: World, registrar: Registrar) -> None:
    """O-54, RFC 7592 2.2: what is left out goes back to its default; scopes never grow (decision 22)."""
    told = await registered(registrar, scope="openid", contacts=["a@example.org"], default_max_age=60)
    other = "https://app.example.org/other"
    answer = await registrar.update(told, client_id=told["client_id"], redirect_uris=[other], client_name="New")
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert now["redirect_uris"] == [other]
    assert now["client_name"] == "New"
    assert now["scope"] == "openid"
    assert not {"contacts", "default_max_age"} & now.keys()
    assert now["registration_access_token"] == told["registration_access_token"]
    assert not CREDENTIALS & now.keys()
    assert (await registrar.read(told)).json() == now
    assert await works(world, told, told["client_secret"])
    (event,) = await world.events("client_changed")
    details: Any = event["details"]
    assert set(details["after"]) == {"client_name", "redirect_uris", "contacts", "default_max_age"}
    assert details["before"]["default_max_age"] == 60
    assert "a@example.org" not in str(details)


async def test_an_update_that_says_the_same_changes_nothing(world: World, registrar: Registrar) -> None:
    told = await registered(registrar)
    again = {name: told[name] for name in told if not name.startswith(("registration_", "client_secret_"))}
    answer = await registrar.update(told, **again)
    assert answer.status_code == 200, answer.text
    assert await world.events("client_changed") == []


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"redirect_uris": ["http://app.example.org/"]}, "invalid_redirect_uri"),
        ({"response_types": ["code", "id_token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"client_id": "wiki"}, "invalid_client_metadata"),
        ({"client_id": None}, "invalid_client_metadata"),
        ({"client_secret": "guessed"}, "invalid_client_metadata"),
        ({"registration_access_token": "x"}, "invalid_client_metadata"),
        ({"client_secret_expires_at": 0}, "invalid_client_metadata"),
        ({"software_statement": "x"}, "unapproved_software_statement"),
    ],
)
async def test_an_update_passes_every_rule_again(
    world: World, registrar: Registrar, sent: dict[str, Any], error: str
) -> None:
    """O-54."""
    told = await registered(registrar)
    answer = await registrar.update(told, **{**GOOD, "client_id": told["client_id"], **sent})
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert (await registrar.read(told)).json()["redirect_uris"] == [REDIRECT_URI]
    (event,) = await world.events("registration_refused")
    assert event["client_id"] == told["client_id"]


async def test_what_an_admin_decided_is_kept(world: World, registrar: Registrar) -> None:
    """A self-registered app is not its own admin."""
    told = await registered(registrar)
    said = Metadata(require_pkce=True, audiences=("https://api.example.org",), scopes=("openid", "orders"))
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.change(made, told["client_id"], said)
    answer = await registrar.update(
        told, **GOOD, client_id=told["client_id"], require_pkce=False, scope="openid email groups orders"
    )
    assert answer.json()["scope"] == "openid orders"
    client = await stored_clients.registered(world.services.database, ClientId(told["client_id"]))
    assert client is not None
    assert client.require_pkce
    assert client.audiences == ("https://api.example.org",)


async def test_a_client_that_an_admin_trusts_changes_nothing_itself(world: World, registrar: Registrar) -> None:
    """People are not asked for their consent to it: so it must not move to another address."""
    told = await registered(registrar)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.change(made, told["client_id"], Metadata(first_party=True))
    answer = await registrar.update(told, client_id=told["client_id"], redirect_uris=["https://evil.example/callback"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert (await registrar.read(told)).json()["redirect_uris"] == [REDIRECT_URI]


async def test_another_method_may_need_another_secret(world: World, registrar: Registrar) -> None:
    """RFC 7592 2.2: a new one is told; the old one is worth nothing any more. OIDC Core 9."""
    told = await registered(registrar)
    client_id = told["client_id"]
    signs = (
        await registrar.update(told, **GOOD, client_id=client_id, token_endpoint_auth_method="client_secret_jwt")
    ).json()
    assert signs["client_secret"] != told["client_secret"]
    assert signs["client_secret_expires_at"] == 0
    signer = ClientSigner.with_secret(signs["client_secret"])
    form = assertion_form(signer.jwt(assertion_claims(client_id, world.issuer, world.clock())))
    introspect = world.issuer.url("/introspect")
    assert (await world.http.post(introspect, data={"token": "x", **form})).status_code == 200
    public = {**GOOD, "client_id": client_id, "token_endpoint_auth_method": "none"}
    assert not CREDENTIALS & (await registrar.update(told, **public)).json().keys()
    assert await world.services.database.fetchval("SELECT count(*) FROM client_secrets") == 0
    back = (await registrar.update(told, **GOOD, client_id=client_id)).json()
    assert not await works(world, told, told["client_secret"])
    assert await works(world, told, back["client_secret"])


async def test_a_secret_that_was_only_ever_sent_cannot_sign(world: World, registrar: Registrar) -> None:
    """OIDC Core 9: rotated in between, the client is told a secret that it can sign with, and no older one works."""
    told = await registered(registrar, token_endpoint_auth_method="client_secret_jwt")
    sends = {**GOOD, "client_id": told["client_id"], "token_endpoint_auth_method": "client_secret_basic"}
    await registrar.update(told, **sends)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.rotate_secret(made, told["client_id"], revoke_old=False)
    signs = (await registrar.update(told, **{**sends, "token_endpoint_auth_method": "client_secret_jwt"})).json()
    assert signs["client_secret"] != told["client_secret"]
    sealed = "SELECT sealed_secret IS NOT NULL FROM client_secrets"
    assert [row[0] for row in await world.services.database.fetch(sealed)] == [True]


async def test_a_client_that_became_public_uses_pkce_for_good(world: World, registrar: Registrar) -> None:
    """RFC 9700 2.1.1: switching back and forth loosens nothing."""
    told = await registered(registrar)
    await registrar.update(told, **GOOD, client_id=told["client_id"], token_endpoint_auth_method="none")
    client = await stored_clients.registered(world.services.database, ClientId(told["client_id"]))
    assert client is not None
    assert client.require_pkce
    assert client.rotates


async def test_types_that_the_server_no_longer_allows_are_refused_at_the_next_update(
    world: World, registrar: Registrar
) -> None:
    """O-54: policies hold for changes too."""
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await configuration.change(made, "legacy_response_types", value=True)
    hybrid = {"response_types": ["code id_token"], "grant_types": ["authorization_code", "implicit"]}
    told = await registered(registrar, **hybrid)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await configuration.change(made, "legacy_response_types", None)
    answer = await registrar.update(told, **GOOD, **hybrid, client_id=told["client_id"])
    assert answer.json()["error"] == "invalid_client_metadata"


# ── end ──────────────────────────────────────────────────────────────────────────────────────────


async def test_the_end_of_a_registration_ends_its_grants(world: World, registrar: Registrar) -> None:
    """O-54, RFC 7592 2.3: 204; the person's session at the provider stays."""
    told = await registered(registrar, grant_types=["authorization_code", "refresh_token"])
    app, account = await app_of(world, told), await world.person()
    tokens = await world.signed_in(app, "openid", "offline_access", account=account)
    other = await world.app("wiki")
    assert (await app.userinfo(tokens["access_token"])).status_code == 200
    answer = await registrar.delete(told)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert (await registrar.read(told)).status_code == 401
    assert (await registrar.delete(told)).status_code == 401
    assert (await app.userinfo(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).status_code == 401
    assert (await other.introspect(tokens["access_token"])).json() == {"active": False}
    sessions = "SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"
    assert await world.services.database.fetchval(sessions) == 1
    (event,) = await world.events("client_deleted")
    assert event["client_id"] == told["client_id"]


async def test_a_person_who_comes_back_later_finds_a_page(world: World, registrar: Registrar) -> None:
    """O-01: nothing is redirected for a client that is not there."""
    told = await registered(registrar)
    app = await app_of(world, told)
    await registrar.delete(told)
    answer = await world.http.get(app.authorization_url(), follow_redirects=False)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_an_admin_sees_which_apps_registered_themselves(
    world: World, registrar: Registrar, idp: CommandLine
) -> None:
    told = await registered(registrar, logo_uri="https://app.example.org/logo.png")
    await world.app("wiki")
    listed = {each["client_id"]: each["registered_itself"] for each in (await idp("client", "list", "--json")).json}
    assert listed == {told["client_id"]: True, "wiki": False}
    shown = await idp("client", "show", told["client_id"])
    assert "https://app.example.org/logo.png" in shown.out
    assert told["registration_access_token"] not in shown.out


async def test_an_admin_can_remove_an_app_too(world: World, registrar: Registrar) -> None:
    told = await registered(registrar)
    account: Account = await world.person()
    await world.signed_in(await app_of(world, told), account=account)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.remove(made, told["client_id"])
    assert (await registrar.read(told)).status_code == 401
    assert await world.services.database.fetchval("SELECT count(*) FROM grants") == 0
