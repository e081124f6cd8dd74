"""One filled-in view for each page of the portal and each of its states, by a name that a test can print."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.web import portal_views as views
from idp.web.shell import Brand, FieldError, NavItem, Shell
from idp.web.views import View
from idp.words import messages

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
    )


APP = views.BoundApp(since=AT - timedelta(days=40), used_at=AT - timedelta(hours=2))
TWO_FACTOR = views.TwoFactorPage(
    shell=portal("Two-factor"),
    apps=(),
    at=AT,
    codes_left=0,
    required=None,
    app_action="/app",
    codes_action="/codes",
    off_url="/off",
)

OWN_PASSWORD = views.OwnPasswordPage(shell=portal("Password"), username="alice", minimum=15)
CARDS = tuple(
    views.SessionCard(
        id=str(number),
        here=number == 0,
        browser=browser,
        address=address,
        since=AT - timedelta(hours=5 + 20 * number),
        seen_at=AT - timedelta(hours=20 * number),
        two_factor=number < 2,
        apps=apps,
    )
    for number, (browser, address, apps) in enumerate(
        (
            ("Firefox on Windows", "203.0.113.7", ("Wiki", "Chat")),
            ("Safari on iPhone", "2001:db8:85a3:8d3:1319:8a2e:370:7348", ()),
            ("an unknown browser", "", ("Verwaltungsinformationssystemzugangsportal",)),
        )
    )
)

PORTAL_VIEWS: dict[str, View] = {
    "profile": views.ProfilePage(
        shell=portal("Profile"),
        username="alice",
        name="Alice Ito",
        email="alice@example.com",
        email_verified=False,
        groups=("staff", "ops"),
    ),
    "profile-long": views.ProfilePage(
        shell=portal("Profile", "maximiliane-charlotte.wolkenstein@verwaltung.example.org"),
        username="maximiliane-charlotte.wolkenstein@verwaltung.example.org",
        name=None,
        email=None,
        email_verified=False,
        groups=(),
    ),
    "own-password": OWN_PASSWORD,
    "own-password-wrong": replace(
        OWN_PASSWORD,
        shell=replace(
            portal("Password"),
            errors=(FieldError(field="password", message=messages.current_password_wrong()),),
        ),
        sign_out_others=False,
    ),
    "own-password-done": views.OwnPasswordDonePage(shell=portal("Password"), back_url="/back"),
    "sessions": views.SessionsPage(
        shell=portal("Sessions"), cards=CARDS, at=AT, end_action="/end", end_others_action="/others"
    ),
    "sessions-one": views.SessionsPage(
        shell=portal("Sessions"), cards=CARDS[:1], at=AT, end_action="/end", end_others_action="/others"
    ),
    "connected-apps": views.ConnectedAppsPage(
        shell=portal("Connected apps"),
        cards=(
            views.AppCard(
                id="wiki",
                name="Wiki",
                home_url="https://wiki.example.org/",
                permissions=("Your name", "Your email", "Your groups"),
                since=AT - timedelta(days=90),
                used_at=AT - timedelta(hours=3),
            ),
            views.AppCard(
                id="portal",
                name="Verwaltungsinformationssystemzugangsportal",
                home_url=None,
                permissions=("Know who you are here",),
                since=AT,
                used_at=AT,
            ),
        ),
        at=AT,
        disconnect_action="/disconnect",
    ),
    "connected-apps-none": views.ConnectedAppsPage(
        shell=portal("Connected apps"), cards=(), at=AT, disconnect_action="/disconnect"
    ),
    "activity": views.ActivityPage(
        shell=portal("Activity"),
        lines=(
            views.ActivityLine(words="Signed in to Wiki", browser="Firefox on Windows", address="203.0.113.7", at=AT),
            views.ActivityLine(
                words="Wrong code",
                browser="",
                address="2001:db8:85a3:8d3:1319:8a2e:370:7348",
                at=AT - timedelta(days=1),
            ),
            views.ActivityLine(words="Password set by an admin", browser="", address="", at=AT - timedelta(days=9)),
        ),
        at=AT,
        sessions_url="/sessions",
        password_url="/password",
    ),
    "two-factor-off": TWO_FACTOR,
    "two-factor-on": views.TwoFactorPage(
        shell=portal("Two-factor"),
        apps=(APP,),
        at=AT,
        codes_left=7,
        required=None,
        app_action="/app",
        codes_action="/codes",
        off_url="/off",
    ),
    "two-factor-required": views.TwoFactorPage(
        shell=portal("Two-factor"),
        apps=(APP, APP),
        at=AT,
        codes_left=1,
        required=messages.factor_required("group", "Admins", "Northwind"),
        app_action="/app",
        codes_action="/codes",
        off_url="/off",
    ),
    "two-factor-done": views.TwoFactorDonePage(shell=portal("Two-factor"), back_url="/back", others_action="/others"),
    "two-factor-turn-off": views.TwoFactorOffPage(shell=portal("Two-factor"), on=True, required=None, back_url="/back"),
}
