"""Clients that register themselves (RFC 7591) and then read, change or end their registration (RFC 7592).

Who may is decided first, so that nobody else makes us read, fetch or compute anything. Every change passes all rules
again, and each refusal leaves a security event.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.audit.registration import ClientDeleted, ClientRegistered, RegistrationRefused
from idp.oidc.bearer import BearerToken
from idp.oidc.client import AuthMethod, Client
from idp.oidc.errors import InvalidToken, MissingToken, OAuthError
from idp.oidc.registration import is_client_id
from idp.oidc.registration_members import Members
from idp.oidc.registration_request import refuse_foreign_update, requested
from idp.oidc.registration_response import client_information
from idp.oidc.scopes import PERSON_SCOPES
from idp.storage import clients, initial_access_tokens
from idp.usecases import client_secrets, sector_identifier
from idp.usecases.client_checks import checked, ensure_keys
from idp.usecases.client_description import change_of, difference, recorded
from idp.usecases.client_secrets import MadeSecret, refitted
from idp.usecases.recording import record_of_nobody
from idp.usecases.services import Services
from idp.usecases.unit import Unit, unit
from idp.values.actors import Actor, Origin
from idp.values.entropy import unguessable
from idp.values.ids import ClientId

Body = Callable[[], Awaitable[bytes]]
"""Read only for whoever may; raises InvalidClientMetadata where it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCall:
    """One request as it came."""

    token: BearerToken | None
    origin: Origin
    at: datetime


async def register(services: Services, call: RegistrationCall, body: Body) -> dict[str, object]:
    """A new client; returns what it is told (RFC 7591 3.2.1). Raises InvalidToken, and the errors of registration."""
    initial_token = await _initial_access_token(services, call)
    token = BearerToken.generate(services.entropy)
    client_id = ClientId(f"dyn-{unguessable(services.entropy, 16)}")  # longer than a Subject Identifier
    bare = Client(
        client_id=client_id,
        name=client_id,
        auth_method=AuthMethod.NONE,
        registration_token=token.digest(),
        scopes=frozenset(PERSON_SCOPES),
        require_pkce=False,
    )
    async with _refusals(services, call, initial_token=initial_token):
        client, secret = await _judged(services, bare, Members.parse(await body()), call)
        async with _unit(services, client_id, call) as change:
            if initial_token and not await initial_access_tokens.spend(change.connection, initial_token, call.at):
                raise InvalidToken("the initial access token is used up", realm="registration")
            await clients.insert(change.connection, client, call.at)
            await client_secrets.store(change, client, secret)
            event = ClientRegistered(metadata=recorded(client), initial_access_token=initial_token)
            await change.record(event, client=client_id)
    return _told(services, client, token, secret)


async def read(services: Services, client_id: str, call: RegistrationCall) -> dict[str, object]:
    """RFC 7592 2.1. Raises InvalidToken."""
    client, token = await _own(services, client_id, call)
    return _told(services, client, token, None)


async def update(services: Services, client_id: str, call: RegistrationCall, body: Body) -> dict[str, object]:
    """All of it anew, what is left out at its default (RFC 7592 2.2). Raises as `register`."""
    present, token = await _own(services, client_id, call)
    async with _refusals(services, call, client=present.client_id):
        members, legacy = Members.parse(await body()), await _legacy(services)
        refuse_foreign_update(members, present)
        await _judged(services, present, members, call)
        async with _unit(services, present.client_id, call) as change:
            # Once more beside the locked row: what an admin has decided meanwhile is kept.
            before = _owned(await clients.find(change.connection, present.client_id), token)
            after, secret = _fitting(services, requested(members, before, legacy=legacy), call)
            if difference(before, after) or secret:
                await clients.update(change.connection, after, call.at)
                await client_secrets.store(change, after, secret)
                await change.record(change_of(before, after), client=after.client_id)
            else:
                change.nothing_changed()
    return _told(services, after, token, secret)


async def delete(services: Services, client_id: str, call: RegistrationCall) -> None:
    """The client is no more, nor is any grant that it had (RFC 7592 2.3). Raises InvalidToken."""
    present, token = await _own(services, client_id, call)
    async with _unit(services, present.client_id, call) as change:
        client = _owned(await clients.find(change.connection, present.client_id), token)
        await clients.delete(change.connection, client.client_id)
        await change.record(ClientDeleted(metadata=recorded(client)), client=client.client_id)


async def _initial_access_token(services: Services, call: RegistrationCall) -> UUID | None:
    """The initial access token that lets the caller register; None where anybody may. Raises InvalidToken."""
    async with _refusals(services, call):
        if call.token is None:
            if (await services.configuration()).values.open_registration:
                return None
            raise MissingToken("an initial access token is missing", realm="registration")
        found = await initial_access_tokens.live(services.database, call.token.digest(), call.at)
        if found is None:
            raise InvalidToken("the initial access token is not valid", realm="registration")
        return found


async def _own(services: Services, client_id: str, call: RegistrationCall) -> tuple[Client, BearerToken]:
    """The client of that id, if the token is its own, and the token. Raises InvalidToken."""
    known = is_client_id(client_id)
    client = await clients.registered(services.database, ClientId(client_id)) if known else None
    async with _refusals(services, call, client=client.client_id if client else None):
        if call.token is None:
            raise MissingToken("a registration access token is missing", realm="registration")
        return _owned(client, call.token), call.token


def _owned(client: Client | None, token: BearerToken) -> Client:
    """RFC 7592 2: one answer, whatever it is that does not fit."""
    if client is None or not client.active or client.registration_token != token.digest():
        raise InvalidToken("the registration access token is not valid", realm="registration")
    return client


async def _judged(
    services: Services, present: Client, members: Members, call: RegistrationCall
) -> tuple[Client, MadeSecret | None]:
    """What is asked for, by every rule; what must be fetched or made for that takes its time here."""
    asked = requested(members, present, legacy=await _legacy(services))
    client, secret = _fitting(services, asked, call)
    await sector_identifier.check(services, client, call.at)
    await ensure_keys(services, _actor(present.client_id), client, call.at)
    return client, secret


def _fitting(services: Services, asked: Client, call: RegistrationCall) -> tuple[Client, MadeSecret | None]:
    client, secret = refitted(services, asked, call.at)
    return checked(client), secret


async def _legacy(services: Services) -> bool:
    return (await services.configuration()).values.legacy_response_types


def _told(services: Services, client: Client, token: BearerToken, new: MadeSecret | None) -> dict[str, object]:
    secret = new.secret if new else None
    return client_information(client, services.settings.issuer, registration_token=token, secret=secret)


def _actor(client_id: ClientId) -> Actor:
    return Actor(kind="client", client=client_id)


def _unit(services: Services, client_id: ClientId, call: RegistrationCall) -> AbstractAsyncContextManager[Unit]:
    return unit(services, _actor(client_id), call.origin, call.at)


@asynccontextmanager
async def _refusals(
    services: Services, call: RegistrationCall, *, initial_token: UUID | None = None, client: ClientId | None = None
) -> AsyncIterator[None]:
    """Each refusal is recorded, after whatever it has undone."""
    try:
        yield
    except OAuthError as refusal:
        reason = refusal.detail or refusal.description
        event = RegistrationRefused(error=refusal.code, reason=reason, initial_access_token=initial_token)
        await record_of_nobody(services, event, call.origin, call.at, client)
        raise
