-- roles.sql - what each program may do, and nothing else.
--
-- psql -f sql/roles.sql, as the schema's owner; run it again after each
-- migration. What a program can not do is readable with \dp oauth.*, and what
-- it can in tests/sql/roles.matrix.
-- Passwords, or peer authentication, are the operator's to set up: the roles
-- are made without a password.

\set ON_ERROR_STOP on
BEGIN;

DO $$
DECLARE program text;
BEGIN
	FOREACH program IN ARRAY '{authorize,token,resource,metadata}'::text[] LOOP
		BEGIN
			EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT',
				'postern_' || program);
		EXCEPTION WHEN duplicate_object OR unique_violation THEN
			NULL;	-- roles belong to the whole cluster
		END;
	END LOOP;
END $$;

-- What the programs ask of each connection (src/db/db.c), once more: pgbouncer
-- does not pass it on (its ignore_startup_parameters).
DO $$
DECLARE
	program text;
	setting text;
BEGIN
	FOREACH program IN ARRAY '{authorize,token,resource,metadata}'::text[] LOOP
		FOREACH setting IN ARRAY ARRAY['search_path = pg_catalog',
			'standard_conforming_strings = on', 'bytea_output = hex',
			'default_transaction_isolation = ''read committed''',
			'statement_timeout = 4000', 'lock_timeout = 2000',
			'client_min_messages = warning',
			'plan_cache_mode = force_generic_plan', 'enable_seqscan = off',
			'enable_hashjoin = off', 'enable_mergejoin = off',
			'enable_bitmapscan = off', 'enable_sort = off',
			'enable_material = off', 'jit = off']
		LOOP
			EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %s',
				'postern_' || program, current_database(), setting);
		END LOOP;
	END LOOP;
END $$;

-- What PostgreSQL lets everybody do in a new database, and no program does.
DO $$
BEGIN
	EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC',
		current_database());
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'temporary tables are the database owner''s to forbid: '
		'REVOKE TEMPORARY ON DATABASE % FROM PUBLIC', current_database();
END $$;

-- What an earlier version gave, and nobody needs any more. Not of the tables of
-- the password grant: sql/manage/allow_password_grant.sql gives and
-- forbid_password_grant.sql takes away.
DO $$
DECLARE rel regclass;
BEGIN
	FOR rel IN
		SELECT oid FROM pg_class
		 WHERE relnamespace = 'oauth'::regnamespace
		   AND relkind IN ('r', 'p', 'v')
		   AND relname NOT IN ('end_user', 'setting', 'sign_in_throttle')
	LOOP
		EXECUTE format('REVOKE ALL ON %s FROM postern_authorize, '
			'postern_token, postern_resource, postern_metadata', rel);
	END LOOP;
END $$;

GRANT USAGE ON SCHEMA oauth
   TO postern_authorize, postern_token, postern_resource, postern_metadata;

-- metadata: what is public.
GRANT SELECT (issuer, require_pushed_authorization_requests,
      require_signed_request_object, registration)
   ON oauth.setting TO postern_metadata;
GRANT SELECT (name) ON oauth.scope TO postern_metadata;
GRANT SELECT (number) ON oauth.schema_migration TO postern_metadata;

-- authorize: the browser's side. Clients' secrets are none of its business.
GRANT SELECT (issuer, authorization_code_lifetime, access_token_lifetime,
      id_token_lifetime, pairwise_salt, session_lifetime, session_idle_lifetime, account_burst,
      account_interval, address_burst, address_interval)
   ON oauth.setting TO postern_authorize;
GRANT SELECT ON oauth.scope TO postern_authorize;
GRANT SELECT (client_id, disabled_at, token_endpoint_auth_method,
      redirect_uris, grant_types, response_types, scope, require_pkce,
      access_token_lifetime, client_name, client_uri, logo_uri, tos_uri,
      policy_uri, access_token_format, access_token_audience, subject_type,
      sector_identifier) ON oauth.client TO postern_authorize;
GRANT SELECT (user_id, sub, username, username_key, password_hash, claims,
      disabled_at)
   ON oauth.end_user TO postern_authorize;
GRANT INSERT (username, password_hash, claims)
   ON oauth.end_user TO postern_authorize;
GRANT SELECT (account_creation) ON oauth.setting TO postern_authorize;
GRANT SELECT, INSERT (session_hash, user_id, acr, expires_at, sid),
      UPDATE (last_seen_at), DELETE ON oauth.session TO postern_authorize;
GRANT SELECT, INSERT, UPDATE (arrival)
   ON oauth.sign_in_throttle TO postern_authorize;
