"""The profile of the person in the portal: shown, and changed as far as configuration leaves it to people."""

from collections.abc import Mapping
from typing import cast

from idp.audit.profile import ProfileChanged
from idp.directory.own_profile import CHOICES, NAMES, THEME, Changed, Offered, Unusable, changed
from idp.directory.person import Person
from idp.storage import own_profile as storage
from idp.storage import people
from idp.usecases.errors import Unavailable
from idp.usecases.portal import Present
from idp.usecases.zones import zones
from idp.words.speech import own_names


async def own_profile(present: Present) -> Person:
    """With the names of their groups."""
    return await people.get(present.scene.services.database, present.account.user)


def offered(present: Present) -> Offered:
    """What the form may change."""
    fields = present.scene.configuration.values.self_service_fields
    return Offered(fields=fields, locales=own_names(), zones=zones())


async def change_own_profile(present: Present, typed: Mapping[str, str]) -> Unusable | None:
    """None where it is as typed now; else the fields that were refused. Raises Unavailable where the person is gone."""
    person = await own_profile(present)
    before = shown(present, person)
    outcome = changed(before, typed, offered(present))
    if isinstance(outcome, Unusable):
        return outcome
    if outcome.values:
        await _write(present, before, outcome)
    return None


def shown(present: Present, person: Person) -> dict[str, str]:
    """The fields of the form that have a value."""
    texts: dict[str, str] = {name: person.profile[name] for name in (*NAMES, *CHOICES) if person.profile.get(name)}
    return {**texts, THEME: present.account.preferences.theme}


async def _write(present: Present, before: Mapping[str, str], outcome: Changed) -> None:
    scene, user = present.scene, present.account.user
    event = ProfileChanged(
        fields=tuple(sorted(outcome.values)),
        before={name: before.get(name) for name in outcome.values},
        after=cast("Mapping[str, object]", outcome.values),
    )
    events = scene.events(event, session=present.session.id)
    if not await storage.change(scene.services.database, user, outcome.values, events, present.at):
        raise Unavailable
