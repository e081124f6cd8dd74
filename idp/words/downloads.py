"""The file of recovery codes: its text and its name. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime

from idp.words import times
from idp.words.speech import say


def recovery_codes(*, brand: str, account: str, made_at: datetime, codes: Iterable[str]) -> str:
    """Plain text with the line ends that every editor opens."""
    head = say(
        "%(brand)s: recovery codes of %(account)s, made on %(day)s",
        brand=brand,
        account=account,
        day=times.full_day(made_at),
    )
    use = say("Each works once, in place of a code of your authenticator app. Keep them apart from your password.")
    return "\r\n".join((head, use, "", *codes, ""))


def file_name(*, brand: str, account: str, made_at: datetime) -> str:
    """`brand-recovery-codes-alice-2031-03-05.txt`: letters that every file system takes; no domain of an address."""
    local = account.partition("@")[0]
    return f"{_plain(brand, 'account')}-recovery-codes-{_plain(local, 'mine')}-{made_at:%Y-%m-%d}.txt"


def _plain(text: str, otherwise: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or otherwise