GRANT SELECT (user_id, client_id, scope), INSERT (user_id, client_id, scope),
      UPDATE (scope, granted_at) ON oauth.consent TO postern_authorize;
GRANT SELECT (slot), INSERT (slot, code_hash, client_id, user_id, redirect_uri,
      redirect_uri_given, scope, nonce, auth_time, acr, amr, code_challenge,
      code_challenge_method, sid, claims, expires_at)
   ON oauth.authorization_code TO postern_authorize;
GRANT SELECT (authorization_id, user_id, expires_at),
      INSERT (user_id, client_id, grant_type, scope, sid, auth_time, acr, amr,
      claims, expires_at)
   ON oauth.authorization_grant TO postern_authorize;
GRANT SELECT (slot), INSERT (slot, token_hash, client_id, user_id,
      authorization_id, scope, expires_at)
   ON oauth.access_token TO postern_authorize;

GRANT SELECT (user_code_hash, client_id, scope, decision, user_id),
      UPDATE (decision, decided_at, user_id, auth_time, acr, amr)
   ON oauth.device_code TO postern_authorize;
GRANT SELECT (user_code_hash, client_id, scope, asked_from, issued_at, state)
   ON oauth.device_code_state TO postern_authorize;

-- authorize: sign-out, and word of it to the clients.
GRANT SELECT (post_logout_redirect_uris, backchannel_logout_uri,
      frontchannel_logout_uri) ON oauth.client TO postern_authorize;
GRANT SELECT (sid, client_id), INSERT (sid, client_id)
   ON oauth.session_client TO postern_authorize;
GRANT SELECT (notification_id, client_id, sub, sid, attempts, next_attempt_at,
      delivered_at, failed_at),
      UPDATE (attempts, next_attempt_at, delivered_at, failed_at, last_error)
   ON oauth.logout_notification TO postern_authorize;
GRANT SELECT (outgoing_networks, outgoing_ca_file)
   ON oauth.setting TO postern_authorize;

-- token: the clients' back channel. It never sees a password hash.
GRANT SELECT (access_token_lifetime, refresh_token_lifetime,
      refresh_retry_window, issuer, device_code_lifetime)
   ON oauth.setting TO postern_token;
GRANT SELECT ON oauth.scope TO postern_token;
GRANT SELECT (client_id, client_secret_verifier, client_secret_expires_at,
      disabled_at, tokens_valid_after, token_endpoint_auth_method,
      grant_types, scope, rotate_refresh_tokens, access_token_lifetime,
      refresh_token_lifetime) ON oauth.client TO postern_token;
GRANT SELECT (user_id, sub, disabled_at) ON oauth.end_user TO postern_token;
GRANT SELECT (user_id, client_id, scope) ON oauth.consent TO postern_token;
GRANT SELECT (slot, code_hash, client_id, user_id, scope, auth_time, acr, amr,
      issued_at, expires_at, redeemed_at, authorization_id, failures, sid,
      claims), UPDATE (redeemed_at, authorization_id, failures)
   ON oauth.authorization_code TO postern_token;
DO $$
DECLARE part regclass;
BEGIN
	FOR part IN SELECT i.inhrelid::regclass FROM pg_catalog.pg_inherits i
		WHERE i.inhparent = 'oauth.authorization_code'::regclass
	LOOP
		EXECUTE format('GRANT SELECT, UPDATE (redeemed_at, authorization_id)'
			' ON %s TO postern_token', part);
	END LOOP;
END $$;
GRANT SELECT (authorization_id, user_id, expires_at, revoked_at),
      INSERT (authorization_id, user_id, client_id, grant_type, scope,
      expires_at, sid, auth_time, acr, amr, claims),
      UPDATE (expires_at, revoked_at, revoked_why)
   ON oauth.authorization_grant TO postern_token;
GRANT SELECT (slot, token_hash, client_id, scope, issued_at, expires_at,
      revoked_at), INSERT (slot, token_hash, client_id, user_id,
      authorization_id, scope, expires_at), UPDATE (revoked_at)
   ON oauth.access_token TO postern_token;
GRANT SELECT (slot, token_hash, salt, client_id, user_id, authorization_id, scope,
      issued_at, expires_at, rotated_at, successor_slot),
      INSERT (slot, token_hash, salt, client_id, user_id, authorization_id,
      scope, issued_at, expires_at), UPDATE (rotated_at, successor_slot,
      salt)
   ON oauth.refresh_token TO postern_token;
