-- A session that ends because the one that followed it has ended leaves an event of its own, as any other end does.

CREATE OR REPLACE FUNCTION tell_clients_of_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier uuid := NEW.follows;
    ended uuid;
BEGIN
    INSERT INTO outbox (kind, client_id, user_id, sub, session_id, made_at, due_at)
    SELECT DISTINCT 'backchannel_logout', c.client_id, u.id, u.sub, NEW.id, NEW.ended_at, NEW.ended_at
    FROM grants g JOIN clients c ON c.client_id = g.client_id JOIN users u ON u.id = NEW.user_id
    WHERE g.session_id = NEW.id AND c.status = 'active' AND c.metadata ->> 'backchannel_logout_uri' IS NOT NULL;
    -- Those that it follows end as well, walked from here alone: if each ended the next, a long line would exhaust the
    -- stack and none could end. One that is locked is being ended already.
    WHILE earlier IS NOT NULL AND pg_trigger_depth() = 1 LOOP
        UPDATE browser_sessions SET ended_at = NEW.ended_at WHERE id = (
            SELECT id FROM browser_sessions WHERE id = earlier AND ended_at IS NULL FOR UPDATE SKIP LOCKED
        ) RETURNING id, follows INTO ended, earlier;
        INSERT INTO security_events (at, kind, actor_kind, user_id, session_id, details)
        SELECT NEW.ended_at, 'session_ended', 'anonymous', NEW.user_id, ended, '{"reason": "followed"}'
        WHERE ended IS NOT NULL;
    END LOOP;
    RETURN NULL;
END
$$;
