"""Set-up of an authenticator app, step 1 of 2: add the account to an app, type its code."""

import asyncio

from idp.authenticators import otpauth
from idp.login.binding import Binding, binding
from idp.login.purpose import PortalVisit
from idp.login.steps import Enrol, ReplaceApp
from idp.usecases.enrolment import confirm, set_up
from idp.usecases.grace import put_off
from idp.usecases.outcome import Current, Outcome
from idp.web import qr
from idp.web.field_errors import errors
from idp.web.frame import contact_of, shell, url_of
from idp.web.step_pages import StepPage, Submission
from idp.web.views import EnrolmentPage, View
from idp.words.messages import Asker, enrolment_why
from idp.words.own_account import app_added, app_replaced, enrolment_wanted

NAME = "enrolment"


async def show(current: Current) -> View | None:
    """The same secret as long as it lives; None where another tab made one at this moment."""
    made = await set_up(current)
    if made is None:
        return None
    said = errors(current.interaction.notice, "code", current.scene.visit.at, contact_of(current))
    frame, account = shell(current, NAME, said), current.account.username
    account = otpauth.labelled(account, _bound(current).name)
    uri = otpauth.provisioning_uri(frame.brand.name, account, made.secret, made.parameters)
    return EnrolmentPage(
        shell=frame,
        why=_why(current, frame.brand.name),
        account=account,
        qr=await asyncio.to_thread(qr.svg, uri),
        otpauth=uri,
        key_groups=tuple(otpauth.manual_key(made.secret).split(" ")),
        digits=made.parameters.digits,
        period_seconds=made.parameters.period,
        key_url=url_of(current, "key-enrolment") if _key_would_do(current) else None,
        may_wait_until=current.step.may_wait_until if isinstance(current.step, Enrol) else None,
    )


async def submit(submission: Submission) -> Outcome:
    """`code`, or `answer`: `skip` where it may wait."""
    if submission.form.text("answer") == "skip":
        return await put_off(submission.services, submission.interaction, submission.visit)
    text = submission.form.text("code")
    return await confirm(submission.services, submission.interaction, submission.visit, text)


def _why(current: Current, brand: str) -> str:
    if not isinstance(current.interaction.asked, PortalVisit):
        return enrolment_why(_asker(current), current.client.name, brand)
    if current.interaction.asked.task is None:
        return enrolment_why("server" if _asker(current) == "server" else "user", current.client.name, brand)
    if not current.account.enrolled:
        return enrolment_wanted()
    bound = _bound(current)
    return app_added() if bound.further else app_replaced(codes_stay=bound.keeps_codes)


def _bound(current: Current) -> Binding:
    return binding(current.facts, current.account, current.step if isinstance(current.step, ReplaceApp) else Enrol())


def _key_would_do(current: Current) -> bool:
    return isinstance(current.step, Enrol) and "key" in current.step.ways


def _asker(current: Current) -> Asker:
    """Who asks for a second factor; where several do, the app is the one that the person knows."""
    identity = current.facts.identity
    reasons = identity.requirement.reasons if identity else ()
    deciding = {reason.source for reason in reasons if reason.effect in {"decides", "deferred"}}
    askers: tuple[Asker, ...] = ("client", "request", "server", "group", "user")
    return next((asker for asker in askers if asker in deciding), "user")


PAGE = StepPage(name=NAME, steps=(Enrol, ReplaceApp), show=show, submit=submit, way="app")
