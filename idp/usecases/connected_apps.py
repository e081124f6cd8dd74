"""The apps of the person in the portal: what each may see, and their disconnection."""

from dataclasses import dataclass, replace
from datetime import datetime

from idp.audit.sign_in import AppDisconnected
from idp.oidc.client import Client
from idp.storage import connected_apps, endings
from idp.usecases.portal import Present
from idp.values.ids import ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedApp:
    """One app, and all that it may see."""

    client: Client
    scopes: frozenset[str]
    since: datetime
    used_at: datetime


async def list_connected(present: Present) -> tuple[ConnectedApp, ...]:
    """The latest used first."""
    services = present.scene.services
    found = []
    for each in await connected_apps.of_person(services.database, present.account.user, present.at):
        client = await services.client(each.client)
        if client is not None:
            found.append(ConnectedApp(client=client, scopes=each.scopes, since=each.since, used_at=each.used_at))
    return tuple(found)


async def disconnect(present: Present, client_id: str) -> None:
    """Withdraw consent and end all grants. Nothing happens for an app that the person has not let in."""
    scene, user = present.scene, present.account.user
    client = await scene.services.client(ClientId(client_id))
    if client is None:
        return
    events = replace(scene, client=client.client_id).events(AppDisconnected(), session=present.session.id)
    async with scene.services.database.transaction() as transaction:
        await endings.move_on(transaction, user)
        await connected_apps.disconnect(transaction, user, client.client_id, present.at, events)
