"""E-mail addresses: their shape. Whether one is reachable is known only after our own mail was answered."""

import re
import unicodedata

from idp.directory.invalid import InvalidValue
from idp.directory.text import has_unseen

FIELD = "email"
LONGEST = 254
LONGEST_LOCAL = 64
"""RFC 5321 4.5.3.1.1."""

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_UNWANTED_LOCAL = re.compile(r'[\s"(),:;<>@\[\]\\]|=\?|^\.|\.$|\.\.')
"""Also what begins an encoded word (RFC 2047 2): a header that holds one is read as another address."""


def email(text: str) -> str:
    """The address as it is kept, its domain in lower case; raises InvalidValue for what no mail can be sent to.

    Letters of any script pass (RFC 6531); quoted local parts and address literals do not, since relying apps choke on
    them. Two addresses are compared by `user.login_name`, as they stand in one table with the names.
    """
    local, _, domain = text.strip().rpartition("@")
    if len(local) > LONGEST_LOCAL or len(local) + 1 + len(domain) > LONGEST:
        raise InvalidValue(FIELD, "The address is too long to receive mail.")
    # Names are compared in a form that makes plain signs of wide ones: what is unwanted there is unwanted here.
    told = unicodedata.normalize("NFKC", local)
    if not (local and _DOMAIN.fullmatch(domain)) or _UNWANTED_LOCAL.search(told) or has_unseen(local):
        raise InvalidValue(FIELD, "Enter an address like name@example.com.")
    return f"{local}@{domain.lower()}"
