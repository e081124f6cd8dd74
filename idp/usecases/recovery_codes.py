"""Recovery codes of a person: made with each enrolment, on show until acknowledged, never shown again."""

import json
from dataclasses import dataclass
from datetime import datetime

from idp.audit.sign_in import RecoveryCodesAcknowledged, RecoveryCodesMade
from idp.authenticators import recovery_code
from idp.keystore.service_keys import ServiceKeyName, recovery_digest
from idp.login.interaction import SETUP_LIFETIME
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import SaveRecoveryCodes
from idp.storage import authenticators, interactions, places
from idp.storage.authenticators import Moment, NewCodes
from idp.usecases.outcome import Current, Outcome
from idp.usecases.scene import Scene
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.entropy import ordered_uuid
from idp.values.ids import AuthenticatorId, InteractionId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest, RecoveryCode


def moment_of(current: Current) -> Moment:
    """Whose authenticators change, where, and at which version of the person's facts."""
    at = current.scene.visit.at
    return Moment(
        interaction=current.interaction.id,
        user=current.account.user,
        version=current.account.version,
        at=at,
        expires_at=current.interaction.prolonged(at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCodes:
    """A set in clear, for whoever is to save it, and what is stored of it."""

    codes: tuple[RecoveryCode, ...]
    salt: bytes
    pepper_id: str
    digests: tuple[Digest, ...]


async def made_codes(services: Services) -> MadeCodes:
    """A fresh set: ten slow hashes, about 200 ms of CPU. Raises Busy."""
    codes, salt = recovery_code.new_set(services.entropy), recovery_code.new_salt(services.entropy)
    stretched = await services.hashing.run(_stretched, codes, salt)
    keys = services.service_keys
    pepper = keys.current(ServiceKeyName.RECOVERY_CODE_PEPPER).id
    digests = tuple(Digest(recovery_digest(keys, each, pepper)) for each in stretched)
    return MadeCodes(codes=codes, salt=salt, pepper_id=pepper, digests=digests)


async def new_codes(scene: Scene, interaction: InteractionId) -> NewCodes:
    """A set ready to be stored and shown. Raises Busy."""
    made = await made_codes(scene.services)
    text = json.dumps([code.expose() for code in made.codes])
    return NewCodes(
        id=AuthenticatorId(ordered_uuid(scene.services.entropy, scene.visit.at)),
        salt=made.salt,
        pepper_id=made.pepper_id,
        digests=made.digests,
        sealed=scene.configuration.sealer.seal(text.encode(), places.codes(interaction)),
        until=scene.visit.at + SETUP_LIFETIME,
    )


async def codes_on_show(current: Current) -> tuple[tuple[RecoveryCode, ...], datetime] | None:
    """The codes that this page shows and when they were made: the same after a refresh; a new set where none is there.

    None where the facts moved on: then look again. Raises Busy.
    """
    scene, interaction = current.scene, current.interaction
    if interaction.codes is not None and interaction.codes.live(scene.visit.at):
        return _opened(current, interaction.codes.sealed), interaction.codes.until - SETUP_LIFETIME
    codes = await new_codes(scene, interaction.id)
    events = scene.events(RecoveryCodesMade(count=len(codes.digests)))
    if not await authenticators.renew_codes(scene.services.database, moment_of(current), codes, events):
        return None
    return _opened(current, codes.sealed), scene.visit.at


async def acknowledge(services: Services, interaction: InteractionId, visit: Visit, *, saved: bool) -> Outcome:
    """The person says that the codes are saved; without the tick the page says so again."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, SaveRecoveryCodes):
        return current
    shown = current.interaction.codes
    if shown is None or not shown.live(visit.at):
        return current  # what was acknowledged is no longer on show: the page makes a new set
    if not saved:
        await interactions.note(services.database, interaction, Notice(kind=NoticeKind.CODES_NOT_SAVED))
        return current
    events = current.scene.events(RecoveryCodesAcknowledged())
    await authenticators.acknowledge_codes(services.database, moment_of(current), events)
    return await look(services, interaction, visit)


def _stretched(codes: tuple[RecoveryCode, ...], salt: bytes) -> list[bytes]:
    return [recovery_code.stretched(code, salt) for code in codes]


def _opened(current: Current, sealed: Sealed) -> tuple[RecoveryCode, ...]:
    opened = current.scene.configuration.sealer.open(sealed, places.codes(current.interaction.id))
    return tuple(RecoveryCode(text) for text in json.loads(opened))
