"""Rotation: of signing keys by schedule or wish, of the root key online. Each change leaves its security event."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from idp.audit.service import KeyActivated, KeyForgotten, KeyMade, RootKeyRotated
from idp.directory.permissions import Permission
from idp.keystore import rotation
from idp.keystore.compact import Algorithm
from idp.keystore.keyring import KeyState, PublishedKey
from idp.keystore.root_keys import RootKeys
from idp.keystore.rotation import ActivateKey, ForgetKey, MakeKey, Schedule, Transition
from idp.keystore.signing import SigningKey
from idp.oidc import access_token, id_token
from idp.oidc.client import IdTokenAlg
from idp.storage import keys, places, resealing
from idp.usecases.keys import FROM_THE_START, alone, generated, store
from idp.usecases.services import Services
from idp.usecases.unit import Unit, unit
from idp.values.actors import Actor, Origin

PERMISSION = Permission.KEYS_WRITE
READING = Permission.KEYS_READ

SCHEDULE = Schedule(longest_token=max(access_token.LIFETIME, id_token.LIFETIME))
JOB = Actor(kind="job")


async def list_keys(services: Services) -> tuple[PublishedKey, ...]:
    """Every signing key that ever was, as the database says now."""
    return (await services.configuration(fresh=True)).keyring.keys


async def rotate(
    services: Services, actor: Actor, alg: IdTokenAlg, at: datetime, *, at_once: bool = False
) -> Sequence[Transition]:
    """A new key on an admin's wish: published now, signing a day later, or `at_once` after a suspected theft.

    Returns what was done; nothing where a next key waits already. A key of an algorithm that no client may have would
    be published, and nothing would ever be signed with it.
    """
    held = await keys.published(services.database)
    steps = rotation.rotate_at_once(held, alg) if at_once else rotation.rotate(held, alg, SCHEDULE, at)
    done = await carry_out(services, actor, None, steps, at)
    made_next = any(isinstance(step, MakeKey) and step.state is KeyState.NEXT for step in done)
    if at_once and made_next:
        again = rotation.rotate_at_once(await keys.published(services.database), alg)
        done = [*done, *await carry_out(services, actor, None, again, at)]
    return done


async def advance(services: Services, at: datetime) -> Sequence[Transition]:
    """What the schedule asks for now: keys are made, activated, retired, forgotten."""
    held = await keys.published(services.database)
    wanted: Collection[Algorithm] = {*FROM_THE_START, *await keys.wanted_algorithms(services.database)}
    return await carry_out(services, JOB, None, rotation.due(held, wanted, SCHEDULE, at), at)


async def ensure_algorithm(services: Services, actor: Actor, alg: Algorithm, at: datetime) -> None:
    """Have a key for an algorithm that a client is being registered for; nothing where there is one."""
    held = await keys.published(services.database)
    if not any(key.alg == alg and key.state in {KeyState.ACTIVE, KeyState.NEXT} for key in held):
        await carry_out(services, actor, None, [MakeKey(alg=alg, state=KeyState.ACTIVE)], at)


async def carry_out(
    services: Services, actor: Actor, origin: Origin | None, steps: Sequence[Transition], at: datetime
) -> list[Transition]:
    """Each step by itself; one that another node has done meanwhile is left out of the answer."""
    done: list[Transition] = []
    for step in steps:
        new = await generated(step.alg) if isinstance(step, MakeKey) else None
        async with unit(services, actor, origin, at) as change:
            if await _carried_out(change, step, new):
                done.append(step)
            else:
                change.nothing_changed()
    return done


async def _carried_out(change: Unit, step: Transition, new: SigningKey | None) -> bool:
    match step:
        case MakeKey(state=state):
            if new is None or not await store(change.connection, change.services.sealer, new, state, change.at):
                return False
            await change.record(KeyMade(kid=new.kid, alg=new.alg, state=state.value))
        case ActivateKey(kid=kid, retires=retires):
            if not await keys.activate(change.connection, kid, retires, change.at):
                return False
            await change.record(KeyActivated(kid=kid, retires=retires))
        case ForgetKey(kid=kid):
            if not await keys.forget(change.connection, kid, change.at):
                return False
            await change.record(KeyForgotten(kid=kid))
    return True


async def rotate_root(services: Services, actor: Actor, at: datetime) -> RootKeyRotated:
    """A new root key, and everything sealed anew under it while the service runs.

    Every node must see the same folder of keys. The old key's file stays: backups need it, and so does whatever a node
    seals before it hears of the new one; the purge takes it off the list once nothing needs it. Of two nodes that
    begin at once the second waits, or each would seal anew what the other has just sealed.
    """
    async with alone(services.database):
        before = (await services.configuration(fresh=True)).sealer.active_id
        new = RootKeys.create(_folder(services), services.entropy)
        event = RootKeyRotated(before=before, after=new.id)
        async with unit(services, actor, None, at) as change:
            await keys.insert_root(change.connection, new.id, at)
            await change.record(event)
        await reseal_all(services)
    return event


async def reseal_all(services: Services) -> int:
    """Seal everything anew that is not sealed under the active root key; returns how many rows. Safe to run again."""
    sealer = (await services.configuration(fresh=True)).sealer
    count = 0
    for column in places.COLUMNS:
        while looked_at := await resealing.reseal_batch(services.database, column, sealer.active_id, sealer.reseal):
            count += looked_at
    return count


def _folder(services: Services) -> Path:
    return services.settings.keys_folder
