"""What a cleared sign-in opens: a grant with its code, the tokens that come beside it, and the response that says so.

The one place that makes tokens for the authorization endpoint, and it makes them of `Cleared`. They are signed before
the statement that opens their grant and leave only once it has: when the facts moved meanwhile they are dropped.
"""

from dataclasses import dataclass, replace

from idp.authenticators.acr import reached_acr
from idp.login.browser_session import BrowserSession
from idp.login.next_step import Cleared
from idp.login.purpose import Authorization
from idp.oidc.authentication import Authentication
from idp.oidc.authorization_response import AuthorizationResponse, success
from idp.oidc.client import Client
from idp.oidc.grant import REFRESH_ABSOLUTE, GrantFacts
from idp.oidc.id_token import Beside
from idp.oidc.scopes import OFFLINE_ACCESS
from idp.oidc.token_response import front_channel_members
from idp.storage import people
from idp.storage.codes import NewGrant
from idp.usecases.issuing import Issuing
from idp.usecases.scene import Scene
from idp.values.entropy import ordered_uuid
from idp.values.ids import GrantId
from idp.values.secrets import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Not yet stored."""

    grant: NewGrant
    response: AuthorizationResponse


async def opening(scene: Scene, cleared: Cleared[Authorization], session: BrowserSession) -> Opening:
    """What the request is answered with; the grant ends with `session` unless offline_access is granted."""
    request, client = cleared.facts.purpose.request, cleared.facts.purpose.client
    code = Code.generate(scene.services.entropy) if request.response_type.brings_code else None
    grant = _grant(scene, cleared, code, session)
    members = {"code": code.expose()} if code else {}
    if request.response_type.front_channel:
        members |= await _tokens(scene, cleared, grant, code)
    return Opening(grant=grant, response=success(request.redirect(client), members, scene.services.settings.issuer))


def _grant(scene: Scene, cleared: Cleared[Authorization], code: Code | None, session: BrowserSession) -> NewGrant:
    request, at = cleared.facts.purpose.request, scene.visit.at
    offline = OFFLINE_ACCESS in request.scopes
    level = cleared.identity.proved.level
    return NewGrant(
        id=GrantId(ordered_uuid(scene.services.entropy, at)),
        session=session.id,
        code=code.digest() if code else None,
        acr=reached_acr(level, request.acr_compared, scene.configuration.values.acr_aliases),
        policy_version=scene.configuration.rules.version,
        scopes=request.scopes,
        offline=offline,
        ends_at=at + REFRESH_ABSOLUTE if offline else session.expires_at,
    )


async def _tokens(scene: Scene, cleared: Cleared[Authorization], grant: NewGrant, code: Code | None) -> dict[str, str]:
    """OIDC Core 3.2.2.5, 3.3.2.5: never a refresh token."""
    request, client = cleared.facts.purpose.request, cleared.facts.purpose.client
    asked, facts = request.response_type, _facts(scene, cleared, grant)
    issuing = Issuing(services=scene.services, configuration=scene.configuration, client=client, at=scene.visit.at)
    access = issuing.access_token(facts, grant.scopes) if asked.brings_access_token else None
    identity: str | None = None
    if asked.brings_id_token:
        beside = Beside(nonce=request.nonce, access_token=access, code=code)
        identity = issuing.id_token(await _with_person(scene, client, facts, beside), grant.scopes, beside)
    return front_channel_members(grant.scopes, access_token=access, id_token=identity)


async def _with_person(scene: Scene, client: Client, facts: GrantFacts, beside: Beside) -> GrantFacts:
    """Read only where the ID token says something of the person: no sign-in by code pays for it."""
    if not (client.metadata.claims_in_id_token or beside.nothing or facts.claims_requested):
        return facts
    return replace(facts, person=await people.get(scene.services.database, facts.user))


def _facts(scene: Scene, cleared: Cleared[Authorization], grant: NewGrant) -> GrantFacts:
    """The grant as it will be read once it is stored."""
    request, account, proved = cleared.facts.purpose.request, cleared.identity.account, cleared.identity.proved
    if proved.auth_time is None:
        raise LookupError("cleared without a proof")
    return GrantFacts(
        grant=grant.id,
        user=account.user,
        client_id=request.client_id,
        scopes=grant.scopes,
        authentication=Authentication(
            sub=account.subject,
            auth_time=proved.auth_time,
            acr=grant.acr,
            amr=proved.amr,
            sid=str(grant.session),
        ),
        opened_at=scene.visit.at,
        revoked=False,
        user_active=True,
        session_alive=True,
        session_ends_at=grant.ends_at,
        claims_requested=request.claims.id_token if request.claims else (),
    )
