-- Browsers in which an enrolled second factor is not asked again for some days, where every rule in force is if_enrolled and says so.

ALTER TABLE policy_rules
    ADD remember_days integer NOT NULL DEFAULT 0 CHECK (remember_days BETWEEN 0 AND 180), -- 0: not at all
    ADD CHECK (demand = 'if_enrolled' OR remember_days = 0);

CREATE TABLE remembered_browsers (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32), -- of the value that this browser is known by
    remembered_at timestamptz NOT NULL, -- when a factor was shown there
    expires_at timestamptz NOT NULL CHECK (expires_at > remembered_at),
    used_at timestamptz NOT NULL,
    UNIQUE (user_id, digest)
);
CREATE INDEX remembered_browsers_by_end ON remembered_browsers (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON remembered_browsers TO idp_server;

-- Whatever changes how somebody proves who they are, whoever does it: no browser is spared from then on.
CREATE FUNCTION forget_remembered_browsers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM remembered_browsers WHERE user_id = coalesce(NEW.user_id, OLD.user_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_browsers AFTER INSERT OR DELETE OR UPDATE OF state, user_id ON totp_authenticators
    FOR EACH ROW EXECUTE FUNCTION forget_remembered_browsers();
CREATE TRIGGER forget_browsers AFTER INSERT OR DELETE OR UPDATE OF state, user_id ON webauthn_credentials
    FOR EACH ROW EXECUTE FUNCTION forget_remembered_browsers();
CREATE TRIGGER forget_browsers AFTER INSERT OR DELETE ON recovery_code_sets
    FOR EACH ROW EXECUTE FUNCTION forget_remembered_browsers();
CREATE TRIGGER forget_browsers AFTER INSERT OR DELETE OR UPDATE OF change_demanded, set_at ON passwords
    FOR EACH ROW EXECUTE FUNCTION forget_remembered_browsers();

CREATE FUNCTION forget_browsers_of_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM remembered_browsers WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_browsers AFTER UPDATE OF status ON users
    FOR EACH ROW WHEN (NEW.status <> 'active') EXECUTE FUNCTION forget_browsers_of_disabled();

-- Which of them a grant was opened under: without it, that grant proves too little to be refreshed.
ALTER TABLE grants ADD remembered_browser uuid;

ALTER TABLE interactions DROP CONSTRAINT interactions_answered_check;
ALTER TABLE interactions ADD CHECK (answered <@ ARRAY[
    'same_account', 'other_account', 'consent', 'recovery_used', 'codes_saved', 'put_off', 'pass_shown', 'remember'
]);

CREATE OR REPLACE VIEW accounts AS
SELECT u.id, u.sub, u.username, u.status, u.version, u.email, u.email_verified, u.audit_salt,
    p.change_demanded, coalesce(p.long_enough_alone, false) AS long_enough_alone, p.user_id IS NOT NULL AS has_password,
    (SELECT count(*) FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'confirmed') AS apps,
    s.id AS code_set, s.acknowledged_at IS NOT NULL AS codes_saved,
    (SELECT count(*) FROM recovery_codes c WHERE c.set_id = s.id AND c.used_at IS NULL) AS codes_left,
    ARRAY(SELECT m.group_id FROM group_members m WHERE m.user_id = u.id) AS groups,
    r.demand AS rule_demand, r.level AS rule_level, e.until AS exempt_until, e.reason AS exempt_reason,
    ARRAY(SELECT DISTINCT t.digits FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'confirmed'
          ORDER BY t.digits) AS code_digits,
    r.id AS rule_id, r.starts_at AS rule_starts_at, r.grace_days AS rule_grace_days, u.had_factor,
    ARRAY(SELECT x.rule_id FROM rule_applications x WHERE x.user_id = u.id ORDER BY x.rule_id) AS applied_rules,
    ARRAY(SELECT x.applied_at FROM rule_applications x WHERE x.user_id = u.id ORDER BY x.rule_id) AS rules_applied_at,
    coalesce(r.enrolment_pass, false) AS rule_enrolment_pass, u.enrolment_pass_demanded,
    (SELECT count(*) FROM webauthn_credentials k WHERE k.user_id = u.id AND k.state = 'confirmed') AS keys,
    (SELECT count(*) FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'suspended')
    + (SELECT count(*) FROM webauthn_credentials k WHERE k.user_id = u.id AND k.state = 'suspended') AS suspended,
    u.theme, u.profile ->> 'locale' AS locale, u.profile ->> 'zoneinfo' AS zoneinfo,
    coalesce(r.remember_days, 0) AS rule_remember_days
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
