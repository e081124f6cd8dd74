"""Who takes part in the demo: the registered clients and the people. Values only; the demo set-up fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClient:
    """One registered client of the demo relying app. `client_secret` is None for a public client.

    `slug` is its folder on the relying app, so each client has redirect URIs of its own.
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    name: str
    slug: str
    scopes: tuple[str, ...]
    note: str

    def redirect_uri(self, base_url: str) -> str:
        """Where authorization responses come to; register exactly this."""
        return f"{base_url}/{self.slug}/callback"

    def post_logout_redirect_uri(self, base_url: str) -> str:
        """Where the browser comes to after signing out at the provider; register exactly this."""
        return f"{base_url}/{self.slug}/signed-out"

    def frontchannel_logout_uri(self, base_url: str) -> str:
        """What the provider's page frames after a sign-out at any app (Front-Channel Logout 1.0)."""
        return f"{base_url}/{self.slug}/front-channel-logout"

    def initiate_login_uri(self, base_url: str) -> str:
        """Where a link of the provider starts a sign-in at this app (OpenID Connect Core 4)."""
        return f"{base_url}/{self.slug}/initiate"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A person of the demo, shown with password and set-up key: both exist on one machine's loopback only."""

    username: str
    password: str = field(repr=False)
    note: str
    totp_secret: str | None = field(default=None, repr=False)
