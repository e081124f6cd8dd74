"""Go on as the person who is signed in here, or as another (prompt=select_account)."""

from idp.login.steps import SelectAccount
from idp.usecases.account_choice import go_on_as_signed_in, use_another_account
from idp.usecases.outcome import Current, Outcome
from idp.web.frame import shell
from idp.web.step_pages import StepPage, Submission
from idp.web.views import SelectAccountPage, View

NAME = "select-account"


async def show(current: Current) -> View | None:
    """Names the person who is signed in here."""
    return SelectAccountPage(shell=shell(current, NAME), name=current.account.username)


async def submit(submission: Submission) -> Outcome:
    """`answer`: `same`, or anything else for another account."""
    choose = go_on_as_signed_in if submission.form.text("answer") == "same" else use_another_account
    return await choose(submission.services, submission.interaction, submission.visit)


PAGE = StepPage(name=NAME, steps=(SelectAccount,), show=show, submit=submit)
