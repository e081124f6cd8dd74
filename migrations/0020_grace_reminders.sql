-- Of which end of a grace somebody was reminded last, and how many days before it: no reminder goes out twice.

CREATE TABLE grace_reminders (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    ends_at timestamptz NOT NULL,
    days integer NOT NULL CHECK (days > 0),
    sent_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON grace_reminders TO idp_server;

INSERT INTO jobs (name, due_at) VALUES ('grace_reminders', '2026-11-24 00:00+00');
