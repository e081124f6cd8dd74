"""How a request of the demo app becomes a visit: who is asking, at which instant, with a form of our own pages.

Owns the cookie and the form protection. What a visit leads to stands in `relying_party`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.demo.mails import Mailbox
from idp.demo.pages import Pages, static_file
from idp.demo.registration import DemoClient
from idp.demo.sign_in import Provider
from idp.demo.visitors import SignedIn, Visitor, Visitors

COOKIE = "demo_relying_party"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """What the handlers share."""

    provider: Provider
    pages: Pages
    visitors: Visitors
    clients: dict[str, DemoClient]
    mailbox: Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of one visitor, at one instant. `form` is empty unless the request is a POST."""

    request: Request
    party: RelyingParty
    visitor: Visitor
    form: FormData
    at: datetime

    @property
    def client(self) -> DemoClient:
        """The client whose folder was asked for; 404 when there is none."""
        client = self.party.clients.get(self.request.path_params["slug"])
        if client is None:
            raise HTTPException(404)
        return client

    @property
    def form_token(self) -> str:
        """What this visitor's forms carry."""
        return self.party.visitors.form_token(self.visitor)

    @property
    def signed_in(self) -> SignedIn | None:
        """What this client knows of the visitor."""
        return self.visitor.signed_in.get(self.client.slug)


Handler = Callable[[Visit], Awaitable[Response]]


def static(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    """A route of a file that stands beside the pages."""
    content = static_file(name)

    async def endpoint(request: Request) -> Response:  # noqa: ARG001  a route gives it
        return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return endpoint


def visiting(handler: Handler, *, guarded: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """Find the visitor, refuse forms of other pages, and set the cookie when its value is new."""

    async def endpoint(request: Request) -> Response:
        party: RelyingParty = request.app.state.party
        presented = request.cookies.get(COOKIE)
        visitor = party.visitors.find(presented)
        posted = request.method == "POST"
        form = await request.form() if posted else FormData()
        if posted and guarded and not party.visitors.is_form_token(visitor, str(form.get("form_token", ""))):
            raise HTTPException(403)
        visit = Visit(request=request, party=party, visitor=visitor, form=form, at=datetime.now(UTC))
        response = await handler(visit)
        party.visitors.keep(visitor)
        if visitor.name != presented:
            response.set_cookie(COOKIE, visitor.name, httponly=True, samesite="lax")
        return response

    return endpoint
