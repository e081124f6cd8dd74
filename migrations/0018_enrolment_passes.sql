-- A pass lets one factor in. Whoever lost every way in reads a number out, by which the help desk finds what happened.

CREATE OR REPLACE FUNCTION factor_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET had_factor = true, enrolment_pass_demanded = false
    WHERE id = NEW.user_id AND (enrolment_pass_demanded OR NOT had_factor);
    DELETE FROM enrolment_passes WHERE user_id = NEW.user_id;
    -- Shown in another sign-in, it has let its factor in all the same.
    UPDATE interactions SET answered = array_remove(answered, 'pass_shown')
    WHERE user_id = NEW.user_id AND 'pass_shown' = ANY (answered);
    RETURN NULL;
END
$$;

CREATE UNIQUE INDEX enrolment_passes_by_digest ON enrolment_passes (digest);
CREATE INDEX security_events_by_reference ON security_events ((details ->> 'reference')) WHERE kind = 'help_wanted';
