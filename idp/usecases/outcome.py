"""What any request of a sign-in ends in: values that pages render, and nothing else decides on."""

from dataclasses import dataclass, field
from typing import Literal

from idp.login.facts import Facts
from idp.login.interaction import Interaction
from idp.login.purpose import Purpose
from idp.login.steps import Step
from idp.oidc.authorization_response import AuthorizationResponse
from idp.oidc.client import Client
from idp.policy.account import Account
from idp.storage.interactions import Opened
from idp.usecases.scene import Scene
from idp.usecases.visit import NewCookies
from idp.values.ids import InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An Interaction waits for its first page."""

    interaction: InteractionId
    client: Client
    step: Step | None
    """What it waits for; None where its browser has to come back first."""
    cookies: NewCookies
    ui_locales: str = ""
    """The languages that the app asked for, wherever in its request that stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The authorization response: where the browser goes now."""

    response: AuthorizationResponse
    client: Client
    cookies: NewCookies = field(default_factory=NewCookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A visit's sign-in is over: on to a page of the portal."""

    return_to: str
    cookies: NewCookies = field(default_factory=NewCookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyFinished:
    """This sign-in ended before, and its response can no longer be given again."""

    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """There is nothing to go on with: unknown here, another browser's, or it waited too long."""

    reason: Literal["unknown", "no_cookie", "foreign", "expired"]
    client: Client | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """A sign-in that waits for a person, and the step it waits at."""

    opened: Opened
    facts: Facts[Purpose]
    step: Step
    client: Client
    """Whom it is for, as pages name it: the app, or our own portal."""
    scene: Scene

    @property
    def interaction(self) -> Interaction:
        """The Interaction itself."""
        return self.opened.interaction

    @property
    def account(self) -> Account:
        """Whose sign-in it is; only for steps that come after somebody is identified."""
        if self.opened.account is None:
            raise LookupError("nobody is identified yet")
        return self.opened.account


Outcome = Current | Leave | Arrived | AlreadyFinished | Gone
"""What any request of a sign-in ends in."""
