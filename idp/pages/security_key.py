"""A security key or passkey as the second step."""

from idp.authenticators.methods import Level
from idp.login.steps import ProveFactor
from idp.usecases.outcome import Current, Outcome
from idp.usecases.remembered_browsers import Typed, days_offered
from idp.usecases.security_key import asked_of_key, prove_key
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, url_of
from idp.web.key_views import SecurityKeyPage
from idp.web.pauses import pause
from idp.web.step_pages import StepPage, Submission
from idp.web.views import View
from idp.web.ways import ways
from idp.words import own_account

NAME = "security-key"


async def show(current: Current) -> View | None:
    """The page, or while this way is paused the page that says until when."""
    if (paused := pause(current, "key", NAME)) is not None:
        return paused
    others, notice = ways(current), current.interaction.notice
    return SecurityKeyPage(
        shell=shell(current, NAME, errors(notice, "key", current.scene.visit.at, contact_of(current))),
        options=await asked_of_key(current),
        why="" if _others_would_do(current) else own_account.key_needed(current.client.name),
        code_url=others.get("code"),
        recovery_url=others.get("recovery_code"),
        lost_url=url_of(current, "lost"),
        remember_days=days_offered(current.facts),
    )


async def submit(submission: Submission) -> Outcome:
    """`credential`, and `remember` where the box is ticked."""
    typed = Typed(text=submission.form.text("credential"), remember="remember" in submission.form)
    return await prove_key(submission.services, submission.interaction, submission.visit, typed)


def _others_would_do(current: Current) -> bool:
    identity = current.facts.identity
    return identity is None or identity.requirement.level <= Level.TWO


PAGE = StepPage(name=NAME, steps=(ProveFactor,), show=show, submit=submit, way="key")
