"""Secrets of clients: made, and kept fitting to how the client authenticates. Each is told once, when it is made."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.oidc.client import AuthMethod, Client, SealedSecret
from idp.oidc.client_authentication import new_secret, secret_digest
from idp.storage import clients, places
from idp.storage.clients import NewSecret
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import ordered_uuid
from idp.values.secrets import ClientSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSecret:
    """A secret that somebody has still to be told, and what is stored of it."""

    secret: ClientSecret
    stored: NewSecret = field(repr=False)


def made(services: Services, method: AuthMethod, at: datetime) -> MadeSecret:
    """A new one; one to sign with is sealed as well, since it has to be read again (OIDC Core 9)."""
    secret, secret_id = new_secret(services.entropy), ordered_uuid(services.entropy, at)
    signs = method is AuthMethod.CLIENT_SECRET_JWT
    place = places.client_secret(secret_id)
    sealed = services.sealer.seal(secret.expose().encode(), place) if signs else None
    return MadeSecret(secret=secret, stored=NewSecret(id=secret_id, digest=secret_digest(secret), sealed=sealed))


def refitted(services: Services, client: Client, at: datetime) -> tuple[Client, MadeSecret | None]:
    """The client with secrets that fit its method: those it has, none, or a new one in the place of all others."""
    method = client.auth_method
    if not method.by_secret:
        return replace(client, secrets=(), sealed_secrets=()), None
    # One made while it only sent them was never sealed: then it could not sign with the secret that it was told last.
    signs = len(client.sealed_secrets) == len(client.secrets)
    if client.secrets and (signs or method is not AuthMethod.CLIENT_SECRET_JWT):
        return client, None
    new = made(services, method, at)
    sealed = (SealedSecret(id=new.stored.id, sealed=new.stored.sealed),) if new.stored.sealed else ()
    return replace(client, secrets=(new.stored.digest,), sealed_secrets=sealed), new


async def store(unit: Unit, client: Client, new: MadeSecret | None) -> None:
    """Write what `refitted` has found."""
    if not client.auth_method.by_secret:
        await clients.delete_secrets(unit.connection, client.client_id)
    elif new:
        await clients.insert_secret(unit.connection, client.client_id, new.stored, unit.at)
        await clients.keep_secrets(unit.connection, client.client_id, new.stored.id, 0)
