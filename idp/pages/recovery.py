"""A recovery code in place of an app or a key."""

from idp.login.steps import ProveFactor
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery import prove_recovery_code
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, url_of
from idp.web.pauses import pause
from idp.web.step_pages import StepPage, Submission
from idp.web.views import RecoveryPage, View
from idp.web.ways import ways

NAME = "recovery"


async def show(current: Current) -> View | None:
    """The page, or while this way is paused the page that says until when."""
    if (paused := pause(current, "recovery_code", NAME)) is not None:
        return paused
    others = ways(current)
    code_url = others.get("code")
    said = errors(current.interaction.notice, "recovery_code", current.scene.visit.at, contact_of(current), code_url)
    return RecoveryPage(
        shell=shell(current, NAME, said),
        lost_url=url_of(current, "lost"),
        code_url=code_url,
        key_url=others.get("key"),
    )


async def submit(submission: Submission) -> Outcome:
    """`recovery_code`."""
    text = submission.form.text("recovery_code")
    return await prove_recovery_code(submission.services, submission.interaction, submission.visit, text)


PAGE = StepPage(name=NAME, steps=(ProveFactor,), show=show, submit=submit, way="recovery")
