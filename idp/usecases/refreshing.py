"""A refresh token used: found, weighed, the policy asked again, replaced where its client rotates."""

from collections.abc import Mapping

from idp.authenticators.methods import Level
from idp.keystore.service_keys import ServiceKeyName, refresh_successor
from idp.oidc import grant
from idp.oidc.grant import REFRESH_IDLE, Refreshed, Rejected, Rejection, Rotation
from idp.oidc.token_request import Refresh
from idp.policy.requirement import requirement
from idp.storage import refresh_tokens
from idp.storage.refresh_tokens import Found, Use
from idp.usecases.client_authentication import ClientCall
from idp.usecases.first_applied import apply
from idp.usecases.issuing import Issuing, TokenMembers
from idp.usecases.refusing import refuse
from idp.values.secrets import Digest, RefreshToken

Successors = Mapping[Digest, RefreshToken]


async def refresh(issuing: Issuing, request: Refresh, call: ClientCall) -> TokenMembers:
    """RFC 6749 6: new tokens; auth_time, acr and amr stay (OIDC Core 12.2). Raises OAuthError."""
    database, client = issuing.services.database, request.client
    successors = _successors(issuing, request.token) if client.rotates else {}
    kept_until = None if client.rotates else call.at + REFRESH_IDLE
    use = Use(
        client=client.client_id,
        successors=tuple(successors),
        idle_until=kept_until,
        details=client.metadata.claims_in_id_token,
    )
    found = await refresh_tokens.find(database, request.token, use, call.at)
    decision = await _decided(issuing, found, request)
    if isinstance(decision, Rejected):
        await refuse(issuing.services, decision, request, call)
    kept = decision.rotation is Rotation.KEPT
    follower = request.token if kept else _follower(issuing, found, request, successors)
    if decision.rotation is Rotation.ROTATED and not await refresh_tokens.rotate(
        database, request.token, follower, decision.expiry, call.at
    ):
        # Another request with this token was faster: decide anew, on what is true now.
        return await refresh(issuing, request, call)
    return issuing.person(decision.grant, decision.scopes, nonce=None, refresh_token=follower)


def _successors(issuing: Issuing, token: RefreshToken) -> Successors:
    """What can follow this token, by digest; the first is what would follow it now."""
    keys = issuing.configuration.service_keys
    derived = (refresh_successor(keys, token, key.id) for key in keys.all(ServiceKeyName.REFRESH_SUCCESSOR))
    return {successor.digest(): successor for successor in derived}


async def _decided(issuing: Issuing, found: Found | None, request: Refresh) -> Refreshed | Rejected:
    decision = grant.refresh(found.facts if found else None, request, issuing.at)
    if found is None or isinstance(decision, Rejected) or await _meets_policy(issuing, found):
        return decision
    facts = found.facts.grant
    return Rejected(reason=Rejection.POLICY_UNMET, grant=facts.grant)


async def _meets_policy(issuing: Issuing, found: Found) -> bool:
    """Whether what was proved then is enough for what the policy asks now, and could be proved again (A-20)."""
    needed = requirement(
        issuing.configuration.rules,
        found.account,
        issuing.client.client_id,
        asked=None,
        fresh_since=None,
        at=issuing.at,
    )
    await apply(issuing.services, found.account.user, needed, issuing.at)
    if needed.level > Level.TWO and not found.account.keys:
        return False
    return needed.level <= found.evidence.level and (needed.level < Level.TWO or found.account.enrolled)


def _follower(issuing: Issuing, found: Found | None, request: Refresh, successors: Successors) -> RefreshToken:
    """The successor that was given before, or the one to give now."""
    known = successors or _successors(issuing, request.token)  # none are known where a client just stopped rotating
    given = found.successor if found else None
    return known[given] if given else next(iter(known.values()))
