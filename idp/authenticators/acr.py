"""`acr`: the names of levels that relying apps ask for and compare with (OIDC Core 2, RFC 9470).

Owns the names and which one a token carries. Owns no decision about which level is required (`policy`).
"""

from collections.abc import Iterable, Mapping, Sequence

from idp.authenticators.methods import Level

Aliases = Mapping[str, Level]
"""Further names of levels, from configuration, such as `https://refeds.org/profile/mfa`."""

NAMES = {Level.ONE: "1fa", Level.TWO: "2fa", Level.PHISHING_RESISTANT: "phr"}
"""`phr` as OpenID Connect Extended Authentication Profile ACR Values 1.0, 2 has it."""
_LEVELS = {name: level for level, name in NAMES.items()}


def acr_of(level: Level) -> str:
    """Our own name of a level; raises ValueError for NONE, of which no token may speak."""
    if level not in NAMES:
        raise ValueError("nothing was proved, so there is no acr")
    return NAMES[level]


def level_of(acr: str, aliases: Aliases) -> Level | None:
    """The level that a value names, or None; our own names cannot be given another meaning by an alias."""
    return _LEVELS.get(acr) or aliases.get(acr)


def advertised(aliases: Aliases) -> tuple[str, ...]:
    """`acr_values_supported` (OIDC Discovery 3): our names, then the aliases in a steady order."""
    return (*_LEVELS, *sorted(alias for alias in aliases if alias not in _LEVELS))


def reached_acr(level: Level, requested: Sequence[str], aliases: Aliases) -> str:
    """The highest requested value that `level` meets, spelt as requested, the first among equals; else our own name.

    Relying apps compare for equality, so an alias is answered by that alias (OIDC Core 3.1.2.1).
    """
    best, best_level = acr_of(level), Level.NONE
    for value in requested:
        asked = level_of(value, aliases)
        if asked is not None and best_level < asked <= level:
            best, best_level = value, asked
    return best


def lowest_level_asked(acr_values: Iterable[str], aliases: Aliases) -> Level | None:
    """The least level that meets one of the values; None when none is known, since the parameter is voluntary."""
    return min((level for value in acr_values if (level := level_of(value, aliases)) is not None), default=None)


def level_asked(ways: Iterable[Iterable[str]], aliases: Aliases) -> Level | None:
    """What must be reached where several lists of values were sent: the strictest of them, each at its lowest."""
    lowest = (lowest_level_asked(acr_values, aliases) for acr_values in ways)
    return max((level for level in lowest if level is not None), default=None)
