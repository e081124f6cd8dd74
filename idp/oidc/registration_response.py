"""What may be seen of a client under the standards' names, and the answers that tell it to the client itself.

RFC 7591 3.2.1, RFC 7592 3, OIDC Registration 3.2.
"""

from idp.oidc.bearer import BearerToken
from idp.oidc.client import Client
from idp.values.issuer import Issuer
from idp.values.secrets import ClientSecret

PATH = "/register"


def standard_metadata(client: Client) -> dict[str, object]:
    """Every member, None where there is nothing to say; never a secret."""
    said = client.metadata
    return {
        "client_name": client.name,
        "application_type": client.application_type,
        "token_endpoint_auth_method": client.auth_method.value,
        "token_endpoint_auth_signing_alg": said.token_endpoint_auth_signing_alg,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "grant_types": sorted(client.grant_types),
        "response_types": list(said.response_types),
        "scope": " ".join(sorted(client.scopes)),
        "jwks": None if said.jwks is None else {"keys": [dict(key) for key in said.jwks]},
        "jwks_uri": said.jwks_uri,
        "id_token_signed_response_alg": client.id_token_alg,
        "userinfo_signed_response_alg": said.userinfo_signed_response_alg,
        "request_object_signing_alg": said.request_object_signing_alg,
        "request_uris": list(said.request_uris),
        "subject_type": said.subject_type,
        "sector_identifier_uri": said.sector_identifier_uri,
        "default_max_age": said.default_max_age,
        "require_auth_time": said.require_auth_time,
        "default_acr_values": list(said.default_acr_values),
        "initiate_login_uri": said.initiate_login_uri,
        "client_uri": client.client_uri,
        "logo_uri": said.logo_uri,
        "policy_uri": said.policy_uri,
        "tos_uri": said.tos_uri,
        "contacts": list(said.contacts),
        "software_id": said.software_id,
        "software_version": said.software_version,
        "frontchannel_logout_uri": said.frontchannel_logout_uri,
        "frontchannel_logout_session_required": said.frontchannel_logout_session_required,
        "backchannel_logout_uri": said.backchannel_logout_uri,
        "backchannel_logout_session_required": said.backchannel_logout_session_required,
    }


def client_information(
    client: Client, issuer: Issuer, *, registration_token: BearerToken, secret: ClientSecret | None = None
) -> dict[str, object]:
    """The members of an answer. What the client did not say is left out, unless we chose something in its place.

    `registration_token` is what it manages its registration with; `secret` one that has just been made.
    """
    metadata = {name: value for name, value in standard_metadata(client).items() if value not in (None, [], "")}
    # RFC 7591 3.2.1: with a secret its end must be told; 0 is never
    new = {"client_secret": secret.expose(), "client_secret_expires_at": 0} if secret else {}
    return {
        "client_id": client.client_id,
        **new,
        "registration_access_token": registration_token.expose(),
        "registration_client_uri": issuer.url(f"{PATH}/{client.client_id}"),
        **metadata,
    }
