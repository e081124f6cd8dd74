"""People, clients and grants made without the pages: real rows, and codes from a real `Cleared` by the real statement.

For tests of what comes after the authorization response. What comes before it goes through the browser.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from idp.authenticators.acr import reached_acr
from idp.authenticators.evidence import Evidence, Proof
from idp.authenticators.methods import Method
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.next_step import Cleared, next_step
from idp.login.purpose import Authorization
from idp.login.steps import Answer
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client
from idp.oidc.grant import REFRESH_ABSOLUTE
from idp.oidc.pkce import Challenge
from idp.oidc.scopes import OFFLINE_ACCESS
from idp.policy.account import Account
from idp.policy.requirement import requirement
from idp.storage import accounts, codes
from idp.storage import clients as clients_stored
from idp.storage.codes import NewGrant
from idp.usecases import clients, users
from idp.usecases.client_checks import ensure_keys
from idp.usecases.clients import Kind, Metadata, Registered
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.usecases.users import NewUser
from idp.values.actors import Actor
from idp.values.entropy import ordered_uuid, random_uuid
from idp.values.ids import ClientId, GrantId, SessionId
from idp.values.secrets import Code, CookieValue, Verifier

COMMAND = Actor(kind="command", name="tests")
REDIRECT_URI = "https://app.example.org/callback"
VERIFIER = Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")  # RFC 7636 appendix B
BOTH_STEPS = (Method.PASSWORD, Method.APP_CODE)

APP = """
INSERT INTO totp_authenticators (id, user_id, sealed_secret, algorithm, digits, period, state, last_step, confirmed_at)
VALUES ($1, $2, '\\x00', 'SHA1', 6, 30, 'confirmed', 0, $3)
"""
CODE_SET = """
INSERT INTO recovery_code_sets (id, user_id, salt, pepper_id, created_at, acknowledged_at)
VALUES ($1, $2, $3, 'none', $4, $4)
"""
RECOVERY_CODE = "INSERT INTO recovery_codes (set_id, digest) VALUES ($1, $2)"
SESSION = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $5, $6)
"""


def challenge_of(verifier: Verifier) -> Challenge:
    """RFC 7636 4.2."""
    digest = sha256(verifier.expose().encode()).digest()
    return Challenge(base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


CHALLENGE = challenge_of(VERIFIER)


async def add_client(
    services: Services, client_id: str, kind: Kind = "web", metadata: Metadata | None = None
) -> Registered:
    """Register a client as a command would; one that signs people in has REDIRECT_URI unless said otherwise."""
    said = metadata or Metadata()
    if kind != "machine" and said.redirect_uris is None:
        said = replace(said, redirect_uris=(REDIRECT_URI,))
    async with unit(services, COMMAND, None, services.clock()) as made:
        return await clients.add(made, client_id, kind, said)


async def describe(services: Services, client_id: str, **members: Any) -> Client:  # noqa: ANN401 - of ClientMetadata
    """Say more of a client, as a registration of its own would; keys for its algorithms are made."""
    client = await clients_stored.registered(services.database, ClientId(client_id))
    assert client is not None
    described = replace(client, metadata=replace(client.metadata, **members))
    await ensure_keys(services, COMMAND, described, services.clock())
    await clients_stored.update(services.database, described, services.clock())
    services.cache.forget()
    return described


async def add_person(services: Services, username: str = "alice", *, email: str | None = None) -> Account:
    """An account with an authenticator app and saved recovery codes."""
    at = services.clock()
    async with unit(services, COMMAND, None, at) as made:
        user = await users.add(made, NewUser(username=username, email=email, email_verified=email is not None))
    await services.database.execute(APP, random_uuid(services.entropy), user.id, at)
    codes_id = random_uuid(services.entropy)
    await services.database.execute(CODE_SET, codes_id, user.id, bytes(16), at)
    await services.database.execute(RECOVERY_CODE, codes_id, bytes(32))
    found = await accounts.find(services.database, user.id)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the app asked for, and how the person proved who they are."""

    scopes: tuple[str, ...] = ("openid",)
    methods: Sequence[Method] = BOTH_STEPS
    nonce: str | None = "n-0S6_WzA2Mj"
    redirect_uri: str = REDIRECT_URI
    redirect_uri_given: bool = True
    challenge: Challenge | None = CHALLENGE
    acr_values: tuple[str, ...] = ()
    session_hours: int = 24
    claims: ClaimsRequest | None = None

    def request(self, client: Client) -> AuthorizationRequest:
        """As `AuthorizationRequest.parse` would give it."""
        return AuthorizationRequest(
            client_id=client.client_id,
            redirect_uri=self.redirect_uri,
            redirect_uri_given=self.redirect_uri_given,
            scopes=self.scopes,
            nonce=self.nonce,
            challenge=self.challenge,
            acr_values=self.acr_values,
            claims=self.claims,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A code that left for the app, and what stands behind it."""

    code: Code
    grant: GrantId
    session: SessionId
    account: Account


async def issue(services: Services, client: Client, account: Account, asked: Asked | None = None) -> Issued:
    """A code for that person and client, after a sign-in that ended just now in a browser session of its own."""
    asked = asked or Asked()
    at = services.clock()
    current = await accounts.find(services.database, account.user)
    assert current is not None
    evidence = Evidence.of(account.user, [Proof(user=account.user, method=method, at=at) for method in asked.methods])
    session = SessionId(ordered_uuid(services.entropy, at))
    ends_at = at + timedelta(hours=asked.session_hours)
    cookie = CookieValue.generate(services.entropy).digest().octets
    await services.database.execute(SESSION, session, account.user, cookie, evidence.stored(), at, ends_at)
    cleared = await _cleared(services, client, current, asked, evidence)
    code = Code.generate(services.entropy)
    grant = NewGrant(
        id=GrantId(ordered_uuid(services.entropy, at)),
        session=session,
        code=code.digest(),
        acr=reached_acr(evidence.level, asked.acr_values, {}),
        policy_version=(await services.configuration(fresh=True)).rules.version,
        scopes=asked.scopes,
        offline=OFFLINE_ACCESS in asked.scopes,
        ends_at=at + REFRESH_ABSOLUTE if OFFLINE_ACCESS in asked.scopes else ends_at,
    )
    assert await codes.issue(services.database, cleared, grant, [], at)
    return Issued(code=code, grant=grant.id, session=session, account=current)


async def _cleared(
    services: Services, client: Client, account: Account, asked: Asked, evidence: Evidence
) -> Cleared[Authorization]:
    rules = (await services.configuration(fresh=True)).rules
    needed = requirement(rules, account, client.client_id, asked=None, fresh_since=None, at=services.clock())
    facts = Facts(
        purpose=Authorization(request=asked.request(client), client=client),
        silent=False,
        unreachable=False,
        choose_account=False,
        expected=None,
        identity=Identity(account=account, evidence=evidence, requirement=needed),
        proved_here=frozenset(asked.methods),
        consent=ConsentFacts(
            asked=asked.scopes, remembered=frozenset(asked.scopes), first_party=True, each_time=False, forced=False
        ),
        answered=frozenset({Answer.RECOVERY_USED}),
    )
    step = next_step(facts)
    assert isinstance(step, Cleared)
    return step
