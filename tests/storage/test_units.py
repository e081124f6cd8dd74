"""A Unit is a change with its security event: both or neither, and what is personal is sealed per person."""

from datetime import datetime
from uuid import uuid4

import asyncpg
import pytest

from idp.audit.directory import MemberAdded, UserCreated
from idp.audit.guards import CsrfFailed
from idp.audit.service import ConfigurationChanged
from idp.keystore.audit_sealing import Person, event_place, open_personal
from idp.keystore.sealing import CannotOpen
from idp.storage import configuration
from idp.usecases.services import Services
from idp.usecases.unit import Unit, UnrecordedChange, unit
from idp.values.actors import Actor, Origin
from idp.values.ids import ClientId, GroupId, RequestId, UserId
from idp.values.sealed import Sealed
from tests.drivers.clock import MovableClock

OPERATOR = Actor(kind="command", name="alice-at-the-shell")
ORIGIN = Origin(address="192.0.2.7", agent="Canary/1.0", request_id=RequestId("r-1"))
PERSON = """
INSERT INTO users (id, sub, username, audit_salt, created_at, updated_at)
VALUES ($1, 'subject-of-somebody-' || $2::text, $2::text, $3, $4, $4)
"""
EVENTS = "SELECT * FROM security_events ORDER BY id"


async def person(services: Services, name: str, salt: bytes, at: datetime) -> UserId:
    user = UserId(uuid4())
    await services.database.execute(PERSON, user, name, salt, at)
    return user


async def set_brand(change: Unit, name: str) -> None:
    await configuration.set_value(change.connection, "brand_name", name, change.at)


async def change_without_a_word(services: Services, at: datetime) -> None:
    async with unit(services, OPERATOR, None, at) as change:
        await set_brand(change, "Acme")


async def change_and_fail(services: Services, at: datetime) -> None:
    async with unit(services, OPERATOR, None, at) as change:
        await set_brand(change, "Acme")
        await change.record(ConfigurationChanged(name="brand_name", before=None, after="Acme"))
        raise LookupError


async def test_a_change_without_its_event_is_rolled_back(services: Services, clock: MovableClock) -> None:
    with pytest.raises(UnrecordedChange):
        await change_without_a_word(services, clock())
    assert (await services.configuration(fresh=True)).values.brand_name == "idp"


async def test_a_change_that_fails_leaves_no_event(services: Services, clock: MovableClock) -> None:
    with pytest.raises(LookupError):
        await change_and_fail(services, clock())
    assert await services.database.fetch(EVENTS) == []


async def test_a_unit_that_changed_nothing_says_so(services: Services, clock: MovableClock) -> None:
    async with unit(services, OPERATOR, None, clock()) as change:
        change.nothing_changed()
    assert await services.database.fetch(EVENTS) == []


async def test_the_process_that_changed_configuration_sees_it_at_once(services: Services, clock: MovableClock) -> None:
    async with unit(services, OPERATOR, None, clock()) as change:
        await set_brand(change, "Acme")
        await change.record(ConfigurationChanged(name="brand_name", before=None, after="Acme"))
    assert (await services.configuration()).values.brand_name == "Acme"


async def test_an_event_says_when_who_what_and_about_whom(services: Services, clock: MovableClock) -> None:
    """ASVS 16.2.1."""
    user, group = await person(services, "bob", bytes(32), clock()), GroupId(uuid4())
    async with unit(services, OPERATOR, ORIGIN, clock()) as change:
        await change.record(MemberAdded(group=group, name="staff"), user=user, client=ClientId("shop"))
    [row] = await services.database.fetch(EVENTS)
    assert (row["at"], row["kind"], row["actor_kind"]) == (clock(), "member_added", "command")
    assert (row["user_id"], row["client_id"], row["request_id"]) == (user, "shop", "r-1")
    assert row["details"] == {"group": str(group), "name": "staff"}


async def test_what_is_personal_opens_with_the_persons_salt_alone(services: Services, clock: MovableClock) -> None:
    """Erasing the salt makes it unreadable while the record stays whole."""
    user = await person(services, "bob", bytes(range(32)), clock())
    async with unit(services, OPERATOR, ORIGIN, clock()) as change:
        await change.record(UserCreated(username="bob", email="bob@example.org"), user=user)
    [row] = await services.database.fetch(EVENTS)
    place = event_place(at=row["at"], kind=row["kind"], user=user)
    person_of = Person(user=user, salt=bytes(range(32)))
    assert open_personal(services.service_keys, person_of, Sealed(row["personal"]), place) == {
        "username": "bob",
        "email": "bob@example.org",
        "address": "192.0.2.7",
        "agent": "Canary/1.0",
        "actor_name": "alice-at-the-shell",
    }
    for other in (None, Person(user=user, salt=bytes(32))):
        with pytest.raises(CannotOpen):
            open_personal(services.service_keys, other, Sealed(row["personal"]), place)
    assert b"bob" not in row["personal"]


async def test_an_event_about_nobody_we_know_is_sealed_all_the_same(services: Services, clock: MovableClock) -> None:
    async with unit(services, Actor(kind="anonymous"), ORIGIN, clock()) as change:
        await change.record(CsrfFailed(path="/sign-in"))
    [row] = await services.database.fetch(EVENTS)
    place = event_place(at=row["at"], kind="csrf_failed", user=None)
    assert open_personal(services.service_keys, None, Sealed(row["personal"]), place)["address"] == "192.0.2.7"


async def test_an_actor_the_schema_does_not_know_is_refused(services: Services, clock: MovableClock) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await services.database.execute(
            "INSERT INTO security_events (at, kind, actor_kind) VALUES ($1, 'x', 'robot')", clock()
        )
