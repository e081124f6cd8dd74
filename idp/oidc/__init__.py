"""The protocol core of OAuth 2 and OpenID Connect. Pure: text and facts in, decisions and claims out.

Owns what a request may say, which client may say it, what a code or refresh token is worth, and what tokens contain.
Leaves to others: signing and sealing (keystore), rows (storage), who must prove what (policy, login), HTTP (the edges).

    parameters ─► client_authentication ─► token_request ─► grant ─► id_token, access_token
    parameters ─► authorization_request (with client, response_type, pkce, scopes) ─► authorization_response
"""
