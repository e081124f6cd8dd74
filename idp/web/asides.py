"""Pages beside a sign-in: what they say of the app, how they lead back, and how their forms are bound to the browser.

`app` (a signed name) and `sign_in` (an Interaction) come along in the address from page to page, and hold no secret.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from idp.oidc.client import Client
from idp.usecases.client_references import client_of_reference
from idp.usecases.form_tokens import form_token, token_fits
from idp.usecases.services import Services
from idp.usecases.visit import NewCookies
from idp.values.ids import InteractionId
from idp.values.secrets import CookieValue, LinkSecret
from idp.web import cookies, responses
from idp.web.call import call_of
from idp.web.edges import PageError
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.forms import Form, read_form
from idp.web.frame import app, brand, page_url, visit_of
from idp.web.languages import kept
from idp.web.shell import FieldError, Shell
from idp.web.step_pages import with_cookies
from idp.web.views import View

APP, SIGN_IN, TOKEN = "app", "sign_in", "token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One request of such a page."""

    services: Services
    request: Request
    client: Client | None
    sign_in: InteractionId | None
    browser: CookieValue
    """What its form is bound to; a new one where this browser has none yet."""

    def url(self, path: str) -> str:
        """Another of these pages, which leads back to the same place. It may be mailed, so nothing else comes along."""
        named = {APP: self.request.query_params.get(APP, "")} if self.client else {}
        if self.sign_in:
            named[SIGN_IN] = str(self.sign_in)
        query = urlencode(named | kept())
        return self.services.settings.issuer.url(f"{path}?{query}" if query else path)

    @property
    def sign_in_url(self) -> str | None:
        """The sign-in that this is beside."""
        if self.client is None or self.sign_in is None:
            return None
        return page_url(self.services, self.sign_in, self.client.client_id)

    def shell(self, path: str, *errors: FieldError) -> Shell:
        """The frame; a form of the page posts to `path`."""
        return Shell(
            brand=brand(self.services),
            action=self.url(path),
            csrf=form_token(self.services, self.browser, path),
            app=app(self.client) if self.client else None,
            errors=errors,
            root=self.services.settings.issuer.path,
        )

    def page(self, view: View) -> Response:
        """The page, and the cookie that its form needs."""
        new = NewCookies(browser=None if visit_of(self.services, self.request).browser else self.browser)
        return with_cookies(self.services, responses.page(view), new)

    async def form(self, path: str) -> Form:
        """The form of such a page, from the browser that got it. Raises FormError, PageError."""
        form, visit = await read_form(self.request), visit_of(self.services, self.request)
        if await token_fits(self.services, visit, path, form.text(Shell.CSRF_FIELD), self.request.url.path):
            return form
        raise self.refused(ErrorKind.REFUSED)

    @property
    def secret(self) -> LinkSecret | None:
        """Of the mailed link that led here, out of its cookie."""
        return cookies.read(self.request, self.services.settings.issuer).link

    def taken_out(self, path: str, lifetime: timedelta) -> Response | None:
        """On to an address without the secret, which goes into a cookie (V14.2.1); None where the address has none."""
        if TOKEN not in self.request.query_params:
            return None
        response, issuer = responses.see_other(self.url(path)), self.services.settings.issuer
        secret = cookies.link_secret(self.request.query_params[TOKEN])
        if secret is None:
            cookies.clear(response, issuer, "link")
        else:
            cookies.keep(response, issuer, "link", secret, lifetime)
        return response

    def done_with(self, path: str) -> Response:
        """On to the page that says so; the secret is forgotten."""
        response = responses.see_other(self.url(path))
        cookies.clear(response, self.services.settings.issuer, "link")
        return response

    def refused(self, kind: ErrorKind, until: datetime | None = None) -> PageError:
        """The page for what cannot go on (before `until`), which names the app."""
        call = call_of(self.request)
        page = ErrorPage(shell=self.shell(""), kind=kind, reference=call.reference, at=call.at, retry_at=until)
        wait = ceil((until - call.at).total_seconds()) if until else 0
        return PageError(page, headers={"Retry-After": str(wait)} if wait else None)


async def aside_of(services: Services, request: Request) -> Aside:
    """What the address says; what is no name or no id of ours counts as absent."""
    return Aside(
        services=services,
        request=request,
        client=await client_of_reference(services, request.query_params.get(APP, "")),
        sign_in=_interaction(request.query_params.get(SIGN_IN, "")),
        browser=visit_of(services, request).browser or CookieValue.generate(services.entropy),
    )


def _interaction(text: str) -> InteractionId | None:
    try:
        return InteractionId(UUID(text))
    except ValueError:
        return None
