-- Mails to people: entries of the outbox like logouts told to apps, put there by the statement that records what they tell.

ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox
    ADD CHECK (kind IN ('backchannel_logout', 'mail')),
    ADD mail_id uuid UNIQUE, -- also the Message-ID, the same at each try
    ADD topic text,
    ADD hour bigint, -- of a topic that is told once an hour at most, null for all others
    ADD address text, -- as it was when it happened
    ADD sealed_letter bytea,
    ADD CHECK (kind <> 'mail' OR num_nulls(user_id, mail_id, topic) = 0),
    -- What was written to whom is kept no longer than it takes to send it.
    ADD CHECK (kind <> 'mail' OR (done_at IS NULL) = (num_nulls(address, sealed_letter) = 0));
CREATE UNIQUE INDEX outbox_once_an_hour ON outbox (user_id, topic, hour) WHERE hour IS NOT NULL;
