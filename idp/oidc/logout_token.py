"""The claims of a logout token, unsigned: an app is told that a session has ended (Back-Channel Logout 1.0 2.4)."""

from datetime import datetime, timedelta

from idp.values.ids import ClientId, Subject
from idp.values.issuer import Issuer

LIFETIME = timedelta(minutes=2)  # Back-Channel Logout 2.4: preferably at most two minutes
TYP = "logout+jwt"  # Back-Channel Logout 2.4: told apart from ID tokens, whose claims it resembles
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token_claims(
    *, issuer: Issuer, client_id: ClientId, sub: Subject, sid: str, jti: str, at: datetime
) -> dict[str, object]:
    """All that the token says; never a nonce. `sub` and `sid` are as that client knows them, `at` when it is sent."""
    issued = int(at.timestamp())
    return {
        "iss": str(issuer),
        "sub": sub,
        "aud": client_id,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "jti": jti,
        "events": {EVENT: {}},
        "sid": sid,
    }
