-- «Not you? Secure my account»: a link in each mail about an account, good once and for seven days.

ALTER TABLE outbox
    ADD link_digest bytea UNIQUE CHECK (octet_length(link_digest) = 32),
    ADD link_used_at timestamptz,
    ADD CHECK (link_used_at IS NULL OR link_digest IS NOT NULL);
