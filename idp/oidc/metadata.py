"""The provider's metadata: one document for both well-known addresses (OIDC Discovery 3, RFC 8414 2, RFC 9207 3).

Nothing is advertised that does not work and nothing works unadvertised: the lists come from where they are enforced.
"""

from collections.abc import Sequence

from idp.oidc import client_assertion, client_authentication, pkce
from idp.oidc.authorization_request import Prompt
from idp.oidc.claims import claims_supported
from idp.oidc.client import ID_TOKEN_ALGS, AuthMethod
from idp.oidc.grant_type import GRANT_TYPES, IMPLICIT
from idp.oidc.jwt_claims import SIGNATURE_ALGS
from idp.oidc.registration_response import PATH
from idp.oidc.response_type import RESPONSE_MODES, ResponseType
from idp.oidc.scopes import PERSON_SCOPES
from idp.oidc.subject import SUBJECT_TYPES
from idp.values.issuer import Issuer

WELL_KNOWN = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def _endpoints(issuer: Issuer) -> dict[str, object]:
    return {
        "authorization_endpoint": issuer.url("/authorize"),
        "token_endpoint": issuer.url("/token"),
        "userinfo_endpoint": issuer.url("/userinfo"),
        "jwks_uri": issuer.url("/jwks"),
        "introspection_endpoint": issuer.url("/introspect"),
        "revocation_endpoint": issuer.url("/revoke"),
        "registration_endpoint": issuer.url(PATH),
        "end_session_endpoint": issuer.url("/logout"),
    }


def _client_authentication() -> dict[str, object]:
    methods = [method.value for method in client_authentication.METHODS]
    algs = [alg for algs in client_assertion.METHOD_ALGS.values() for alg in algs]
    return {
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": [name for name in methods if name != AuthMethod.NONE],
    }


def _responses(*, legacy: bool) -> dict[str, object]:
    """Response types beside `code`, and the grant type they belong to, only while the server allows them."""
    return {
        "response_types_supported": [each.value for each in ResponseType if legacy or not each.front_channel],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [name for name in GRANT_TYPES if name != IMPLICIT] + ([IMPLICIT] if legacy else []),
    }


def provider_metadata(
    issuer: Issuer,
    *,
    acr_values: Sequence[str],
    ui_locales: Sequence[str] = ("en",),
    legacy: bool = False,
) -> dict[str, object]:
    """The document. `acr_values` are the levels within reach and their aliases; `ui_locales` those of the pages.

    `legacy`: whether response types other than `code` are allowed.
    """
    return (
        {"issuer": str(issuer)}
        | _endpoints(issuer)
        | _client_authentication()
        | _responses(legacy=legacy)
        | {
            "scopes_supported": list(PERSON_SCOPES),
            "subject_types_supported": list(SUBJECT_TYPES),
            "id_token_signing_alg_values_supported": list(ID_TOKEN_ALGS),
            "userinfo_signing_alg_values_supported": list(ID_TOKEN_ALGS),
            "code_challenge_methods_supported": list(pkce.METHODS),
            "acr_values_supported": list(acr_values),
            "prompt_values_supported": [prompt.value for prompt in Prompt],
            "display_values_supported": ["page", "popup", "touch"],  # one form of each page, which fits all three
            "ui_locales_supported": list(ui_locales),
            "claim_types_supported": ["normal"],
            "claims_supported": claims_supported(legacy=legacy),
            # Said outright, because the default of request_uri is true (OIDC Discovery 3)
            "claims_parameter_supported": True,
            "request_parameter_supported": True,
            "request_uri_parameter_supported": True,
            "require_request_uri_registration": True,
            "request_object_signing_alg_values_supported": list(SIGNATURE_ALGS),
            "authorization_response_iss_parameter_supported": True,  # RFC 9207 3
            "backchannel_logout_supported": True,  # Back-Channel Logout 2.1
            "backchannel_logout_session_supported": True,
            "frontchannel_logout_supported": True,  # Front-Channel Logout 3
            "frontchannel_logout_session_supported": True,
        }
    )
