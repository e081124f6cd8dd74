"""Enrolment of an authenticator app inside a sign-in: a set-up secret on show, then one right code binds it."""

import json
from dataclasses import asdict, dataclass

from idp.audit.sign_in import EnrolmentConfirmed, EnrolmentRefused, EnrolmentStarted, RecoveryCodesMade
from idp.authenticators import totp
from idp.authenticators.evidence import proof_stored
from idp.authenticators.methods import Method
from idp.authenticators.recovery_code import SET_SIZE
from idp.directory.factor_name import APP, MOST_FACTORS
from idp.login.binding import Binding, binding
from idp.login.interaction import SETUP_LIFETIME, Pending
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import Answer, Enrol, ReplaceApp, Step
from idp.storage import authenticators, interactions, places
from idp.storage.authenticators import NewApp
from idp.usecases.failures import Failure, settle_failure
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery_codes import moment_of, new_codes
from idp.usecases.second_factor import SHAPES
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.entropy import ordered_uuid
from idp.values.ids import AuthenticatorId, InteractionId
from idp.values.sealed import Sealed
from idp.values.secrets import AppCode, TotpSecret

METHOD = Method.APP_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What the set-up page shows."""

    secret: TotpSecret
    parameters: totp.TotpParameters

    def plain(self) -> bytes:
        """To be sealed: the kind of code goes with the secret, for the configuration may change meanwhile."""
        return json.dumps({"secret": self.secret.expose(), **asdict(self.parameters)}).encode()

    @staticmethod
    def of(plain: bytes) -> "SetUp":
        """The inverse of `plain`."""
        members = json.loads(plain)
        return SetUp(secret=TotpSecret(members.pop("secret")), parameters=totp.TotpParameters(**members))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A secret that a right code has confirmed, at that time step."""

    made: SetUp
    pending: Sealed
    """As it stood on the Interaction."""
    step: int


async def set_up(current: Current) -> SetUp | None:
    """The set-up secret: the same after a refresh and in a second tab, a new one where it has died.

    None where another tab made one at the same moment: then look again.
    """
    scene, interaction = current.scene, current.interaction
    at, sealer = scene.visit.at, scene.configuration.sealer
    if interaction.enrolment is not None and interaction.enrolment.live(at):
        return _opened(current, interaction.enrolment)
    made = SetUp(secret=totp.new_secret(scene.services.entropy), parameters=scene.configuration.values.app_codes)
    sealed = sealer.seal(made.plain(), places.enrolment(interaction.id))
    pending = Pending(sealed=sealed, until=at + SETUP_LIFETIME)
    started = scene.events(EnrolmentStarted())
    database, user = scene.services.database, current.account.user
    if not await interactions.start_enrolment(database, interaction.id, user, pending, at, started):
        return None
    return made


async def confirm(services: Services, interaction: InteractionId, visit: Visit, text: str) -> Outcome:
    """Bind the app with one right code, and make recovery codes where `binding` says so. Raises Busy.

    The code's time step is burnt with it, so it opens nothing a second time.
    """
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or (due := _for_app(current.step)) is None:
        return current
    bound = binding(current.facts, current.account, due)
    # An app that another tab has replaced already makes no room.
    if bound.retired is not None and current.account.factors - len(bound.retired) >= MOST_FACTORS:
        return await _enough(current)
    pending = current.interaction.enrolment
    if pending is None or not pending.live(visit.at):
        return current  # the page makes a new secret and shows it
    made = _opened(current, pending)
    code = totp.parse(text, made.parameters.digits)
    if not isinstance(code, AppCode):
        notice = Notice(kind=SHAPES[type(code)], digits=(made.parameters.digits,))
        await interactions.note(services.database, interaction, notice)
        return current
    step = totp.match(made.secret, code, made.parameters, visit.at)
    if step is None:
        return await _refused(current, made, code)
    await _bind(current, bound, Confirmed(made=made, pending=pending.sealed, step=step))
    return await look(services, interaction, visit)


async def _refused(current: Current, made: SetUp, code: AppCode) -> Outcome:
    """Only here is a wrong clock told exactly: the secret is the asker's own."""
    period = made.parameters.period
    drift = totp.drift(made.secret, code, made.parameters, current.scene.visit.at)
    steps = int(drift.total_seconds()) // period if drift else 0
    kind = NoticeKind.CLOCK_DRIFT if steps else NoticeKind.CODE_WRONG
    event = EnrolmentRefused(reason="wrong")
    failure = Failure(event=event, notice=Notice(kind=kind, steps=steps, period=period), method=METHOD.counter)
    return await settle_failure(current.scene, current, failure)


async def _bind(current: Current, bound: Binding, confirmed: Confirmed) -> bool:
    scene, at, made = current.scene, current.scene.visit.at, confirmed.made
    app = AuthenticatorId(ordered_uuid(scene.services.entropy, at))
    codes = None if bound.keeps_codes else await new_codes(scene, current.interaction.id)
    new_app = NewApp(
        id=app,
        sealed_secret=scene.configuration.sealer.seal(made.secret.expose().encode(), places.app_secret(app)),
        parameters=made.parameters,
        step=confirmed.step,
        pending=confirmed.pending,
        name=bound.name or APP,
        retires=bound.retired,
    )
    event = EnrolmentConfirmed(authenticator=app, replaced=bound.retired != (), further=bound.further)
    happened = scene.events(event, *([RecoveryCodesMade(count=SET_SIZE)] if codes else []))
    proof = proof_stored(METHOD, at)
    return await authenticators.confirm_enrolment(
        scene.services.database, moment_of(current), new_app, codes, proof, happened
    )


async def _enough(current: Current) -> Outcome:
    """As many as anybody needs, since another tab was faster: the sign-in goes on without this one."""
    scene, user = current.scene, current.account.user
    expires_at = current.interaction.prolonged(scene.visit.at)
    await interactions.answer(
        scene.services.database, current.interaction.id, Answer.RECOVERY_USED, user, expires_at, []
    )
    return await look(scene.services, current.interaction.id, scene.visit)


def _for_app(step: Step) -> Enrol | ReplaceApp | None:
    if isinstance(step, ReplaceApp):
        return step
    return step if isinstance(step, Enrol) and "app" in step.ways else None


def _opened(current: Current, pending: Pending) -> SetUp:
    sealer, place = current.scene.configuration.sealer, places.enrolment(current.interaction.id)
    return SetUp.of(sealer.open(pending.sealed, place))
