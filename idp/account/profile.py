"""`/account`: who the person is here."""

from idp.usecases.portal import Present
from idp.usecases.profile import own_profile
from idp.web.portal import HOME, PortalPage, shell
from idp.web.portal_views import ProfilePage
from idp.web.views import View

PAGE = PortalPage(path=HOME)


async def show(present: Present) -> View:
    """As apps would see it, if they were allowed all."""
    person = await own_profile(present)
    return ProfilePage(
        shell=shell(present, PAGE.path),
        username=person.preferred_username,
        name=person.profile.get("name"),
        email=person.email,
        email_verified=person.email_verified,
        groups=person.groups,
    )
