-- Time to set up a second factor: rules that start on a date or some days after they first apply to a person.

ALTER TABLE policy_rules
    ADD id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(), -- of the rule as it was set: removed and set again, it is another
    ADD starts_at timestamptz,
    ADD grace_days integer NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 365),
    ADD CHECK (demand = 'required' OR (starts_at IS NULL AND grace_days = 0));

CREATE TABLE rule_applications (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    rule_id uuid NOT NULL REFERENCES policy_rules (id) ON DELETE CASCADE,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, rule_id)
);
CREATE INDEX rule_applications_by_rule ON rule_applications (rule_id);
GRANT SELECT, INSERT ON rule_applications TO idp_server;

-- Who ever had a second factor has no grace left: a reset does not open the account to a password alone.
ALTER TABLE users ADD had_factor boolean NOT NULL DEFAULT false;
UPDATE users u SET had_factor = true WHERE EXISTS (SELECT FROM totp_authenticators t WHERE t.user_id = u.id);

CREATE FUNCTION factor_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET had_factor = true WHERE id = NEW.user_id AND NOT had_factor;
    RETURN NULL;
END
$$;
CREATE TRIGGER factor_bound AFTER INSERT ON totp_authenticators FOR EACH ROW EXECUTE FUNCTION factor_bound();

ALTER TABLE interactions DROP CONSTRAINT interactions_answered_check;
ALTER TABLE interactions ADD CHECK (answered <@ ARRAY[
    'same_account', 'other_account', 'consent', 'recovery_used', 'codes_saved', 'put_off'
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
    ARRAY(SELECT x.applied_at FROM rule_applications x WHERE x.user_id = u.id ORDER BY x.rule_id) AS rules_applied_at
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
