"""The life of a Grant at the token endpoint: what a code or a refresh token is worth, given what a statement returned.

    code  issued          ── redeem ──► Redeemed, or Rejected and burnt all the same
          redeemed        ── redeem ──► Rejected, ends the grant
    refresh token current ── refresh ─► Refreshed: kept, or rotated
          superseded      ── refresh ─► within the grace Refreshed, same successor; then Rejected, ends the grant

Burning, rotating and revoking are storage's, deriving a successor the keystore's, policy the use case's.
A refusal is a value, so that what it must change commits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from idp.directory.person import Person
from idp.oidc.authentication import Authentication
from idp.oidc.errors import InvalidGrant, InvalidScope, OAuthError
from idp.oidc.grant_type import REFRESH_TOKEN
from idp.oidc.pkce import Challenge, verify
from idp.oidc.scopes import OFFLINE_ACCESS
from idp.oidc.token_request import CodeExchange, Refresh
from idp.values.ids import ClientId, GrantId, UserId

CODE_LIFETIME = timedelta(seconds=60)  # FAPI 2 5.3.2.1: at most 60 s (RFC 6749 4.1.2: at most 10 min)
REFRESH_IDLE = timedelta(days=30)
REFRESH_ABSOLUTE = timedelta(days=180)
ROTATION_GRACE = timedelta(seconds=60)
"""How long a superseded token gives its successor again, so that a client whose answer was lost is not locked out."""


class Rejection(StrEnum):
    """Why, for the security event; the client always reads the same text."""

    UNKNOWN = "unknown"
    OTHER_CLIENT = "other_client"
    REPLAYED = "replayed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WRONG_REDIRECT_URI = "wrong_redirect_uri"
    WRONG_VERIFIER = "wrong_verifier"
    USER_INACTIVE = "user_inactive"
    SESSION_ENDED = "session_ended"
    WIDER_SCOPE = "wider_scope"
    POLICY_UNMET = "policy_unmet"
    """Only the use case finds this, when it evaluates the policy again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Nothing is issued; where `ends_grant`, all of the grant is revoked (RFC 6749 4.1.2, RFC 9700 4.14.2)."""

    reason: Rejection
    grant: GrantId | None = None
    ends_grant: bool = False

    @property
    def error(self) -> OAuthError:
        """What the client reads (RFC 6749 5.2)."""
        if self.reason is Rejection.WIDER_SCOPE:
            return InvalidScope("the scope exceeds what was granted")
        return InvalidGrant("the grant is not valid, has expired or was revoked", detail=self.reason.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """The grant behind a code or refresh token, and whether it still stands."""

    grant: GrantId
    user: UserId
    client_id: ClientId
    scopes: tuple[str, ...]
    """What was granted, consent and registration considered."""
    authentication: Authentication
    opened_at: datetime
    revoked: bool
    user_active: bool
    session_alive: bool | None
    """Whether the browser session is neither ended nor past its absolute end (its idle end does not count).

    None where the grant belongs to no session; False where the row is gone.
    """
    session_ends_at: datetime | None
    """Its absolute end."""
    claims_requested: tuple[str, ...] = ()
    """Names of those that the ID token is to hold beside the scopes' (OIDC Core 5.5)."""
    person: Person | None = field(default=None, repr=False)
    """Read only where the ID token says something of the person."""

    @property
    def offline(self) -> bool:
        """Whether it outlives the browser session (OIDC Core 11)."""
        return OFFLINE_ACCESS in self.scopes

    @property
    def stands(self) -> bool:
        """Whether its tokens still count: not revoked, the user active, the session not over unless offline."""
        return not self.revoked and self.user_active and (self.offline or self.session_alive is not False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """What the one statement that burns a code returns."""

    grant: GrantFacts
    redirect_uri: str
    redirect_uri_given: bool
    challenge: Challenge | None
    nonce: str | None
    expires_at: datetime
    already_redeemed: bool
    """Whether it was burnt before this statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshExpiry:
    """When a refresh token ends: unused (None: never for that), and in any case."""

    idle_at: datetime | None
    at: datetime

    def passed(self, now: datetime) -> bool:
        """Whether either end is reached."""
        return now >= self.at or (self.idle_at is not None and now >= self.idle_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFacts:
    """What the statement that finds a refresh token returns."""

    grant: GrantFacts
    expiry: RefreshExpiry
    superseded_at: datetime | None
    """When its successor was given; None while it is the current one."""
    successor_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A code turned into tokens."""

    grant: GrantFacts
    nonce: str | None
    refresh: RefreshExpiry | None
    """The life of the refresh token that is due; None where none is."""


class Rotation(StrEnum):
    """What becomes of the refresh token that was presented."""

    KEPT = "kept"
    ROTATED = "rotated"
    REPEATED = "repeated"
    """Within the grace: the client gets the same successor once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """A refresh token turned into new tokens; auth_time, acr and amr stay as the grant has them (OIDC Core 12.2)."""

    grant: GrantFacts
    scopes: tuple[str, ...]
    """Of this access token; the grant keeps its own (RFC 6749 6)."""
    rotation: Rotation
    expiry: RefreshExpiry
    """Of the token kept, or of the successor."""


def refresh_expiry(grant: GrantFacts, at: datetime) -> RefreshExpiry | None:
    """The life of a refresh token used or made at that instant; None where the grant gives none.

    With offline_access 30 days unused and 180 in all; without it, to the absolute end of the browser session.
    """
    if grant.offline:
        end = grant.opened_at + REFRESH_ABSOLUTE
        return RefreshExpiry(idle_at=min(at + REFRESH_IDLE, end), at=end)
    return None if grant.session_ends_at is None else RefreshExpiry(idle_at=None, at=grant.session_ends_at)


def _rejected(reason: Rejection, grant: GrantFacts, *, ends_grant: bool = False) -> Rejected:
    return Rejected(reason=reason, grant=grant.grant, ends_grant=ends_grant)


def _redirect_fits(facts: CodeFacts, presented: str | None) -> bool:
    if presented is None:
        return not facts.redirect_uri_given  # RFC 6749 4.1.3: required if the authorization request had it
    return presented == facts.redirect_uri


def _code_fault(facts: CodeFacts, request: CodeExchange, at: datetime) -> Rejection | None:
    grant = facts.grant
    faults = (
        (Rejection.REVOKED, grant.revoked),
        (Rejection.EXPIRED, at >= facts.expires_at),
        (Rejection.WRONG_REDIRECT_URI, not _redirect_fits(facts, request.redirect_uri)),
        (Rejection.WRONG_VERIFIER, not verify(facts.challenge, request.verifier)),  # RFC 7636 4.6, RFC 9700 4.8.2
        (Rejection.USER_INACTIVE, not grant.user_active),
        (Rejection.SESSION_ENDED, grant.session_alive is False),
    )
    return next((reason for reason, present in faults if present), None)


def redeem(facts: CodeFacts | None, request: CodeExchange, at: datetime) -> Redeemed | Rejected:
    """What an authorization code is worth to this client (RFC 6749 4.1.3)."""
    if facts is None:
        return Rejected(reason=Rejection.UNKNOWN)
    if facts.grant.client_id != request.client.client_id:
        return _rejected(Rejection.OTHER_CLIENT, facts.grant)
    if facts.already_redeemed:  # RFC 6749 4.1.2: deny, and revoke what came of the first use
        return _rejected(Rejection.REPLAYED, facts.grant, ends_grant=True)
    if fault := _code_fault(facts, request, at):
        return _rejected(fault, facts.grant)
    due = REFRESH_TOKEN in request.client.grant_types
    return Redeemed(grant=facts.grant, nonce=facts.nonce, refresh=refresh_expiry(facts.grant, at) if due else None)


def _refresh_fault(facts: RefreshFacts, request: Refresh, at: datetime) -> Rejection | None:
    grant = facts.grant
    faults = (
        (Rejection.OTHER_CLIENT, grant.client_id != request.client.client_id),
        (Rejection.REVOKED, grant.revoked),
        (Rejection.EXPIRED, facts.expiry.passed(at)),
        (Rejection.USER_INACTIVE, not grant.user_active),
        (Rejection.SESSION_ENDED, not grant.offline and grant.session_alive is False),
    )
    return next((reason for reason, present in faults if present), None)


def _rotation(facts: RefreshFacts, request: Refresh, at: datetime) -> Rotation | None:
    """None where a superseded token comes back after its grace."""
    if facts.superseded_at is None:
        return Rotation.ROTATED if request.client.rotates else Rotation.KEPT
    in_grace = at < facts.superseded_at + ROTATION_GRACE and not facts.successor_used
    return Rotation.REPEATED if in_grace else None


def refresh(facts: RefreshFacts | None, request: Refresh, at: datetime) -> Refreshed | Rejected:
    """What a refresh token is worth to this client (RFC 6749 6, RFC 9700 4.14.2)."""
    if facts is None:
        return Rejected(reason=Rejection.UNKNOWN)
    if fault := _refresh_fault(facts, request, at):
        return _rejected(fault, facts.grant)
    rotation = _rotation(facts, request, at)
    if rotation is None:
        return _rejected(Rejection.REPLAYED, facts.grant, ends_grant=True)
    scopes = facts.grant.scopes if request.scopes is None else request.scopes
    if set(scopes) - set(facts.grant.scopes):  # RFC 6749 6: must not include any scope not originally granted
        return _rejected(Rejection.WIDER_SCOPE, facts.grant)
    expiry = refresh_expiry(facts.grant, at) or facts.expiry
    return Refreshed(grant=facts.grant, scopes=scopes, rotation=rotation, expiry=expiry)
