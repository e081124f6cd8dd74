"""Clients: registered, listed, shown, changed, disabled. Their secrets are shown once, when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Literal

from idp.audit.registration import ClientDeleted
from idp.audit.service import ClientCreated, ClientDisabled, ClientEnabled, ClientSecretRotated
from idp.directory.permissions import Permission
from idp.login.purpose import RESERVED
from idp.oidc.client import MACHINE_ALG, AuthMethod, Client
from idp.oidc.client_metadata import ClientMetadata, FurtherMetadata
from idp.oidc.grant_type import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from idp.oidc.redirect_uri import ApplicationType
from idp.oidc.registration import MOST_SECRETS
from idp.oidc.registration_metadata import answering
from idp.storage import clients
from idp.usecases import client_secrets
from idp.usecases.client_checks import checked, ensure_keys
from idp.usecases.client_description import change_of, difference, recorded
from idp.usecases.client_secrets import refitted
from idp.usecases.management import Refused, found_client
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.ids import ClientId
from idp.values.secrets import ClientSecret

PERMISSION = Permission.CLIENTS_WRITE
READING = Permission.CLIENTS_READ

Kind = Literal["web", "spa", "native", "machine"]

DEFAULT_SCOPES = ("openid", "profile", "email", "groups", "offline_access")
"""Of a client that signs people in: all that apps commonly need; `address` and `phone` are asked for by name."""


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
    further: FurtherMetadata = field(default_factory=FurtherMetadata)

    def applied(self, client: Client) -> Client:
        """The client with all that was said; its grant types follow its response types."""
        said = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "further"}
        given = {name: value for name, value in said.items() if value is not None}
        if "scopes" in given:
            given["scopes"] = frozenset(given["scopes"])
        if "client_uri" in given:
            given["client_uri"] = given["client_uri"] or None
        applied = replace(client, **given, metadata=replace(client.metadata, **self.further))
        return answering(applied, self.further["response_types"]) if "response_types" in self.further else applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A client and the secret just made for it, which is told this once; public clients have none."""

    client: Client
    secret: ClientSecret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is said otherwise now, and the secret that was made because the client needs another one."""

    differs: Mapping[str, object]
    secret: ClientSecret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A client, and when each of its live secrets was made."""

    client: Client
    secrets_made: tuple[datetime, ...]


async def add(unit: Unit, client_id: str, kind: Kind, said: Metadata) -> Registered:
    """Register a client. Raises InvalidClientMetadata, InvalidRedirectUri, and Refused where the id is taken."""
    if ClientId(client_id) in RESERVED:
        raise Refused(f"{client_id} is a name of this provider's own.")
    client, new = refitted(unit.services, said.applied(_usual(ClientId(client_id), kind)), unit.at)
    await ensure_keys(unit.services, unit.actor, checked(client), unit.at)
    if not await clients.insert(unit.connection, client, unit.at):
        raise Refused("There is a client of that id already.")
    await client_secrets.store(unit, client, new)
    await unit.record(ClientCreated(metadata=recorded(client)), client=client.client_id)
    return Registered(client=client, secret=new.secret if new else None)


async def list_clients(services: Services) -> list[Client]:
    """Every client, disabled ones too, by its id."""
    return await clients.listed(services.database)


async def show(services: Services, client_id: str) -> Shown:
    """One client. Raises NotFound."""
    client = await found_client(services.database, client_id)
    made = await clients.secret_ages(services.database, client.client_id)
    return Shown(client=client, secrets_made=tuple(made))


async def change(unit: Unit, client_id: str, said: Metadata) -> Changed:
    """Change what was said, by the rules of a registration. Raises as `add`, and NotFound.

    A client that authenticates in another way from now on may need another secret, or none.
    """
    before = await found_client(unit.connection, client_id)
    after, new = refitted(unit.services, said.applied(before), unit.at)
    await ensure_keys(unit.services, unit.actor, checked(after), unit.at)
    differs = difference(before, after)
    if not differs:
        unit.nothing_changed()
        return Changed(differs={}, secret=None)
    await clients.update(unit.connection, after, unit.at)
    await client_secrets.store(unit, after, new)
    await unit.record(change_of(before, after), client=after.client_id)
    return Changed(differs=differs, secret=new.secret if new else None)


async def rotate_secret(unit: Unit, client_id: str, *, revoke_old: bool) -> Registered:
    """Make a new secret; the one before it lives on until the next rotation, or ends now with `revoke_old`."""
    client = await found_client(unit.connection, client_id)
    if not client.auth_method.by_secret:
        whose = "A public client" if client.public else "A client that signs with a key of its own"
        raise Refused(f"{whose} has no secret.")
    new = client_secrets.made(unit.services, client.auth_method, unit.at)
    await clients.insert_secret(unit.connection, client.client_id, new.stored, unit.at)
    older = 0 if revoke_old else MOST_SECRETS - 1
    await clients.keep_secrets(unit.connection, client.client_id, new.stored.id, older)
    now_live = len(await clients.secret_ages(unit.connection, client.client_id))
    await unit.record(ClientSecretRotated(live=now_live), client=client.client_id)
    return Registered(client=client, secret=new.secret)


async def remove(unit: Unit, client_id: str) -> None:
    """End its registration, and with it every grant and consent that it has. Raises NotFound."""
    client = await found_client(unit.connection, client_id)
    await clients.delete(unit.connection, client.client_id)
    await unit.record(ClientDeleted(metadata=recorded(client)), client=client.client_id)


async def set_active(unit: Unit, client_id: str, *, active: bool) -> bool:
    """A disabled client gets nothing any more; its registration stays. False where that was so already."""
    client = await found_client(unit.connection, client_id)
    if not await clients.set_status(unit.connection, client.client_id, unit.at, active=active):
        unit.nothing_changed()
        return False
    await unit.record(ClientEnabled() if active else ClientDisabled(), client=client.client_id)
    return True


def _usual(client_id: ClientId, kind: Kind) -> Client:
    """A client of that kind before anything was said of it. PKCE is on, whoever comes by this door."""
    if kind == "machine":
        return Client(
            client_id=client_id,
            name=client_id,
            auth_method=AuthMethod.CLIENT_SECRET_BASIC,
            grant_types=frozenset({CLIENT_CREDENTIALS}),
            scopes=frozenset(),
            id_token_alg=MACHINE_ALG,
            require_pkce=True,
            metadata=ClientMetadata(response_types=()),
        )
    public = kind in {"spa", "native"}
    application_type: ApplicationType = "native" if kind == "native" else "web"
    return Client(
        client_id=client_id,
        name=client_id,
        application_type=application_type,
        auth_method=AuthMethod.NONE if public else AuthMethod.CLIENT_SECRET_BASIC,
        grant_types=frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN}),
        scopes=frozenset(DEFAULT_SCOPES),
        require_pkce=True,
        rotate_refresh_tokens=public,
    )
