"""The frame of a page of the portal, for sample pages, and the instant at which they are shown."""

from __future__ import annotations

from datetime import UTC, datetime

from idp.web.shell import Brand, Idle, NavItem, Shell

AT = datetime(2031, 3, 5, 14, 22, 40, tzinfo=UTC)
WORDS = ("Profile", "Password", "Two-factor", "Sessions", "Connected apps", "Activity")


def portal(here: str, name: str = "alice@example.com") -> Shell:
    """The frame of a page of the portal."""
    return Shell(
        brand=Brand(name="Northwind", contact="help@example.org"),
        action="/here",
        csrf="token",
        nav=tuple(NavItem(text=words, url="/account", here=words == here) for words in WORDS),
        signed_in_as=name,
        sign_out_url="/logout",
        idle=Idle(after="1 hour", seconds=3420, stay_url="/account/stay"),
    )
