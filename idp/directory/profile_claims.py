"""The standard claims that can be written into an account (OIDC Core 5.1), and the syntax of each.

Owns no e-mail (`email`) and no username (`user`); `updated_at` follows from writing, nobody sets it.
"""

import re
from collections.abc import Callable
from datetime import date

from idp.directory.invalid import InvalidValue
from idp.directory.person import ADDRESS_PARTS, PROFILE_TEXTS
from idp.directory.text import LONGEST_CANDIDATE, one_line

PHONE = "phone_number"
ADDRESS_PREFIX = "address."
SETTABLE = (*PROFILE_TEXTS, PHONE, *(ADDRESS_PREFIX + part for part in ADDRESS_PARTS))
"""Names under which `checked` takes a value; the members of the address are dotted: `address.locality`."""

LONGEST = 200
_SEVERAL_LINES = frozenset({"address.formatted", "address.street_address"})
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}")
_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]+\]"
_URL = re.compile(
    rf"https://(?:{_HOST})(?::[0-9]{{1,5}})?(?:[/?#][\w!#$%&'()*+,./:;=?@\[\]~-]*)?", re.ASCII | re.IGNORECASE
)


def checked(name: str, text: str) -> str:
    """The value as it is kept; raises InvalidValue with one sentence, also for a name that nobody can set."""
    if name not in SETTABLE:
        raise InvalidValue(name, "This cannot be set. These can: " + ", ".join(SETTABLE) + ".")
    if name in _SEVERAL_LINES:
        return _lines(name, text)
    return _SYNTAX.get(name, _text)(name, text)


def _text(name: str, text: str) -> str:
    return one_line(name, text, LONGEST)


def _lines(name: str, text: str) -> str:
    """OIDC Core 5.1.1: these two may hold line breaks."""
    lines = text.strip().replace("\r\n", "\n").split("\n")
    if len(text) > LONGEST:
        raise InvalidValue(name, f"Use at most {LONGEST} characters.")
    return "\n".join(one_line(name, line, LONGEST) for line in lines)


def _birthdate(name: str, text: str) -> str:
    """OIDC Core 5.1: YYYY-MM-DD, YYYY alone, or 0000-MM-DD where the year is left out."""
    value = _text(name, text)
    year, *rest = value.split("-", 1)
    # The year 0000 is no year of `date`; 2000 had a 29 February, which someone born then may state.
    complete = "-".join(["2000" if year == "0000" else year, *(rest or ["01-01"])])
    try:
        well_formed = re.fullmatch(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?", value, re.ASCII) and date.fromisoformat(complete)
    except ValueError:
        well_formed = None
    if not well_formed or value == "0000":
        raise InvalidValue(name, "Enter a date as YYYY-MM-DD, a year as YYYY, or a day without its year as 0000-MM-DD.")
    return value


def _zone(name: str, text: str) -> str:
    """The shape alone: which zones exist differs from machine to machine."""
    return _matching(_ZONE, name, text, "Enter a time zone such as Europe/Paris.")


def _language(name: str, text: str) -> str:
    """BCP 47; the underscore that some systems write becomes a hyphen."""
    return _matching(_LANGUAGE, name, text.replace("_", "-"), "Enter a language such as en-GB.")


def _telephone(name: str, text: str) -> str:
    """E.164, as OIDC Core 5.1 recommends; the usual spaces, dots, dashes and brackets are dropped."""
    return _matching(_PHONE, name, re.sub(r"[ ().\-/\u00a0]", "", text), "Enter a number such as +1 604 555 1234.")


def _matching(pattern: re.Pattern[str], name: str, text: str, sentence: str) -> str:
    value = text.strip()
    if not pattern.fullmatch(value):
        raise InvalidValue(name, sentence)
    return value


def _url(name: str, text: str) -> str:
    """An absolute https URL in ASCII: relying apps put it into links and images."""
    if len(text) > LONGEST_CANDIDATE:
        raise InvalidValue(name, f"Use at most {LONGEST_CANDIDATE} characters.")
    return _matching(_URL, name, text, "Enter an address that begins with https://.")


_SYNTAX: dict[str, Callable[[str, str], str]] = {
    "birthdate": _birthdate,
    "zoneinfo": _zone,
    "locale": _language,
    "website": _url,
    "picture": _url,
    "profile": _url,
    PHONE: _telephone,
}
