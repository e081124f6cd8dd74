"""An ID token of ours that comes back as `id_token_hint`, at sign-in (OIDC Core 3.1.2.1) or at sign-out.

The keystore checks its signature and its type: an access token or logout token has the same keys, and must not pass for
an ID token (RFC 8725 3.12). Here its claims become a value. It may be expired: it identifies, it proves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.values.ids import ClientId, Subject
from idp.values.issuer import Issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedHint:
    """Whom an ID token of ours named, to which client, in which browser session."""

    client_id: ClientId
    sub: Subject
    sid: str | None


def verified_hint(claims: Mapping[str, object], issuer: Issuer) -> VerifiedHint | None:
    """The hint behind claims whose signature held; None where they are no ID token of this issuer."""
    if claims.get("iss") != issuer:
        return None
    client_id, sub, sid = claims.get("aud"), claims.get("sub"), claims.get("sid")
    if not isinstance(client_id, str) or not isinstance(sub, str) or not isinstance(sid, str | None):
        return None
    return VerifiedHint(client_id=ClientId(client_id), sub=Subject(sub), sid=sid)
