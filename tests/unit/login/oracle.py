"""What stands between one sign-in and its code, said a second time and in other words than the code says it.

Looks at what was loaded, never at Facts, Evidence.level or Requirement, so that a mistake there cannot hide here.
"""

from collections.abc import Iterable
from datetime import datetime

from idp.authenticators.evidence import Proof
from idp.authenticators.methods import Level, Method
from idp.login.gathering import Known
from idp.login.purpose import Authorization
from idp.login.steps import Answer
from idp.oidc.authorization_request import AuthorizationRequest, Prompt
from idp.policy.account import Account
from idp.policy.rules import Rule
from tests.drivers.facts import REFEDS_MFA

WITHIN_REACH = {"1fa", "2fa", REFEDS_MFA}
SPOKEN_OF = {"name": "profile", "email": "email", "groups": "groups"}
"""What consent calls the claims that are drawn."""


def levels_wanted(values: Iterable[str] | None) -> list[str]:
    """Those that exist, of one list."""
    return [value for value in values or () if value in WITHIN_REACH]


def out_of_reach(request: AuthorizationRequest) -> bool:
    """Whether the app accepts nothing but levels that do not exist."""
    claims = request.claims
    if claims is None or not claims.acr_essential or claims.acr_values is None:
        return False
    return not levels_wanted(claims.acr_values)


def counted(known: Known[Authorization], account: Account) -> list[Proof]:
    """The proofs that this request lets count, wherever they were made."""
    here = [] if known.own is None else list(known.own.proofs)
    if any(proof.user != account.user for proof in here):
        return []
    session = [] if known.session is None else list(known.session.evidence.proofs)
    if Answer.OTHER_ACCOUNT in known.answered:
        session = []
    before = [proof for proof in session if proof.user == account.user]
    request = known.purpose.request
    if Prompt.LOGIN in request.prompts:
        return [proof for proof in here if proof.at >= known.arrived_at]
    if request.max_age is None:
        return here + before
    old_enough_to_be_known = [proof for proof in before if proof.at < known.arrived_at]
    both = here + old_enough_to_be_known
    return [proof for proof in both if (known.arrived_at - proof.at).total_seconds() <= request.max_age]


def holds(rule: Rule | None, account: Account, at: datetime, *, some_day: bool) -> bool:
    """Whether the rule requires a second factor already, or (some day) once its time has run out."""
    if rule is None or rule.level != Level.TWO:
        return False
    if some_day or rule.grace is None or account.had_factor:
        return True
    since = account.applied.get(rule.id, at) if rule.id else at
    if rule.grace.starts_at is not None and rule.grace.starts_at > since:
        since = rule.grace.starts_at
    return (at - since).days >= rule.grace.days and at >= since


def needs_two(known: Known[Authorization], account: Account, at: datetime, *, some_day: bool = False) -> bool:
    """Whether anybody who may ask asks for a second factor."""
    rules, request = known.rules, known.purpose.request
    if account.apps:
        return True
    client = rules.clients.get(request.client_id)
    if holds(client, account, at, some_day=some_day):
        return True
    requested = request.claims.acr_values if request.claims else None
    for wanted in (levels_wanted(requested), levels_wanted(request.acr_values)):
        if wanted and set(wanted) <= {"2fa", REFEDS_MFA}:
            return True
    if account.exemption is not None and account.exemption.until > at:
        return False
    above = [account.own_rule, rules.server, *(rule for group, rule in rules.groups.items() if group in account.groups)]
    return any(holds(rule, account, at, some_day=some_day) for rule in above)


def obstacles(known: Known[Authorization], at: datetime) -> set[str]:
    """Everything that is still in the way; empty where a code may be made."""
    account = known.account
    if account is None:
        return {"nobody"}
    ways = {
        "out of reach": out_of_reach(known.purpose.request),
        "inactive": not account.active,
        "somebody else": known.expected not in {None, account.subject},
        "not chosen": _not_chosen(known),
        "consent": _consent(known),
        "app lost": _app_lost(known),
        "codes": account.apps > 0 and (account.codes_left == 0 or not account.codes_saved),
    }
    return {name for name, stands in ways.items() if stands} | _unproved(known, account, at)


def _unproved(known: Known[Authorization], account: Account, at: datetime) -> set[str]:
    methods = {proof.method for proof in counted(known, account)}
    two, offered = needs_two(known, account, at), _offered(known, account, at)
    ways = {
        "password": Method.PASSWORD not in methods,
        "second factor": two and not methods - {Method.PASSWORD},
        "no factor": two and account.apps == 0,
        "change": account.password_change_demanded is not None,
        "offered": offered,
        "short": not two and not offered and not account.password_long_enough_alone,
    }
    return {name for name, stands in ways.items() if stands}


def _offered(known: Known[Authorization], account: Account, at: datetime) -> bool:
    """Setting up may wait, and whoever proved the password here has not said so yet."""
    later = needs_two(known, account, at, some_day=True) and not needs_two(known, account, at)
    here = {proof.method for proof in known.own.proofs} if known.own else set()
    silent = Prompt.NONE in known.purpose.request.prompts
    return later and Method.PASSWORD in here and not silent and Answer.PUT_OFF not in known.answered


def _not_chosen(known: Known[Authorization]) -> bool:
    asked = Prompt.SELECT_ACCOUNT in known.purpose.request.prompts and known.session is not None
    return asked and Answer.SAME_ACCOUNT not in known.answered and Answer.OTHER_ACCOUNT not in known.answered


def _app_lost(known: Known[Authorization]) -> bool:
    methods = {proof.method for proof in known.own.proofs} if known.own else set()
    return Method.RECOVERY_CODE in methods and Answer.RECOVERY_USED not in known.answered


def _consent(known: Known[Authorization]) -> bool:
    client, request = known.purpose.client, known.purpose.request
    if client.first_party or Answer.CONSENT in known.answered:
        return False
    public = not client.secrets and client.auth_method.value == "none"
    unproved = public or request.response_type.value != "code"
    on_the_machine = not request.redirect_uri.startswith("https:")
    single = (*request.claims.userinfo, *request.claims.id_token) if request.claims else ()
    asked = [*request.scopes, *(SPOKEN_OF[name] for name in single)]
    unasked = [scope for scope in asked if scope not in known.consented]
    return bool(unasked) or Prompt.CONSENT in request.prompts or (unproved and on_the_machine)
