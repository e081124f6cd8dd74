"""Initial access tokens: an admin lets others register so many clients until some day. The token is told once."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from idp.audit.registration import InitialAccessTokenMade, InitialAccessTokenRevoked
from idp.directory.permissions import Permission
from idp.oidc.bearer import BearerToken
from idp.storage import initial_access_tokens
from idp.storage.initial_access_tokens import InitialAccessToken
from idp.usecases.management import NotFound, Refused
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import ordered_uuid

__all__ = ["LONGEST_LIFE", "InitialAccessToken", "MadeToken", "NewToken", "list_tokens", "make", "revoke"]

PERMISSION = Permission.CLIENTS_WRITE
READING = Permission.CLIENTS_READ

MOST_USES = 10_000
LONGEST_LIFE = timedelta(days=366)
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is for."""

    uses: int
    life: timedelta
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """What is known of a token from now on, and the token itself, which is not."""

    known: InitialAccessToken
    token: BearerToken = field(repr=False)


async def make(unit: Unit, new: NewToken) -> MadeToken:
    """Raises Refused for numbers that make no sense."""
    if not 1 <= new.uses <= MOST_USES:
        raise Refused(f"A token is good for 1 to {MOST_USES} registrations.")
    if not timedelta(days=1) <= new.life <= LONGEST_LIFE:
        raise Refused(f"A token lives for 1 to {LONGEST_LIFE.days} days.")
    if len(new.note) > LONGEST_NOTE or not new.note.isprintable():
        raise Refused(f"A note has at most {LONGEST_NOTE} printable characters.")
    token = BearerToken.generate(unit.services.entropy)
    known = InitialAccessToken(
        id=ordered_uuid(unit.services.entropy, unit.at),
        note=new.note,
        created_at=unit.at,
        expires_at=unit.at + new.life,
        uses_left=new.uses,
    )
    await initial_access_tokens.insert(unit.connection, known, token.digest())
    await unit.record(InitialAccessTokenMade(token=known.id, uses=new.uses, expires_at=known.expires_at))
    return MadeToken(known=known, token=token)


async def list_tokens(services: Services) -> list[InitialAccessToken]:
    """All that were not purged, oldest first."""
    return await initial_access_tokens.listed(services.database)


async def revoke(unit: Unit, token: UUID) -> None:
    """Nobody registers with it any more. Raises NotFound."""
    if not await initial_access_tokens.delete(unit.connection, token):
        raise NotFound("There is no registration token of that id.")
    await unit.record(InitialAccessTokenRevoked(token=token))
