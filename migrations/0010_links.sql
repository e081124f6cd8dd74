-- Links that are mailed to a person: each works once and for a while, and of one kind only the newest.

CREATE TABLE links (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    kind text NOT NULL CHECK (kind IN ('reset_password')),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at timestamptz
);
CREATE INDEX links_by_user ON links (user_id, kind, made_at);
CREATE INDEX links_by_end ON links (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON links TO idp_server;
