"""Grants after their code has left: the code burnt, the person behind a token read, the grant revoked.

Opening one stands in `codes`: a grant and its code are one row. A grant lives while it is neither revoked nor over, its
person is active, and the browser session is not over unless offline_access outlives it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from idp.authenticators.evidence import Evidence
from idp.oidc.authentication import Authentication
from idp.oidc.grant import CodeFacts, GrantFacts
from idp.oidc.pkce import Challenge
from idp.oidc.userinfo import UserinfoFacts
from idp.storage.database import Executor, Row
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.people import COLUMNS, DETAILS, GROUPS, person_in, person_of
from idp.storage.rows import InconsistentRow
from idp.values.ids import ClientId, GrantId, Subject, UserId
from idp.values.secrets import Code

GRANT = """
g.id AS grant_id, g.user_id, g.client_id, g.session_id, g.scopes, g.proofs, g.acr, g.created_at AS opened_at, g.ends_at,
    g.revoked_at IS NOT NULL AS revoked, s.ended_at IS NULL AND s.expires_at > {at} AS session_alive, g.claims,
    CASE WHEN {details} OR g.claims ? 'id_token' THEN {person} END AS person
"""
"""What `grant_of` reads, beside `sub` and `status` of the person; `s` is the browser session where it is still kept.

`details`: whether the ID token says something of the person even where no claim was requested by itself.
"""

# The row is locked as it was, so that of twenty who bring the same code one finds it unredeemed. Whoever comes later
# ends the grant; another client's attempt changes nothing.
BURN = f"""
WITH g AS (
    SELECT * FROM grants WHERE code_digest = $1 FOR UPDATE
), burnt AS (
    UPDATE grants SET
        redeemed_at = coalesce(g.redeemed_at, $3),
        revoked_at = coalesce(g.revoked_at, CASE WHEN g.redeemed_at IS NOT NULL THEN $3 END),
        revoked_reason = coalesce(g.revoked_reason, CASE WHEN g.redeemed_at IS NOT NULL THEN 'code_replayed' END)
    FROM g WHERE grants.id = g.id AND g.client_id = $2 AND (g.redeemed_at IS NULL OR g.revoked_at IS NULL)
)
SELECT {GRANT.format(at="$3", details="$4", person=DETAILS)},
    g.redirect_uri, g.redirect_uri_given, g.code_challenge, g.nonce, g.code_expires_at,
    g.redeemed_at IS NOT NULL AS already_redeemed, u.sub, u.status
FROM g JOIN users u ON u.id = g.user_id LEFT JOIN browser_sessions s ON s.id = g.session_id
"""

LIVE = "g.revoked_at IS NULL AND g.ends_at > $2 AND g.user_active AND g.session_alive"

STANDS = f"SELECT EXISTS (SELECT FROM grant_facts g WHERE g.id = $1 AND {LIVE})"

PERSON = f"""
SELECT {COLUMNS}, CASE WHEN $3 OR g.claims -> 'userinfo' ? 'groups' THEN {GROUPS} END AS groups,
    g.claims -> 'userinfo' AS requested, g.scopes AS granted
FROM grant_facts g JOIN users u ON u.id = g.user_id WHERE g.id = $1 AND {LIVE}
"""

OWNER = """
SELECT u.id, u.audit_salt FROM grants g JOIN users u ON u.id = g.user_id WHERE g.id = $1
"""

REVOKE = f"""
WITH revoked AS (
    UPDATE grants SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL RETURNING id
), recorded AS ({EVENTS.format(events="$4", when="EXISTS (SELECT FROM revoked)")})
SELECT EXISTS (SELECT FROM revoked)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The person of a grant, and the salt of the key that this person's names are sealed under."""

    user: UserId
    audit_salt: bytes = field(repr=False)


async def burn(
    executor: Executor, code: Code, client: ClientId, at: datetime, *, details: bool = False
) -> CodeFacts | None:
    """Spend the code and read what it was worth; None where nobody was ever given it.

    Presented again by its own client it ends the grant (RFC 6749 4.1.2); attempts of other clients change nothing.
    `details`: whether the person is read even where no claim was requested by itself.
    """
    row = await executor.fetchrow(BURN, code.digest().octets, client, at, details)
    if row is None:
        return None
    return CodeFacts(
        grant=grant_of(row, evidence_of(row)),
        redirect_uri=row["redirect_uri"],
        redirect_uri_given=row["redirect_uri_given"],
        challenge=None if row["code_challenge"] is None else Challenge(row["code_challenge"]),
        nonce=row["nonce"],
        expires_at=row["code_expires_at"],
        already_redeemed=row["already_redeemed"],
    )


async def stands(executor: Executor, grant: GrantId, at: datetime) -> bool:
    """Whether tokens of this grant still count."""
    return bool(await executor.fetchval(STANDS, grant, at))


async def userinfo_facts(executor: Executor, grant: GrantId, at: datetime, *, groups: bool) -> UserinfoFacts | None:
    """Whom the tokens of this grant speak of; None where they no longer count. Groups are read only where asked for."""
    row = await executor.fetchrow(PERSON, grant, at, groups)
    if row is None:
        return None
    return UserinfoFacts(person=person_of(row), granted=tuple(row["granted"]), requested=tuple(row["requested"] or ()))


async def owner(executor: Executor, grant: GrantId) -> Owner | None:
    """The person of a grant, for security events about it."""
    row = await executor.fetchrow(OWNER, grant)
    return None if row is None else Owner(user=UserId(row["id"]), audit_salt=row["audit_salt"])


async def revoke(executor: Executor, grant: GrantId, at: datetime, reason: str, events: EncodedEvents) -> bool:
    """End a grant and every token of it; False where it had ended already, and then nothing is recorded."""
    return bool(await executor.fetchval(REVOKE, grant, at, reason, events))


def grant_of(row: Row, evidence: Evidence) -> GrantFacts:
    """The grant in a row with the columns of GRANT, and the evidence in the same row."""
    user = UserId(row["user_id"])
    if evidence.auth_time is None:
        raise InconsistentRow("grants", row["grant_id"], "without a proof")
    return GrantFacts(
        grant=GrantId(row["grant_id"]),
        user=user,
        client_id=ClientId(row["client_id"]),
        scopes=tuple(row["scopes"]),
        authentication=Authentication(
            sub=Subject(row["sub"]),
            auth_time=evidence.auth_time,
            acr=row["acr"],
            amr=evidence.amr,
            sid=str(row["session_id"]),
        ),
        opened_at=row["opened_at"],
        revoked=row["revoked"],
        user_active=row["status"] == "active",
        session_alive=bool(row["session_alive"]),
        session_ends_at=row["ends_at"],
        claims_requested=tuple((row["claims"] or {}).get("id_token", ())),
        person=person_in(row["person"]),
    )


def evidence_of(row: Row) -> Evidence:
    """What was proved for the grant in that row."""
    return Evidence.restored(UserId(row["user_id"]), row["proofs"])
