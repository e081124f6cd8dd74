"""Security keys and passkeys as they are set up. What they prove afterwards stands among the events of a sign-in."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from idp.audit.event import Event
from idp.values.ids import AuthenticatorId

RegistrationFault = Literal[
    "bad_shape", "wrong_challenge", "wrong_origin", "wrong_relying_party", "not_present", "already_registered"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRegistered(Event):
    """A key counts from now on; it has proved nothing yet."""

    kind: ClassVar[str] = "key_registered"
    authenticator: AuthenticatorId
    synced: bool
    """Whether it may be copied between devices."""
    verifies: bool
    """Whether it verified its person, and so signs in without a password."""
    aaguid: str
    """The model, as the key itself says it; nothing vouches for it."""
    further: bool = False
    """It stands beside other factors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRegistrationRefused(Event):
    """What a browser answered made no key of this account."""

    kind: ClassVar[str] = "key_registration_refused"
    reason: RegistrationFault
