-- Interactions, browser sessions, known browsers and throttling: everything between an authorization request and its response.

CREATE TABLE browser_sessions (
    id uuid PRIMARY KEY, -- also the `sid` claim; the cookie holds another value
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    cookie bytea NOT NULL UNIQUE CHECK (octet_length(cookie) = 32),
    proofs jsonb NOT NULL CHECK (jsonb_typeof(proofs) = 'object' AND proofs <> '{}'),
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_id);
CREATE INDEX browser_sessions_by_end ON browser_sessions (expires_at);

CREATE TABLE known_browsers (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, digest)
);

CREATE TABLE interactions (
    id uuid PRIMARY KEY,
    browser bytea CHECK (octet_length(browser) = 32), -- null until the browser that sent it across sites has come back once
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    request jsonb NOT NULL CHECK (jsonb_typeof(request) = 'object'),
    arrived_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    proofs jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(proofs) = 'object'),
    answered text[] NOT NULL DEFAULT '{}'
        CHECK (answered <@ ARRAY['same_account', 'other_account', 'consent', 'recovery_used']),
    sealed_enrolment bytea,
    enrolment_until timestamptz,
    sealed_codes bytea,
    codes_until timestamptz,
    notice jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(notice) = 'object'),
    finished_at timestamptz,
    sealed_response bytea,
    grant_id uuid,
    CHECK (expires_at <= ends_at),
    CHECK (user_id IS NOT NULL OR proofs = '{}'),
    CHECK ((finished_at IS NULL) = (sealed_response IS NULL)),
    CHECK ((sealed_enrolment IS NULL) = (enrolment_until IS NULL)),
    CHECK ((sealed_codes IS NULL) = (codes_until IS NULL))
);
CREATE INDEX interactions_by_end ON interactions (expires_at);

CREATE TABLE throttles (
    subject bytea NOT NULL, -- the user's id, or the keyed digest of a name that nobody has
    method text NOT NULL CHECK (method IN ('pwd', 'otp', 'recovery_code')),
    known_browser boolean NOT NULL,
    failures integer NOT NULL CHECK (failures >= 0),
    paused_until timestamptz,
    disabled_at timestamptz,
    touched_at timestamptz NOT NULL,
    PRIMARY KEY (subject, method, known_browser)
);

CREATE TABLE source_throttles (
    source text PRIMARY KEY,
    window_started_at timestamptz NOT NULL,
    failures integer NOT NULL CHECK (failures > 0)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON browser_sessions, known_browsers, interactions, throttles, source_throttles
    TO idp_server;
