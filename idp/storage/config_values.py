"""The configuration that lives in the database, as one typed value: every name, its default, what it accepts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from idp.authenticators.acr import NAMES, Aliases
from idp.authenticators.methods import Level
from idp.authenticators.totp import ALGORITHMS, DEFAULT, TotpParameters
from idp.directory.own_profile import SELF_SERVICE
from idp.login.browser_session import SessionLifetimes

_LONGEST_TEXT = 100
_HOST = re.compile(r"(?:[A-Za-z0-9_.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_ALIAS = re.compile(r"[!-~]{1,200}")
_LEAST_EVENT_DAYS, _MOST_EVENT_DAYS = 30, 3650  # the database's own function holds the first as well


class InvalidConfiguration(ValueError):
    """One sentence for whoever set it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigValues:
    """What is not set has its default."""

    brand_name: str = "idp"
    support_contact: str | None = None
    """Whom people without phone and codes shall ask: a name, address or number, shown as text."""
    acr_aliases: Aliases = field(default_factory=dict)
    app_codes: TotpParameters = DEFAULT
    """Of authenticator apps set up from now on; those that are there keep their own."""
    session_lifetimes: SessionLifetimes = field(default_factory=SessionLifetimes)
    security_event_days: int = 400
    """How long security events are kept; read by the database itself."""
    legacy_response_types: bool = False
    """Whether clients registered for them may use the implicit and hybrid flows, which OAuth 2.1 dropped."""
    open_registration: bool = False
    """Whether anybody may register a client, without an initial access token (RFC 7591 3)."""
    fetch_hosts: frozenset[str] = frozenset()
    """`host` or `host:port`: what may be fetched from there though its address is not public."""

    self_service_fields: frozenset[str] = SELF_SERVICE
    """What people change of their own profile in the portal; the rest is for admins."""


def of(stored: Mapping[str, Any]) -> ConfigValues:  # values of any JSON type, as stored or as typed in
    """Raises InvalidConfiguration for an unknown name or a value that is not allowed."""
    values = ConfigValues()
    for name, value in stored.items():
        if name not in _SETTERS:
            raise InvalidConfiguration(f"there is no configuration {name}")
        values = _SETTERS[name](values, value)
    if values.session_lifetimes.idle > values.session_lifetimes.absolute:
        raise InvalidConfiguration("session_idle_seconds must not exceed session_absolute_seconds")
    return values


def names() -> tuple[str, ...]:
    """All that can be set, in alphabetical order."""
    return tuple(sorted(_SETTERS))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise InvalidConfiguration(f"{name} must be 1 to {_LONGEST_TEXT} printable characters")
    return value


def _number(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidConfiguration(f"{name} must be a whole number from {least} to {most}")
    return value


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidConfiguration(f"{name} must be true or false")
    return value


def _hosts(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(host, str) and _HOST.fullmatch(host) for host in value):
        raise InvalidConfiguration('fetch_hosts must be a JSON list of hosts such as ["app.internal", "10.0.0.7:8443"]')
    return frozenset(host.lower() for host in value)


def _fields(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name in SELF_SERVICE for name in value):
        some = ", ".join(sorted(SELF_SERVICE))
        raise InvalidConfiguration(f"self_service_fields must be a JSON list of some of {some}")
    return frozenset(value)


def _aliases(value: object) -> dict[str, Level]:
    levels = {name: level for level, name in NAMES.items()}
    if not isinstance(value, Mapping) or not all(str(level) in levels for level in value.values()):
        raise InvalidConfiguration(
            'acr_aliases must be a JSON object such as {"https://refeds.org/profile/mfa": "2fa"}'
        )
    if not all(_ALIAS.fullmatch(str(name)) and name not in levels for name in value):
        # acr_values is a list with spaces between (OIDC Core 3.1.2.1), and our own names keep their meaning
        raise InvalidConfiguration("acr_aliases must be named in printable ASCII without spaces, and not as our levels")
    return {str(name): levels[str(level)] for name, level in value.items()}


def _idle(values: ConfigValues, value: object) -> ConfigValues:
    # SP 800-63B 2.2.3: at AAL2 one hour at most.
    seconds = _number("session_idle_seconds", value, 60, 3600)
    return replace(values, session_lifetimes=replace(values.session_lifetimes, idle=timedelta(seconds=seconds)))


def _absolute(values: ConfigValues, value: object) -> ConfigValues:
    # SP 800-63B 2.2.3: at AAL2 24 hours at most.
    seconds = _number("session_absolute_seconds", value, 300, 86_400)
    return replace(values, session_lifetimes=replace(values.session_lifetimes, absolute=timedelta(seconds=seconds)))


def _algorithm(values: ConfigValues, value: object) -> ConfigValues:
    if value not in ALGORITHMS:
        raise InvalidConfiguration(f"app_code_algorithm must be one of {', '.join(ALGORITHMS)}")
    return replace(values, app_codes=replace(values.app_codes, algorithm=value))


def _digits(values: ConfigValues, value: object) -> ConfigValues:
    digits = _number("app_code_digits", value, 6, 8)
    return replace(values, app_codes=replace(values.app_codes, digits=digits))


def _period(values: ConfigValues, value: object) -> ConfigValues:
    # SP 800-63B 3.1.4.1 allows two minutes at most; apps know these.
    if value not in (30, 60) or isinstance(value, bool):
        raise InvalidConfiguration("app_code_period_seconds must be 30 or 60")
    return replace(values, app_codes=replace(values.app_codes, period=value))


_SETTERS: Mapping[str, Callable[[ConfigValues, Any], ConfigValues]] = {
    "brand_name": lambda values, value: replace(values, brand_name=_text("brand_name", value)),
    "support_contact": lambda values, value: replace(values, support_contact=_text("support_contact", value)),
    "app_code_algorithm": _algorithm,
    "app_code_digits": _digits,
    "app_code_period_seconds": _period,
    "acr_aliases": lambda values, value: replace(values, acr_aliases=_aliases(value)),
    "legacy_response_types": lambda values, value: replace(
        values, legacy_response_types=_switch("legacy_response_types", value)
    ),
    "open_registration": lambda values, value: replace(values, open_registration=_switch("open_registration", value)),
    "fetch_hosts": lambda values, value: replace(values, fetch_hosts=_hosts(value)),
    "self_service_fields": lambda values, value: replace(values, self_service_fields=_fields(value)),
    "session_idle_seconds": _idle,
    "session_absolute_seconds": _absolute,
    "security_event_days": lambda values, value: replace(
        values,
        security_event_days=_number("security_event_days", value, _LEAST_EVENT_DAYS, _MOST_EVENT_DAYS),
    ),
}
