"""A new password before going on."""

from idp.login.steps import ChangePassword
from idp.usecases.new_password import change_password
from idp.usecases.outcome import Current, Outcome
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell
from idp.web.step_pages import StepPage, Submission
from idp.web.views import NewPasswordPage, View

NAME = "new-password"


async def show(current: Current) -> View | None:
    """Why a new one is needed, and how long it must be."""
    step = current.step
    if not isinstance(step, ChangePassword):
        return None
    said = errors(current.interaction.notice, "new_password", current.scene.visit.at, contact_of(current))
    return NewPasswordPage(
        shell=shell(current, NAME, said),
        reason=step.reason,
        username=current.account.username,
        minimum=step.minimum,
    )


async def submit(submission: Submission) -> Outcome:
    """`new_password`."""
    text = submission.form.text("new_password")
    return await change_password(submission.services, submission.interaction, submission.visit, text)


PAGE = StepPage(name=NAME, steps=(ChangePassword,), show=show, submit=submit)
