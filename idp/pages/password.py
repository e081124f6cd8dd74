"""Name and password; or a passkey, which `passkey` receives."""

from idp.authenticators.password import prepared
from idp.login.purpose import PortalVisit
from idp.login.steps import SignIn
from idp.usecases.key_ceremony import passkey_options
from idp.usecases.outcome import Current, Outcome
from idp.usecases.password import Typed, prove_password
from idp.web.field_errors import errors
from idp.web.frame import contact_of, forgot_url, shell, url_of
from idp.web.step_pages import StepPage, Submission
from idp.web.views import PasswordPage, View

NAME = "password"


async def show(current: Current) -> View | None:
    """With the name filled in that was typed, hinted at, or is signed in here already."""
    notice, asked = current.interaction.notice, current.interaction.asked
    again = isinstance(current.step, SignIn) and current.step.again
    signed_in = current.account.username if again else ""
    said = errors(notice, "username", current.scene.visit.at, contact_of(current))
    return PasswordPage(
        shell=shell(current, NAME, said),
        username=(notice.username if notice else "") or signed_in or asked.login_hint or "",
        again=again,
        forgot_url=forgot_url(current),
        confirming=again and isinstance(asked, PortalVisit),
        passkey_action=url_of(current, "passkey"),
        passkey_options=passkey_options(current),
    )


async def submit(submission: Submission) -> Outcome:
    """`username`, `password`."""
    typed = Typed(username=submission.form.text("username"), password=prepared(submission.form.text("password")))
    return await prove_password(submission.services, submission.interaction, submission.visit, typed)


PAGE = StepPage(name=NAME, steps=(SignIn,), show=show, submit=submit)
