-- Roles, configuration, keys, scheduled work and security events: what every other table stands on.
-- The schema's owner runs migrations; the server runs as (a member of) idp_server, which owns nothing.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'idp_server') THEN
        CREATE ROLE idp_server NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- roles belong to the whole cluster: another database made it at the same moment
END
$$;

GRANT USAGE ON SCHEMA public TO idp_server;

-- Tells every worker that cached configuration has changed; the payload is the table's name.
CREATE FUNCTION announce_configuration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('configuration', TG_TABLE_NAME);
    RETURN NULL;
END
$$;

CREATE TABLE configuration (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]*$'),
    value jsonb NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON configuration
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();

-- Which root keys (files, never rows) this database's ciphertexts need.
CREATE TABLE root_keys (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{12}$'),
    active boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX root_keys_one_active ON root_keys (active) WHERE active;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON root_keys
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();

CREATE TABLE service_keys (
    name text NOT NULL,
    id text NOT NULL,
    sealed_key bytea NOT NULL,
    current boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (name, id)
);
CREATE UNIQUE INDEX service_keys_one_current ON service_keys (name) WHERE current;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON service_keys
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();

CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    alg text NOT NULL CHECK (alg IN ('RS256', 'ES256', 'EdDSA', 'PS256')),
    state text NOT NULL CHECK (state IN ('next', 'active', 'retiring', 'gone')),
    public_jwk jsonb NOT NULL CHECK (jsonb_typeof(public_jwk) = 'object'),
    sealed_private bytea,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    retired_at timestamptz,
    gone_at timestamptz,
    CHECK ((state = 'gone') = (sealed_private IS NULL)),
    CHECK ((state = 'next') = (activated_at IS NULL) OR state = 'gone'),
    CHECK ((state IN ('retiring', 'gone')) = (retired_at IS NOT NULL)),
    CHECK ((state = 'gone') = (gone_at IS NOT NULL))
);
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (alg) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (alg) WHERE state = 'next';
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON signing_keys
    FOR EACH STATEMENT EXECUTE FUNCTION announce_configuration();

-- Scheduled work: whoever moves due_at forward in one conditional UPDATE does the work, on any node.
CREATE TABLE jobs (
    name text PRIMARY KEY,
    due_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
);

-- Append-only: idp_server may insert and read. Names, addresses and agents stand in `personal` alone, sealed under the
-- person's own key, so that deleting the person's salt makes them unreadable while the record stays whole.
CREATE TABLE security_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'client', 'command', 'job', 'anonymous')),
    actor_user uuid,
    user_id uuid,
    client_id text,
    session_id uuid,
    interaction_id uuid,
    request_id text,
    details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    personal bytea
);
CREATE INDEX security_events_by_user ON security_events (user_id, id) WHERE user_id IS NOT NULL;

-- The only way that events ever go: owned by the schema's owner, and held to the configured age whatever the caller says.
-- clock_timestamp() stands here on purpose: the caller is the role that must not be able to choose the instant.
CREATE FUNCTION purge_security_events(at timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    days integer := coalesce((SELECT value::integer FROM configuration WHERE name = 'security_event_days'), 400);
    gone bigint;
BEGIN
    DELETE FROM security_events e
    WHERE e.at < least(purge_security_events.at, clock_timestamp()) - make_interval(days => greatest(days, 30));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION purge_security_events(timestamptz) FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE, DELETE ON configuration, root_keys, service_keys, signing_keys, jobs TO idp_server;
GRANT SELECT, INSERT ON security_events TO idp_server;
GRANT EXECUTE ON FUNCTION purge_security_events(timestamptz) TO idp_server;
