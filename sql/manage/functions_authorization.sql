-- functions_authorization.sql - what people granted to clients, and who is
-- signed in: list, revoke, sign out.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_authorization.sql

\set ON_ERROR_STOP on
BEGIN;

-- What was granted by a user (username or sub) or to a client (client_id),
-- newest first. What is revoked or expired stays listed for a day after its
-- last token has expired.
--
--   SELECT * FROM oauth.authorizations_of('alice');
CREATE OR REPLACE FUNCTION oauth.authorizations_of(user_or_client text)
RETURNS TABLE (authorization_id bigint, username text, client_id text,
	client_name text, grant_type text, scope text, granted_at timestamptz,
	expires_at timestamptz, revoked_at timestamptz, revoked_why text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.find_user(user_or_client);
BEGIN
	IF the_user IS NULL AND NOT EXISTS (SELECT FROM oauth.client c
	    WHERE c.client_id = user_or_client) THEN
		PERFORM oauth.refuse(format('neither a user nor a client: "%s"',
			user_or_client), 'give a username, a sub or a client_id', 'P0002');
	END IF;
	RETURN QUERY
	SELECT z.authorization_id, u.username, z.client_id, c.client_name,
	       z.grant_type, z.scope, z.granted_at, z.expires_at,
	       coalesce(z.revoked_at, w.revoked_at),
	       coalesce(z.revoked_why, CASE WHEN w.revoked_at IS NOT NULL
	           THEN 'all tokens of the client were revoked' END)
	  FROM oauth.authorization_grant z
	  JOIN oauth.end_user u ON u.user_id = z.user_id
	  LEFT JOIN oauth.client c ON c.client_id = z.client_id
	  -- By revoke_client_tokens(), which touches no row but the client's.
	  LEFT JOIN LATERAL (SELECT c.tokens_valid_after AS revoked_at
	       WHERE z.granted_at <= c.tokens_valid_after) w ON true
	 WHERE z.user_id = the_user OR z.client_id = user_or_client
	 ORDER BY z.authorization_id DESC;
END $$;
COMMENT ON FUNCTION oauth.authorizations_of(text) IS
'What was granted by a user or to a client.';

-- Revoke one authorization: every token issued under it is dead at once.
--
--   SELECT oauth.revoke_authorization(17);
CREATE OR REPLACE FUNCTION oauth.revoke_authorization(authorization_id bigint)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE oauth.authorization_grant z
	   SET revoked_at = coalesce(z.revoked_at, clock_timestamp()),
	       revoked_why = coalesce(z.revoked_why, 'revoked by an administrator')
	 WHERE z.authorization_id = revoke_authorization.authorization_id;
	IF NOT FOUND THEN
		PERFORM oauth.refuse(format('no such authorization: %s',
			authorization_id),
			'oauth.authorizations_of(user or client) lists them', 'P0002');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.revoke_authorization(bigint) IS
'Revokes one authorization and every token issued under it.';

-- Make codes that are not redeemed worthless: of a user and, unless NULL, a
-- client. There is no index for it, but authorization codes that can be redeemed
-- are in two partitions at most, a day's each; and of device codes that this
-- user has said yes to (RFC 8628) there are those of the last hours.
--
-- Comes before the update of authorization_grant: a redemption that holds the
-- row is waited for, and what it granted is then there to be revoked. The new
-- expires_at lies before any now() that a redemption may have.
--
--   SELECT oauth.forget_codes(oauth.user_id_of('alice'), 'my-client');
CREATE OR REPLACE FUNCTION oauth.forget_codes(user_id bigint, client_id text)
RETURNS void LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
	UPDATE oauth.authorization_code d SET expires_at = d.issued_at
	 WHERE d.slot IN (oauth.authorization_code_slot(now()),
	           oauth.authorization_code_slot(now() + interval '10 minutes'))
	   AND d.user_id = forget_codes.user_id
	   AND (forget_codes.client_id IS NULL
	     OR d.client_id = forget_codes.client_id)
	   AND d.redeemed_at IS NULL
	   AND d.expires_at > now();
	UPDATE oauth.device_code d SET expires_at = d.issued_at
	 WHERE d.user_id = forget_codes.user_id
	   AND (forget_codes.client_id IS NULL
	     OR d.client_id = forget_codes.client_id)
	   AND d.redeemed_at IS NULL
	   AND d.expires_at > now()
$$;
COMMENT ON FUNCTION oauth.forget_codes(bigint, text) IS
'Makes the codes of a user that are not redeemed worthless.';

-- Withdraw what a user granted a client: its tokens and codes are dead, and the
-- person is asked again. Gives how many authorizations were revoked.
--
--   SELECT oauth.revoke_consent('alice', 'my-client');
CREATE OR REPLACE FUNCTION oauth.revoke_consent(username text, client_id text)
RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
	revoked  bigint;
BEGIN
	PERFORM oauth.client_of(client_id);
	DELETE FROM oauth.consent k
	 WHERE k.user_id = the_user
	   AND k.client_id = revoke_consent.client_id;
	PERFORM oauth.forget_codes(the_user, client_id);
	UPDATE oauth.authorization_grant z
	   SET revoked_at = clock_timestamp(), revoked_why = 'consent was withdrawn'
	 WHERE z.user_id = the_user
	   AND z.client_id = revoke_consent.client_id
	   AND z.revoked_at IS NULL;
	GET DIAGNOSTICS revoked = ROW_COUNT;
	RETURN revoked;
END $$;
COMMENT ON FUNCTION oauth.revoke_consent(text, text) IS
'Withdraws what a user granted a client; gives how many authorizations.';

-- Sign a user out everywhere: every session is ended, every authorization
-- revoked, every code worthless. Consents stay: signing in again is enough.
--
--   SELECT * FROM oauth.sign_out_everywhere('alice');
CREATE OR REPLACE FUNCTION oauth.sign_out_everywhere(username text,
	OUT sessions bigint, OUT authorizations bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	DELETE FROM oauth.session v WHERE v.user_id = the_user;
	GET DIAGNOSTICS sessions = ROW_COUNT;
	PERFORM oauth.forget_codes(the_user, NULL);
	-- Those, too, that ended just now with a session.
	UPDATE oauth.authorization_grant z
	   SET revoked_at = clock_timestamp(),
	       revoked_why = 'the user was signed out everywhere'
	 WHERE z.user_id = the_user
	   AND (z.revoked_at IS NULL
	     OR (z.revoked_at = now() AND z.revoked_why = 'session ended'));
	GET DIAGNOSTICS authorizations = ROW_COUNT;
END $$;
COMMENT ON FUNCTION oauth.sign_out_everywhere(text) IS
'Ends a user''s sessions and revokes all authorizations; gives how many.';

-- Where a user is signed in.
--
--   SELECT * FROM oauth.sessions_of('alice');
CREATE OR REPLACE FUNCTION oauth.sessions_of(username text)
RETURNS TABLE (auth_time timestamptz, last_seen_at timestamptz,
	expires_at timestamptz, amr text, acr text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	RETURN QUERY
	SELECT v.auth_time, v.last_seen_at,
	       least(v.expires_at, v.last_seen_at + s.session_idle_lifetime),
	       v.amr, v.acr
	  FROM oauth.session v CROSS JOIN oauth.setting s
	 WHERE v.user_id = the_user
	   AND v.expires_at > now()
	   AND v.last_seen_at + s.session_idle_lifetime > now()
	 ORDER BY v.auth_time DESC;
END $$;
COMMENT ON FUNCTION oauth.sessions_of(text) IS
'Where a user is signed in, and when each session ends if it is left alone.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
