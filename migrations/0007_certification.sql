-- What OpenID certification adds: client metadata and dynamic registration, client assertions, claims requested one by
-- one, grants without a code, logos, and the outbox of everything that we send to others.

ALTER TABLE clients DROP CONSTRAINT clients_token_endpoint_auth_method_check;
ALTER TABLE clients
    ADD CHECK (token_endpoint_auth_method IN
        ('none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt')),
    ADD metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    ADD registration_token bytea UNIQUE CHECK (octet_length(registration_token) = 32); -- null: made by an admin

ALTER TABLE clients DROP CONSTRAINT clients_grant_types_check;
ALTER TABLE clients
    ADD CHECK (grant_types <@ ARRAY['authorization_code', 'implicit', 'refresh_token', 'client_credentials']);

UPDATE clients SET metadata = '{"response_types": []}' WHERE NOT 'authorization_code' = ANY (grant_types);

-- A client that signs with its secret (client_secret_jwt) needs it in a form that can be read again.
ALTER TABLE client_secrets ADD sealed_secret bytea;

-- Who may register a client, and how often.
CREATE TABLE initial_access_tokens (
    id uuid PRIMARY KEY,
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    uses_left integer NOT NULL CHECK (uses_left >= 0)
);

-- The jti of each assertion seen, until it has expired: each works once (RFC 7523 3).
CREATE TABLE client_assertions (
    client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
    jti bytea NOT NULL CHECK (octet_length(jti) = 32), -- the digest: the text is as long as its maker likes
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX client_assertions_by_end ON client_assertions (expires_at);

-- A grant that only the authorization endpoint answered for (response types without `code`) has no code.
ALTER TABLE grants ALTER code_digest DROP NOT NULL, ALTER code_expires_at DROP NOT NULL;
ALTER TABLE grants
    ADD claims jsonb CHECK (jsonb_typeof(claims) = 'object'), -- those requested one by one (OIDC Core 5.5)
    ADD CHECK ((code_digest IS NULL) = (code_expires_at IS NULL)),
    ADD CHECK (code_digest IS NOT NULL OR redeemed_at IS NOT NULL);

-- As the guarded client fetched them; served from our own origin. A failure is remembered too.
CREATE TABLE client_logos (
    client_id text PRIMARY KEY REFERENCES clients ON DELETE CASCADE,
    uri text NOT NULL,
    media_type text,
    octets bytea,
    fetched_at timestamptz NOT NULL,
    CHECK ((media_type IS NULL) = (octets IS NULL))
);

-- What is to be sent, and what became of it. Claimed by one conditional UPDATE, tried again, never in anybody's way.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('backchannel_logout')),
    -- No references: their locks would make a sign-out wait for changes of person and client, and those for it.
    client_id text,
    user_id uuid,
    sub text,
    session_id uuid,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL, -- for the next try; a claim moves it on, so that a sender that dies is followed by another
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    done_at timestamptz,
    outcome text CHECK (outcome IN ('delivered', 'failed', 'pointless')),
    last_fault text,
    CHECK ((done_at IS NULL) = (outcome IS NULL)),
    CHECK (kind <> 'backchannel_logout' OR num_nulls(client_id, user_id, sub, session_id) = 0)
);
CREATE INDEX outbox_by_due ON outbox (due_at) WHERE done_at IS NULL;
CREATE INDEX outbox_by_session ON outbox (session_id);
CREATE INDEX outbox_by_client ON outbox (client_id);
CREATE INDEX outbox_by_end ON outbox (done_at);
CREATE INDEX outbox_given_up ON outbox (client_id, done_at) WHERE outcome = 'failed';

-- Where a person signs in anew in a browser whose session had been idle too long, apps may still know the person from
-- then: the session that follows takes the one before along when it ends.
ALTER TABLE browser_sessions ADD follows uuid;

-- However a session ends, each app that it signed in to is told (Back-Channel Logout 2.3): no statement can forget it.
CREATE FUNCTION tell_clients_of_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier uuid := NEW.follows;
BEGIN
    INSERT INTO outbox (kind, client_id, user_id, sub, session_id, made_at, due_at)
    SELECT DISTINCT 'backchannel_logout', c.client_id, u.id, u.sub, NEW.id, NEW.ended_at, NEW.ended_at
    FROM grants g JOIN clients c ON c.client_id = g.client_id JOIN users u ON u.id = NEW.user_id
    WHERE g.session_id = NEW.id AND c.status = 'active' AND c.metadata ->> 'backchannel_logout_uri' IS NOT NULL;
    -- Those that it follows end as well, walked from here alone: if each ended the next, a long line would exhaust the
    -- stack and none could end. One that is locked is being ended already.
    WHILE earlier IS NOT NULL AND pg_trigger_depth() = 1 LOOP
        UPDATE browser_sessions SET ended_at = NEW.ended_at WHERE id = (
            SELECT id FROM browser_sessions WHERE id = earlier AND ended_at IS NULL FOR UPDATE SKIP LOCKED
        ) RETURNING follows INTO earlier;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_clients AFTER UPDATE OF ended_at ON browser_sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tell_clients_of_the_end();

-- The view was made of the columns that grants had then.
CREATE OR REPLACE VIEW grant_facts AS
SELECT g.id, g.user_id, g.client_id, g.session_id, g.offline, g.scopes, g.proofs, g.acr, g.nonce, g.code_digest,
    g.code_expires_at, g.redirect_uri, g.redirect_uri_given, g.code_challenge, g.created_at, g.ends_at, g.redeemed_at,
    g.revoked_at, g.revoked_reason, u.sub, u.status = 'active' AS user_active,
    g.offline OR (s.id IS NOT NULL AND s.ended_at IS NULL) AS session_alive, g.claims
FROM grants g
JOIN users u ON u.id = g.user_id
LEFT JOIN browser_sessions s ON s.id = g.session_id;

GRANT SELECT, INSERT, UPDATE, DELETE ON initial_access_tokens, client_assertions, client_logos, outbox TO idp_server;
