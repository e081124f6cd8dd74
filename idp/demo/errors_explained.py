"""What each error means to the person in front of the demo app. Pure.

Codes come from the provider (RFC 6749 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6) or from this app's own checks.
"""

from __future__ import annotations

from dataclasses import dataclass

STATE_UNKNOWN = "state_unknown"
ISSUER_WRONG = "issuer_wrong"
ID_TOKEN_WRONG = "id_token_wrong"
UNREACHABLE = "provider_unreachable"
NO_REFRESH_TOKEN = "no_refresh_token"
ANSWER_ODD = "answer_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A headline, and what it means for the person."""

    headline: str
    meaning: str


_KNOWN: dict[str, Explanation] = {
    "access_denied": Explanation(
        headline="The sign-in was cancelled",
        meaning="You turned back, or the provider does not let this account in here. Nothing was shared with the app.",
    ),
    "login_required": Explanation(
        headline="Nobody is signed in at the provider",
        meaning="The app asked without showing a page, and the provider would first have to ask who you are.",
    ),
    "interaction_required": Explanation(
        headline="The provider needs you for a moment",
        meaning="The app asked without showing a page. You are signed in, but something is still due: often the "
        "second step, or setting it up.",
    ),
    "consent_required": Explanation(
        headline="You have not yet allowed this app",
        meaning="The app asked without showing a page, and the provider would first have to ask what may be shared.",
    ),
    "account_selection_required": Explanation(
        headline="The provider needs to know which account",
        meaning="The app asked without showing a page, and more than one account is possible.",
    ),
    "unmet_authentication_requirements": Explanation(
        headline="The level the app insists on was not reached",
        meaning="The app asked for a stronger sign-in than this account can do now.",
    ),
    "invalid_scope": Explanation(
        headline="The app asked for something it may not have",
        meaning="A scope in its request is unknown or not registered for it. Only the app's makers can change that.",
    ),
    "invalid_request": Explanation(
        headline="The provider could not use the app's request",
        meaning="A parameter is missing, doubled or malformed. That is the app's fault, not yours.",
    ),
    "unauthorized_client": Explanation(
        headline="The app may not do this",
        meaning="Its registration does not allow this kind of request.",
    ),
    "unsupported_response_type": Explanation(
        headline="The app asked in a way the provider does not speak",
        meaning="This provider answers with a code; other response types are off.",
    ),
    "invalid_client": Explanation(
        headline="The provider did not recognise the app",
        meaning="Its client id or secret is wrong: usual after a new demo has made new secrets.",
    ),
    "invalid_grant": Explanation(
        headline="That permission has ended",
        meaning="The code or refresh token was used, expired or revoked, or the policy now asks for more than this "
        "sign-in had. Signing in again gives a fresh one.",
    ),
    "server_error": Explanation(
        headline="The provider met a fault of its own",
        meaning="Nothing is wrong with your account. Trying again in a moment usually works.",
    ),
    "temporarily_unavailable": Explanation(
        headline="The provider is busy",
        meaning="It cannot take this sign-in right now. Trying again in a moment usually works.",
    ),
    STATE_UNKNOWN: Explanation(
        headline="This answer belongs to no sign-in started here",
        meaning="The app found no matching `state` in this browser: the answer was already used, waited too long, "
        "or the browser keeps no cookies. It was not used.",
    ),
    ISSUER_WRONG: Explanation(
        headline="The answer names another provider",
        meaning="`iss` in the answer is not the provider this app trusts (RFC 9207), so the app ignored it.",
    ),
    ID_TOKEN_WRONG: Explanation(
        headline="The ID token failed a check",
        meaning="Signature, issuer, audience, nonce or time do not fit, so the app did not sign you in.",
    ),
    UNREACHABLE: Explanation(
        headline="The provider does not answer",
        meaning="The app could not reach it. Is it still running?",
    ),
    NO_REFRESH_TOKEN: Explanation(
        headline="There is nothing to refresh with",
        meaning="This app holds no refresh token. Sign in again to get one, if the provider grants it.",
    ),
    ANSWER_ODD: Explanation(
        headline="The provider's answer could not be read",
        meaning="It was not what the protocol promises. The provider's log tells more.",
    ),
}

_UNKNOWN = Explanation(
    headline="The provider answered with an error",
    meaning="This demo does not know the code. Its description, when there is one, comes from the provider.",
)


def explain_error(code: str) -> Explanation:
    """What the code means; codes this demo does not know are shown as such, never hidden."""
    return _KNOWN.get(code, _UNKNOWN)


def known_codes() -> frozenset[str]:
    """All codes that have an explanation of their own."""
    return frozenset(_KNOWN)
