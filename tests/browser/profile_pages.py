"""Filled-in views of the Profile page and of another e-mail address, by a name that a test can print."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from idp.directory.own_profile import SELF_SERVICE
from idp.usecases.zones import by_region
from idp.web import profile_views as views
from idp.web.shell import FieldError, FieldName
from idp.web.views import View
from idp.words import own_account
from tests.browser.portal_frame import AT, portal

LONG = "maximiliane-charlotte.wolkenstein@verwaltung.example.org"
WAITING = views.Waiting(address="alice@new.example", until=AT + timedelta(hours=23, minutes=40))

PROFILE = views.ProfilePage(
    shell=portal("Profile"),
    username="alice",
    values={
        "name": "Alice Ito",
        "given_name": "Alice",
        "family_name": "Ito",
        "locale": "de",
        "zoneinfo": "Europe/Berlin",
        "theme": "system",
    },
    editable=SELF_SERVICE,
    locales={"en": "English", "de": "Deutsch"},
    zones=by_region(),
    email="alice@example.com",
    email_verified=True,
    email_url="/email",
    email_managed=False,
    waiting=None,
    groups=("staff", "ops"),
    at=AT,
)
EMAIL = views.OwnEmailPage(shell=portal("Profile"), current="alice@example.com", hours=24, back_url="/back")
SENT = views.OwnEmailSentPage(
    shell=portal("Profile"),
    waiting=WAITING,
    current="alice@example.com",
    at=AT,
    again_url="/again",
    back_url="/back",
)
DEAD = views.DeadEmailLinkPage(
    shell=portal("Profile"), foreign=False, taken=False, again_url="/again", back_url="/back"
)


def refused(view: View, **said: str) -> View:
    """The same page after a submission that was refused."""
    names: list[FieldName] = [name for name in ("name", "zoneinfo", "email") if name in said]
    errors = tuple(FieldError(field=name, message=said[name]) for name in names)
    return replace(view, shell=replace(view.shell, errors=errors))


PROFILE_VIEWS: dict[str, View] = {
    "profile": PROFILE,
    "profile-saved": replace(PROFILE, saved=True, waiting=WAITING),
    "profile-light": replace(PROFILE, shell=replace(PROFILE.shell, theme="light")),
    "profile-dark": replace(PROFILE, shell=replace(PROFILE.shell, theme="dark"), email_verified=False),
    "profile-wrong": refused(
        replace(PROFILE, values={"name": "x" * 201, "zoneinfo": "Mars/Olympus_Mons", "locale": "tlh"}),
        name=own_account.profile_field_refused("name"),
        zoneinfo=own_account.profile_field_refused("zoneinfo"),
    ),
    "profile-managed": replace(PROFILE, editable=frozenset(), email_url=None, email_managed=True),
    "profile-long": replace(
        PROFILE,
        shell=portal("Profile", LONG),
        username=LONG,
        values={"name": "Maximiliane-Charlotte Freifrau von und zu Wolkenstein-Oberhausen"},
        email=None,
        email_verified=False,
        email_url=None,
        groups=(),
    ),
    "own-email": EMAIL,
    "own-email-wrong": refused(replace(EMAIL, typed="alice@", current=None), email=own_account.address_shape()),
    "own-email-sent": SENT,
    "own-email-none": replace(SENT, waiting=None),
    "confirm-email": views.ConfirmEmailPage(
        shell=portal("Profile"), username=LONG, address=LONG, current="alice@example.com", back_url="/back"
    ),
    "email-confirmed": views.EmailConfirmedPage(shell=portal("Profile"), address=LONG, back_url="/back"),
    "dead-email-link": DEAD,
    "dead-email-link-foreign": replace(DEAD, foreign=True),
    "dead-email-link-taken": replace(DEAD, taken=True),
}
