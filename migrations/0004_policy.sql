-- Second-factor rules at server, client, group and user, and dated exemptions.

CREATE TABLE policy_rules (
    target_kind text NOT NULL CHECK (target_kind IN ('server', 'client', 'group', 'user')),
    client_id text REFERENCES clients ON DELETE CASCADE,
    group_id uuid REFERENCES groups ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    demand text NOT NULL CHECK (demand IN ('required', 'if_enrolled')),
    level smallint CHECK (level = 2),
    changed_at timestamptz NOT NULL,
    CHECK ((demand = 'required') = (level IS NOT NULL)),
    CHECK ((target_kind = 'client') = (client_id IS NOT NULL)),
    CHECK ((target_kind = 'group') = (group_id IS NOT NULL)),
    CHECK ((target_kind = 'user') = (user_id IS NOT NULL)),
    UNIQUE NULLS NOT DISTINCT (target_kind, client_id, group_id, user_id)
);
CREATE INDEX policy_rules_by_user ON policy_rules (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE exemptions (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    until timestamptz NOT NULL,
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    granted_at timestamptz NOT NULL,
    CHECK (until > granted_at)
);

-- One row: the version of all rules that are not about one user. A code is only issued for the version decided on,
-- so a worker whose cached rules are old finds out there.
CREATE TABLE policy_version (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    version bigint NOT NULL
);
INSERT INTO policy_version (version) VALUES (1);

CREATE FUNCTION policy_rule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET version = version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
    IF coalesce(NEW.target_kind, OLD.target_kind) <> 'user' THEN
        UPDATE policy_version SET version = version + 1;
        PERFORM pg_notify('configuration', 'policy_rules');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON policy_rules
    FOR EACH ROW EXECUTE FUNCTION policy_rule_changed();
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE ON exemptions
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();

-- The product exists for this: everyone has a second factor unless a rule says otherwise.
INSERT INTO policy_rules (target_kind, demand, level, changed_at) VALUES ('server', 'required', 2, '2026-11-24 00:00+00');

GRANT SELECT, INSERT, UPDATE, DELETE ON policy_rules, exemptions TO idp_server;
GRANT SELECT, UPDATE ON policy_version TO idp_server;

-- What a sign-in's decision needs to know of one person, as one row.
CREATE VIEW accounts AS
SELECT u.id, u.sub, u.username, u.status, u.version, u.email, u.email_verified, u.audit_salt,
    p.change_demanded, coalesce(p.long_enough_alone, false) AS long_enough_alone, p.user_id IS NOT NULL AS has_password,
    (SELECT count(*) FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'confirmed') AS apps,
    s.id AS code_set, s.acknowledged_at IS NOT NULL AS codes_saved,
    (SELECT count(*) FROM recovery_codes c WHERE c.set_id = s.id AND c.used_at IS NULL) AS codes_left,
    ARRAY(SELECT m.group_id FROM group_members m WHERE m.user_id = u.id) AS groups,
    r.demand AS rule_demand, r.level AS rule_level, e.until AS exempt_until, e.reason AS exempt_reason
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
GRANT SELECT ON accounts TO idp_server;
