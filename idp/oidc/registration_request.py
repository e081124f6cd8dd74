"""A registration request: from its members to the client that is asked for, which `checked_client` then judges.

RFC 7591 2 and 3.1, RFC 7592 2.2, OIDC Registration 2 and 3.1. A member that we do not know is ignored, one that is left
out means the default. What only an admin may say is kept as it was.
"""

from dataclasses import replace
from typing import cast, get_args

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_authentication import secret_digest
from idp.oidc.client_metadata import ClientMetadata, SubjectType
from idp.oidc.errors import UnapprovedSoftwareStatement
from idp.oidc.grant_type import AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN
from idp.oidc.redirect_uri import ApplicationType, origin_of
from idp.oidc.registration_members import Members
from idp.oidc.registration_metadata import refuse_if
from idp.oidc.response_type import in_order
from idp.oidc.scopes import OFFLINE_ACCESS, is_scope
from idp.values.secrets import ClientSecret

_GRANT_TYPES = frozenset({AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN})
"""Whoever registers itself signs people in; a machine client is an admin's decision."""
_OURS = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
_ENCRYPTION = tuple(
    f"{what}_{how}"
    for what in ("id_token_encrypted_response", "userinfo_encrypted_response", "request_object_encryption")
    for how in ("alg", "enc")
)


def requested(members: Members, present: Client, *, legacy: bool) -> Client:
    """The client that is asked for, in place of `present`, which says the rest: id, secrets, an admin's decisions.

    Raises InvalidClientMetadata and UnapprovedSoftwareStatement. `legacy`: whether the server has the implicit grant.
    """
    if "software_statement" in members:
        raise UnapprovedSoftwareStatement("software statements are not accepted here; leave it out")
    for name in _ENCRYPTION:
        refuse_if(name in members, f"{name} is not supported: nothing is encrypted here")
    method = AuthMethod(members.choice("token_endpoint_auth_method", tuple(AuthMethod), AuthMethod.CLIENT_SECRET_BASIC))
    redirect_uris, grant_types = members.texts("redirect_uris") or (), _grant_types(members, legacy=legacy)
    public = method is AuthMethod.NONE
    return replace(
        present,
        name=members.text("client_name") or _name_of(redirect_uris) or present.client_id,
        application_type=cast("ApplicationType", members.choice("application_type", get_args(ApplicationType), "web")),
        auth_method=method,
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=members.texts("post_logout_redirect_uris") or (),
        grant_types=grant_types,
        scopes=_scopes(members, grant_types, present),
        id_token_alg=members.text("id_token_signed_response_alg") or "RS256",
        require_pkce=present.require_pkce or public,  # RFC 9700 2.1.1
        rotate_refresh_tokens=present.rotate_refresh_tokens or public,  # RFC 9700 4.14.2
        client_uri=members.text("client_uri"),
        metadata=_metadata(members, grant_types, present.metadata),
    )


def refuse_foreign_update(members: Members, client: Client) -> None:
    """RFC 7592 2.2: an update names its own client, and changes nothing that is ours to say. InvalidClientMetadata."""
    refuse_if(members.text("client_id") != client.client_id, "client_id must be that of this registration")
    # An admin spares people the consent for what the client is now: it must not become something else
    refuse_if(client.first_party, "this client is trusted as first-party, so an admin changes its registration")
    for name in _OURS:
        refuse_if(name in members, f"{name} must not be sent")
    secret = members.text("client_secret")
    known = secret is None or secret_digest(ClientSecret(secret)) in client.secrets
    refuse_if(not known, "client_secret must be the present one, or be left out")


def _grant_types(members: Members, *, legacy: bool) -> frozenset[str]:
    types = members.texts("grant_types") or (AUTHORIZATION_CODE,)
    known = _GRANT_TYPES if legacy else _GRANT_TYPES - {IMPLICIT}
    refuse_if(not known.issuperset(types), "grant_types has one that is not supported")
    return frozenset(types)


def _scopes(members: Members, grant_types: frozenset[str], present: Client) -> frozenset[str]:
    """Never more than it may have now, so that what an admin took away stays away; all of it by default."""
    sent = members.text("scope")
    asked = set(present.scopes if sent is None else sent.split())
    refuse_if(not all(map(is_scope, asked)), "scope holds characters that no scope may have")
    if REFRESH_TOKEN not in grant_types:
        asked.discard(OFFLINE_ACCESS)
    return frozenset(asked & present.scopes)


def _metadata(members: Members, grant_types: frozenset[str], present: ClientMetadata) -> ClientMetadata:
    types = members.texts("response_types") or (("code",) if AUTHORIZATION_CODE in grant_types else ())
    return replace(
        present,
        response_types=tuple(dict.fromkeys(in_order(each) for each in types)),
        jwks=members.keys("jwks"),
        jwks_uri=members.text("jwks_uri"),
        token_endpoint_auth_signing_alg=members.text("token_endpoint_auth_signing_alg"),
        userinfo_signed_response_alg=members.text("userinfo_signed_response_alg"),
        request_object_signing_alg=members.text("request_object_signing_alg"),
        request_uris=members.texts("request_uris") or (),
        subject_type=cast("SubjectType", members.choice("subject_type", get_args(SubjectType), "public")),
        sector_identifier_uri=members.text("sector_identifier_uri"),
        default_max_age=members.number("default_max_age"),
        require_auth_time=members.flag("require_auth_time"),
        default_acr_values=members.texts("default_acr_values") or (),
        initiate_login_uri=members.text("initiate_login_uri"),
        logo_uri=members.text("logo_uri"),
        policy_uri=members.text("policy_uri"),
        tos_uri=members.text("tos_uri"),
        contacts=members.texts("contacts") or (),
        software_id=members.text("software_id"),
        software_version=members.text("software_version"),
        frontchannel_logout_uri=members.text("frontchannel_logout_uri"),
        frontchannel_logout_session_required=members.flag("frontchannel_logout_session_required"),
        backchannel_logout_uri=members.text("backchannel_logout_uri"),
        backchannel_logout_session_required=members.flag("backchannel_logout_session_required"),
    )


def _name_of(redirect_uris: tuple[str, ...]) -> str | None:
    """What people can make sense of where a client has no name: the place that they will be sent back to."""
    try:
        origin = next((origin for uri in redirect_uris if (origin := origin_of(uri))), None)
    except ValueError:  # a URI that is none is refused for that, later
        return None
    return origin.partition("//")[2][:100] if origin else None
