"""The table of every page of the portal."""

from starlette.routing import Route

from idp.account import activity, connected_apps, email, factor, key, not_me, password, profile, sessions, two_factor
from idp.usecases.portal import REMOVAL_SECONDS
from idp.usecases.services import Services
from idp.web.edges import Edge, Handler, House
from idp.web.kinds import PORTAL
from idp.web.portal import STAY, shown, shown_as_asked, staying, submitted

Table = tuple[tuple[str, dict[str, Handler]], ...]
"""Paths, and their handlers by method."""


def routes(services: Services, house: House) -> list[Route]:
    """All of them."""
    table = (*_who(services), *_where(services), *_two_factor(services), *_one_factor(services))
    return [Route(path, Edge(house=house, kind=PORTAL, handlers=handlers)) for path, handlers in table]


def _who(services: Services) -> Table:
    return (
        (
            profile.PAGE.path,
            {
                "GET": shown(services, profile.PAGE, profile.show),
                "POST": submitted(services, profile.PAGE, profile.submit),
            },
        ),
        (profile.SAVED.path, {"GET": shown(services, profile.SAVED, profile.show_saved)}),
        (
            email.PAGE.path,
            {
                "GET": shown(services, email.PAGE, email.show),
                "POST": submitted(services, email.PAGE, email.submit),
            },
        ),
        (email.SENT.path, {"GET": shown(services, email.SENT, email.show_sent)}),
        (
            email.CONFIRM.path,
            {"GET": email.by_mail(services), "POST": submitted(services, email.CONFIRM, email.confirm)},
        ),
        (email.DONE.path, {"GET": shown(services, email.DONE, email.show_done)}),
    )


def _where(services: Services) -> Table:
    return (
        (
            password.PAGE.path,
            {
                "GET": shown(services, password.PAGE, password.show),
                "POST": submitted(services, password.PAGE, password.submit),
            },
        ),
        (password.DONE.path, {"GET": shown(services, password.DONE, password.show_done)}),
        (STAY, {"GET": staying(services)}),
        ("/.well-known/change-password", {"GET": password.well_known(services)}),
        (sessions.PAGE.path, {"GET": shown(services, sessions.PAGE, sessions.show)}),
        (sessions.END.path, {"POST": submitted(services, sessions.END, sessions.end_one)}),
        (sessions.END_OTHERS.path, {"POST": submitted(services, sessions.END_OTHERS, sessions.end_others)}),
        (sessions.FORGET.path, {"POST": submitted(services, sessions.FORGET, sessions.forget_browsers)}),
        (connected_apps.PAGE.path, {"GET": shown(services, connected_apps.PAGE, connected_apps.show)}),
        (
            connected_apps.DISCONNECT.path,
            {"POST": submitted(services, connected_apps.DISCONNECT, connected_apps.let_go)},
        ),
        *(
            (page.path, {"GET": shown(services, page, activity.showing(page, kinds))})
            for page, _, kinds in activity.PARTS
        ),
        (
            not_me.PAGE.path,
            {
                "GET": shown_as_asked(services, not_me.PAGE, not_me.show),
                "POST": submitted(services, not_me.REPORT, not_me.submit),
            },
        ),
        (not_me.DONE.path, {"GET": shown(services, not_me.DONE, not_me.show_done)}),
    )


def _two_factor(services: Services) -> Table:
    return (
        (two_factor.PAGE.path, {"GET": shown(services, two_factor.PAGE, two_factor.show)}),
        (two_factor.DONE.path, {"GET": shown(services, two_factor.DONE, two_factor.show_done)}),
        (two_factor.APP.path, {"POST": submitted(services, two_factor.APP, two_factor.set_up_app)}),
        (two_factor.ADD.path, {"POST": submitted(services, two_factor.ADD, two_factor.add_app)}),
        (key.ADD.path, {"POST": submitted(services, key.ADD, key.add)}),
        (two_factor.CODES.path, {"POST": submitted(services, two_factor.CODES, two_factor.renew_codes)}),
        (
            two_factor.OFF.path,
            {
                "GET": shown(services, two_factor.OFF, two_factor.show_off),
                "POST": submitted(services, two_factor.OFF, two_factor.take_away),
            },
        ),
    )


def _one_factor(services: Services) -> Table:
    return (
        (factor.ONE, {"GET": factor.asked(services, factor.show_one), "POST": factor.done(services, factor.rename)}),
        (
            factor.ONE + factor.LOST,
            {
                "GET": factor.asked(services, factor.show_lost, factor.LOST),
                "POST": factor.done(services, factor.suspend, factor.LOST),
            },
        ),
        (
            factor.ONE + factor.FOUND,
            {
                "GET": factor.asked(services, factor.show_found, factor.FOUND),
                "POST": factor.done(services, factor.reactivate, factor.FOUND),
            },
        ),
        (
            factor.ONE + factor.REMOVE,
            {
                "GET": factor.asked(services, factor.show_remove, factor.REMOVE, REMOVAL_SECONDS),
                "POST": factor.done(services, factor.remove, factor.REMOVE, REMOVAL_SECONDS),
            },
        ),
    )
