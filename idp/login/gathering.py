"""Facts are gathered here, purely: who the sign-in is about, which proofs count, and what the policy asks of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from idp.authenticators.acr import level_asked, lowest_level_asked
from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level, Method
from idp.login.browser_session import BrowserSession
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.interaction import evidence_for, fresh_since
from idp.login.purpose import Asked, Authorization, Purpose
from idp.login.steps import Answer
from idp.oidc.authorization_request import Prompt
from idp.policy.account import Account
from idp.policy.requirement import requirement
from idp.policy.rules import Rules
from idp.values.ids import Subject

P = TypeVar("P", bound=Purpose)

LATELY = timedelta(minutes=10)
"""So long whoever has shown who they are may change what lets them in (ASVS V7.5.1)."""

NOTHING_TO_ALLOW = ConsentFacts(asked=(), remembered=frozenset(), first_party=True, each_time=False, forced=False)
"""Nobody else hears of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Generic[P]):
    """What was loaded for one sign-in."""

    purpose: P
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


def gathered(known: Known[P], at: datetime) -> Facts[P]:
    """The facts of one sign-in at one instant."""
    asked = _asked(known.purpose)
    return Facts(
        purpose=known.purpose,
        silent=asked.silent,
        unreachable=_unreachable(asked, known.aliases),
        choose_account=Prompt.SELECT_ACCOUNT in asked.prompts and known.session is not None,
        expected=known.expected,
        identity=_identity(known, at),
        proved_here=frozenset(proof.method for proof in known.own.proofs) if known.own else frozenset[Method](),
        consent=_consent(known.purpose, known.consented),
        answered=known.answered,
        identified_lately=_identified_lately(known, at),
        task=None if isinstance(known.purpose, Authorization) else known.purpose.task,
    )


def _identified_lately(known: Known[P], at: datetime) -> bool:
    proofs = (each.proofs for each in (known.own, known.session.evidence if known.session else None) if each)
    return any(proof.method.identifies and at - proof.at <= LATELY for of_one in proofs for proof in of_one)


def _asked(purpose: Purpose) -> Asked:
    return purpose.request if isinstance(purpose, Authorization) else purpose


def _unreachable(asked: Asked, aliases: Mapping[str, Level]) -> bool:
    claims = asked.claims
    if claims is None or not claims.acr_essential or claims.acr_values is None:
        return False
    return lowest_level_asked(claims.acr_values, aliases) is None


def _identity(known: Known[P], at: datetime) -> Identity | None:
    account, asked = known.account, _asked(known.purpose)
    if account is None:
        return None
    session = known.session if Answer.OTHER_ACCOUNT not in known.answered else None
    evidence = evidence_for(asked, known.arrived_at, session, known.own)
    if evidence is None or evidence.user != account.user:
        evidence = Evidence.of(account.user)
    level, since = _level_asked(asked, account, known.aliases), fresh_since(asked, known.arrived_at)
    needed = requirement(known.rules, account, asked.client_id, asked=level, fresh_since=since, at=at)
    return Identity(account=account, evidence=evidence, requirement=needed)


def _level_asked(asked: Asked, account: Account, aliases: Mapping[str, Level]) -> Level | None:
    """What the request asks: all of an essential `acr`, of anything else what is within this person's reach.

    Everybody can set up an app; a key is within reach of who has one, and nobody else sets anything up for its sake
    (OIDC Core 3.1.2.1: acr_values is voluntary). What there is, is asked: a remembered browser spares it in no request
    that names a level.
    """
    level = level_asked(asked.acr_asked, aliases)
    insists = asked.claims is not None and asked.claims.acr_essential
    if level is None or level <= Level.TWO or account.keys or insists:
        return level
    return Level.TWO if account.enrolled else None


def _consent(purpose: Purpose, consented: frozenset[str]) -> ConsentFacts:
    if not isinstance(purpose, Authorization):
        return NOTHING_TO_ALLOW
    request, client = purpose.request, purpose.client
    return ConsentFacts(
        asked=request.scopes_told,
        remembered=consented,
        first_party=client.first_party,
        each_time=client.asks_consent_each_time(request.redirect_uri, request.response_type),
        forced=Prompt.CONSENT in request.prompts,
    )
