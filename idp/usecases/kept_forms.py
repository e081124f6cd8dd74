"""What was typed into a form of the portal, kept sealed while its person proves anew who they are. Never a secret.

It comes back to the same page, the same browser and the same person alone, and as long as a step of a sign-in may take.
"""

import json
from collections.abc import Mapping

from idp.login.interaction import STEP_LIFETIME
from idp.storage import kept_forms, places
from idp.storage.kept_forms import KeptForm, Wanted
from idp.usecases.scene import Scene
from idp.values.ids import InteractionId, UserId

Typed = Mapping[str, str]
"""Fields by name; one that is left out was empty, or not ticked."""


def sealed_form(scene: Scene, interaction: InteractionId, typed: Typed | None) -> KeptForm | None:
    """For the statement that begins the sign-in; None where there is nothing to keep, or nobody to keep it for."""
    if typed is None or scene.visit.session is None:
        return None
    sealed = scene.configuration.sealer.seal(json.dumps(dict(typed)).encode(), places.form(interaction))
    return KeptForm(sealed=sealed, session=scene.visit.session.digest())


async def typed_before(scene: Scene, user: UserId, interaction: InteractionId, path: str) -> Typed | None:
    """What this person typed into the form of that page, before that sign-in."""
    if scene.visit.browser is None:
        return None
    wanted = Wanted(
        interaction=interaction,
        browser=scene.visit.browser.digest(),
        path=path,
        since=scene.visit.at - STEP_LIFETIME,
    )
    sealed = await kept_forms.kept(scene.services.database, user, wanted)
    if sealed is None:
        return None
    fields: dict[str, str] = json.loads(scene.configuration.sealer.open(sealed, places.form(interaction)))
    return fields
