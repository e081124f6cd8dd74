"""Whether and how a user gets in, changed by somebody else: disabled, unlocked, second factor reset, exempted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.audit.directory import (
    ExemptionEnded,
    SecondFactorReset,
    UserDisabled,
    UserEnabled,
    UserExempted,
    UserUnlocked,
)
from idp.authenticators.methods import SECOND_FACTORS, Counter
from idp.directory.permissions import Permission
from idp.directory.user import UserStatus
from idp.policy.account import Exemption
from idp.storage import accounts, endings, enrolment_passes, policy_rules, users
from idp.storage.endings import Ended
from idp.usecases.management import Refused, found_user, given_reason
from idp.usecases.passes import PRINTED, Given, Handover, give
from idp.usecases.unit import Unit

PERMISSION = Permission.USERS_WRITE

LONGEST_EXEMPTION = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsReset:
    """What a reset took away."""

    apps: int
    codes: int
    """Recovery codes that were still unused."""
    ended: Ended
    given: Given
    """What the person sets up two-factor with again; the password alone does not open that."""


async def disable(unit: Unit, name: str) -> Ended | None:
    """The person can no longer sign in; sessions and grants end. None where that was so already."""
    user = await found_user(unit.connection, name)
    if not await users.set_status(unit.connection, user.id, UserStatus.DISABLED):
        unit.nothing_changed()
        return None
    ended = await endings.end_everything(unit.connection, user.id, "user_disabled", unit.at)
    await unit.record(UserDisabled(), user=user.id)
    return ended


async def enable(unit: Unit, name: str) -> bool:
    """The person can sign in again; what had ended stays ended. False where that was so already."""
    user = await found_user(unit.connection, name)
    if not await users.set_status(unit.connection, user.id, UserStatus.ACTIVE):
        unit.nothing_changed()
        return False
    await unit.record(UserEnabled(), user=user.id)
    return True


async def unlock(unit: Unit, name: str) -> tuple[str, ...]:
    """Forget all failures in a row; returns the methods that had any."""
    user = await found_user(unit.connection, name)
    methods = await endings.unlock(unit.connection, user.id, Counter)
    if methods:
        await unit.record(UserUnlocked(), user=user.id)
    else:
        unit.nothing_changed()
    return methods


async def reset_second_factor(unit: Unit, name: str, reason: str, handover: Handover = PRINTED) -> FactorsReset:
    """Take away apps, keys and recovery codes, with their pauses; sessions and grants end, for the phone may be stolen.

    Raises NotFound, and Refused where no pass can be handed over like that.
    """
    user = await found_user(unit.connection, name)
    said = given_reason(reason)
    account = await accounts.find(unit.connection, user.id)
    codes = account.codes_left if account else 0
    apps, _ = await endings.unbind_second_factors(unit.connection, user.id)
    await endings.unlock(unit.connection, user.id, {method.counter for method in SECOND_FACTORS})
    ended = await endings.end_everything(unit.connection, user.id, "second_factor_reset", unit.at)
    event = SecondFactorReset(apps=apps, codes=codes, grants_ended=ended.grants, reason=said)
    await unit.record(event, user=user.id)
    await enrolment_passes.demand(unit.connection, user.id)
    given = await give(unit, user.id, handover)
    return FactorsReset(apps=apps, codes=codes, ended=ended, given=given)


async def exempt(unit: Unit, name: str, until: datetime, reason: str) -> None:
    """Until then no rule of server, group or user asks a second factor of the person; clients' rules still do."""
    user = await found_user(unit.connection, name)
    if until <= unit.at:
        raise Refused("The exemption must end in the future.")
    if until - unit.at > LONGEST_EXEMPTION:
        raise Refused("An exemption lasts a year at most; renew it when that is over.")
    exemption = Exemption(until=until, reason=given_reason(reason))
    await policy_rules.exempt(unit.connection, user.id, exemption, unit.at)
    await unit.record(UserExempted(until=until, reason=exemption.reason), user=user.id)


async def lift_exemption(unit: Unit, name: str) -> bool:
    """End the exemption now. False where there was none."""
    user = await found_user(unit.connection, name)
    if not await policy_rules.lift(unit.connection, user.id):
        unit.nothing_changed()
        return False
    await unit.record(ExemptionEnded(), user=user.id)
    return True
