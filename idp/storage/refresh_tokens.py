"""Refresh tokens: found with all that their use is decided on, and replaced by their successor, each by one statement.

A superseded token stays until its grant goes: coming back after its grace it gives a thief away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.authenticators.evidence import Evidence
from idp.oidc.grant import RefreshExpiry, RefreshFacts
from idp.policy.account import Account
from idp.storage.accounts import REMEMBERED, account_of
from idp.storage.database import Executor, Row
from idp.storage.grants import GRANT, evidence_of, grant_of
from idp.storage.people import DETAILS
from idp.storage.rows import InconsistentRow
from idp.values.ids import ClientId, GrantId
from idp.values.secrets import Digest, RefreshToken

TOUCH_EVERY = timedelta(hours=1)
"""How exactly the idle end of a kept token is known: using it writes at most this often."""

INSERT = "INSERT INTO refresh_tokens (digest, grant_id, created_at, idle_until) VALUES ($1, $2, $3, $4)"

# Filters on the token itself come first, so that while nothing is to be written nothing else is read for it.
FIND = f"""
WITH touched AS (
    UPDATE refresh_tokens r SET idle_until = least($4, g.ends_at)
    FROM grants g JOIN users u ON u.id = g.user_id
    WHERE r.digest = $1 AND r.superseded_at IS NULL AND r.idle_until > $2
        AND r.idle_until < $4::timestamptz - $6::interval
        AND g.id = r.grant_id AND g.client_id = $5 AND g.offline AND g.revoked_at IS NULL AND u.status = 'active'
        AND r.idle_until < least($4, g.ends_at) - $6::interval
)
SELECT r.idle_until, r.superseded_at, {GRANT.format(at="$2", details="$7", person=DETAILS)},
    n.digest AS successor, n.superseded_at IS NOT NULL AS successor_used, a.*, {REMEMBERED}
FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id JOIN accounts a ON a.id = g.user_id
LEFT JOIN browser_sessions s ON s.id = g.session_id LEFT JOIN refresh_tokens n ON n.digest = ANY ($3)
LEFT JOIN remembered_browsers m ON m.id = g.remembered_browser AND m.user_id = a.id
WHERE r.digest = $1
"""

# Of twenty at once one finds the token unsuperseded; the successor is the same whoever asks.
ROTATE = """
WITH superseded AS (
    UPDATE refresh_tokens SET superseded_at = $3 WHERE digest = $1 AND superseded_at IS NULL RETURNING grant_id
)
INSERT INTO refresh_tokens (digest, grant_id, created_at, idle_until)
SELECT $2, grant_id, $3, $4 FROM superseded RETURNING grant_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A client that brings a token in order to refresh."""

    client: ClientId
    successors: Sequence[Digest]
    """Every token that can follow it: one for each key that may have derived it."""
    idle_until: datetime | None
    """The new idle end of a token that is kept; None where it is to be replaced."""
    details: bool = False
    """Whether the person is read even where no claim was requested by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A refresh token, its grant, and its person as the policy sees that person today."""

    facts: RefreshFacts
    account: Account
    evidence: Evidence
    """What was proved for the grant."""
    successor: Digest | None
    """Which of the possible successors was given, if one was."""


async def insert(executor: Executor, token: RefreshToken, grant: GrantId, expiry: RefreshExpiry, at: datetime) -> None:
    """The first token of a grant."""
    await executor.execute(INSERT, token.digest().octets, grant, at, expiry.idle_at or expiry.at)


async def find(executor: Executor, token: RefreshToken, use: Use | None, at: datetime) -> Found | None:
    """The token as it was before this use, None where nobody was ever given it.

    A use that keeps the token moves its idle end in the same statement, once an hour at most.
    """
    row = await executor.fetchrow(
        FIND,
        token.digest().octets,
        at,
        [digest.octets for digest in use.successors] if use else [],
        use.idle_until if use else None,
        use.client if use else None,
        TOUCH_EVERY,
        use.details if use else False,
    )
    return None if row is None else _found(row)


async def rotate(
    executor: Executor, token: RefreshToken, successor: RefreshToken, expiry: RefreshExpiry, at: datetime
) -> bool:
    """Put the successor in the token's place; False where another request has just done so."""
    digests = (token.digest().octets, successor.digest().octets)
    return await executor.fetchval(ROTATE, *digests, at, expiry.idle_at or expiry.at) is not None


def _found(row: Row) -> Found:
    account = account_of(row)
    if account is None:
        raise InconsistentRow("refresh_tokens of grant", row["grant_id"], "without a user")
    evidence = evidence_of(row)
    facts = RefreshFacts(
        grant=grant_of(row, evidence),
        expiry=RefreshExpiry(idle_at=row["idle_until"], at=row["ends_at"]),
        superseded_at=row["superseded_at"],
        successor_used=row["successor_used"],
    )
    successor = None if row["successor"] is None else Digest(row["successor"])
    return Found(facts=facts, account=account, evidence=evidence, successor=successor)
