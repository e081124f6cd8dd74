"""The protocol core of OAuth 2 and OpenID Connect. Pure: text and facts in, decisions and claims out.

Owns what a request may say, which client may say it, what a code or refresh token is worth, and what tokens contain.
Leaves to others: signing and sealing (keystore), rows (storage), who must prove what (policy, login), HTTP (the edges).

    parameters ─► client_authentication ─► token_request ─► grant ─► id_token, access_token
    parameters ─► authorization_redirect ─► authorization_request ─► authorization_response

| about               | files                                                                                      |
|---------------------|--------------------------------------------------------------------------------------------|
| what a request says | parameters, scopes, response_type, grant_type, pkce, claims_request, request_object        |
| where answers go    | redirect_uri, trusted_redirect, authorization_redirect, authorization_response, errors     |
| clients             | client, client_metadata, jwk_set, logo, cors                                               |
| who is calling      | client_authentication, client_assertion; bearer, presented_token; jwt_claims (of any JWT)  |
| registration        | registration (the core), registration_metadata (the rest); of clients that come themselves |
|                     | registration_members ─► registration_request, registration_response                        |
| what is issued      | token_request, grant, authentication, claims, id_token, access_token, token_response       |
| what is told later  | userinfo, introspection, revocation                                                        |
| names of people     | subject, sector_identifier, id_token_hint                                                  |
| sign-outs           | logout, frontchannel_logout, logout_token                                                  |
| discovery           | metadata                                                                                   |
"""
