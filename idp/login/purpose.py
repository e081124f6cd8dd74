"""What a sign-in is for: an app's authorization request, or a visit to our own portal. Both pass the same `next_step`.

The portal is a client in the eyes of policy and audit, under a name that no registered client has. It has no row among
them, no consent, no grant and no code: those are made of `Cleared[Authorization]` alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import TypeAdapter

from idp.oidc.authorization_request import AuthorizationRequest, Prompt
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client
from idp.values.ids import AuthenticatorId, ClientId, InteractionId

Portal = Literal["account"]
Task = Literal["set_up_app", "add_app", "add_key", "new_recovery_codes"]
"""What a person came to do, where that happens inside the sign-in. `set_up_app`: the first, or in place of others."""

ACCOUNT = ClientId("account")
RESERVED = frozenset({ACCOUNT, ClientId("admin")})
"""Names that no registered client may have."""

_PATH = re.compile(r"/account(/[a-z0-9-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """To answer a client's authorization request."""

    request: AuthorizationRequest
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalVisit:
    """To be shown the portal or, with `max_age`, to prove anew who one is before a sensitive change there.

    Nothing is asked of its sign-in beyond that: the level is the account's own, as policy has it for the portal.
    """

    silent: ClassVar[bool] = False
    prompts: ClassVar[frozenset[Prompt]] = frozenset()
    acr_asked: ClassVar[tuple[tuple[str, ...], ...]] = ()
    claims: ClassVar[ClaimsRequest | None] = None
    login_hint: ClassVar[str | None] = None

    return_to: str
    """A path of ours, below the issuer's own."""
    portal: Portal = field(default="account")
    max_age: int | None = None
    """Seconds; proofs older than that do not count."""
    task: Task | None = None
    name: str = ""
    """What the app that is set up will be called; empty: as the first one is."""
    replaces: AuthenticatorId | None = None
    """The one whose place it takes. Nothing says that it is the person's: that is seen where it is retired."""
    form_kept: bool = False
    """Whether what was typed into its form waits on the Interaction."""

    def __post_init__(self) -> None:
        """Refuses every address but the portal's own: the sign-in ends with a redirect there."""
        if not _PATH.fullmatch(self.return_to):
            raise ValueError("a visit ends in the portal")
        if self.task is not None and self.max_age is None:
            raise ValueError("what changes an account needs a fresh proof")

    @property
    def client_id(self) -> ClientId:
        """The portal's name in rules and security events."""
        return ClientId(self.portal)

    def address(self, interaction: InteractionId) -> str:
        """Where its sign-in ends; it names itself where what was typed waits there."""
        return f"{self.return_to}?kept={interaction}" if self.form_kept else self.return_to

    def stored(self) -> dict[str, object]:
        """The form kept in a JSON column; what has its default is left out."""
        members: dict[str, object] = _STORED.dump_python(self, mode="json", exclude_defaults=True)
        return members

    @staticmethod
    def restored(stored: Mapping[str, object]) -> "PortalVisit":
        """The inverse of `stored`."""
        return _STORED.validate_python(stored)


_STORED = TypeAdapter(PortalVisit)

Purpose = Authorization | PortalVisit
Asked = AuthorizationRequest | PortalVisit
"""What an Interaction keeps of its purpose: what both ask of a sign-in, they ask under the same names."""
