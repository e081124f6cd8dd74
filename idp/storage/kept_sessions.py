"""The browser session that a sign-in ends in, kept by the statement that finishes the Interaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.authenticators.evidence import Evidence
from idp.login.browser_session import KNOWN_LIFETIME
from idp.storage.events import MAILS
from idp.values.ids import SessionId
from idp.values.secrets import CookieValue

# As it was before this statement, which makes the browser known.
_IN_A_NEW_BROWSER = """EXISTS (SELECT FROM finished) AND {cookie}::bytea IS NOT NULL AND NOT EXISTS (
    SELECT FROM known_browsers k WHERE k.user_id = $2 AND k.digest = {known} AND k.expires_at > {at}
)"""

_MAILED = MAILS.format(events="{events}", when=_IN_A_NEW_BROWSER)

_KEPT = """
session AS (
    INSERT INTO browser_sessions AS s (id, user_id, cookie, proofs, created_at, seen_at, expires_at, follows)
    SELECT {session}, $2, {cookie}, {proofs}, {at}, {at}, {expires}, (
        SELECT p.id FROM browser_sessions p WHERE p.cookie = {before} AND p.user_id = $2 AND p.ended_at IS NULL
    ) FROM finished WHERE {cookie}::bytea IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET cookie = excluded.cookie, proofs = excluded.proofs, seen_at = excluded.seen_at,
        expires_at = excluded.expires_at
    WHERE s.ended_at IS NULL
), known AS (
    INSERT INTO known_browsers (user_id, digest, expires_at)
    SELECT $2, {known}, {known_until} FROM finished WHERE {cookie}::bytea IS NOT NULL
    ON CONFLICT (user_id, digest) DO UPDATE SET expires_at = excluded.expires_at
), ended AS (
    UPDATE browser_sessions s SET ended_at = {at} FROM finished
    WHERE (s.id = {other} OR (s.cookie = {before} AND s.user_id <> $2)) AND s.ended_at IS NULL RETURNING s.id, s.user_id
), ended_told AS (
    INSERT INTO security_events (at, kind, actor_kind, actor_user, user_id, session_id, interaction_id, details)
    SELECT {at}, 'session_ended', 'user', $2, user_id, id, {interaction}, '{{"reason": "other_person"}}' FROM ended
)
"""

KEEP_SESSION = f"mailed AS ({_MAILED}), {_KEPT}"
"""Part of a statement that has `finished`; the person is $2. Its other parameters are named by whoever uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The browser session that a sign-in makes or renews, and the browser it becomes known by."""

    cookie: CookieValue
    evidence: Evidence
    expires_at: datetime
    known: CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """What becomes of sessions when a sign-in is finished."""

    session: SessionId
    renewal: Renewal | None
    """None where nothing was proved inside the Interaction: the session stays as it is."""
    other: SessionId | None
    """Another person's live session in this browser, which ends now."""
    cookie_before: CookieValue | None
    """Of this browser: the session behind it, live or not, ends if it is another person's, else with the new one."""

    def arguments(self, at: datetime) -> tuple[Any, ...]:
        """cookie, proofs, expires, known, known_until, other, before."""
        before = self.cookie_before.digest().octets if self.cookie_before else None
        if self.renewal is None:
            return None, None, None, None, None, self.other, before
        return (
            self.renewal.cookie.digest().octets,
            self.renewal.evidence.stored(),
            self.renewal.expires_at,
            self.renewal.known.digest().octets,
            at + KNOWN_LIFETIME,
            self.other,
            before,
        )
