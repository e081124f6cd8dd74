"""The table of every page for people who sign in."""

from starlette.routing import Route

from idp.pages import (
    authorize,
    consent,
    enrolment,
    enrolment_pass,
    forgot,
    key_enrolment,
    logo,
    logout,
    lost,
    new_password,
    passkey,
    password,
    recovery,
    recovery_codes,
    recovery_used,
    reset_password,
    second_factor,
    secure_account,
    security_key,
    select_account,
    ways_out,
)
from idp.usecases.mailing import SECURE
from idp.usecases.password_reset import LINK
from idp.usecases.services import Services
from idp.web import static
from idp.web.edges import Edge, Handler, House
from idp.web.kinds import AUTHORIZATION, OPERATIONS, PAGES, Kind
from idp.web.step_pages import StepPage, shown, submitted

AT = "/interaction/{interaction}"

STEP_PAGES: tuple[StepPage, ...] = (
    password.PAGE,
    second_factor.PAGE,
    security_key.PAGE,
    recovery.PAGE,
    lost.PAGE,
    enrolment_pass.PAGE,
    enrolment.PAGE,
    key_enrolment.PAGE,
    recovery_codes.PAGE,
    recovery_used.PAGE,
    new_password.PAGE,
    select_account.PAGE,
    consent.PAGE,
)


def routes(services: Services, house: House) -> list[Route]:
    """Every path, its kind of edge, and its handlers by method."""
    table: list[tuple[str, Kind, dict[str, Handler]]] = [
        ("/authorize", AUTHORIZATION, {"GET": authorize.by_get(services), "POST": authorize.by_post(services)}),
        ("/logout", AUTHORIZATION, {"GET": logout.by_get(services), "POST": logout.by_post(services)}),
        ("/logout/confirm", PAGES, {"POST": logout.confirmed(services)}),
        (AT, PAGES, {"GET": authorize.resume(services)}),
        (f"{AT}/begin", PAGES, {"GET": authorize.begin(services)}),
        (f"{AT}/cancel", PAGES, {"POST": ways_out.cancelled(services)}),
        (f"{AT}/another-account", PAGES, {"POST": ways_out.another_account(services)}),
        (f"{AT}/passkey", PAGES, {"POST": passkey.submitted(services)}),
        (f"{AT}/recovery-codes/download", PAGES, {"POST": recovery_codes.download(services)}),
        *((f"{AT}/{page.name}", PAGES, _handlers(services, page)) for page in STEP_PAGES),
        (forgot.PATH, PAGES, {"GET": forgot.shown(services), "POST": forgot.submitted(services)}),
        (forgot.SENT, PAGES, {"GET": forgot.sent(services)}),
        (LINK, PAGES, {"GET": reset_password.shown(services), "POST": reset_password.submitted(services)}),
        (reset_password.DONE, PAGES, {"GET": reset_password.done(services)}),
        (SECURE, PAGES, {"GET": secure_account.shown(services), "POST": secure_account.submitted(services)}),
        (secure_account.DONE, PAGES, {"GET": secure_account.done(services)}),
        ("/logo/{client_id}", OPERATIONS, {"GET": logo.by_get(services)}),
        ("/static/{name}", OPERATIONS, {"GET": static.serve}),
    ]
    return [Route(path, Edge(house=house, kind=kind, handlers=handlers)) for path, kind, handlers in table]


def _handlers(services: Services, page: StepPage) -> dict[str, Handler]:
    return {"GET": shown(services, page), "POST": submitted(services, page)}
