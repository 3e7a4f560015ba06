-- 0006_logout.sql - the end of a session: whom it concerns, what ends with it,
-- and who is told (OpenID Connect RP-Initiated, Back-Channel and Front-Channel
-- Logout 1.0).

\set ON_ERROR_STOP on
BEGIN;

-- Which clients know of a session. A client's own session lives on when its
-- tokens have expired and their authorization_grant is forgotten.
CREATE TABLE oauth.session_client (
	sid       text NOT NULL,
	client_id text NOT NULL,
	PRIMARY KEY (sid, client_id)
);
INSERT INTO oauth.session_client (sid, client_id)
SELECT DISTINCT z.sid, z.client_id
  FROM oauth.authorization_grant z
  JOIN oauth.session v ON v.sid = z.sid;

-- The outbox of back-channel logout: a row for each client that is to hear of
-- the end of a session. The program authorize delivers, as long as neither
-- delivered_at nor failed_at says that it is over.
CREATE TABLE oauth.logout_notification (
	notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	client_id       text NOT NULL,
	sub             text NOT NULL,             -- as that client knows the person
	sid             text NOT NULL,
	created_at      timestamptz NOT NULL DEFAULT now(),
	attempts        integer NOT NULL DEFAULT 0,
	-- Put off with each attempt before it begins, so that nobody else makes it.
	next_attempt_at timestamptz NOT NULL DEFAULT now(),
	delivered_at    timestamptz,
	failed_at       timestamptz,
	last_error      text
);
CREATE INDEX ON oauth.logout_notification (next_attempt_at)
	WHERE delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX ON oauth.logout_notification (created_at);

-- For the operator.
CREATE VIEW oauth.logout_notification_state AS
SELECT n.notification_id, n.client_id, c.client_name, n.sub, n.sid,
       n.created_at, n.attempts, n.last_error,
       CASE
       WHEN n.delivered_at IS NOT NULL    THEN 'delivered'
       WHEN n.failed_at IS NOT NULL       THEN 'given up'
       WHEN n.attempts > 0                THEN 'to be tried again'
       ELSE 'waiting'
       END AS state,
       coalesce(n.delivered_at, n.failed_at, n.next_attempt_at) AS at
  FROM oauth.logout_notification n
  LEFT JOIN oauth.client c ON c.client_id = n.client_id;

-- What is granted in a session ends with it where that is what was asked for:
-- openid, and no offline_access.
CREATE FUNCTION oauth.ends_with_session(scope text)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT string_to_array(scope, ' ') @> '{openid}'
	   AND 'offline_access' <> ALL (string_to_array(scope, ' '))
$$;
COMMENT ON FUNCTION oauth.ends_with_session(text) IS
'Does what was granted with this scope end with the session?';

-- A session that ended while the code was on its way: nothing that comes now
-- outlives it. Where it is ending just now this waits for the lock, and is
-- waited for where it comes first. Asked twice, for in between somebody may
-- have signed in again, with the same sid.
CREATE FUNCTION oauth.join_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM oauth.session v WHERE v.sid = NEW.sid FOR KEY SHARE;
	IF NOT FOUND THEN
		PERFORM FROM oauth.session v WHERE v.sid = NEW.sid FOR KEY SHARE;
	END IF;
	IF FOUND THEN
		INSERT INTO oauth.session_client (sid, client_id)
		VALUES (NEW.sid, NEW.client_id)
		    ON CONFLICT DO NOTHING;
	ELSIF oauth.ends_with_session(NEW.scope) THEN
		NEW.revoked_at := now();
		NEW.revoked_why := 'session ended';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION oauth.join_session() IS
'Whose session it is that something is granted in, and whether it goes on.';
CREATE TRIGGER join_session BEFORE INSERT ON oauth.authorization_grant
	FOR EACH ROW WHEN (NEW.sid IS NOT NULL)
	EXECUTE FUNCTION oauth.join_session();

-- However a session ends: by the person, by somebody else who signs in on the
-- same browser, by the operator's functions. One that lapsed before takes
-- nothing along, and neither does one whose sid goes on: the same person has
-- signed in again.
CREATE FUNCTION oauth.end_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM oauth.session v WHERE v.sid = OLD.sid) THEN
		RETURN NULL;
	END IF;
	IF OLD.expires_at > now() AND EXISTS (SELECT FROM oauth.setting s
	    WHERE OLD.last_seen_at + s.session_idle_lifetime > now()) THEN
		UPDATE oauth.authorization_grant z
		   SET revoked_at = now(), revoked_why = 'session ended'
		 WHERE z.sid = OLD.sid
		   AND z.revoked_at IS NULL
		   AND oauth.ends_with_session(z.scope);
		INSERT INTO oauth.logout_notification (client_id, sub, sid)
		SELECT c.client_id, oauth.subject_for(u.sub, c.subject_type,
		       c.sector_identifier, s.pairwise_salt), OLD.sid
		  FROM oauth.session_client k
		  JOIN oauth.client c ON c.client_id = k.client_id
		  JOIN oauth.end_user u ON u.user_id = OLD.user_id
		 CROSS JOIN oauth.setting s
		 WHERE k.sid = OLD.sid
		   AND c.backchannel_logout_uri IS NOT NULL
		   AND c.disabled_at IS NULL
		 ORDER BY c.client_id;
	END IF;
	DELETE FROM oauth.session_client k WHERE k.sid = OLD.sid;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION oauth.end_session() IS
'Revokes what ends with a session, and leaves word for the clients.';
CREATE TRIGGER end_session AFTER DELETE ON oauth.session
	FOR EACH ROW EXECUTE FUNCTION oauth.end_session();

-- Before the row is gone that says who it was.
CREATE FUNCTION oauth.end_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM oauth.session v WHERE v.user_id = OLD.user_id;
	RETURN OLD;
END $$;
COMMENT ON FUNCTION oauth.end_sessions() IS
'The sessions of a user who is deleted end first.';
CREATE TRIGGER end_sessions BEFORE DELETE ON oauth.end_user
	FOR EACH ROW EXECUTE FUNCTION oauth.end_sessions();

INSERT INTO oauth.schema_migration (number) VALUES (6);
COMMIT;
