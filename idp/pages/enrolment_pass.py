"""Before a first second factor, where policy or a reset asks for it: the enrolment pass that somebody gave."""

from idp.login.steps import ShowEnrolmentPass
from idp.usecases.enrolment_pass import show_pass
from idp.usecases.grace import put_off
from idp.usecases.outcome import Current, Outcome
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell
from idp.web.lost_views import EnrolmentPassPage
from idp.web.pauses import pause
from idp.web.step_pages import StepPage, Submission
from idp.web.views import View

NAME = "enrolment-pass"


async def show(current: Current) -> View | None:
    """The page, or while this way is paused the page that says until when."""
    if (paused := pause(current, "enrolment_pass", NAME)) is not None:
        return paused
    said = errors(current.interaction.notice, "enrolment_pass", current.scene.visit.at, contact_of(current))
    step = current.step
    return EnrolmentPassPage(
        shell=shell(current, NAME, said),
        may_wait_until=step.may_wait_until if isinstance(step, ShowEnrolmentPass) else None,
    )


async def submit(submission: Submission) -> Outcome:
    """`enrolment_pass`, or `answer`: `skip` where it may wait."""
    if submission.form.text("answer") == "skip":
        return await put_off(submission.services, submission.interaction, submission.visit)
    text = submission.form.text("enrolment_pass")
    return await show_pass(submission.services, submission.interaction, submission.visit, text)


PAGE = StepPage(name=NAME, steps=(ShowEnrolmentPass,), show=show, submit=submit)
