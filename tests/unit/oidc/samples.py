"""Clients, facts and requests that the tests of this room start from; each test changes the one thing it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from idp.oidc.authentication import Authentication
from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_authentication import secret_digest
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.grant import CodeFacts, GrantFacts, RefreshExpiry, RefreshFacts
from idp.oidc.parameters import Parameters
from idp.oidc.pkce import Challenge
from idp.values.ids import ClientId, GrantId, Subject, UserId
from idp.values.issuer import Issuer
from idp.values.secrets import ClientSecret

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
ISSUER = Issuer.parse("https://id.example.org")
SECRET = ClientSecret("a-secret-of-many-characters")

# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

WEB = Client(
    client_id=ClientId("wiki"),
    name="Wiki",
    auth_method=AuthMethod.CLIENT_SECRET_BASIC,
    secrets=(secret_digest(SECRET),),
    redirect_uris=("https://wiki.example.org/cb",),
    post_logout_redirect_uris=("https://wiki.example.org/bye",),
    grant_types=frozenset({"authorization_code", "refresh_token"}),
    scopes=frozenset({"openid", "profile", "email", "groups", "offline_access"}),
    require_pkce=False,
)
PUBLIC = replace(
    WEB,
    client_id=ClientId("spa"),
    name="Single page",
    auth_method=AuthMethod.NONE,
    secrets=(),
    redirect_uris=("https://spa.example.org/cb",),
    require_pkce=True,
    rotate_refresh_tokens=True,
)
NATIVE = replace(
    PUBLIC,
    client_id=ClientId("cli"),
    name="Command line",
    application_type="native",
    redirect_uris=("http://127.0.0.1/cb", "http://[::1]:4000/cb", "http://localhost:8085/cb", "org.example.cli:/cb"),
)
MACHINE = Client(
    client_id=ClientId("backup"),
    name="Backup",
    auth_method=AuthMethod.CLIENT_SECRET_POST,
    secrets=(secret_digest(SECRET),),
    grant_types=frozenset({"client_credentials"}),
    scopes=frozenset({"jobs.read", "jobs.write"}),
    audiences=("https://jobs.example.org",),
    metadata=ClientMetadata(response_types=()),
)

AUTHENTICATION = Authentication(
    sub=Subject("gKx0sG3mS8S0c2yqYkq1vQ"),
    auth_time=NOW - timedelta(minutes=5),
    acr="2fa",
    amr=("pwd", "otp", "mfa"),
    sid="5f0c",
)
GRANT = GrantFacts(
    grant=GrantId(UUID(int=1)),
    user=UserId(UUID(int=2)),
    client_id=WEB.client_id,
    scopes=("openid", "email"),
    authentication=AUTHENTICATION,
    opened_at=NOW - timedelta(seconds=10),
    revoked=False,
    user_active=True,
    session_alive=True,
    session_ends_at=NOW + timedelta(hours=20),
)
OFFLINE = replace(GRANT, scopes=("openid", "offline_access"))
CODE = CodeFacts(
    grant=GRANT,
    redirect_uri="https://wiki.example.org/cb",
    redirect_uri_given=True,
    challenge=Challenge(CHALLENGE),
    nonce="n-0S6",
    expires_at=NOW + timedelta(seconds=50),
    already_redeemed=False,
)
REFRESH = RefreshFacts(
    grant=GRANT,
    expiry=RefreshExpiry(idle_at=None, at=NOW + timedelta(hours=20)),
    superseded_at=None,
    successor_used=False,
)


def form(**members: str | None) -> Parameters:
    """The parameters of a form body; a member that is None is left out."""
    return Parameters.parse(urlencode({name: value for name, value in members.items() if value is not None}).encode())


def authorization(**members: str | None) -> Parameters:
    """A good authorization request of the client WEB, with these members changed or, where None, left out."""
    good = {
        "client_id": "wiki",
        "redirect_uri": "https://wiki.example.org/cb",
        "response_type": "code",
        "scope": "openid email",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
    }
    return form(**(good | members))
