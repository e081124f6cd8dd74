"""RP-Initiated Logout 1.0: whether to sign out at once or to ask first, and where the browser may go afterwards.

Owns the decision; verifying the hint's signature is the use case's part, ending the session storage's.
"""

from dataclasses import dataclass
from typing import Self

from idp.oidc.authorization_response import with_query
from idp.oidc.client import Client
from idp.oidc.id_token_hint import VerifiedHint
from idp.oidc.parameters import Parameters
from idp.values.ids import ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """The parameters, read. `logout_hint` is ignored, since the browser's own session says who signs out."""

    id_token_hint: str | None
    """As sent, not verified."""
    client_id: ClientId | None
    post_logout_redirect_uri: str | None
    state: str | None

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        """Raises InvalidRequest, which is shown on a page."""
        parameters.refuse_duplicates()
        client_id = parameters.one("client_id")
        return cls(
            id_token_hint=parameters.one("id_token_hint"),
            client_id=None if client_id is None else ClientId(client_id),
            post_logout_redirect_uri=parameters.one("post_logout_redirect_uri"),
            state=parameters.one("state"),
        )

    def client_named(self, hint: VerifiedHint | None) -> ClientId | None:
        """The client to load: the hint's, else the parameter's; None where they contradict each other."""
        if hint is None:
            return self.client_id
        return hint.client_id if self.client_id in {None, hint.client_id} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Ask first (RP-Initiated Logout 2, 6); after «Sign out» the browser goes to `redirect`, or to our own page."""

    redirect: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """End the session now, if there is one; then `redirect`, or our own page."""

    redirect: str | None


def _redirect(request: LogoutRequest, hint: VerifiedHint | None, client: Client | None) -> str | None:
    uri = request.post_logout_redirect_uri
    if request.id_token_hint is not None and hint is None:
        return None  # a forged or foreign hint vouches for nothing, and is no reason to believe the rest
    if uri is None or client is None or not client.active or not client.may_leave_to(uri):
        return None  # RP-Initiated Logout 3: no redirection to what is not registered
    return with_query(uri, {} if request.state is None else {"state": request.state})


def decide(
    request: LogoutRequest, hint: VerifiedHint | None, client: Client | None, session_sid: str | None
) -> Confirm | SignOut:
    """What happens. `client` is that of `request.client_named(hint)`, `session_sid` of this browser's live session.

    A redirect needs a client that the hint or client_id names and a URI registered for it, exactly. Without a hint it
    also needs the person's own confirmation, or anybody could send people through here without signing them out.
    """
    redirect = _redirect(request, hint, client)
    contradicted = client is None or (request.post_logout_redirect_uri is not None and redirect is None)
    if session_sid is None:
        return SignOut(redirect=redirect if hint is not None else None)
    if hint is None or hint.sid != session_sid or contradicted:
        return Confirm(redirect=redirect)
    return SignOut(redirect=redirect)