-- The partitions themselves, for statements that name theirs.
DO $$
DECLARE part regclass;
BEGIN
	FOR part IN SELECT i.inhrelid::regclass FROM pg_catalog.pg_inherits i
		WHERE i.inhparent = 'oauth.refresh_token'::regclass
	LOOP
		EXECUTE format('GRANT SELECT, UPDATE (rotated_at, successor_slot, salt)'
			' ON %s TO postern_token', part);
	END LOOP;
END $$;
GRANT SELECT (device_code_hash, client_id, scope, issued_at, expires_at,
      poll_interval, last_polled_at, decision, user_id, auth_time, acr, amr,
      redeemed_at, authorization_id),
      INSERT (device_code_hash, user_code_hash, client_id, scope, asked_from,
      expires_at),
      UPDATE (poll_interval, last_polled_at, redeemed_at, authorization_id)
   ON oauth.device_code TO postern_token;
GRANT SELECT (slot, token_hash, client_id, sub, username, scope, audience,
      issued_at, expires_at, state)
   ON oauth.access_token_state TO postern_token;
GRANT SELECT (slot, token_hash, client_id, user_id, sub, username,
      authorization_id, scope, audience, issued_at, expires_at, state, sid,
      auth_time, acr, amr, requested_claims, claims, more_claims, user_sub)
   ON oauth.refresh_token_state TO postern_token;
GRANT SELECT (slot, code_hash, client_id, redirect_uri, redirect_uri_given,
      scope, nonce, auth_time, acr, amr, code_challenge, state, sid,
      requested_claims, sub, claims, more_claims)
   ON oauth.authorization_code_state TO postern_token;
GRANT SELECT (device_code_hash, client_id, scope, auth_time, acr, amr, state,
      sub, claims, more_claims) ON oauth.device_code_state TO postern_token;
GRANT SELECT (sid) ON oauth.session TO postern_token;
GRANT USAGE ON SEQUENCE oauth.authorization_id
   TO postern_token, postern_authorize;

-- token: assertions (RFC 7523).
GRANT SELECT (jwks, jwks_uri, client_secret_sealed,
      token_endpoint_auth_signing_alg, client_metadata),
      UPDATE (client_secret_sealed) ON oauth.client TO postern_token;
GRANT SELECT (outgoing_networks, outgoing_ca_file)
   ON oauth.setting TO postern_token;
GRANT INSERT ON oauth.used_jti TO postern_token;
GRANT SELECT (uri, asked_at, body, fetched_at, fresh_until, failed_at),
      INSERT (uri, asked_at),
      UPDATE (asked_at, body, fetched_at, fresh_until, failed_at)
   ON oauth.fetched_document TO postern_token;
GRANT SELECT ON oauth.fetched_document_state TO postern_token;
GRANT SELECT (iss, jwks, jwks_uri, alg, without_consent)
   ON oauth.trusted_issuer TO postern_token;

-- authorize: what the rules of OpenID Connect read of a client.
GRANT SELECT (require_pushed_authorization_requests,
      require_signed_request_object) ON oauth.setting TO postern_authorize;
GRANT SELECT (default_max_age, require_pushed_authorization_requests,
      require_signed_request_object, request_uris, request_object_signing_alg,
      jwks, jwks_uri) ON oauth.client TO postern_authorize;
GRANT SELECT (uri, asked_at, body, fetched_at, fresh_until, failed_at),
      INSERT (uri, asked_at),
      UPDATE (asked_at, body, fetched_at, fresh_until, failed_at)
   ON oauth.fetched_document TO postern_authorize;
GRANT SELECT ON oauth.fetched_document_state TO postern_authorize;

-- Authorization requests that are kept: pushed by token, or brought signed to
-- authorize, which uses them up.
GRANT SELECT (pushed_request_lifetime)
   ON oauth.setting TO postern_authorize, postern_token;
GRANT SELECT (created_at, expires_at), INSERT (request_hash, client_id,
      parameters, is_pushed, is_signed, started_at, expires_at)
   ON oauth.pushed_request TO postern_authorize, postern_token;
GRANT SELECT (request_hash, client_id, parameters, is_pushed, is_signed,
      started_at, used_at), UPDATE (started_at, expires_at, used_at)
   ON oauth.pushed_request TO postern_authorize;
GRANT SELECT (redirect_uris, response_types, require_pkce, client_name,
      client_uri, logo_uri, tos_uri, policy_uri, default_max_age,
      require_pushed_authorization_requests, require_signed_request_object,
      request_uris, request_object_signing_alg)
   ON oauth.client TO postern_token;
