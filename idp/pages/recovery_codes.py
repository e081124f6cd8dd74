"""Set-up, step 2 of 2: the recovery codes, shown until they are acknowledged, as a page and as a file."""

from starlette.requests import Request
from starlette.responses import Response

from idp.authenticators.recovery_code import display
from idp.login.steps import SaveRecoveryCodes
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery_codes import acknowledge, codes_on_show
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.web.edges import Handler
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, url_of
from idp.web.responses import recovery_codes_file
from idp.web.step_pages import StepPage, Submission, answer, submission
from idp.web.views import RecoveryCodesPage, View

NAME = "recovery-codes"


async def show(current: Current) -> View | None:
    """The codes, the same after a refresh; None where the facts moved on."""
    return await _page(current)


async def submit(submission: Submission) -> Outcome:
    """`saved`."""
    saved = submission.form.text("saved") == "yes"
    return await acknowledge(submission.services, submission.interaction, submission.visit, saved=saved)


def download(services: Services) -> Handler:
    """POST: the same codes as a file; the page stays where it is."""

    async def handler(request: Request) -> Response:
        sent = await submission(services, request)
        outcome = await look(services, sent.interaction, sent.visit)
        if isinstance(outcome, Current) and isinstance(outcome.step, SaveRecoveryCodes):
            view = await _page(outcome)
            if view is not None:
                return recovery_codes_file(view)
        return await answer(services, request, outcome)

    return handler


async def _page(current: Current) -> RecoveryCodesPage | None:
    on_show = await codes_on_show(current)
    if on_show is None:
        return None
    codes, made_at = on_show
    said = errors(current.interaction.notice, "saved", current.scene.visit.at, contact_of(current))
    return RecoveryCodesPage(
        shell=shell(current, NAME, said),
        codes=tuple(display(code) for code in codes),
        account=current.account.username,
        made_at=made_at,
        download_action=url_of(current, f"{NAME}/download"),
    )


PAGE = StepPage(name=NAME, steps=(SaveRecoveryCodes,), show=show, submit=submit)
