"""A page of a sign-in: shown where its step is due, posted to, and left for wherever the sign-in stands afterwards.

No page routes to another: whatever an outcome says comes next is one redirect here, and the Interaction is the only
memory. A page that is asked for out of turn leads on; a POST is answered by a redirect, or leaves for the app.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.login.browser_session import KNOWN_LIFETIME
from idp.login.steps import (
    ChangePassword,
    Consent,
    Enrol,
    ProveFactor,
    ReplaceApp,
    SaveRecoveryCodes,
    SelectAccount,
    ShowEnrolmentPass,
    SignIn,
    Step,
)
from idp.usecases.client_references import client_of_reference
from idp.usecases.errors import Unavailable
from idp.usecases.form_tokens import token_fits
from idp.usecases.outcome import AlreadyFinished, Arrived, Begun, Current, Gone, Leave, Outcome
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import NewCookies, Visit
from idp.values.ids import InteractionId
from idp.web import cookies, responses
from idp.web.call import call_of
from idp.web.edges import Handler, PageError
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.forms import Form, read_form
from idp.web.frame import app, bare_shell, page_url, visit_of
from idp.web.shell import Shell
from idp.web.views import CookiesPage, FinishedPage, PostingPage, ReturningPage, View

_PAGES: Mapping[type[Step], str] = {
    SignIn: "password",
    SelectAccount: "select-account",
    ChangePassword: "new-password",
    ShowEnrolmentPass: "enrolment-pass",
    SaveRecoveryCodes: "recovery-codes",
    ReplaceApp: "recovery-used",
    Consent: "consent",
}

LOOKS = 3
"""How often a page that makes something on first sight looks again when another tab was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """On to another page of the same step: from «I used a recovery code» to setting the app up again."""

    page: str
    current: Current


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form that came from this browser's page."""

    services: Services
    interaction: InteractionId
    visit: Visit
    form: Form


