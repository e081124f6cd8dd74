"""The second factors of the person in the portal: shown, each of them changed, all turned off where policy lets.

Whether proofs are fresh enough for it was asked at the door; here it is asked whether the factor is the person's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.audit.event import Event
from idp.audit.factors import Counted, FactorReactivated, FactorRemoved, FactorRenamed, FactorSuspended
from idp.audit.sign_in import SecondFactorTurnedOff
from idp.authenticators.methods import Level
from idp.directory.factor_name import MOST_FACTORS, factor_name
from idp.login.purpose import ACCOUNT
from idp.policy.keeping import demanded_by, demanding, level_kept
from idp.policy.requirement import Reason
from idp.storage import bound_factors, endings
from idp.storage.bound_factors import BoundFactor, Decided
from idp.storage.database import Database
from idp.storage.endings import Kept
from idp.storage.events import EncodedEvents
from idp.usecases.errors import Unavailable
from idp.usecases.portal import FRESH_SECONDS, Present
from idp.values.ids import AuthenticatorId

__all__ = ["BoundFactor"]

_COUNTED: dict[bound_factors.Kind, Counted] = {"app": "otp", "key": "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What the page shows."""

    all: tuple[BoundFactor, ...]
    codes_left: int
    demanded: Reason | None
    """Why they cannot be turned off."""
    demanding: tuple[Reason, ...]
    """All that asks for them, where something insists on them."""
    reset_at: datetime | None = None
    """When an admin took them away, as long as none has been set up since."""

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are taken."""
        return tuple(each.name for each in self.all)

    def one(self, factor: AuthenticatorId) -> BoundFactor | None:
        """That one; None for any that is not the person's."""
        return next((each for each in self.all if each.id == factor), None)

    @property
    def room(self) -> bool:
        """Whether there may be one more."""
        return len(self.all) < MOST_FACTORS


async def factors(present: Present) -> Factors:
    """Those of the person, and whether policy insists on them."""
    database, user = present.scene.services.database, present.account.user
    found, insists = await bound_factors.listed(database, user), demanded(present)
    waits = present.account.enrolment_pass_demanded and not found
    return Factors(
        all=found,
        codes_left=present.account.codes_left,
        demanded=insists,
        demanding=demanding(present.scene.configuration.rules, present.account, ACCOUNT, present.at) if insists else (),
        reset_at=await bound_factors.reset_at(database, user) if waits else None,
    )


async def own_factor(present: Present, factor: AuthenticatorId) -> BoundFactor | None:
    """One of the person's; None for any other."""
    return (await factors(present)).one(factor)


def demanded(present: Present) -> Reason | None:
    """The rule that insists on a second factor, if one does."""
    return demanded_by(present.scene.configuration.rules, present.account, ACCOUNT, present.at)


def others(found: Factors, factor: BoundFactor) -> tuple[BoundFactor, ...]:
    """Those beside it that prove something."""
    return tuple(each for each in found.all if each.id != factor.id and each.suspended_at is None)


def spare(present: Present, found: Factors, factor: BoundFactor) -> bool:
    """Whether the person can do without it: another one is left, and a key where policy asks for a key."""
    left = others(found, factor)
    level = level_kept(present.scene.configuration.rules, present.account, ACCOUNT, present.at)
    if level > Level.TWO and factor.kind == "key":
        return any(each.kind == "key" for each in left)
    return bool(left)


async def rename(present: Present, factor: AuthenticatorId, text: str) -> None:
    """Raises InvalidValue, and Unavailable. Nothing happens for what is not theirs."""
    found = await factors(present)
    mine = found.one(factor)
    if mine is None:
        return
    name = factor_name(text, [each.name for each in found.all if each.id != factor])
    events = _events(present, FactorRenamed(authenticator=factor))
    if name != mine.name:
        _done(present, await bound_factors.rename(_database(present), _decided(present), factor, name, events))


async def remove(present: Present, factor: AuthenticatorId) -> None:
    """Take one of several away. Nothing happens for the last one, nor for what is not theirs. Raises Unavailable."""
    found = await factors(present)
    mine = found.one(factor)
    if mine is None or not spare(present, found, mine):
        return
    events = _events(present, FactorRemoved(method=_COUNTED[mine.kind], authenticator=factor))
    _done(present, await bound_factors.remove(_database(present), _decided(present), factor, events))


async def suspend(present: Present, factor: AuthenticatorId) -> None:
    """Report it as lost: it proves nothing from now on, and all that is signed in elsewhere ends.

    Nothing happens for what is not theirs, or was reported before.
    """
    mine = await own_factor(present, factor)
    if mine is None or mine.suspended_at is not None:
        return
    user, at = present.account.user, present.at
    events = _events(present, FactorSuspended(method=_COUNTED[mine.kind], authenticator=factor))
    kept = Kept(interaction=None, session=present.session.id)
    async with present.scene.services.database.transaction() as transaction:
        if await bound_factors.suspend(transaction, user, factor, at, events):
            await endings.end_everything_else(transaction, user, kept, "factor_lost", at)


def since_lost(present: Present, factor: BoundFactor) -> int:
    """Seconds: only what was proved after the report vouches for it, since that was made by something else."""
    age = present.at - (factor.suspended_at or present.at) - timedelta.resolution
    return min(FRESH_SECONDS, max(0, age // timedelta(seconds=1)))


async def reactivate(present: Present, factor: AuthenticatorId) -> None:
    """It was found. Nothing happens for what is not theirs, or is not suspended. Raises Unavailable.

    That another factor vouches for it was seen at the door: proofs made before it was reported do not count there.
    """
    mine = await own_factor(present, factor)
    if mine is None or mine.suspended_at is None:
        return
    events = _events(present, FactorReactivated(method=_COUNTED[mine.kind], authenticator=factor))
    _done(present, await bound_factors.reactivate(_database(present), _decided(present), factor, events))


async def turn_off(present: Present) -> None:
    """Take all of them and the recovery codes away. Nothing happens where policy insists on them, or there are none.

    Raises Unavailable where person or policy changed at this moment.
    """
    if not present.account.enrolled or demanded(present) is not None:
        return
    events = _events(present, SecondFactorTurnedOff())
    _done(present, await bound_factors.turn_off(_database(present), _decided(present), events))


def _database(present: Present) -> Database:
    return present.scene.services.database


def _decided(present: Present) -> Decided:
    account, rules = present.account, present.scene.configuration.rules
    return Decided(user=account.user, version=account.version, policy_version=rules.version)


def _events(present: Present, event: Event) -> EncodedEvents:
    return present.scene.events(event, session=present.session.id)


def _done(present: Present, done: bool) -> None:  # noqa: FBT001 - what a statement answered
    """Raises Unavailable: another tab, or an admin, was faster."""
    if not done:
        present.scene.services.cache.forget()
        raise Unavailable
