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
    redirect_uri_given boolean NOT NULL,
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

-- A grant with all that its use depends on. One without offline_access ends with its session, however that ends: looked
-- at on each use, so that no order of events can leave one alive.
CREATE VIEW grant_facts AS
SELECT g.*, u.sub, u.status = 'active' AS user_active,
    g.offline OR (s.id IS NOT NULL AND s.ended_at IS NULL) AS session_alive
FROM grants g
JOIN users u ON u.id = g.user_id
LEFT JOIN browser_sessions s ON s.id = g.session_id;

GRANT SELECT, INSERT, UPDATE, DELETE ON consents, grants, refresh_tokens, revoked_tokens TO idp_server;
GRANT SELECT ON grant_facts TO idp_server;

INSERT INTO jobs (name, due_at) VALUES ('purge', '2026-11-24 00:00+00'), ('key_rotation', '2026-11-24 00:00+00');
