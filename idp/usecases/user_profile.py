"""The profile of a user, changed by somebody else: names, address, claims. One change, however many fields."""

from collections.abc import Mapping
from dataclasses import replace

from idp.audit.directory import EmailVouchedFor, UserChanged
from idp.audit.profile import AddressLeft
from idp.directory.email import email
from idp.directory.permissions import Permission
from idp.directory.person import Person
from idp.directory.profile_claims import ADDRESS_PREFIX, PHONE, SETTABLE, checked
from idp.directory.user import username
from idp.storage import people, users
from idp.usecases.management import Refused, found_user
from idp.usecases.unit import Unit
from idp.usecases.users import take_names

PERMISSION = Permission.USERS_WRITE

USERNAME, EMAIL, EMAIL_VERIFIED, PHONE_VERIFIED = "username", "email", "email_verified", "phone_number_verified"
FIELDS = (USERNAME, EMAIL, EMAIL_VERIFIED, *SETTABLE, PHONE_VERIFIED)
"""All that `change` takes; the members of the address are dotted: `address.locality`."""

_WORDS = {"true": True, "yes": True, "false": False, "no": False}


async def change(unit: Unit, name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Write these fields, an empty text removes one; returns the names of those that differ now.

    A new address or number is unverified unless it is called verified in the same breath. Raises NotFound,
    InvalidValue, and Refused for a name somebody has.
    """
    user = await found_user(unit.connection, name)
    before = await people.get(unit.connection, user.id)
    after = changed(before, values)
    flat_before, flat_after = flat(before), flat(after)
    fields = tuple(field for field in FIELDS if flat_before.get(field) != flat_after.get(field))
    if not fields:
        unit.nothing_changed()
        return ()
    await users.update(unit.connection, user.id, after, unit.at)
    await take_names(unit, user.id, after.preferred_username, after.email if after.email_verified else None)
    if EMAIL_VERIFIED in fields and after.email_verified and after.email:
        await unit.record(EmailVouchedFor(email=after.email), user=user.id)
    if set(fields) != {EMAIL_VERIFIED} or not after.email_verified:
        told = [field for field in fields if field != EMAIL_VERIFIED or not after.email_verified]
        event = UserChanged(
            fields=tuple(told),
            before={field: flat_before.get(field) for field in told},
            after={field: flat_after.get(field) for field in told},
        )
        await unit.record(event, user=user.id)
    if EMAIL in fields and before.email and before.email_verified:
        await unit.record(AddressLeft(email=before.email), user=user.id)
    return fields


def changed(person: Person, values: Mapping[str, str]) -> Person:
    """The person with those values, each checked. Raises InvalidValue, and Refused for fields that go together."""
    unknown = [field for field in values if field not in FIELDS]
    if unknown:
        raise Refused(f"There is no field {unknown[0]}. These can be set: {', '.join(FIELDS)}.")
    profile, address = dict(person.profile), dict(person.address)
    for field in SETTABLE:
        if field in values and field != PHONE:
            into = address if field.startswith(ADDRESS_PREFIX) else profile
            _put(into, field.removeprefix(ADDRESS_PREFIX), checked(field, values[field]) if values[field] else None)
    changed_person = replace(person, profile=profile, address=address)
    return _with_phone(_with_email(_with_username(changed_person, values), values), values)


def flat(person: Person) -> dict[str, object]:
    """Every field that has a value, under the names of FIELDS."""
    fields: dict[str, object] = {
        USERNAME: person.preferred_username,
        EMAIL: person.email,
        EMAIL_VERIFIED: person.email_verified if person.email else None,
        **person.profile,
        PHONE: person.phone_number,
        PHONE_VERIFIED: person.phone_number_verified if person.phone_number else None,
        **{ADDRESS_PREFIX + part: text for part, text in person.address.items()},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _put(texts: dict[str, str], name: str, value: str | None) -> None:
    texts.pop(name, None)
    if value is not None:
        texts[name] = value


def _with_username(person: Person, values: Mapping[str, str]) -> Person:
    return replace(person, preferred_username=username(values[USERNAME])) if USERNAME in values else person


def _with_email(person: Person, values: Mapping[str, str]) -> Person:
    address = person.email if EMAIL not in values else (email(values[EMAIL]) if values[EMAIL] else None)
    kept = person.email_verified and address == person.email
    verified = _word(values, EMAIL_VERIFIED, otherwise=kept)
    if verified and address is None:
        raise Refused("There is no address to call verified.")
    return replace(person, email=address, email_verified=verified)


def _with_phone(person: Person, values: Mapping[str, str]) -> Person:
    number = person.phone_number if PHONE not in values else (checked(PHONE, values[PHONE]) if values[PHONE] else None)
    kept = person.phone_number_verified and number == person.phone_number
    verified = _word(values, PHONE_VERIFIED, otherwise=kept)
    if verified and number is None:
        raise Refused("There is no telephone number to call verified.")
    return replace(person, phone_number=number, phone_number_verified=verified)


def _word(values: Mapping[str, str], field: str, *, otherwise: bool) -> bool:
    if field not in values:
        return otherwise
    word = _WORDS.get(values[field].strip().casefold())
    if word is None:
        raise Refused(f"{field} is true or false.")
    return word
