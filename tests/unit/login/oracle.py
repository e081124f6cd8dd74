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

WITHIN_REACH = {"1fa": 1, "2fa": 2, REFEDS_MFA: 2, "phr": 3}
WITHOUT_PASSWORD = {Method.HARDWARE_PASSKEY, Method.SYNCED_PASSKEY}
ANY_KEY = WITHOUT_PASSWORD | {Method.HARDWARE_KEY, Method.SYNCED_KEY}
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


def has_any(account: Account) -> bool:
    """Whether there is anything that the account could be asked for beside its password, lost things included."""
    return account.apps > 0 or account.keys > 0 or account.suspended > 0


def demanded(rule: Rule | None, account: Account, at: datetime, *, some_day: bool) -> int:
    """The level that the rule requires: already, or (some day) once its time has run out."""
    if rule is None or rule.level is None:
        return 1
    in_time = rule.grace is not None and not some_day and not _over(rule, account, at)
    started = account.had_factor or has_any(account)
    if rule.level == Level.PHISHING_RESISTANT and in_time and account.keys == 0:
        return 2 if started else 1
    if rule.level == Level.TWO and in_time and not started:
        return 1
    return int(rule.level)


def _over(rule: Rule, account: Account, at: datetime) -> bool:
    assert rule.grace is not None
    since = account.applied.get(rule.id, at) if rule.id else at
    if rule.grace.starts_at is not None and rule.grace.starts_at > since:
        since = rule.grace.starts_at
    return (at - since).days >= rule.grace.days and at >= since


def requested(request: AuthorizationRequest, account: Account) -> int:
    """The level that the app asks for; a key of who has none only where it insists."""
    claims = request.claims
    lists = (levels_wanted(claims.acr_values if claims else None), levels_wanted(request.acr_values))
    level = max((min(WITHIN_REACH[value] for value in values) for values in lists if values), default=1)
    insists = claims is not None and claims.acr_essential
    return level if account.keys or insists or level < 3 else 1


def needed(known: Known[Authorization], account: Account, at: datetime, *, some_day: bool = False) -> int:
    """The strictest of all who may ask."""
    rules, request = known.rules, known.purpose.request
    asked_all_the_same = has_any(account) and not spared(known, account, at)
    levels = [1, 2 if asked_all_the_same else 1, requested(request, account)]
    levels.append(demanded(rules.clients.get(request.client_id), account, at, some_day=some_day))
    if account.exemption is None or account.exemption.until <= at:
        groups = [rule for group, rule in rules.groups.items() if group in account.groups]
        above = [account.own_rule, rules.server, *groups]
        levels += [demanded(rule, account, at, some_day=some_day) for rule in above]
    return max(levels)


def spared(known: Known[Authorization], account: Account, at: datetime) -> bool:
    """This browser is remembered, and nobody at all asks for more than a password that may stand alone."""
    rules, request, browser = known.rules, known.purpose.request, account.remembered
    claims = request.claims
    level_named = levels_wanted(request.acr_values) + levels_wanted(claims.acr_values if claims else None)
    if browser is None or level_named or request.max_age is not None or Prompt.LOGIN in request.prompts:
        return False
    places = [rules.server, rules.clients.get(request.client_id), account.own_rule]
    places += [rule for group, rule in rules.groups.items() if group in account.groups]
    spoken = [rule for rule in places if rule is not None]
    if not spoken or any(rule.level is not None or rule.remember_days == 0 for rule in spoken):
        return False
    if account.password_change_demanded or not account.password_long_enough_alone:
        return False
    if not account.codes_saved or account.codes_left == 0:
        return False
    whole_days = (at - browser.since).days
    return at >= browser.since and at < browser.until and all(whole_days < rule.remember_days for rule in spoken)


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
        "codes": has_any(account) and (account.codes_left == 0 or not account.codes_saved),
    }
    return {name for name, stands in ways.items() if stands} | _unproved(known, account, at)


def _unproved(known: Known[Authorization], account: Account, at: datetime) -> set[str]:
    methods = {proof.method for proof in counted(known, account)}
    level, offered = needed(known, account, at), _offered(known, account, at)
    ways = {
        "password": not methods & {Method.PASSWORD, *WITHOUT_PASSWORD},
        "second factor": level >= 2 and not methods - {Method.PASSWORD},
        "no factor": level >= 2 and not has_any(account),
        "key": level == 3 and not methods & ANY_KEY,
        "no key": level == 3 and account.keys == 0,
        "change": account.password_change_demanded is not None,
        "offered": offered,
        "short": level < 2 and not offered and not account.password_long_enough_alone,
    }
    return {name for name, stands in ways.items() if stands}


def _offered(known: Known[Authorization], account: Account, at: datetime) -> bool:
    """Setting up may wait, and whoever proved the password here has not said so yet."""
    later, now = needed(known, account, at, some_day=True), needed(known, account, at)
    there_already = account.keys > 0 if later == 3 else has_any(account)
    here = {proof.method for proof in known.own.proofs} if known.own else set()
    silent = Prompt.NONE in known.purpose.request.prompts
    may_wait = later > now and not there_already and Answer.PUT_OFF not in known.answered
    return may_wait and Method.PASSWORD in here and not silent


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
