"""`next_step`: the one function that decides what is asked next; `Cleared`, the only thing a code is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from idp.authenticators.methods import Level, Method
from idp.authenticators.password import MINIMUM, MINIMUM_ALONE
from idp.login.facts import Facts, Identity
from idp.login.purpose import Task
from idp.login.steps import (
    Answer,
    ChangePassword,
    Consent,
    Enrol,
    ProveFactor,
    ReplaceApp,
    SaveRecoveryCodes,
    SelectAccount,
    ShowEnrolmentPass,
    SignIn,
    Step,
)
from idp.oidc.errors import (
    AccountSelectionRequired,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    OAuthError,
    UnmetAuthenticationRequirements,
)

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The sign-in goes on with this step."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """No page may be shown, and one is needed (OIDC Core 3.1.2.6); or no page would be of any use."""

    error: OAuthError


class NotCleared(ValueError):
    """Somebody tried to build `Cleared` while a check still had something to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Generic[P_co]):
    """Every check passed. Cannot be built while any check has something to ask, whoever calls the constructor."""

    facts: Facts[P_co]
    identity: Identity

    def __post_init__(self) -> None:
        """Runs the same table as `next_step`."""
        if self.facts.unreachable:
            raise NotCleared("the level that is essential is out of reach")
        step = _first_asked(self.facts)
        if step is not None:
            raise NotCleared(f"{type(step).__name__} is still to be asked")
        if self.identity is not self.facts.identity:
            raise NotCleared("that is not the identity that was decided on")


def identified(facts: Facts[object]) -> Step | None:
    """Somebody active, the right one, has proved who they are recently enough, and was chosen where that was asked."""
    identity = facts.identity
    if identity is None or not identity.account.active:
        return SignIn(again=False)
    if facts.expected is not None and facts.expected != identity.account.subject:
        return SignIn(again=False)
    if facts.choose_account and not facts.answered & {Answer.SAME_ACCOUNT, Answer.OTHER_ACCOUNT}:
        return SelectAccount()
    if identity.proved.level < Level.ONE:
        return SignIn(again=True)
    return None


def factor_proved(facts: Facts[object]) -> Step | None:
    """An enrolled second factor is asked wherever the requirement is not met without it.

    Where only a key will do, a key is asked of who has one; who has none shows what there is, and then sets one up.
    """
    identity = _known(facts)
    account, left = identity.account, identity.account.codes_left
    if not account.enrolled or not identity.lacks_factor:
        return None
    key_alone = identity.requirement.level > Level.TWO and account.keys > 0
    if identity.proved.level >= Level.TWO and not key_alone:
        return None
    return ProveFactor(
        app=account.apps > 0 and not key_alone,
        recovery=left > 0 and not key_alone,
        key=account.keys > 0,
        codes_left=left,
        digits=account.code_digits,
    )


def password_changed(facts: Facts[object]) -> Step | None:
    """A password that somebody else knows, or too short to stand alone, is changed after every proof asked.

    Whether it has to stand alone is open as long as a second factor is on offer. Only who has shown who they are
    a moment ago chooses it, and not whoever finds a browser that is signed in (ASVS V6.2.3, V7.5.1).
    """
    identity = _known(facts)
    alone = identity.requirement.level < Level.TWO and _offered(facts) is None
    too_short = alone and not identity.account.password_long_enough_alone
    reason = identity.account.password_change_demanded or ("too_short" if too_short else None)
    if reason is None:
        return None
    if not facts.silent and not facts.identified_lately:
        return SignIn(again=True)
    return ChangePassword(reason=reason, minimum=MINIMUM_ALONE if alone else MINIMUM)


def enrolled(facts: Facts[object]) -> Step | None:
    """Who must have a second factor and has none sets it up now, before the authorization response leaves.

    What was proved with one that is gone since does not stand in for it: no required factor is left. While the rule
    leaves time, it is offered to whoever proved the password here, and may be put off.
    """
    identity = _known(facts)
    if identity.requirement.level > Level.TWO and not identity.account.keys:
        return _allowed(facts, Enrol(ways=("key",)))
    forced = identity.requirement.level >= Level.TWO and not identity.account.enrolled
    due = Enrol() if forced else _offered(facts)
    return _allowed(facts, due) if due else None


