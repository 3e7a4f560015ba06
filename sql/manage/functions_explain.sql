-- functions_explain.sql - why is this token, code or secret refused?
--
-- The verdict is read from the views that the programs themselves use
-- (oauth.access_token_state and its like), so it is theirs. What is asked
-- about is neither stored nor repeated. JWTs: functions_explain_jwt.sql.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_explain.sql

\set ON_ERROR_STOP on
BEGIN;

-- A time, and how far it is from now: "2026-01-31 12:00:00+00, 5 minutes ago".
--
--   SELECT oauth.when_text(now() - interval '5 minutes');
CREATE OR REPLACE FUNCTION oauth.when_text(at timestamptz)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT date_trunc('second', at)::text || ', ' || CASE
	WHEN at > now() THEN 'in ' || amount ELSE amount || ' ago' END
	  FROM (SELECT abs(extract(epoch FROM at - now())) AS s) AS away,
	       LATERAL (SELECT CASE
	       WHEN s < 120   THEN trunc(s) || ' seconds'
	       WHEN s < 7200  THEN trunc(s / 60) || ' minutes'
	       WHEN s < 172800 THEN trunc(s / 3600) || ' hours'
	       ELSE trunc(s / 86400) || ' days' END AS amount) AS units
$$;
COMMENT ON FUNCTION oauth.when_text(timestamptz) IS
'A time, and how far it is from now.';

-- The 32 bytes of a credential that begins with kind, a digit and "_"; NULL for
-- anything that we can not have written (base64url, RFC 4648 section 5, without
-- padding, and with nothing in the bits left over).
--
--   SELECT oauth.credential_bytes('pat0_...');
CREATE OR REPLACE FUNCTION oauth.credential_bytes(credential text)
RETURNS bytea LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN credential ~
		'^p(at|rt|ac|dc|it|rg)[0-9]_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$'
	THEN decode(translate(substr(credential, 6), '-_', '+/') || '=', 'base64')
	END
$$;
COMMENT ON FUNCTION oauth.credential_bytes(text) IS
'The random bytes of a token or code; NULL for what is none of ours.';

-- Why is this not even the shape of a token or code?
--
--   SELECT oauth.explain_shape('pat0_tooshort');
CREATE OR REPLACE FUNCTION oauth.explain_shape(credential text)
RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'not a token or code of this server: ' || CASE
	WHEN credential = '' THEN 'it is empty'
	WHEN credential ~ '^p(at|rt|ac|dc|it|rg)[0-9]_[A-Za-z0-9_-]*$'
	     AND length(credential) <> 48
		THEN format('it has %s characters, ours have 48: it was cut or joined '
			'to something', length(credential))
	WHEN credential ~ '^p(at|rt|ac|dc|it|rg)[0-9]_[A-Za-z0-9_-]{43}$'
		THEN 'its last character was changed'
	WHEN credential ~ '^p(at|rt|ac|dc|it|rg)[0-9]_'
		THEN 'it has a character in it that ours never have'
	WHEN credential ~ '^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$'
		THEN 'it is a JWT, and not as our access tokens are (RFC 9068)'
	WHEN credential ~ '^[A-Za-z0-9_-]{43}$'
		THEN 'it may be a cookie of ours, or what follows the "_" of a token'
	ELSE 'ours begin with pat (access token), prt (refresh token), pac '
		'(authorization code), pdc (device code), pit (initial access token) '
		'or prg (registration access token), a digit and "_"' END
$$;
COMMENT ON FUNCTION oauth.explain_shape(text) IS
'Says why a text is not the shape of a token or code.';

