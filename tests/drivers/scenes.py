"""What journeys change around a sign-in, and what they read afterwards. Owns no clause: the journeys state those."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from idp.usecases import configuration, user_access
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider

REQUIRED = Rule(level=Level.TWO)
IF_ENROLLED = Rule(level=None)
REFEDS_MFA = "https://refeds.org/profile/mfa"

EVENTS = "SELECT kind, user_id, client_id, session_id, details FROM security_events ORDER BY id"
SESSIONS = "SELECT id, cookie, ended_at, expires_at FROM browser_sessions ORDER BY created_at, id"
GRANTS = "SELECT * FROM grants ORDER BY created_at, id"
THROTTLES = "SELECT * FROM throttles"


async def password_is_enough(provider: Provider) -> None:
    """The server asks a second factor only of those who have one."""
    await provider.rule("server", "", IF_ENROLLED)


async def exempt(provider: Provider, person: Person, days: int = 30) -> None:
    """Lift what server, group and user ask of this person."""
    async with provider.unit() as made:
        await user_access.exempt(made, person.username, made.at + timedelta(days=days), "kiosk")


async def configure(provider: Provider, name: str, value: object) -> None:
    """Set one value of the configuration, as `idp config set` does."""
    async with provider.unit() as made:
        await configuration.change(made, name, value)


async def disable(provider: Provider, person: Person) -> None:
    """Switch the account off."""
    async with provider.unit() as made:
        await user_access.disable(made, person.username)


async def sign_in(app: AuthlibClient, person: Person, browser: Browser, **parameters: str) -> Page:
    """Through every page to the app."""
    page = await person.sign_in(await browser.open(await app.authorization_url(**parameters)))
    assert page.at_app, f"did not reach the app: {page!r}"
    return page


async def enrolled(provider: Provider, app: AuthlibClient, username: str = "alice") -> Person:
    """Somebody who set the app up in another browser, half an hour ago."""
    person = await provider.person(username)
    async with Browser() as elsewhere:
        await sign_in(app, person, elsewhere)
    provider.clock.advance(minutes=30)
    return person


async def events(provider: Provider, *kinds: str) -> list[Mapping[str, Any]]:
    """The security events of these kinds, all where none is named, with their details."""
    rows = await provider.services.database.fetch(EVENTS)
    return [dict(row) for row in rows if not kinds or row["kind"] in kinds]


async def details(provider: Provider, kind: str) -> list[Mapping[str, Any]]:
    """Only what the events of one kind say themselves."""
    return [_object(each["details"]) for each in await events(provider, kind)]


def _object(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - jsonb, decoded or not
    found: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


@dataclass(slots=True, kw_only=True)
class Counter:
    """How many statements a block sent: `with Counter(provider=provider) as sent: …`, then `sent.statements`."""

    provider: Provider
    statements: int = 0

    def __enter__(self) -> Self:
        self.statements = -self.provider.services.database.statements
        return self

    def __exit__(self, *_: object) -> None:
        self.statements += self.provider.services.database.statements
