"""What an app wants to use, in the person's own values."""

from idp.directory.person import Person
from idp.login.steps import Consent
from idp.oidc.scopes import OPENID
from idp.usecases.consent import answer_consent, person_of
from idp.usecases.outcome import Current, Outcome
from idp.web.frame import shell
from idp.web.step_pages import StepPage, Submission
from idp.web.views import ConsentPage, Permission, View
from idp.words.messages import permission

NAME = "consent"


async def show(current: Current) -> View | None:
    """One line for each scope, with what it would reveal."""
    step = current.step
    person = await person_of(current)
    if not isinstance(step, Consent) or person is None:
        return None
    asked = [scope for scope in step.scopes if scope != OPENID] or [OPENID]
    permissions = tuple(Permission(label=permission(scope), values=_values(scope, person)) for scope in asked)
    itself = current.client.registered_itself
    return ConsentPage(shell=shell(current, NAME), permissions=permissions, registered_itself=itself)


async def submit(submission: Submission) -> Outcome:
    """`answer`: `allow`, or anything else to deny."""
    allowed = submission.form.text("answer") == "allow"
    return await answer_consent(submission.services, submission.interaction, submission.visit, allowed=allowed)


def _values(scope: str, person: Person) -> tuple[str, ...]:
    shown = {
        "profile": (person.profile.get("name") or person.preferred_username,),
        "email": (person.email,),
        "phone": (person.phone_number,),
        "address": (", ".join(person.address.values()),),
        "groups": person.groups,
    }
    return tuple(value for value in shown.get(scope, ()) if value)


PAGE = StepPage(name=NAME, steps=(Consent,), show=show, submit=submit)
