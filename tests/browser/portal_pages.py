"""One filled-in view for each page of the portal and each of its states, by a name that a test can print."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from idp.web import portal_views as views
from idp.web.shell import App, FieldError
from idp.web.views import View
from idp.words import field_errors, own_account
from tests.browser.activity_pages import ACTIVITY_VIEWS
from tests.browser.portal_frame import AT, portal
from tests.browser.profile_pages import PROFILE_VIEWS
from tests.browser.two_factor_pages import TWO_FACTOR_VIEWS

OWN_PASSWORD = views.OwnPasswordPage(shell=portal("Password"), username="alice", minimum=15)
CARDS = tuple(
    views.SessionCard(
        id=str(number),
        here=number == 0,
        browser=browser,
        address=address,
        place="Berlin, Germany" if number == 0 else "",
        since=AT - timedelta(hours=5 + 20 * number),
        seen_at=AT - timedelta(hours=20 * number),
        level=level,
        chosen=number == 1,
        apps=apps,
    )
    for number, (browser, address, level, apps) in enumerate(
        (
            ("Firefox on Windows", "203.0.113.7", own_account.session_level("2fa"), ("Wiki", "Chat")),
            ("Safari on iPhone", "2001:db8:85a3:8d3:1319:8a2e:370:7348", own_account.session_level("phr"), ()),
            (
                "an unknown browser",
                "",
                own_account.session_level("1fa"),
                ("Verwaltungsinformationssystemzugangsportal",),
            ),
        )
    )
)

PORTAL_VIEWS: dict[str, View] = {
    **PROFILE_VIEWS,
    "own-password": OWN_PASSWORD,
    "own-password-wrong": replace(
        OWN_PASSWORD,
        shell=replace(
            portal("Password"),
            errors=(FieldError(field="password", message=field_errors.current_password_wrong()),),
        ),
        sign_out_others=False,
        judged=own_account.password_good(31),
    ),
    "own-password-done": views.OwnPasswordDonePage(shell=portal("Password"), back_url="/back"),
    "sessions": views.SessionsPage(
        shell=portal("Sessions"), cards=CARDS, at=AT, end_action="/end", end_others_action="/others"
    ),
    "sessions-one": views.SessionsPage(
        shell=portal("Sessions"), cards=CARDS[:1], at=AT, end_action="/end", end_others_action="/others"
    ),
    "sessions-remembered": views.SessionsPage(
        shell=portal("Sessions"),
        cards=CARDS[:1],
        remembered=(
            views.RememberedCard(
                id="1",
                here=True,
                browser="Firefox on Windows",
                address="203.0.113.7",
                until=AT + timedelta(days=29),
                used_at=AT - timedelta(hours=3),
            ),
            views.RememberedCard(
                id="2",
                here=False,
                browser="an unknown browser",
                address="2001:db8:4f1:22:9c1e:5dff:fe12:8a44",
                until=AT + timedelta(days=3),
                used_at=AT - timedelta(days=27),
            ),
        ),
        at=AT,
        end_action="/end",
        end_others_action="/others",
        forget_action="/forget",
    ),
    "connected-apps": views.ConnectedAppsPage(
        shell=portal("Connected apps"),
        cards=(
            views.AppCard(
                id="wiki",
                app=App(
                    name="Wiki",
                    host="wiki.example.org",
                    home_url="https://wiki.example.org/",
                    logo_path="/logo/wiki?v=1",
                ),
                permissions=("Your name", "Your email", "Your groups"),
                since=AT - timedelta(days=90),
                used_at=AT - timedelta(hours=3),
            ),
            views.AppCard(
                id="portal",
                app=App(name="Verwaltungsinformationssystemzugangsportal", host="portal.example.org"),
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
    **ACTIVITY_VIEWS,
    **TWO_FACTOR_VIEWS,
}
