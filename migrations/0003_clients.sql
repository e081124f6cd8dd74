-- Registered clients and their secrets (RFC 7591 names where it has one).

CREATE TABLE clients (
    client_id text PRIMARY KEY CHECK (client_id ~ '^[A-Za-z0-9._~-]{1,100}$'),
    name text NOT NULL CHECK (name <> ''),
    application_type text NOT NULL CHECK (application_type IN ('web', 'native')),
    token_endpoint_auth_method text NOT NULL
        CHECK (token_endpoint_auth_method IN ('none', 'client_secret_basic', 'client_secret_post')),
    redirect_uris text[] NOT NULL DEFAULT '{}',
    post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
    grant_types text[] NOT NULL
        CHECK (grant_types <@ ARRAY['authorization_code', 'refresh_token', 'client_credentials']),
    scopes text[] NOT NULL,
    audiences text[] NOT NULL DEFAULT '{}',
    id_token_signed_response_alg text NOT NULL
        CHECK (id_token_signed_response_alg IN ('RS256', 'ES256', 'EdDSA', 'PS256')),
    require_pkce boolean NOT NULL,
    rotate_refresh_tokens boolean NOT NULL,
    first_party boolean NOT NULL,
    client_uri text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    -- OAuth 2.1: a public client always uses PKCE and always rotates; it can have no token of its own.
    CHECK (token_endpoint_auth_method <> 'none'
        OR (require_pkce AND rotate_refresh_tokens AND NOT 'client_credentials' = ANY (grant_types))),
    CHECK (NOT 'authorization_code' = ANY (grant_types) OR cardinality(redirect_uris) > 0)
);

CREATE TABLE client_secrets (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    created_at timestamptz NOT NULL
);
CREATE INDEX client_secrets_by_client ON client_secrets (client_id);

CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON clients
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON client_secrets
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();

GRANT SELECT, INSERT, UPDATE, DELETE ON clients, client_secrets TO idp_server;
