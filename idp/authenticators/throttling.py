"""How failures in a row slow an authenticator down, and how one source is counted. Numbers and functions only.

Owns no counter: `storage` counts in one statement before a secret is looked at (reserve), so that parallel tries cannot
outrun it. That statement takes `PAUSE_SECONDS`. A success resets only the counter it belongs to (SP 800-63B 3.2.2).
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

FIRST_PAUSE_AT = 10
PAUSE_EVERY = 5
PAUSES = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))
"""The first pauses; the last of them is also every further one."""
LIMIT = 100
"""SP 800-63B 3.2.2: after 100 failures in a row an authenticator is disabled."""
SHOWN_TRIES = 3

SOURCE_LIMIT = 50
SOURCE_WINDOW = timedelta(minutes=10)
UNKNOWN_SOURCE = "unknown"

ASKING_WINDOW = timedelta(hours=1)
ASKED_OF_ACCOUNT = 3
"""Links for a forgotten password that one account is mailed in that time."""
ASKED_BY_SOURCE = 30
"""How often one source may ask for one."""
ADDRESSES_ASKED = 5
"""Addresses that one person may ask to have confirmed in that time: each of them is written to."""
LINKS_REFUSED = 30
"""Mailed links that do nothing, which one source may open in that time."""


def pause_after(failures: int) -> timedelta | None:
    """The pause that begins with this failure; None where none does, or where the authenticator is disabled instead."""
    pauses_before, rest = divmod(failures - FIRST_PAUSE_AT, PAUSE_EVERY)
    if pauses_before < 0 or rest or disabled(failures):
        return None
    return PAUSES[min(pauses_before, len(PAUSES) - 1)]


def disabled(failures: int) -> bool:
    """Whether that many failures close the authenticator for good (for passwords: to unknown browsers)."""
    return failures >= LIMIT


def tries_left(failures: int) -> int:
    """Tries until the next pause, or until the authenticator is disabled."""
    if disabled(failures):
        return 0
    if failures < FIRST_PAUSE_AT:
        return FIRST_PAUSE_AT - failures
    return PAUSE_EVERY - (failures - FIRST_PAUSE_AT) % PAUSE_EVERY


def shows_tries_left(failures: int) -> bool:
    """Whether the page counts the tries left: only the last three, since earlier it would frighten for nothing."""
    return tries_left(failures) <= SHOWN_TRIES


def next_pause(failures: int) -> timedelta | None:
    """How long the pause will be that `tries_left` counts down to; None where the authenticator will be disabled."""
    return pause_after(failures + tries_left(failures))


PAUSE_SECONDS = tuple(int((pause_after(failures) or timedelta()).total_seconds()) for failures in range(1, LIMIT + 1))
"""For SQL: element n, counted from 1 as PostgreSQL does, is the pause in seconds that the n-th failure begins."""


def source_key(address: str) -> str:
    """What one source of requests is counted under: an IPv4 address, or the /64 that an IPv6 host can move within."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return UNKNOWN_SOURCE
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), 64), strict=False))
