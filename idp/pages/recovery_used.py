"""After a recovery code: set the authenticator app up again, or go on for now."""

from idp.login.steps import ReplaceApp
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery import keep_the_app_for_now
from idp.usecases.sign_in import look
from idp.web.frame import shell
from idp.web.step_pages import Elsewhere, StepPage, Submission
from idp.web.views import RecoveryUsedPage, View

NAME = "recovery-used"


async def show(current: Current) -> View | None:
    """How many codes are left."""
    return RecoveryUsedPage(shell=shell(current, NAME), codes_left=current.account.codes_left)


async def submit(submission: Submission) -> Outcome | Elsewhere:
    """`answer`: `set_up`, or anything else to go on."""
    if submission.form.text("answer") != "set_up":
        return await keep_the_app_for_now(submission.services, submission.interaction, submission.visit)
    outcome = await look(submission.services, submission.interaction, submission.visit)
    if isinstance(outcome, Current) and isinstance(outcome.step, ReplaceApp):
        return Elsewhere(page="enrolment", current=outcome)
    return outcome


PAGE = StepPage(name=NAME, steps=(ReplaceApp,), show=show, submit=submit)
