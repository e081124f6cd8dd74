-- Authenticator apps: several of one person, each by a name; and how many digits the codes have that a person may type.

-- One person's names differ, in whatever case.
ALTER TABLE totp_authenticators
    ADD name text NOT NULL DEFAULT 'Authenticator app'
        CHECK (name = btrim(name) AND char_length(name) BETWEEN 1 AND 40);
CREATE UNIQUE INDEX totp_authenticators_by_name ON totp_authenticators (user_id, lower(name));
DROP INDEX totp_authenticators_by_user; -- the new one begins with the same column

-- A set-up secret on show is kept together with the kind of its codes from now on; the page makes another.
UPDATE interactions SET sealed_enrolment = NULL, enrolment_until = NULL WHERE sealed_enrolment IS NOT NULL;

CREATE OR REPLACE VIEW accounts AS
SELECT u.id, u.sub, u.username, u.status, u.version, u.email, u.email_verified, u.audit_salt,
    p.change_demanded, coalesce(p.long_enough_alone, false) AS long_enough_alone, p.user_id IS NOT NULL AS has_password,
    (SELECT count(*) FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'confirmed') AS apps,
    s.id AS code_set, s.acknowledged_at IS NOT NULL AS codes_saved,
    (SELECT count(*) FROM recovery_codes c WHERE c.set_id = s.id AND c.used_at IS NULL) AS codes_left,
    ARRAY(SELECT m.group_id FROM group_members m WHERE m.user_id = u.id) AS groups,
    r.demand AS rule_demand, r.level AS rule_level, e.until AS exempt_until, e.reason AS exempt_reason,
    ARRAY(SELECT DISTINCT t.digits FROM totp_authenticators t WHERE t.user_id = u.id AND t.state = 'confirmed'
          ORDER BY t.digits) AS code_digits
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
