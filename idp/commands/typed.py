"""What stands between the command line and a value: dates, NAME=VALUE pairs, passwords from prompt or stdin."""

import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time

import typer

from idp.values.secrets import Password


def date(text: str) -> datetime:
    """`2027-01-31` is the end of that day in UTC, `2027-01-31T18:00` an instant (UTC unless an offset is given)."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter("use a date such as 2027-01-31, or an instant such as 2027-01-31T18:00") from None
    if len(text.strip()) <= len("2027-01-31"):
        parsed = datetime.combine(parsed.date(), time(23, 59, 59))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def start(text: str) -> datetime:
    """As `date`, but a day without a time is its first instant."""
    return date(text if len(text.strip()) > len("2027-01-31") else f"{text.strip()}T00:00")


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`name=value` arguments in order; an empty value means «remove»."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter("write each field as NAME=VALUE, such as given_name=Alice")
        found[name.strip()] = value.strip()
    return found


def new_password(of_whom: str) -> Password:
    """Asked twice at a terminal, else the first line of stdin; never an argument, which others could see."""
    if not sys.stdin.isatty():
        try:
            return Password(sys.stdin.readline().rstrip("\r\n"))
        except UnicodeDecodeError:
            raise typer.BadParameter("the password on stdin is not UTF-8") from None
    first = getpass.getpass(f"Password for {of_whom}: ")
    if getpass.getpass("The same again: ") != first:
        raise typer.BadParameter("the two passwords differ; nothing was changed")
    return Password(first)
