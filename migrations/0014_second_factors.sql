-- Second factors of every kind: keys beside apps, lost ones suspended, and passes that let a first one in.

CREATE TABLE webauthn_credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    public_key bytea NOT NULL, -- COSE
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    synced boolean NOT NULL, -- whether it may be copied between devices (flag BE)
    verifies boolean NOT NULL, -- whether it has ever verified its person (flag UV): then it signs in without a password
    transports text[] NOT NULL DEFAULT '{}',
    aaguid uuid NOT NULL,
    name text NOT NULL CHECK (name = btrim(name) AND char_length(name) BETWEEN 1 AND 40),
    state text NOT NULL CHECK (state IN ('confirmed', 'suspended')),
    suspended_at timestamptz,
    confirmed_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((state = 'suspended') = (suspended_at IS NOT NULL))
);
CREATE UNIQUE INDEX webauthn_credentials_by_name ON webauthn_credentials (user_id, lower(name));
CREATE TRIGGER facts_changed AFTER INSERT OR DELETE OR UPDATE OF state, user_id ON webauthn_credentials
    FOR EACH ROW EXECUTE FUNCTION user_facts_changed();
CREATE TRIGGER factor_bound AFTER INSERT ON webauthn_credentials FOR EACH ROW EXECUTE FUNCTION factor_bound();
GRANT SELECT, INSERT, UPDATE, DELETE ON webauthn_credentials TO idp_server;

ALTER TABLE totp_authenticators ADD suspended_at timestamptz;
UPDATE totp_authenticators SET suspended_at = confirmed_at WHERE state = 'suspended';
ALTER TABLE totp_authenticators ADD CHECK ((state = 'suspended') = (suspended_at IS NOT NULL));

-- A pass binds one factor: with it all passes of the person go.
CREATE TABLE enrolment_passes (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON enrolment_passes TO idp_server;

ALTER TABLE users ADD enrolment_pass_demanded boolean NOT NULL DEFAULT false;
CREATE OR REPLACE FUNCTION user_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status, NEW.enrolment_pass_demanded) <> (OLD.status, OLD.enrolment_pass_demanded) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END
$$;

ALTER TABLE policy_rules DROP CONSTRAINT policy_rules_level_check;
ALTER TABLE policy_rules
    ADD CHECK (level IN (2, 3)),
    ADD enrolment_pass boolean NOT NULL DEFAULT false,
    ADD CHECK (NOT enrolment_pass OR target_kind <> 'client');

ALTER TABLE throttles DROP CONSTRAINT throttles_method_check;
ALTER TABLE throttles ADD CHECK (method IN ('pwd', 'otp', 'recovery_code', 'key', 'enrolment_pass'));

-- Each try with a key answers a challenge of its own: which one is due is counted here.
ALTER TABLE interactions ADD ceremony integer NOT NULL DEFAULT 0;
ALTER TABLE interactions DROP CONSTRAINT interactions_answered_check;
ALTER TABLE interactions ADD CHECK (answered <@ ARRAY[
    'same_account', 'other_account', 'consent', 'recovery_used', 'codes_saved', 'put_off', 'pass_shown'
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
    + (SELECT count(*) FROM webauthn_credentials k WHERE k.user_id = u.id AND k.state = 'suspended') AS suspended
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
