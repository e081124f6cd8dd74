"""The userinfo response (OIDC Core 5.3.2) for a token that was accepted and whose grant stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.directory.person import Person
from idp.oidc.access_token import AccessToken
from idp.oidc.claims import person_claims
from idp.oidc.client import Client
from idp.oidc.errors import InsufficientScope, InvalidToken
from idp.oidc.scopes import OFFLINE_ACCESS, OPENID
from idp.values.ids import GrantId, Subject
from idp.values.issuer import Issuer

TYP: str | None = None
"""A signed response has no `typ`: strict libraries take that for any JWT, and no token of ours is without one.

So it passes neither as an ID token hint nor as an access token here (RFC 8725 3.11). Elsewhere it is no ID token, since
it has no `exp` and no `iat`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserinfoFacts:
    """The grant behind a token, as far as userinfo goes: whom it speaks of, and what it may tell."""

    person: Person
    granted: tuple[str, ...]
    """All scopes of the grant; the token may have fewer."""
    requested: tuple[str, ...]
    """Claims requested one by one (OIDC Core 5.5)."""


def grant_of(token: AccessToken) -> GrantId:
    """The grant to look up. Raises InsufficientScope without `openid`, InvalidToken for a machine's own token."""
    if OPENID not in token.scopes:
        raise InsufficientScope("the scope openid was not granted")
    if token.grant is None:
        raise InvalidToken("the access token speaks of no person")
    return token.grant


def userinfo(token: AccessToken, sub: Subject, facts: UserinfoFacts) -> dict[str, object]:
    """The claims of the token's scopes and those requested one by one; `sub` is what the client calls the person.

    A token that a refresh has narrowed (RFC 6749 6) tells of its scopes alone: it is made for somebody who shall know
    less. Raises InvalidToken where the person is not the one that the token names.
    """
    if sub != token.sub:  # OIDC Core 5.3.2: sub is that of the ID token
        raise InvalidToken("the access token speaks of another person")
    narrowed = set(facts.granted) - {OFFLINE_ACCESS} - set(token.scopes)
    return {"sub": sub, **person_claims(token.scopes, facts.person, () if narrowed else facts.requested)}


def to_be_signed(members: Mapping[str, object], issuer: Issuer, client: Client) -> dict[str, object]:
    """The claims of a signed response (OIDC Core 5.3.2): who says it, and to whom."""
    return {"iss": str(issuer), "aud": client.client_id, **members}
