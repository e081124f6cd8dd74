"""`/account/two-factor/factors/…`: one authenticator app or key: renamed, replaced, lost, found again, removed.

Whoever asks about a factor that is none of theirs, or is gone, is shown what they have.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.directory.invalid import InvalidValue
from idp.login.purpose import PortalVisit
from idp.usecases import two_factor
from idp.usecases.outcome import Begun
from idp.usecases.portal import Present, confirm
from idp.usecases.services import Services
from idp.usecases.two_factor import BoundFactor, Factors
from idp.values.ids import AuthenticatorId
from idp.web import responses
from idp.web.edges import Handler
from idp.web.factor_cards import LIST, card, name_refused, path
from idp.web.portal import PortalPage, Submission, shell, shown, submitted, to, url_of
from idp.web.two_factor_views import FactorFoundPage, FactorLostPage, FactorPage, FactorRemovePage
from idp.web.views import View

ONE = f"{LIST}/factors/{{factor}}"
LOST, FOUND, REMOVE = "/lost", "/found", "/remove"
UNPROCESSABLE = 422

Show = Callable[[Present, Factors, BoundFactor], View]
Act = Callable[[Submission, AuthenticatorId], Awaitable[Response | Begun]]


class _NotTheirsError(Exception):
    """There is no page about it."""


def asked(services: Services, show: Show, doing: str = "", max_age: int | None = None) -> Handler:
    """GET: the page about one factor, and with `max_age` only for whoever has just proved who they are."""

    async def handler(request: Request) -> Response:
        factor = _named(request)

        async def view(present: Present) -> View:
            found = await two_factor.factors(present)
            mine = found.one(factor) if factor else None
            if mine is None:
                raise _NotTheirsError
            return show(present, found, mine)

        try:
            return await shown(services, _page(factor, doing, max_age), view)(request)
        except _NotTheirsError:
            return responses.see_other(services.settings.issuer.url(LIST))

    return handler


def done(services: Services, act: Act, doing: str = "", max_age: int | None = None) -> Handler:
    """POST."""

    async def handler(request: Request) -> Response:
        factor = _named(request)

        async def acted(sent: Submission) -> Response | Begun:
            return await act(sent, factor) if factor else to(sent.present, LIST)

        return await submitted(services, _page(factor, doing, max_age), acted)(request)

    return handler


def show_one(present: Present, found: Factors, mine: BoundFactor) -> FactorPage:
    """Its name, and what can be done about it."""
    frame = shell(present, path(mine.id))
    removable = two_factor.spare(present, found, mine)
    return FactorPage(
        shell=frame,
        id=str(mine.id),
        card=card(present, mine),
        at=present.at,
        name=mine.name,
        replace_action=url_of(present, f"{LIST}/app") if mine.kind == "app" else None,
        remove_url=url_of(present, path(mine.id, REMOVE)) if removable else None,
        back_url=url_of(present, LIST),
    )


async def rename(sent: Submission, factor: AuthenticatorId) -> Response:
    """`name`."""
    present, typed = sent.present, sent.form.text("name")
    try:
        await two_factor.rename(present, factor, typed)
    except InvalidValue as refused:
        found = await two_factor.factors(present)
        mine = found.one(factor)
        if mine is not None:
            errors = (name_refused(refused),)
            page = replace(show_one(present, found, mine), shell=shell(present, path(factor), errors), name=typed)
            return responses.page(page, UNPROCESSABLE)
    return to(present, LIST)


def show_lost(present: Present, found: Factors, mine: BoundFactor) -> FactorLostPage:
    """What it means to report it."""
    return FactorLostPage(
        shell=shell(present, path(mine.id, LOST)),
        card=card(present, mine),
        at=present.at,
        back_url=url_of(present, LIST),
        last=not two_factor.others(found, mine),
        codes_left=found.codes_left,
    )


async def suspend(sent: Submission, factor: AuthenticatorId) -> Response:
    """At once, from any live session: whoever has only that gains nothing by it."""
    await two_factor.suspend(sent.present, factor)
    return to(sent.present, LIST)


def show_found(present: Present, _: Factors, mine: BoundFactor) -> FactorFoundPage:
    """What it takes to use it again."""
    return FactorFoundPage(
        shell=shell(present, path(mine.id, FOUND)),
        card=card(present, mine),
        at=present.at,
        back_url=url_of(present, LIST),
    )


async def reactivate(sent: Submission, factor: AuthenticatorId) -> Response | Begun:
    """Once another factor has been shown, later than this one was reported."""
    present = sent.present
    mine = await two_factor.own_factor(present, factor)
    if mine is not None and mine.suspended_at is not None:
        visit = PortalVisit(return_to=path(factor, FOUND), max_age=two_factor.since_lost(present, mine))
        outcome = await confirm(present, visit, typed={})
        if isinstance(outcome, Begun):
            return outcome
        await two_factor.reactivate(present, factor)
    return to(present, LIST)


def show_remove(present: Present, _: Factors, mine: BoundFactor) -> FactorRemovePage:
    """What it means."""
    return FactorRemovePage(
        shell=shell(present, path(mine.id, REMOVE)),
        card=card(present, mine),
        at=present.at,
        back_url=url_of(present, LIST),
    )


async def remove(sent: Submission, factor: AuthenticatorId) -> Response:
    """Only while another one is left."""
    await two_factor.remove(sent.present, factor)
    return to(sent.present, LIST)


def _named(request: Request) -> AuthenticatorId | None:
    try:
        return AuthenticatorId(UUID(request.path_params["factor"]))
    except ValueError:
        return None


def _page(factor: AuthenticatorId | None, doing: str, max_age: int | None) -> PortalPage:
    return PortalPage(path=path(factor, doing) if factor else LIST, max_age=max_age)
