"""Clients: registered, listed, shown, changed, disabled. Their secrets are shown once, when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from idp.audit.service import ClientChanged, ClientCreated, ClientDisabled, ClientEnabled, ClientSecretRotated
from idp.directory.permissions import Permission
from idp.keystore.compact import Algorithm
from idp.oidc.client import MACHINE_ALG, AuthMethod, Client
from idp.oidc.client_authentication import new_secret, secret_digest
from idp.oidc.redirect_uri import ApplicationType
from idp.oidc.registration import MOST_SECRETS, checked_client
from idp.storage import clients, places
from idp.storage.clients import NewSecret
from idp.usecases.key_rotation import ensure_algorithm
from idp.usecases.management import Refused, found_client
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import ordered_uuid
from idp.values.ids import ClientId
from idp.values.secrets import ClientSecret

PERMISSION = Permission.CLIENTS_WRITE
READING = Permission.CLIENTS_READ

Kind = Literal["web", "spa", "native", "machine"]

DEFAULT_SCOPES = ("openid", "profile", "email", "groups", "offline_access")
"""Of a client that signs people in: all that apps commonly need; `address` and `phone` are asked for by name."""

_SIGNS_IN = frozenset({"authorization_code", "refresh_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What may be said of a client; None leaves what is there, or what is usual for its kind."""

    name: str | None = None
    redirect_uris: tuple[str, ...] | None = None
    post_logout_redirect_uris: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    audiences: tuple[str, ...] | None = None
    auth_method: AuthMethod | None = None
    id_token_alg: str | None = None
    require_pkce: bool | None = None
    rotate_refresh_tokens: bool | None = None
    first_party: bool | None = None
    client_uri: str | None = None
    """An empty text removes it."""

    def applied(self, client: Client) -> Client:
        """The client with all that was said."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in said.items() if value is not None}
        if "scopes" in given:
            given["scopes"] = frozenset(given["scopes"])
        if "client_uri" in given:
            given["client_uri"] = given["client_uri"] or None
        return replace(client, **given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A client and the secret just made for it, which is told this once; public clients have none."""

    client: Client
    secret: ClientSecret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A client, and when each of its live secrets was made."""

    client: Client
    secrets_made: tuple[datetime, ...]


async def add(unit: Unit, client_id: str, kind: Kind, said: Metadata) -> Registered:
    """Register a client. Raises InvalidClientMetadata, InvalidRedirectUri, and Refused where the id is taken."""
    secret = None if kind in {"spa", "native"} else new_secret(unit.services.entropy)
    secrets = (secret_digest(secret),) if secret else ()
    client = checked_client(said.applied(replace(_usual(ClientId(client_id), kind), secrets=secrets)))
    await _ensure_key(unit, client)
    if not await clients.insert(unit.connection, client, unit.at):
        raise Refused("There is a client of that id already.")
    if secret:
        await _store_secret(unit, client, secret)
    await unit.record(ClientCreated(metadata=metadata(client)), client=client.client_id)
    return Registered(client=client, secret=secret)


async def list_clients(services: Services) -> list[Client]:
    """Every client, disabled ones too, by its id."""
    return await clients.listed(services.database)


async def show(services: Services, client_id: str) -> Shown:
    """One client. Raises NotFound."""
    client = await found_client(services.database, client_id)
    made = await clients.secret_ages(services.database, client.client_id)
    return Shown(client=client, secrets_made=tuple(made))


async def change(unit: Unit, client_id: str, said: Metadata) -> Mapping[str, object]:
    """Change what was said, by the rules of a registration; returns what differs now. Raises as `add`, and NotFound."""
    before = await found_client(unit.connection, client_id)
    after = checked_client(said.applied(before))
    was, now = metadata(before), metadata(after)
    differs = [name for name in now if was[name] != now[name]]
    if not differs:
        unit.nothing_changed()
        return {}
    await _ensure_key(unit, after)
    await clients.update(unit.connection, after, unit.at)
    event = ClientChanged(before={name: was[name] for name in differs}, after={name: now[name] for name in differs})
    await unit.record(event, client=after.client_id)
    return event.after


async def rotate_secret(unit: Unit, client_id: str, *, revoke_old: bool) -> Registered:
    """Make a new secret; the one before it lives on until the next rotation, or ends now with `revoke_old`."""
    client = await found_client(unit.connection, client_id)
    if client.public:
        raise Refused("A public client has no secret.")
    secret = new_secret(unit.services.entropy)
    new = await _store_secret(unit, client, secret)
    older = 0 if revoke_old else MOST_SECRETS - 1
    await clients.keep_secrets(unit.connection, client.client_id, new, older)
    now_live = len(await clients.secret_ages(unit.connection, client.client_id))
    await unit.record(ClientSecretRotated(live=now_live), client=client.client_id)
    return Registered(client=client, secret=secret)


async def set_active(unit: Unit, client_id: str, *, active: bool) -> bool:
    """A disabled client gets nothing any more; its registration stays. False where that was so already."""
    client = await found_client(unit.connection, client_id)
    if not await clients.set_status(unit.connection, client.client_id, unit.at, active=active):
        unit.nothing_changed()
        return False
    await unit.record(ClientEnabled() if active else ClientDisabled(), client=client.client_id)
    return True


def metadata(client: Client) -> dict[str, object]:
    """What may be seen of a client, under RFC 7591's names where it has one; never a secret."""
    return {
        "client_name": client.name,
        "application_type": client.application_type,
        "token_endpoint_auth_method": client.auth_method.value,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "grant_types": sorted(client.grant_types),
        "scope": " ".join(sorted(client.scopes)),
        "audiences": list(client.audiences),
        "id_token_signed_response_alg": client.id_token_alg,
        "require_pkce": client.require_pkce,
        "rotate_refresh_tokens": client.rotate_refresh_tokens,
        "first_party": client.first_party,
        "client_uri": client.client_uri,
    }


def _usual(client_id: ClientId, kind: Kind) -> Client:
    """A client of that kind before anything was said of it. PKCE is on, whoever comes by this door."""
    if kind == "machine":
        return Client(
            client_id=client_id,
            name=client_id,
            auth_method=AuthMethod.CLIENT_SECRET_BASIC,
            grant_types=frozenset({"client_credentials"}),
            scopes=frozenset(),
            id_token_alg=MACHINE_ALG,
            require_pkce=True,
        )
    public = kind in {"spa", "native"}
    application_type: ApplicationType = "native" if kind == "native" else "web"
    return Client(
        client_id=client_id,
        name=client_id,
        application_type=application_type,
        auth_method=AuthMethod.NONE if public else AuthMethod.CLIENT_SECRET_BASIC,
        grant_types=_SIGNS_IN,
        scopes=frozenset(DEFAULT_SCOPES),
        require_pkce=True,
        rotate_refresh_tokens=public,
    )


async def _store_secret(unit: Unit, client: Client, secret: ClientSecret) -> UUID:
    secret_id = ordered_uuid(unit.services.entropy, unit.at)
    signs = client.auth_method is AuthMethod.CLIENT_SECRET_JWT
    place = places.client_secret(secret_id)
    sealed = unit.services.sealer.seal(secret.expose().encode(), place) if signs else None
    new = NewSecret(id=secret_id, digest=secret_digest(secret), sealed=sealed)
    await clients.insert_secret(unit.connection, client.client_id, new, unit.at)
    return secret_id


async def _ensure_key(unit: Unit, client: Client) -> None:
    """A key for the algorithm of its ID tokens, which `checked_client` has found to be one of ours."""
    await ensure_algorithm(unit.services, unit.actor, cast("Algorithm", client.id_token_alg), unit.at)
