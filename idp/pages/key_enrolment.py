"""Set-up of a security key or passkey: the browser makes one, the person may give it a name."""

from idp.login.purpose import PortalVisit
from idp.login.steps import Enrol
from idp.usecases.grace import put_off
from idp.usecases.key_enrolment import asked_to_make, register
from idp.usecases.outcome import Current, Outcome
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, url_of
from idp.web.key_views import KeyEnrolmentPage
from idp.web.step_pages import StepPage, Submission
from idp.web.views import View
from idp.words.own_account import key_added, key_needed

NAME = "key-enrolment"


async def show(current: Current) -> View | None:
    """Shown again, it asks the browser the same: nothing is stored for it."""
    step, visit = current.step, current.interaction.asked
    ways = step.ways if isinstance(step, Enrol) else ()
    wanted = "app" in ways or (isinstance(visit, PortalVisit) and visit.task == "add_key")
    said = errors(current.interaction.notice, "key", current.scene.visit.at, contact_of(current))
    return KeyEnrolmentPage(
        shell=shell(current, NAME, said),
        why=key_added() if wanted else key_needed(current.client.name),
        options=await asked_to_make(current),
        app_url=url_of(current, "enrolment") if "app" in ways else None,
        may_wait_until=step.may_wait_until if isinstance(step, Enrol) else None,
    )


async def submit(submission: Submission) -> Outcome:
    """`credential` and `name`, or `answer`: `skip` where it may wait."""
    form, interaction, visit = submission.form, submission.interaction, submission.visit
    if form.text("answer") == "skip":
        return await put_off(submission.services, interaction, visit)
    return await register(submission.services, interaction, visit, form.text("credential"), form.text("name"))


PAGE = StepPage(name=NAME, steps=(Enrol,), show=show, submit=submit, way="key")
