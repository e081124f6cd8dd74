-- Consents, grants (each opened with one authorization code), refresh tokens, and machine tokens revoked before their time.

CREATE TABLE consents (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    scopes text[] NOT NULL,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

CREATE TABLE grants (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    session_id uuid NOT NULL,
    offline boolean NOT NULL,
    scopes text[] NOT NULL,
    proofs jsonb NOT NULL CHECK (jsonb_typeof(proofs) = 'object' AND proofs <> '{}'),
    acr text NOT NULL,
    nonce text,
    code_digest bytea NOT NULL UNIQUE CHECK (octet_length(code_digest) = 32),
    code_expires_at timestamptz NOT NULL,
    redirect_uri text NOT NULL,
    code_challenge text,
    created_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    redeemed_at timestamptz,
    revoked_at timestamptz,
    revoked_reason text,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_session ON grants (session_id);

CREATE TABLE refresh_tokens (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    grant_id uuid NOT NULL REFERENCES grants ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    idle_until timestamptz NOT NULL,
    superseded_at timestamptz
);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);

CREATE TABLE revoked_tokens (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

-- A session that ends takes its grants with it, however it ends; a grant with offline_access outlives it.
CREATE FUNCTION session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE grants SET revoked_at = NEW.ended_at, revoked_reason = 'session_ended'
    WHERE session_id = NEW.id AND NOT offline AND revoked_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER ended AFTER UPDATE OF ended_at ON browser_sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION session_ended();

GRANT SELECT, INSERT, UPDATE, DELETE ON consents, grants, refresh_tokens, revoked_tokens TO idp_server;

INSERT INTO jobs (name, due_at) VALUES ('purge', '2026-11-24 00:00+00'), ('key_rotation', '2026-11-24 00:00+00');
