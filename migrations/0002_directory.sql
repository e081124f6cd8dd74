-- People, their login names and groups, and the authenticators they prove themselves with.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    sub text NOT NULL UNIQUE CHECK (sub ~ '^[!-~]{16,255}$'),
    username text NOT NULL CHECK (username <> ''),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version bigint NOT NULL DEFAULT 1,
    email text,
    email_verified boolean NOT NULL DEFAULT false,
    phone_number text,
    phone_number_verified boolean NOT NULL DEFAULT false,
    profile jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(profile) = 'object'),
    address jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(address) = 'object'),
    audit_salt bytea NOT NULL CHECK (octet_length(audit_salt) = 32),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (email IS NOT NULL OR NOT email_verified),
    CHECK (phone_number IS NOT NULL OR NOT phone_number_verified)
);

-- One unique key over user names and verified e-mail addresses: nobody's name can be another's address.
CREATE TABLE login_names (
    name text PRIMARY KEY CHECK (name <> ''),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('username', 'email')),
    UNIQUE (user_id, kind)
);

CREATE TABLE groups (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    created_at timestamptz NOT NULL
);

CREATE TABLE group_members (
    group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_members_by_group ON group_members (group_id);

CREATE TABLE passwords (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    hash text NOT NULL CHECK (hash LIKE '$argon2id$%'),
    long_enough_alone boolean NOT NULL,
    change_demanded text CHECK (change_demanded IN ('set_by_other', 'compromised')),
    set_at timestamptz NOT NULL
);

CREATE TABLE totp_authenticators (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    algorithm text NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
    digits smallint NOT NULL CHECK (digits IN (6, 7, 8)),
    period smallint NOT NULL CHECK (period BETWEEN 15 AND 120),
    state text NOT NULL CHECK (state IN ('confirmed', 'suspended')),
    last_step bigint NOT NULL,
    confirmed_at timestamptz NOT NULL
);
CREATE INDEX totp_authenticators_by_user ON totp_authenticators (user_id);

CREATE TABLE recovery_code_sets (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
    salt bytea NOT NULL CHECK (octet_length(salt) = 16),
    pepper_id text NOT NULL,
    created_at timestamptz NOT NULL,
    acknowledged_at timestamptz
);

CREATE TABLE recovery_codes (
    set_id uuid NOT NULL REFERENCES recovery_code_sets ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    used_at timestamptz,
    PRIMARY KEY (set_id, digest)
);

-- A user's version moves with everything that a sign-in's decision rests on; a code is only issued for the version decided on.
CREATE FUNCTION user_facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE users SET version = version + 1 WHERE id = OLD.user_id;
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id) THEN
        UPDATE users SET version = version + 1 WHERE id = NEW.user_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION user_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER status_changed BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION user_status_changed();
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE ON group_members
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE OF change_demanded, set_at ON passwords
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE OF state, user_id ON totp_authenticators
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE OF acknowledged_at, user_id ON recovery_code_sets
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();

GRANT SELECT, INSERT, UPDATE, DELETE ON users, login_names, groups, group_members, passwords, totp_authenticators,
    recovery_code_sets, recovery_codes TO idp_server;
