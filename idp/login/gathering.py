"""Facts are gathered here, purely: who the sign-in is about, which proofs count, and what the policy asks of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.acr import level_asked, lowest_level_asked
from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level, Method
from idp.login.browser_session import BrowserSession
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.interaction import evidence_for, fresh_since
from idp.login.purpose import Authorization
from idp.login.steps import Answer
from idp.oidc.authorization_request import Prompt
from idp.policy.account import Account
from idp.policy.requirement import requirement
from idp.policy.rules import Rules
from idp.values.ids import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was loaded for one authorization request."""

    purpose: Authorization
    rules: Rules
    aliases: Mapping[str, Level]
    """acr values of other spellings."""
    expected: Subject | None
    arrived_at: datetime
    session: BrowserSession | None
    account: Account | None
    own: Evidence | None = None
    consented: frozenset[str] = frozenset()
    answered: frozenset[Answer] = frozenset()


def gathered(known: Known, at: datetime) -> Facts[Authorization]:
    """The facts of one sign-in at one instant."""
    request = known.purpose.request
    return Facts(
        purpose=known.purpose,
        silent=request.silent,
        unreachable=_unreachable(known),
        choose_account=Prompt.SELECT_ACCOUNT in request.prompts and known.session is not None,
        expected=known.expected,
        identity=_identity(known, at),
        proved_here=frozenset(proof.method for proof in known.own.proofs) if known.own else frozenset[Method](),
        consent=_consent(known),
        answered=known.answered,
    )


def _unreachable(known: Known) -> bool:
    claims = known.purpose.request.claims
    if claims is None or not claims.acr_essential or claims.acr_values is None:
        return False
    return lowest_level_asked(claims.acr_values, known.aliases) is None


def _identity(known: Known, at: datetime) -> Identity | None:
    account, request = known.account, known.purpose.request
    if account is None:
        return None
    session = known.session if Answer.OTHER_ACCOUNT not in known.answered else None
    evidence = evidence_for(request, known.arrived_at, session, known.own)
    if evidence is None or evidence.user != account.user:
        evidence = Evidence.of(account.user)
    asked = level_asked(request.acr_asked, known.aliases)
    since = fresh_since(request, known.arrived_at)
    needed = requirement(known.rules, account, request.client_id, asked=asked, fresh_since=since, at=at)
    return Identity(account=account, evidence=evidence, requirement=needed)


def _consent(known: Known) -> ConsentFacts:
    request, client = known.purpose.request, known.purpose.client
    return ConsentFacts(
        asked=request.scopes_told,
        remembered=known.consented,
        first_party=client.first_party,
        each_time=client.asks_consent_each_time(request.redirect_uri, request.response_type),
        forced=Prompt.CONSENT in request.prompts,
    )
