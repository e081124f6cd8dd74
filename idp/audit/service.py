"""Changes of the service itself: clients, policy, configuration, keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from idp.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCreated(Event):
    """A client was registered; its metadata, never its secret."""

    kind: ClassVar[str] = "client_created"
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Event):
    """Metadata of a client: only what differs."""

    kind: ClassVar[str] = "client_changed"
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretRotated(Event):
    """A new secret was made; how many live now."""

    kind: ClassVar[str] = "client_secret_rotated"
    live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDisabled(Event):
    """The client gets nothing any more."""

    kind: ClassVar[str] = "client_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEnabled(Event):
    """The client is served again."""

    kind: ClassVar[str] = "client_enabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRuleSet(Event):
    """A second-factor rule, in the words of `idp policy show`; None is no rule."""

    kind: ClassVar[str] = "policy_rule_set"
    target: Literal["server", "client", "group", "user"]
    name: str = ""
    """The client or the group; people stand in the envelope."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChanged(Event):
    """A value of the configuration table; None is the default."""

    kind: ClassVar[str] = "configuration_changed"
    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade(Event):
    """A signing key was made."""

    kind: ClassVar[str] = "key_made"
    kid: str
    alg: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyActivated(Event):
    """A signing key signs from now on; the one that did retires."""

    kind: ClassVar[str] = "key_activated"
    kid: str
    retires: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyForgotten(Event):
    """A retired key is no longer published; its private half is destroyed."""

    kind: ClassVar[str] = "key_forgotten"
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootKeyRotated(Event):
    """Everything is sealed under a new root key from now on."""

    kind: ClassVar[str] = "root_key_rotated"
    before: str
    after: str
