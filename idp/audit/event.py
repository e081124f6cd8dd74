"""What every security event is, and the envelope around it. Owns how fields become JSON; no event of its own."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from idp.values.actors import Actor, Origin
from idp.values.ids import ClientId, InteractionId, SessionId, UserId

PERSONAL: Mapping[str, bool] = {"personal": True}
"""Metadata of a field that names or describes a person: `name: str = field(metadata=PERSONAL)`."""

_LONGEST = 300
"""Of a personal text: enough to recognise it, too little to fill the table with."""

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One kind of event; its fields say what happened, the envelope when, by whom and about whom."""

    kind: ClassVar[str]
    """Stable for ever: what auditors filter by."""

    def details(self) -> dict[str, Json]:
        """The fields that are not personal."""
        return dict(self._fields(personal=False))

    def personal(self) -> dict[str, str]:
        """The personal fields as text; those that are None are left out."""
        return {name: _text(value) for name, value in self._fields(personal=True) if value is not None}

    def _fields(self, *, personal: bool) -> Iterator[tuple[str, Json]]:
        for each in fields(self):
            if bool(each.metadata.get("personal")) is personal:
                yield each.name, _json(getattr(self, each.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """An event with everything around it, ready to be sealed and stored."""

    event: Event
    at: datetime
    actor: Actor
    origin: Origin | None = None
    user: UserId | None = None
    """Whom it is about; the actor's user unless said otherwise."""
    client: ClientId | None = None
    session: SessionId | None = None
    interaction: InteractionId | None = None

    def personal(self) -> dict[str, str]:
        """The event's personal fields, the origin's address and agent, and who ran the command."""
        around = {
            "address": self.origin.address if self.origin else "",
            "agent": self.origin.agent if self.origin else "",
            "actor_name": self.actor.name or "",
        }
        return {**{name: text for name, text in around.items() if text}, **self.event.personal()}


def _text(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_LONGEST]


def _json(value: object) -> Json:
    match value:
        case Enum():
            return _json(value.value)
        case None | bool() | str() | int() | float():
            return value
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(name): _json(each) for name, each in value.items()}
        case tuple() | list():
            return [_json(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a security event")
