"""Our own portal as sign-ins see it: a client in name, with nowhere to send a code to and nothing that it may ask."""

from idp.login.purpose import ACCOUNT
from idp.oidc.client import AuthMethod, Client
from idp.usecases.services import Services
from idp.words.own_account import your_account

HOME = "/account"
"""Its front page, below the issuer."""


def portal_client(services: Services) -> Client:
    """No row holds it and no request can name it: `Services.client` knows registered clients alone."""
    return Client(
        client_id=ACCOUNT,
        name=your_account(),
        auth_method=AuthMethod.NONE,
        grant_types=frozenset(),
        scopes=frozenset(),
        first_party=True,
        client_uri=services.settings.issuer.url(HOME),
    )
