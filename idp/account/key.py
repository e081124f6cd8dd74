"""`/account/two-factor/key`: a security key or passkey is added inside a sign-in with fresh proofs."""

from starlette.responses import Response

from idp.login.purpose import PortalVisit
from idp.usecases.outcome import Begun
from idp.usecases.portal import FRESH_SECONDS, confirm
from idp.web.portal import HOME, PortalPage, Submission, to

TWO_FACTOR = f"{HOME}/two-factor"
ADD = PortalPage(path=f"{TWO_FACTOR}/key", back=TWO_FACTOR)


async def add(sent: Submission) -> Response | Begun:
    """The first second factor, or one more."""
    return_to = TWO_FACTOR if sent.present.account.enrolled else f"{TWO_FACTOR}/done"
    visit = PortalVisit(return_to=return_to, max_age=FRESH_SECONDS, task="add_key")
    outcome = await confirm(sent.present, visit)
    return outcome if isinstance(outcome, Begun) else to(sent.present, TWO_FACTOR)
