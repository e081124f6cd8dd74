"""`/account`: who the person is here, and what of it they change themselves."""

from starlette.responses import Response

from idp.directory.own_profile import CHOICES, NAMES, THEME
from idp.usecases import addresses
from idp.usecases.portal import Present
from idp.usecases.profile import change_own_profile, offered, own_profile, shown
from idp.usecases.zones import by_region
from idp.web import responses
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.profile_views import ProfilePage, Waiting
from idp.web.shell import FieldError
from idp.web.views import View
from idp.words.own_account import ProfileField, profile_field_refused
from idp.words.speech import own_names

FIELDS: tuple[ProfileField, ...] = (*NAMES, *CHOICES, THEME)
PAGE = PortalPage(path=HOME, keeps=frozenset(FIELDS))
SAVED = PortalPage(path=f"{HOME}/saved")


async def show(present: Present) -> View:
    """As apps would see it, if they were allowed all; what was typed before a sign-in in between is there again."""
    typed: dict[str, str] = {} if present.typed is None else {field: present.typed.get(field, "") for field in FIELDS}
    return await _page(present, typed=typed)


async def show_saved(present: Present) -> View:
    """The same, after a change."""
    return await _page(present, saved=True)


async def submit(sent: Submission) -> Response:
    """`name`, `given_name`, `family_name`, `locale`, `zoneinfo`, `theme`: those that came."""
    typed: dict[str, str] = {name: text for name, text in sent.form.parameters.pairs if name in FIELDS}
    refused = await change_own_profile(sent.present, typed)
    if refused is None:
        return to(sent.present, SAVED.path)
    errors = tuple(
        FieldError(field=field, message=profile_field_refused(field)) for field in FIELDS if field in refused.fields
    )
    return responses.page(await _page(sent.present, errors, typed))


async def _page(
    present: Present, errors: tuple[FieldError, ...] = (), typed: dict[str, str] | None = None, *, saved: bool = False
) -> ProfilePage:
    person, waiting = await own_profile(present), await addresses.waiting(present)
    values = {**shown(present, person), **(typed or {})}
    return ProfilePage(
        shell=shell(present, PAGE.path, errors),
        username=person.preferred_username,
        values=values,
        editable=offered(present).fields,
        locales=own_names(),
        zones=by_region(),
        email=person.email,
        email_verified=person.email_verified,
        email_url=url_of(present, f"{HOME}/email") if addresses.can_change(present) else None,
        email_managed=addresses.managed(present),
        waiting=Waiting(address=waiting.address, until=waiting.until) if waiting else None,
        groups=person.groups,
        at=present.at,
        saved=saved,
    )
