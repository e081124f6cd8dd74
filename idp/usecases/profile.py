"""The profile of the person in the portal."""

from idp.directory.person import Person
from idp.storage import people
from idp.usecases.portal import Present


async def own_profile(present: Present) -> Person:
    """With the names of their groups."""
    return await people.get(present.scene.services.database, present.account.user)
