"""The configuration that lives in the database: listed with its defaults, set and unset, each value checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.audit.service import ConfigurationChanged
from idp.authenticators.acr import acr_of
from idp.directory.permissions import Permission
from idp.storage import config_values, configuration
from idp.storage.config_values import ConfigValues, InvalidConfiguration
from idp.usecases.management import NotFound
from idp.usecases.services import Services
from idp.usecases.unit import Unit

__all__ = ["Entry", "InvalidConfiguration", "change", "list_values", "show"]

PERMISSION = Permission.CONFIGURATION_WRITE
READING = Permission.CONFIGURATION_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name: the value in force, a JSON value, and whether somebody set it."""

    name: str
    value: object
    is_default: bool


async def list_values(services: Services) -> tuple[Entry, ...]:
    """Everything that can be set, in alphabetical order."""
    stored = await configuration.stored_values(services.database)
    in_force = flat(config_values.of(stored))
    return tuple(
        Entry(name=name, value=in_force[name], is_default=name not in stored) for name in config_values.names()
    )


async def show(services: Services, name: str) -> Entry:
    """One of them. Raises NotFound."""
    for entry in await list_values(services):
        if entry.name == name:
            return entry
    raise NotFound(f"There is no configuration of that name. There are: {', '.join(config_values.names())}.")


async def change(unit: Unit, name: str, value: object) -> bool:
    """Set a JSON value; None goes back to the default. False where it was so already. Raises InvalidConfiguration."""
    stored = await configuration.stored_values(unit.connection)
    wanted = {each: kept for each, kept in stored.items() if each != name}
    if value is not None or name not in config_values.names():
        wanted[name] = value
    config_values.of(wanted)
    before = stored.get(name)
    if before == value:
        unit.nothing_changed()
        return False
    if value is None:
        await configuration.unset_value(unit.connection, name)
    else:
        await configuration.set_value(unit.connection, name, value, unit.at)
    await unit.record(ConfigurationChanged(name=name, before=before, after=value))
    return True


def flat(values: ConfigValues) -> Mapping[str, object]:
    """Each value as JSON, under the name it is set by."""
    return {
        "acr_aliases": {alias: acr_of(level) for alias, level in values.acr_aliases.items()},
        "app_code_algorithm": values.app_codes.algorithm,
        "app_code_digits": values.app_codes.digits,
        "app_code_period_seconds": values.app_codes.period,
        "brand_name": values.brand_name,
        "fetch_hosts": sorted(values.fetch_hosts),
        "legacy_response_types": values.legacy_response_types,
        "open_registration": values.open_registration,
        "security_event_days": values.security_event_days,
        "self_service_fields": sorted(values.self_service_fields),
        "session_absolute_seconds": int(values.session_lifetimes.absolute.total_seconds()),
        "session_idle_seconds": int(values.session_lifetimes.idle.total_seconds()),
        "support_contact": values.support_contact,
    }
