"""Rules that leave some days: the moment at which one first applied to a person is remembered, and the days run."""

from datetime import datetime

from idp.authenticators.methods import Level
from idp.login.facts import Identity
from idp.policy.requirement import Requirement
from idp.storage import policy_rules
from idp.usecases.scene import Scene
from idp.usecases.services import Services
from idp.values.ids import UserId


async def remember(scene: Scene, identity: Identity | None) -> None:
    """Of whoever has proved who they are, in a sign-in: one statement, once per person and rule."""
    if identity is not None and identity.evidence.level >= Level.ONE:
        await apply(scene.services, identity.account.user, identity.requirement, scene.visit.at)


async def apply(services: Services, user: UserId, needed: Requirement, at: datetime) -> None:
    """The same wherever else policy is asked about somebody who is signed in."""
    if needed.first_applied:
        await policy_rules.apply(services.database, user, needed.first_applied, at)
