"""One filled-in view for each page about second factors in the portal, and each of its states."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from idp.web import two_factor_views as views
from idp.web.shell import FieldError
from idp.web.views import View
from idp.words import own_account
from tests.browser.portal_frame import AT, portal

HERE = portal("Two-factor")
PHONE = views.FactorCard(
    name="Authenticator app",
    kind="app",
    since=AT - timedelta(days=40),
    used_at=AT - timedelta(hours=2),
    lost_at=None,
    url="/one",
    lost_url="/lost",
    found_url="/found",
)
LONG = replace(PHONE, name="Verwaltungsinformationssystemzugangsding", used_at=None)
KEY = replace(PHONE, name="blue key", kind="key", used_at=AT - timedelta(days=9))
PASSKEY = replace(PHONE, name="Passkey", kind="passkey")
LOST = replace(PHONE, name="old phone", lost_at=AT - timedelta(days=1))
OFF = views.TwoFactorPage(
    shell=HERE,
    cards=(),
    at=AT,
    codes_left=0,
    required=None,
    name="Authenticator app 2",
    app_action="/app",
    add_action="/add",
    key_action="/key",
    codes_action="/codes",
    off_url="/off",
)
ON = replace(OFF, cards=(PHONE,), codes_left=7)
REQUIRED = own_account.factor_required("group", "Admins", "Northwind")
ONE = views.FactorPage(
    shell=HERE,
    id="1",
    card=LONG,
    at=AT,
    name=LONG.name,
    replace_action="/app",
    remove_url="/remove",
    back_url="/back",
)
TAKEN = FieldError(field="name", message=own_account.factor_name_taken())
LOSE = views.FactorLostPage(shell=HERE, card=PHONE, at=AT, back_url="/back", last=False, codes_left=7)

TWO_FACTOR_VIEWS: dict[str, View] = {
    "two-factor-off": OFF,
    "two-factor-reset": replace(OFF, reset_at=AT - timedelta(days=3)),
    "two-factor-on": ON,
    "two-factor-several": replace(ON, cards=(PHONE, LONG, KEY, PASSKEY, LOST)),
    "two-factor-all-lost": replace(ON, cards=(LOST,), codes_left=1),
    "two-factor-full": replace(ON, cards=(PHONE, KEY) * 5, room=False),
    "two-factor-name-taken": replace(ON, shell=replace(HERE, errors=(TAKEN,)), name="authenticator app"),
    "two-factor-required": replace(
        ON,
        cards=(PHONE, KEY),
        codes_left=1,
        required=REQUIRED,
        reasons=(REQUIRED, own_account.factor_required("server", "", "Northwind")),
    ),
    "two-factor-one": ONE,
    "two-factor-one-key": replace(ONE, card=KEY, name="blue key", replace_action=None, remove_url=None),
    "two-factor-one-lost": replace(ONE, card=LOST, name="old phone"),
    "two-factor-lost": LOSE,
    "two-factor-lost-last": replace(LOSE, last=True),
    "two-factor-lost-no-codes": replace(LOSE, last=True, codes_left=0),
    "two-factor-found": views.FactorFoundPage(shell=HERE, card=LOST, at=AT, back_url="/back"),
    "two-factor-remove": views.FactorRemovePage(shell=HERE, card=KEY, at=AT, back_url="/back"),
    "two-factor-done": views.TwoFactorDonePage(shell=HERE, back_url="/back", others_action="/others"),
    "two-factor-turn-off": views.TwoFactorOffPage(
        shell=HERE, names=("Authenticator app", "blue key"), required=None, back_url="/back"
    ),
}
