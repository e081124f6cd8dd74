"""A code of the authenticator app."""

from idp.login.steps import ProveFactor
from idp.usecases.outcome import Current, Outcome
from idp.usecases.remembered_browsers import Typed, days_offered
from idp.usecases.second_factor import prove_app_code
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, shown_account, url_of
from idp.web.pauses import pause
from idp.web.step_pages import StepPage, Submission
from idp.web.views import SecondFactorPage, View
from idp.web.ways import ways

NAME = "second-factor"


async def show(current: Current) -> View | None:
    """The page, or while this way is paused the page that says until when."""
    if (paused := pause(current, "code", NAME)) is not None:
        return paused
    step, notice = current.step, current.interaction.notice
    left, digits = (step.codes_left, step.digits) if isinstance(step, ProveFactor) else (0, ())
    others = ways(current)
    recovery = others.get("recovery_code")
    said = errors(notice, "code", current.scene.visit.at, contact_of(current), recovery)
    return SecondFactorPage(
        shell=shell(current, NAME, said),
        account=shown_account(current),
        lost_url=url_of(current, "lost"),
        recovery_url=recovery,
        key_url=others.get("key"),
        codes_left=left,
        digits=digits,
        remember_days=days_offered(current.facts),
    )


async def submit(submission: Submission) -> Outcome:
    """`code`, and `remember` where the box is ticked."""
    typed = Typed(text=submission.form.text("code"), remember="remember" in submission.form)
    return await prove_app_code(submission.services, submission.interaction, submission.visit, typed)


PAGE = StepPage(name=NAME, steps=(ProveFactor,), show=show, submit=submit, way="app")
