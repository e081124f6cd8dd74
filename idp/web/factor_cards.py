"""A second factor as a card of the portal, with the addresses of what can be done about it."""

from idp.directory.factor_name import LONGEST, NameTaken
from idp.directory.invalid import InvalidValue
from idp.usecases.portal import Present
from idp.usecases.two_factor import BoundFactor
from idp.values.ids import AuthenticatorId
from idp.web.portal import HOME, url_of
from idp.web.shell import FieldError
from idp.web.two_factor_views import FactorCard
from idp.words.own_account import factor_name_refused, factor_name_taken

LIST = f"{HOME}/two-factor"


def path(factor: AuthenticatorId, doing: str = "") -> str:
    """Of the page about one of them."""
    return f"{LIST}/factors/{factor}{doing}"


def card(present: Present, factor: BoundFactor) -> FactorCard:
    """What it is, and where to go about it."""
    return FactorCard(
        name=factor.name,
        kind="passkey" if factor.passkey else factor.kind,
        since=factor.confirmed_at,
        used_at=factor.used_at,
        lost_at=factor.suspended_at,
        url=url_of(present, path(factor.id)),
        lost_url=url_of(present, path(factor.id, "/lost")),
        found_url=url_of(present, path(factor.id, "/found")),
    )


def name_refused(refused: InvalidValue) -> FieldError:
    """What is said above the field."""
    said = factor_name_taken() if isinstance(refused, NameTaken) else factor_name_refused(LONGEST)
    return FieldError(field="name", message=said)
