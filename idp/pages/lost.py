"""No second factor at hand, and no code left: whom to ask, and the number to read out."""

from idp.login.help_reference import spoken
from idp.login.steps import ProveFactor
from idp.usecases.help_wanted import ask
from idp.usecases.outcome import Current, Outcome
from idp.usecases.sign_in import look
from idp.web.frame import shell
from idp.web.lost_views import LostPage
from idp.web.step_pages import StepPage, Submission
from idp.web.views import View
from idp.web.ways import ways

NAME = "lost"


async def show(current: Current) -> View | None:
    """The same number however often it is looked at."""
    reference, others = spoken(await ask(current)), ways(current)
    return LostPage(
        shell=shell(current, NAME),
        reference=reference,
        code_url=others.get("code"),
        key_url=others.get("key"),
        recovery_url=others.get("recovery_code"),
    )


async def submit(submission: Submission) -> Outcome:
    """It has no form: whatever is posted leads on."""
    return await look(submission.services, submission.interaction, submission.visit)


PAGE = StepPage(name=NAME, steps=(ProveFactor,), show=show, submit=submit)
