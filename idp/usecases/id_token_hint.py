"""Hints verified: whom an ID token of ours names, at sign-in and at sign-out; and whom a request insists on."""

from collections.abc import Collection, Iterator

from idp.keystore.compact import ALGORITHMS
from idp.keystore.keyring import Keyring
from idp.keystore.verifying import InvalidJwt, verify
from idp.login.purpose import Authorization
from idp.oidc.id_token import TYP
from idp.oidc.id_token_hint import VerifiedHint, verified_hint
from idp.policy.account import Account
from idp.storage.configuration import Configuration
from idp.usecases.subjects import seen_by
from idp.values.ids import Subject
from idp.values.issuer import Issuer

NOBODY = Subject("")
"""No account has this subject: what a request gets that insists on somebody else than whoever is here."""


def hint_of(keyring: Keyring, issuer: Issuer, text: str | None) -> VerifiedHint | None:
    """The hint in an ID token of ours, expired or not; None for every other text, and for None."""
    if text is None:
        return None
    try:
        claims = verify(text, keyring.hint_keys(), algs=ALGORITHMS, typ=TYP)
    except InvalidJwt:
        return None
    return verified_hint(claims, issuer)


def expected_subject(
    configuration: Configuration, issuer: Issuer, purpose: Authorization, account: Account | None
) -> Subject | None:
    """The person of the account where the request insists on that one, NOBODY where on another; None: on nobody.

    Both ways of insisting speak of people as the client calls them (OIDC Core 3.1.2.1, 3.1.2.2, 8).
    """
    demands = tuple(_demands(configuration, issuer, purpose))
    if not demands:
        return None
    if account is None:
        return NOBODY
    seen = seen_by(purpose.client, account.subject, configuration.service_keys)
    return account.subject if all(seen in demand for demand in demands) else NOBODY


def _demands(configuration: Configuration, issuer: Issuer, purpose: Authorization) -> Iterator[Collection[Subject]]:
    """Each is a choice of people that will do.

    A hint that cannot be checked, such as one signed by a key long gone, stops nobody from signing in by hand; but a
    silent request must not answer for a person other than the one it meant. Another client's ID token is such a hint:
    it may call the person by another name.
    """
    request = purpose.request
    if request.claims is not None and request.claims.subjects is not None:
        yield request.claims.subjects
    if request.id_token_hint is None:
        return
    hint = hint_of(configuration.keyring, issuer, request.id_token_hint)
    if hint is not None and hint.client_id == request.client_id:
        # The second is for a token from before the client became pairwise: it named the person as everybody does.
        yield (hint.sub, seen_by(purpose.client, hint.sub, configuration.service_keys))
    elif request.silent:
        yield ()
