"""The userinfo response (OIDC Core 5.3.2) for a token that was accepted and whose grant stands."""

from idp.directory.person import Person
from idp.oidc.access_token import AccessToken
from idp.oidc.claims import userinfo_claims
from idp.oidc.errors import InsufficientScope, InvalidToken
from idp.oidc.scopes import OPENID
from idp.values.ids import GrantId


def grant_of(token: AccessToken) -> GrantId:
    """The grant to look up. Raises InsufficientScope without `openid`, InvalidToken for a machine's own token."""
    if OPENID not in token.scopes:
        raise InsufficientScope("the scope openid was not granted")
    if token.grant is None:
        raise InvalidToken("the access token speaks of no person")
    return token.grant


def userinfo(token: AccessToken, person: Person) -> dict[str, object]:
    """The claims of the granted scopes. Raises InvalidToken where the person is not the one that the token names."""
    if person.sub != token.sub:  # OIDC Core 5.3.2: sub is that of the ID token
        raise InvalidToken("the access token speaks of another person")
    return userinfo_claims(token.scopes, person)
