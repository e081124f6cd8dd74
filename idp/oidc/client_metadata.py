"""What a client says of itself beyond the core of `Client`, under the names of RFC 7591 2 and OIDC Registration 2.

Owns the shape and its stored form. What may be registered stands in registration.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from pydantic import TypeAdapter

SubjectType = Literal["public", "pairwise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMetadata:
    """Absent is None or empty; `claims_in_id_token` is our own member, the others are the standards'."""

    response_types: tuple[str, ...] = ("code",)
    """Each with its words in the order code, id_token, token."""
    jwks: tuple[Mapping[str, object], ...] | None = None
    """The keys of its JWK Set, public ones."""
    jwks_uri: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    """None: any algorithm that fits its authentication method."""
    userinfo_signed_response_alg: str | None = None
    """None: userinfo is plain JSON."""
    request_object_signing_alg: str | None = None
    """None: any algorithm that request objects may have."""
    request_uris: tuple[str, ...] = ()
    subject_type: SubjectType = "public"
    sector_identifier_uri: str | None = None
    default_max_age: int | None = None
    """Seconds."""
    require_auth_time: bool = False
    """Told back and no more: every ID token has auth_time."""
    default_acr_values: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    software_id: str | None = None
    software_version: str | None = None
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    """These two are told back and no more: whoever hears of a sign-out hears `sid`, asked for or not."""
    claims_in_id_token: bool = False
    """Scope claims stand in the ID token too, for apps that read nothing else."""

    def stored(self) -> dict[str, object]:
        """Members that JSON can say, the defaults left out."""
        members: dict[str, object] = _STORED.dump_python(self, mode="json", exclude_defaults=True)
        return members

    @staticmethod
    def restored(members: Mapping[str, object]) -> "ClientMetadata":
        """The inverse of `stored`. Raises ValueError for a mapping that is none."""
        return _STORED.validate_python(members)


class FurtherMetadata(TypedDict, total=False):
    """What an admin says of it: a member left out stays as it is, None and nothing remove what was there."""

    response_types: tuple[str, ...]
    jwks: tuple[Mapping[str, object], ...] | None
    jwks_uri: str | None
    token_endpoint_auth_signing_alg: str | None
    userinfo_signed_response_alg: str | None
    request_object_signing_alg: str | None
    request_uris: tuple[str, ...]
    subject_type: SubjectType
    sector_identifier_uri: str | None
    default_max_age: int | None
    default_acr_values: tuple[str, ...]
    initiate_login_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    frontchannel_logout_uri: str | None
    backchannel_logout_uri: str | None
    claims_in_id_token: bool


_STORED = TypeAdapter(ClientMetadata)
"""Members of a later version are ignored and missing ones take their default, so two versions can serve at once."""
