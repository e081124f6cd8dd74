"""Hints verified: whom an ID token of ours names, at sign-in and at sign-out."""

from idp.keystore.compact import ALGORITHMS
from idp.keystore.keyring import Keyring
from idp.keystore.verifying import InvalidJwt, verify
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.id_token import TYP
from idp.oidc.id_token_hint import VerifiedHint, verified_hint
from idp.values.ids import Subject
from idp.values.issuer import Issuer

NOBODY = Subject("")
"""No account has this subject: what a silent request gets whose hint says nothing we can check."""


def hint_of(keyring: Keyring, issuer: Issuer, text: str | None) -> VerifiedHint | None:
    """The hint in an ID token of ours, expired or not; None for every other text, and for None."""
    if text is None:
        return None
    try:
        claims = verify(text, keyring.hint_keys(), algs=ALGORITHMS, typ=TYP)
    except InvalidJwt:
        return None
    return verified_hint(claims, issuer)


def expected_subject(keyring: Keyring, issuer: Issuer, request: AuthorizationRequest) -> Subject | None:
    """Whom the request insists on (OIDC Core 3.1.2.1); None where it does not.

    A hint that cannot be checked, such as one signed by a key long gone, stops nobody from signing in by hand; but a
    silent request must not answer for a person other than the one it meant.
    """
    if request.id_token_hint is None:
        return None
    hint = hint_of(keyring, issuer, request.id_token_hint)
    if hint is not None:
        return hint.sub
    return NOBODY if request.silent else None
