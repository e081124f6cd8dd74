-- What the account portal needs: sign-ins that are for it and not for an app.

ALTER TABLE interactions ALTER client_id DROP NOT NULL, ALTER request DROP NOT NULL;
ALTER TABLE interactions DROP CONSTRAINT interactions_answered_check;
ALTER TABLE interactions
    ADD visit jsonb CHECK (jsonb_typeof(visit) = 'object'),
    ADD CHECK (num_nulls(client_id, request) IN (0, 2)),
    ADD CHECK (num_nonnulls(request, visit) = 1),
    ADD CHECK (answered <@ ARRAY['same_account', 'other_account', 'consent', 'recovery_used', 'codes_saved']);
