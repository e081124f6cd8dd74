"""Clients that register themselves: who let them, what they registered, what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from idp.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered(Event):
    """A client registered itself (RFC 7591 3); the actor is that client, changes to come are `client_changed`."""

    kind: ClassVar[str] = "client_registered"
    metadata: Mapping[str, object]
    initial_access_token: UUID | None
    """By whose leave: the id of the token; None where registration is open to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDeleted(Event):
    """A client's registration ended, by itself (RFC 7592 2.3) or by an admin: every grant and consent with it."""

    kind: ClassVar[str] = "client_deleted"
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRefused(Event):
    """A registration, or a change of the envelope's client by itself, was refused."""

    kind: ClassVar[str] = "registration_refused"
    error: str
    reason: str
    initial_access_token: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenMade(Event):
    """Whoever has it may register clients."""

    kind: ClassVar[str] = "initial_access_token_made"
    token: UUID
    uses: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenRevoked(Event):
    """It opens nothing any more; clients registered with it stay."""

    kind: ClassVar[str] = "initial_access_token_revoked"
    token: UUID