-- What a client secret is worth.
--
--   SELECT oauth.explain_client_secret('pcs_...');
CREATE OR REPLACE FUNCTION oauth.explain_client_secret(client_secret text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client;
BEGIN
	SELECT c.* INTO client FROM oauth.client c WHERE c.client_secret_verifier
	     = oauth.client_secret_verifier(explain_client_secret.client_secret);
	RETURN 'client secret ' || CASE
	WHEN NOT FOUND THEN 'of no client: it was changed or cut, or rotated since, '
		'or its client was deleted' || CASE WHEN EXISTS (SELECT FROM oauth.client c
		WHERE c.token_endpoint_auth_method = 'client_secret_jwt') THEN '; or it is '
		'for client_secret_jwt: whose those are, no SQL can tell' ELSE '' END
	ELSE format('of client %s: ', client.client_id) || CASE
		WHEN client.disabled_at IS NOT NULL THEN format(
			'refused: the client was disabled %s',
			oauth.when_text(client.disabled_at))
		WHEN client.client_secret_expires_at <= now() THEN format(
			'refused: it expired %s',
			oauth.when_text(client.client_secret_expires_at))
		ELSE format('good for %s', client.token_endpoint_auth_method)
		END END;
END $$;
COMMENT ON FUNCTION oauth.explain_client_secret(text) IS
'Says which client a generated secret belongs to and whether it is good.';

-- What a token is worth with which clients register themselves (RFC 7591), or
-- manage that (RFC 7592); NULL: it is not known.
--
--   SELECT oauth.explain_registration_token('pit', sha256('\x00'));
CREATE OR REPLACE FUNCTION oauth.explain_registration_token(kind text, hash bytea)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('initial access token, expires %s: %s',
	       oauth.when_text(t.expires_at), CASE
	       WHEN s.registration = 'off'   THEN 'refused: registration is off'
	       WHEN t.uses_left = 0          THEN 'refused: it is used up'
	       WHEN t.expires_at <= now()    THEN 'refused: it has expired'
	       ELSE format('good for %s more', t.uses_left) END)
	  FROM oauth.initial_access_token t CROSS JOIN oauth.setting s
	 WHERE kind = 'pit' AND t.token_hash = hash
	 UNION ALL
	SELECT format('registration access token of client %s: %s', c.client_id, CASE
	       WHEN s.registration = 'off'   THEN 'refused: registration is off'
	       WHEN c.disabled_at IS NOT NULL
	       THEN 'refused: the client was disabled ' || oauth.when_text(c.disabled_at)
	       ELSE 'good' END)
	  FROM oauth.client c CROSS JOIN oauth.setting s
	 WHERE kind = 'prg' AND c.registration_access_token_hash = hash
$$;
COMMENT ON FUNCTION oauth.explain_registration_token(text, bytea) IS
'Says what a token for registering clients is worth; NULL: it is not known.';

-- Everything there is to know of a token or code, wherever its row is: the
-- views' verdict, and the times that explain it.
--
--   SELECT * FROM oauth.credential_facts('pat', sha256('\x00'));
CREATE OR REPLACE FUNCTION oauth.credential_facts(kind text, hash bytea)
RETURNS TABLE (slot smallint, client_id text, user_id bigint,
	username text, scope text,
	issued_at timestamptz, expires_at timestamptz, used_at timestamptz,
	revoked_at timestamptz, authorization_id bigint, state text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
	SELECT v.slot, v.client_id, v.user_id, u.username, v.scope, v.issued_at,
	       v.expires_at, NULL::timestamptz, t.revoked_at, v.authorization_id,
	       v.state
	  FROM oauth.access_token_state v
	  JOIN oauth.access_token t USING (token_hash, slot)
	  LEFT JOIN oauth.end_user u ON u.user_id = v.user_id
	 WHERE kind = 'pat' AND v.token_hash = hash
	 UNION ALL
	SELECT v.slot, v.client_id, v.user_id, u.username, v.scope, v.issued_at,
	       v.expires_at, v.rotated_at, NULL, v.authorization_id, v.state
	  FROM oauth.refresh_token_state v
	  LEFT JOIN oauth.end_user u ON u.user_id = v.user_id
	 WHERE kind = 'prt' AND v.token_hash = hash
	 UNION ALL
	-- The one thing that is asked only when it is spent (code_redeem.sql).
	SELECT v.slot, v.client_id, v.user_id, u.username, v.scope, v.issued_at,
	       v.expires_at, v.redeemed_at, NULL, v.authorization_id,
	       CASE WHEN v.state = 'live' AND v.sid IS NOT NULL
	           AND oauth.ends_with_session(v.scope)
	           AND NOT EXISTS (SELECT FROM oauth.session s WHERE s.sid = v.sid)
	       THEN 'session has ended' ELSE v.state END
	  FROM oauth.authorization_code_state v
	  LEFT JOIN oauth.end_user u ON u.user_id = v.user_id
	 WHERE kind = 'pac' AND v.code_hash = hash
	 UNION ALL
	SELECT 0, client_id, user_id, username, scope, issued_at, expires_at,
	       redeemed_at, NULL, authorization_id, state
	  FROM oauth.device_code_state
	 WHERE kind = 'pdc' AND device_code_hash = hash
$$;
COMMENT ON FUNCTION oauth.credential_facts(text, bytea) IS
'What is known of a token or code with this hash.';

-- A state of the views as the end of a sentence; fact is a row of
-- credential_facts().
--
--   SELECT oauth.state_text('pat', f)
--     FROM oauth.credential_facts('pat', '\x00') f;
CREATE OR REPLACE FUNCTION oauth.state_text(kind text, fact record)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client  oauth.client;
	granted oauth.authorization_grant;
BEGIN
	SELECT c.* INTO client FROM oauth.client c
	 WHERE c.client_id = fact.client_id;
	SELECT z.* INTO granted FROM oauth.authorization_grant z
	 WHERE z.authorization_id = fact.authorization_id;
	RETURN CASE fact.state
	WHEN 'live' THEN 'good'
	WHEN 'pending' THEN 'good, but nobody has decided yet'
	WHEN 'rotated' THEN format('good, but used up: a successor was given for it '
		'%s; asked again within refresh_retry_window, the same successor is '
		'given again', oauth.when_text(fact.used_at))
	ELSE 'refused: ' || CASE fact.state
	WHEN 'expired' THEN format('it expired %s', oauth.when_text(fact.expires_at))
	WHEN 'revoked' THEN format('it was revoked %s',
		oauth.when_text(fact.revoked_at))
	WHEN 'used' THEN format('it was used %s', oauth.when_text(fact.used_at))
		|| CASE kind WHEN 'prt' THEN ', and the time for a retry is over; '
			'using it again revokes the authorization'
		ELSE ', and a code is good for one use' END
	WHEN 'client is disabled' THEN format('the client was disabled %s',
		oauth.when_text(client.disabled_at))
	WHEN 'all tokens of the client were revoked' THEN format(
		'all tokens of the client were revoked %s',
		oauth.when_text(client.tokens_valid_after))
	WHEN 'authorization was revoked' THEN format(
		'its authorization was revoked %s: %s',
		oauth.when_text(granted.revoked_at),
		coalesce(granted.revoked_why, 'nobody said why'))
	WHEN 'given too many wrong code_verifiers'
		THEN 'it was sent with too many wrong code_verifiers (RFC 7636)'
	WHEN 'denied' THEN 'the person said no'
	ELSE 'the ' || fact.state END END
	|| CASE WHEN kind = 'pac' AND fact.state = 'used' AND granted.revoked_at
		IS NOT NULL THEN format('; what it bought was revoked %s: %s',
		oauth.when_text(granted.revoked_at), granted.revoked_why) ELSE '' END;
END $$;
COMMENT ON FUNCTION oauth.state_text(text, record) IS
'The state of a token or code in words.';

-- A token or code in a sentence; fact is a row of credential_facts(), or of
-- jwt_facts().
--
--   SELECT oauth.fact_text('access token', 'pat', f, 'good')
--     FROM oauth.credential_facts('pat', '\x00') f;
CREATE OR REPLACE FUNCTION oauth.fact_text(noun text, kind text, fact record,
	verdict text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN format('%s of client %s %s, scope "%s"%s, issued %s, expires %s: %s',
		noun, fact.client_id, CASE
		WHEN fact.user_id IS NULL AND kind = 'pdc' THEN 'for whoever decides'
		WHEN fact.user_id IS NULL AND fact.authorization_id IS NULL
			THEN 'for itself'
		ELSE 'for user ' || coalesce(fact.username, 'that is gone') END, fact.scope,
		', authorization ' || fact.authorization_id,
		oauth.when_text(fact.issued_at), oauth.when_text(fact.expires_at),
		verdict);
END $$;
COMMENT ON FUNCTION oauth.fact_text(text, text, record, text) IS
'A token or code in a sentence.';

-- Say why a token or code is refused, or that it is good; of a client secret
-- that we made, whose it is. White space around it and a leading "Bearer" do
-- no harm here, though a program would refuse them.
--
-- Statements may be logged (log_statement), and this one holds the token: on a
-- machine where others read the logs, ask about what is dead already, or turn
-- logging off for the session.
--
--   SELECT oauth.explain('pat0_...');
CREATE OR REPLACE FUNCTION oauth.explain(token_or_code text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	asked  text := regexp_replace(coalesce(token_or_code, ''),
		'^\s*(Bearer\s+)?|\s+$', '', 'gi');
	kind   text := left(asked, 3);
	noun   text := CASE kind WHEN 'pat' THEN 'access token'
		WHEN 'prt' THEN 'refresh token' WHEN 'pdc' THEN 'device code'
		WHEN 'pit' THEN 'initial access token'
		WHEN 'prg' THEN 'registration access token'
		ELSE 'authorization code' END;
	bytes  bytea := oauth.credential_bytes(asked);
	fact   record;
	verdict text;
BEGIN
	IF asked ~ '^pcs_' THEN
		RETURN oauth.explain_client_secret(asked);
	ELSIF asked ~ '^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$' THEN
		RETURN coalesce(oauth.explain_jwt(asked), oauth.explain_shape(asked));
	ELSIF bytes IS NULL THEN
		RETURN oauth.explain_shape(asked);
	END IF;
	verdict := oauth.explain_registration_token(kind, sha256(bytes));
	IF verdict IS NOT NULL THEN
		RETURN CASE WHEN substr(asked, 4, 1) <> '0' THEN format('refused: the '
			'digit after "%s" was changed from 0 to %s; otherwise: ',
			kind, substr(asked, 4, 1)) ELSE '' END || verdict;
	END IF;
	SELECT * INTO fact FROM oauth.credential_facts(kind, sha256(bytes));
	IF NOT FOUND THEN
		RETURN format('%s that is not known here: refused: it was changed, it '
			'is another server''s, or it expired so long ago that it has been '
			'forgotten', noun);
	END IF;
	verdict := oauth.state_text(kind, fact);
	IF substr(asked, 4, 1) <> fact.slot::text THEN
		verdict := format('refused: the digit after "%s" was changed from %s to '
			'%s; otherwise it would be %s', kind, fact.slot,
			substr(asked, 4, 1), verdict);
	END IF;
	RETURN oauth.fact_text(noun, kind, fact, verdict);
END $$;
COMMENT ON FUNCTION oauth.explain(text) IS
'Says why a token, code or client secret is refused, or that it is good.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
COMMIT;