Show = Callable[[Current], Awaitable[View | None]]
"""The page of a sign-in that waits at its step; None where the facts moved meanwhile."""
Submit = Callable[[Submission], Awaitable[Outcome | Elsewhere]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    """One page: its name in the address, the steps it serves, how it is shown, and what its form does."""

    name: str
    steps: tuple[type[Step], ...]
    show: Show
    submit: Submit
    way: Literal["app", "key", "recovery"] | None = None
    """Of proving or setting up a second factor, where the page is for one of them alone."""

    def serves(self, step: Step) -> bool:
        """Whether this page is one that the step can be passed on."""
        if not isinstance(step, self.steps):
            return False
        match step:
            case Enrol(ways=ways):
                return self.way is None or self.way in ways
            case ProveFactor(app=app, key=key, recovery=recovery):
                return {None: True, "app": app, "key": key, "recovery": recovery}[self.way]
            case _:
                return True


def page_of(step: Step) -> str:
    """The page that a step begins on: of several ways the one that most people have."""
    match step:
        case ProveFactor(app=True):
            return "second-factor"
        case ProveFactor(key=True):
            return "security-key"
        case ProveFactor(recovery=True):
            return "recovery"
        case ProveFactor():
            return "lost"
        case Enrol(ways=ways):
            return "enrolment" if "app" in ways else "key-enrolment"
        case _:
            return _PAGES[type(step)]


def shown(services: Services, page: StepPage) -> Handler:
    """GET."""

    async def handler(request: Request) -> Response:
        interaction, visit = interaction_of(request), visit_of(services, request)
        for _ in range(LOOKS):
            outcome = await look(services, interaction, visit)
            if not isinstance(outcome, Current) or not page.serves(outcome.step):
                return await answer(services, request, outcome)
            view = await page.show(outcome)
            if view is not None:
                return responses.page(view)
        raise Unavailable

    return handler


def submitted(services: Services, page: StepPage) -> Handler:
    """POST."""

    async def handler(request: Request) -> Response:
        outcome = await page.submit(await submission(services, request))
        if isinstance(outcome, Elsewhere):
            return _to_page(services, outcome.current, outcome.page)
        if isinstance(outcome, Current) and page.serves(outcome.step):
            return _to_page(services, outcome, page.name)
        return await answer(services, request, outcome)

    return handler


def interaction_of(request: Request) -> InteractionId:
    """The Interaction in the address. Raises 404 for what is none."""
    try:
        return InteractionId(UUID(request.path_params["interaction"]))
    except ValueError:
        raise HTTPException(404) from None


async def submission(services: Services, request: Request) -> Submission:
    """The form of one of our pages, from the browser that got it. Raises FormError, PageError."""
    interaction, visit = interaction_of(request), visit_of(services, request)
    form = await read_form(request)
    fits = await token_fits(services, visit, str(interaction), form.text(Shell.CSRF_FIELD), request.url.path)
    if not fits:
        raise await _ended(services, request, ErrorKind.REFUSED)
    return Submission(services=services, interaction=interaction, visit=visit, form=form)


async def answer(services: Services, request: Request, outcome: Outcome) -> Response:
    """Wherever the sign-in stands: the right page, the app, or the end. Raises PageError."""
    match outcome:
        case Current(step=step):
            return _to_page(services, outcome, page_of(step))
        case Leave():
            return leave(services, outcome)
        case Arrived(return_to=path):
            return with_cookies(services, responses.see_other(services.settings.issuer.url(path)), outcome.cookies)
        case AlreadyFinished(client=client):
            return responses.page(FinishedPage(shell=bare_shell(services, client)))
        case Gone(reason="no_cookie", client=client) if client is not None and request.method == "GET":
            host = urlsplit(services.settings.issuer).netloc
            retry = client.home or page_url(services, interaction_of(request), client.client_id)
            return responses.page(CookiesPage(shell=bare_shell(services, client), host=host, retry_url=retry))
        case Gone():
            raise await _ended(services, request, ErrorKind.EXPIRED)


def leave(services: Services, left: Leave) -> Response:
    """To the app by a page that goes on by itself: a redirect after a POST would fall foul of `form-action`."""
    response, brand = left.response, bare_shell(services).brand
    shell = Shell(brand=brand, app=app(left.client, response.redirect_uri), root=services.settings.issuer.path)
    if response.mode == "form_post":
        page = responses.posting(PostingPage(shell=shell, target=response.redirect_uri, members=response.members))
    else:
        page = responses.page(ReturningPage(shell=shell, target=response.url))
    return with_cookies(services, page, left.cookies)


def leave_straight(services: Services, left: Leave) -> Response:
    """To the app where the chain of redirects began at the app's own page, and none of ours was in between."""
    if left.response.mode == "form_post":
        return leave(services, left)
    return with_cookies(services, responses.see_other(left.response.url), left.cookies)


def with_cookies(services: Services, response: Response, new: NewCookies) -> Response:
    """The response, with the cookies that the browser is to keep."""
    issuer = services.settings.issuer
    if new.browser is not None:
        cookies.keep(response, issuer, "browser", new.browser)
    if new.session is not None:
        cookies.keep(response, issuer, "session", new.session)
    if new.known is not None:
        cookies.keep(response, issuer, "known", new.known, KNOWN_LIFETIME)
    return response


def first_page(services: Services, begun: Begun) -> Response:
    """Where a sign-in begins: at its first page, or where its browser is bound to it."""
    page = page_of(begun.step) if begun.step else "begin"
    here = responses.see_other(page_url(services, begun.interaction, begun.client.client_id, page))
    return with_cookies(services, here, begun.cookies)


def _to_page(services: Services, current: Current, page: str) -> Response:
    return responses.see_other(page_url(services, current.interaction.id, current.client.client_id, page))


async def _ended(services: Services, request: Request, kind: ErrorKind) -> PageError:
    """A page that cannot go on, and names the app that the address vouches for."""
    client = await client_of_reference(services, request.query_params.get("app", ""))
    call = call_of(request)
    view = ErrorPage(shell=bare_shell(services, client), kind=kind, reference=call.reference, at=call.at)
    return PageError(view)