def codes_saved(facts: Facts[object]) -> Step | None:
    """A second factor comes with a set of recovery codes that was saved and is not used up (SP 800-63B 4.2.1.1).

    Or the person wants a new set.
    """
    account = _known(facts).account
    renewing = facts.task == "new_recovery_codes" and Answer.CODES_SAVED not in facts.answered
    if account.enrolled and (renewing or not (account.codes_saved and account.codes_left)):
        return SaveRecoveryCodes()
    return None


def app_replaced(facts: Facts[object]) -> Step | None:
    """A recovery code used just now says that the app may be lost: offered once, before going on.

    Who came to set up an app is asked nothing before: the first one, or one in place of the present one.
    """
    if Answer.RECOVERY_USED in facts.answered:
        return None
    if facts.task in _SET_UP:
        return _allowed(facts, Enrol(ways=_SET_UP[facts.task]))
    if Method.RECOVERY_CODE in facts.proved_here:
        return ReplaceApp(codes_left=_known(facts).account.codes_left)
    return None


_SET_UP: Mapping[Task | None, tuple[Literal["app", "key"], ...]] = {
    "set_up_app": ("app",),
    "add_app": ("app",),
    "add_key": ("key",),
}


def consented(facts: Facts[object]) -> Step | None:
    """Consent is asked once per user, client and scope set; each time of clients whose identity is not assured."""
    consent = facts.consent
    if consent.first_party or Answer.CONSENT in facts.answered:
        return None
    covered = consent.remembered.issuperset(consent.asked)
    if consent.forced or consent.each_time or not covered:
        return Consent(scopes=consent.asked)
    return None


Check = Callable[[Facts[object]], Step | None]

CHECKS: tuple[Check, ...] = (
    identified,
    factor_proved,
    password_changed,
    enrolled,
    codes_saved,
    app_replaced,
    consented,
)
"""In the order in which a person meets them; each may rely on those above it having nothing to ask."""


def next_step(facts: Facts[P]) -> Ask | Refuse | Cleared[P]:
    """Walks the table: the first check with something to ask decides; with none, the sign-in is cleared.

    Before anything is asked, a request is refused that no answer could satisfy.
    """
    if facts.unreachable:
        return Refuse(error=UnmetAuthenticationRequirements("no requested acr is available here"))
    step = _first_asked(facts)
    if step is None:
        return Cleared(facts=facts, identity=_known(facts))
    return Refuse(error=_silent_error(step)) if facts.silent else Ask(step=step)


def _first_asked(facts: Facts[object]) -> Step | None:
    return next((step for check in CHECKS if (step := check(facts)) is not None), None)


def _known(facts: Facts[object]) -> Identity:
    if facts.identity is None:
        raise NotCleared("nobody is identified")
    return facts.identity


def _offered(facts: Facts[object]) -> Enrol | None:
    """The set-up that grace lets wait; whoever came for just that is not told so first."""
    identity = _known(facts)
    needed, waiver, account = identity.requirement, identity.requirement.waiver, identity.account
    key = needed.wanted > Level.TWO
    if needed.wanted <= needed.level or waiver is None or (account.keys if key else account.enrolled):
        return None
    asked_nothing = facts.silent or Method.PASSWORD not in facts.proved_here
    if asked_nothing or Answer.PUT_OFF in facts.answered or facts.task in _SET_UP:
        return None
    return Enrol(ways=("key",) if key else ("app", "key"), may_wait_until=waiver.until)


def _allowed(facts: Facts[object], due: Enrol) -> Enrol | ShowEnrolmentPass:
    """The first factor of an account may need a pass: whoever merely knows the password binds none (SP 800-63B 4.1)."""
    identity = _known(facts)
    if identity.account.enrolled or not identity.requirement.enrolment_pass or Answer.PASS_SHOWN in facts.answered:
        return due
    return ShowEnrolmentPass(may_wait_until=due.may_wait_until)


def _silent_error(step: Step) -> OAuthError:
    """OIDC Core 3.1.2.6: which error says that this page would have been needed."""
    match step:
        case SignIn():
            return LoginRequired("the person must sign in")
        case SelectAccount():
            return AccountSelectionRequired("the person must choose an account")
        case Consent():
            return ConsentRequired("the person must consent")
        case _:
            return InteractionRequired("the person must complete a further step")
