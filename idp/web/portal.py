"""A page of the portal: whoever may see it is shown it, everybody else is led through a sign-in and then back to it.

Every form of the portal carries a token bound to the browser, checked before anything else is looked at.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.login.browser_session import TOUCH_EVERY
from idp.login.purpose import PortalVisit
from idp.usecases.form_tokens import form_token, token_fits
from idp.usecases.kept_forms import Typed
from idp.usecases.outcome import Begun
from idp.usecases.portal import Present, confirm, enter, returned
from idp.usecases.services import Services
from idp.values.ids import InteractionId
from idp.web import responses
from idp.web.call import call_of
from idp.web.edges import Handler, PageError
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.forms import Form, read_form
from idp.web.frame import bare_shell, brand, visit_of
from idp.web.languages import preferred
from idp.web.shell import FieldError, Idle, NavItem, Shell
from idp.web.step_pages import first_page
from idp.web.views import View
from idp.words import own_account, times

PURPOSE = "account"
"""What form tokens of the portal are for."""
HOME = "/account"
STAY = f"{HOME}/stay"
WARNING = timedelta(minutes=2)
"""Before the end for lack of use."""
SECRET_FIELDS = frozenset({"password", "new_password", "code", "recovery_code"})

NAV: tuple[tuple[str, Callable[[], str]], ...] = (
    (HOME, own_account.nav_profile),
    (f"{HOME}/password", own_account.nav_password),
    (f"{HOME}/two-factor", own_account.nav_two_factor),
    (f"{HOME}/sessions", own_account.nav_sessions),
    (f"{HOME}/apps", own_account.nav_apps),
    (f"{HOME}/activity", own_account.nav_activity),
)
"""What there is, in the order in which it is linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form of the portal, from whoever may send it."""

    present: Present
    form: Form
    request: Request


Show = Callable[[Present], Awaitable[View]]
ShowAsked = Callable[[Present, Mapping[str, str]], Awaitable[View]]
Act = Callable[[Submission], Awaitable[Response | Begun]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPage:
    """Where in the portal something stands, and how fresh the proofs must be there."""

    path: str
    back: str = ""
    """Where a sign-in leads that begins here; the page itself unless said otherwise."""
    max_age: int | None = None
    max_age_if_enrolled: int | None = None
    """The same for who has a second factor, where the form itself asks for the password."""
    keeps: frozenset[str] = frozenset()
    """Fields of its form that come back filled after a sign-in in between, as `Present.typed`."""

    def __post_init__(self) -> None:
        """Refuses to keep a secret."""
        if self.keeps & SECRET_FIELDS:
            raise ValueError("passwords and codes are never kept")

    @property
    def visit(self) -> PortalVisit:
        """The sign-in that begins here."""
        return PortalVisit(return_to=self.back or self.path, max_age=self.max_age)


def shown(services: Services, page: PortalPage, show: Show) -> Handler:
    """GET."""
    return shown_as_asked(services, page, lambda present, _: show(present))


def shown_as_asked(services: Services, page: PortalPage, show: ShowAsked) -> Handler:
    """GET of a page that looks at its own query; a sign-in in between loses that."""

    async def handler(request: Request) -> Response:
        outcome = await _let_in(services, request, page)
        if isinstance(outcome, Begun):
            return first_page(services, outcome)
        return responses.page(await show(await _returned(outcome, request, page), request.query_params))

    return handler


def staying(services: Services) -> Handler:
    """GET of a picture: there is nothing to see, and the session was used."""
    page = PortalPage(path=STAY, back=HOME)

    async def handler(request: Request) -> Response:
        outcome = await _let_in(services, request, page)
        if isinstance(outcome, Begun):
            return first_page(services, outcome)
        return responses.nothing_to_see()

    return handler


def submitted(services: Services, page: PortalPage, act: Act) -> Handler:
    """POST."""

    async def handler(request: Request) -> Response:
        form = await _own_form(services, request)
        outcome: Present | Begun | Response = await _let_in(services, request, page, _typed(form, page))
        if isinstance(outcome, Present):
            outcome = await act(Submission(present=outcome, form=form, request=request))
        return first_page(services, outcome) if isinstance(outcome, Begun) else outcome

    return handler


def to(present: Present, path: str) -> Response:
    """On to another page of the portal."""
    return responses.see_other(url_of(present, path))


def url_of(present: Present, path: str) -> str:
    """The address of a page of the portal."""
    return present.scene.services.settings.issuer.url(path)


def shell(present: Present, path: str, errors: tuple[FieldError, ...] = ()) -> Shell:
    """For a page of the portal; its form posts to the page itself."""
    services = present.scene.services
    return Shell(
        brand=brand(services),
        action=url_of(present, path),
        csrf=form_token(services, present.scene.visit.browser, PURPOSE),
        errors=errors,
        root=services.settings.issuer.path,
        nav=tuple(NavItem(text=text(), url=url_of(present, to), here=_stands(path, to)) for to, text in NAV),
        signed_in_as=present.account.username,
        returned=present.typed is not None,
        idle=_idle(present),
        sign_out_url=services.settings.issuer.url("/logout"),
        theme=present.account.preferences.theme,
    )


def _idle(present: Present) -> Idle:
    """The session may have been seen a minute ago, for that is written no more often."""
    limit, at = present.scene.configuration.values.session_lifetimes.idle, present.at
    warned = limit - TOUCH_EVERY - WARNING
    return Idle(
        after=times.span(limit),
        seconds=int(warned.total_seconds())
        if warned > timedelta() and at + limit <= present.session.expires_at
        else None,
        stay_url=url_of(present, STAY),
    )


def _stands(path: str, to: str) -> bool:
    return path == to or (to != HOME and path.startswith(f"{to}/"))


async def _let_in(
    services: Services, request: Request, page: PortalPage, typed: Typed | None = None
) -> Present | Begun:
    outcome = await enter(services, visit_of(services, request), page.visit, typed)
    if isinstance(outcome, Present):
        preferred(outcome.account.preferences.locale)
    if isinstance(outcome, Present) and outcome.account.enrolled and page.max_age_if_enrolled is not None:
        return await confirm(outcome, replace(page.visit, max_age=page.max_age_if_enrolled), typed)
    return outcome


def _typed(form: Form, page: PortalPage) -> Typed:
    """Of a form that is a button alone nothing is kept but that it was sent: the page says that it was not heard."""
    return {name: form.text(name) for name in page.keeps if name in form}


async def _returned(present: Present, request: Request, page: PortalPage) -> Present:
    try:
        interaction = InteractionId(UUID(request.query_params["kept"]))
    except (KeyError, ValueError):
        return present
    return await returned(present, interaction, page.path)


async def _own_form(services: Services, request: Request) -> Form:
    """Raises FormError, PageError."""
    form, visit = await read_form(request), visit_of(services, request)
    if await token_fits(services, visit, PURPOSE, form.text(Shell.CSRF_FIELD), request.url.path):
        return form
    call = call_of(request)
    raise PageError(ErrorPage(shell=bare_shell(services), kind=ErrorKind.REFUSED, reference=call.reference, at=call.at))
