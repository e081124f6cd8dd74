"""The two ways out that every page of a sign-in has: back to the app, and «Not you?»."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.account_choice import cancel, use_another_account
from idp.usecases.outcome import Outcome
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.web.edges import Handler
from idp.web.step_pages import answer, submission

Way = Callable[[Services, InteractionId, Visit], Awaitable[Outcome]]


def cancelled(services: Services) -> Handler:
    """POST: the app is told access_denied."""
    return _way(services, cancel)


def another_account(services: Services) -> Handler:
    """POST: the sign-in starts over, for somebody else."""
    return _way(services, use_another_account)


def _way(services: Services, take: Way) -> Handler:
    async def handler(request: Request) -> Response:
        sent = await submission(services, request)
        return await answer(services, request, await take(services, sent.interaction, sent.visit))

    return handler
