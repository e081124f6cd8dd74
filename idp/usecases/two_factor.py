"""The second factors of the person in the portal: shown, and turned off where policy lets."""

from dataclasses import dataclass

from idp.audit.sign_in import SecondFactorTurnedOff
from idp.login.purpose import ACCOUNT
from idp.policy.keeping import demanded_by
from idp.policy.requirement import Reason
from idp.storage import bound_factors
from idp.storage.bound_factors import BoundApp
from idp.usecases.errors import Unavailable
from idp.usecases.portal import Present


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What the page shows."""

    apps: tuple[BoundApp, ...]
    codes_left: int
    demanded: Reason | None
    """Why they cannot be turned off."""


async def factors(present: Present) -> Factors:
    """Those of the person, and whether policy insists on them."""
    apps = await bound_factors.apps(present.scene.services.database, present.account.user)
    return Factors(apps=apps, codes_left=present.account.codes_left, demanded=demanded(present))


def demanded(present: Present) -> Reason | None:
    """The rule that insists on a second factor, if one does."""
    return demanded_by(present.scene.configuration.rules, present.account, ACCOUNT, present.at)


async def turn_off(present: Present) -> bool:
    """Take app and recovery codes away; False where policy insists on them, or there are none.

    Raises Unavailable where person or policy changed at this moment.
    """
    account, scene = present.account, present.scene
    if not account.enrolled or demanded(present) is not None:
        return False
    events = scene.events(SecondFactorTurnedOff(), session=present.session.id)
    version = scene.configuration.rules.version
    if not await bound_factors.turn_off(scene.services.database, account.user, account.version, version, events):
        scene.services.cache.forget()
        raise Unavailable
    return True
