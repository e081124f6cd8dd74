-- What people set themselves in the portal: how it looks to them, and another e-mail address, once its mailbox was read.

ALTER TABLE users ADD theme text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark'));

ALTER TABLE links DROP CONSTRAINT links_kind_check;
ALTER TABLE links
    ADD CHECK (kind IN ('reset_password', 'confirm_address')),
    ADD address text, -- the one that the link was mailed to
    ADD replaces text, -- the one that the person had then; whoever got another meanwhile has to ask again
    ADD CHECK (kind <> 'confirm_address' OR address IS NOT NULL),
    ADD CHECK (replaces IS NULL OR address IS NOT NULL);

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
    u.theme, u.profile ->> 'locale' AS locale, u.profile ->> 'zoneinfo' AS zoneinfo
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN recovery_code_sets s ON s.user_id = u.id
LEFT JOIN policy_rules r ON r.user_id = u.id
LEFT JOIN exemptions e ON e.user_id = u.id;