GRANT SELECT (require_pushed_authorization_requests,
      require_signed_request_object) ON oauth.setting TO postern_token;

-- Keys: made by whoever first finds that one is due.
GRANT SELECT (kid, alg, generation, public_jwk, sign_from, withdrawn_at),
      INSERT (kid, alg, generation, public_jwk, private_jwk, sign_from)
   ON oauth.signing_key TO postern_authorize, postern_token;
GRANT SELECT (public_jwk) ON oauth.signing_key TO postern_authorize;
GRANT SELECT (key_lifetime, key_published_before)
   ON oauth.setting TO postern_authorize, postern_token;
GRANT SELECT ON oauth.client_signing_key
   TO postern_authorize, postern_token, postern_resource;
GRANT SELECT (kid, alg, generation, public_jwk)
   ON oauth.signing_key TO postern_metadata;
GRANT SELECT (kid, state)
   ON oauth.signing_key_timetable TO postern_metadata, postern_token;
GRANT SELECT (alg, generation, sign_from, sign_until)
   ON oauth.signing_key_timetable TO postern_token;

-- token, resource: access tokens that carry themselves (RFC 9068), and ID
-- tokens. Of a person, token reads what an ID token says.
GRANT SELECT (id_token_lifetime, pairwise_salt)
   ON oauth.setting TO postern_token;
GRANT SELECT (access_token_format, access_token_audience, audience,
      subject_type, sector_identifier) ON oauth.client TO postern_token;
GRANT SELECT (claims) ON oauth.end_user TO postern_token;
GRANT SELECT (kid, alg, public_jwk, withdrawn_at)
   ON oauth.signing_key TO postern_token, postern_resource;
GRANT SELECT ON oauth.authorization_grant_state
   TO postern_token, postern_resource;
GRANT SELECT (client_id, disabled_at, tokens_valid_after, audience,
      subject_type) ON oauth.client TO postern_resource;
GRANT SELECT (userinfo_signed_response_alg)
   ON oauth.client TO postern_resource, postern_token;
GRANT SELECT (jti_hash) ON oauth.revoked_access_token TO postern_resource;
GRANT SELECT (jti_hash), INSERT (jti_hash, expires_at)
   ON oauth.revoked_access_token TO postern_token;

GRANT SELECT ON oauth.jwt_client TO postern_token;

-- token: whom to ask about a registration; the rest is the functions' to do.
GRANT SELECT (registration) ON oauth.setting TO postern_token;
GRANT SELECT (token_hash, uses_left, expires_at)
   ON oauth.initial_access_token TO postern_token;
GRANT SELECT (iss, alg, jwks) ON oauth.software_publisher TO postern_token;

-- resource: reads live tokens, writes nothing.
GRANT SELECT (issuer) ON oauth.setting TO postern_resource;
GRANT SELECT (slot, token_hash, client_id, sub, username, scope, state,
      requested_claims, claims, more_claims)
   ON oauth.access_token_state TO postern_resource;

-- The functions that the statements call; everything in sql/manage is the
-- operator's.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oauth.access_token_slot(timestamptz)
   TO postern_authorize, postern_token;
GRANT EXECUTE ON FUNCTION oauth.refresh_token_slot(timestamptz),
      oauth.default_scope(text) TO postern_token;
GRANT EXECUTE ON FUNCTION oauth.narrowed_scope(text, text)
   TO postern_token, postern_resource;
GRANT EXECUTE ON FUNCTION oauth.authorization_code_slot(timestamptz)
   TO postern_authorize;
GRANT EXECUTE ON FUNCTION oauth.subject_for(text, text, text, bytea),
      oauth.claims_for(text, text, text, text)
   TO postern_authorize, postern_token, postern_resource;
GRANT EXECUTE ON FUNCTION oauth.account_key(text),
      oauth.scope_union(text, text) TO postern_authorize;
DO $$
BEGIN
	IF to_regprocedure('oauth.maintain()') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION oauth.maintain() TO postern_token;
	END IF;
	IF to_regproc('oauth.hold_password') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION oauth.hold_password(bigint, text)
		   TO postern_authorize, postern_token;
	END IF;
	IF to_regproc('oauth.dynamic_register') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION
			oauth.dynamic_register(text, text, text, text, text, bytea, bytea,
				text),
			oauth.dynamic_read(text, bytea),
			oauth.dynamic_replace(text, text, text, text, text, bytea, text),
			oauth.dynamic_delete(text, bytea, text),
			oauth.may_register(text) TO postern_token;
	END IF;
END $$;

COMMIT;
