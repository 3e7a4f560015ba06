-- functions_user.sql - people: create, disable, delete; passwords and claims.
--
-- Whoever is meant is given by username, in whatever case, or by sub. Claims
-- have the names of OpenID Connect Core section 5.1.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/functions_user.sql

\set ON_ERROR_STOP on
BEGIN;

-- Whose username or sub is this? NULL: nobody's.
--
--   SELECT oauth.find_user('alice');
CREATE OR REPLACE FUNCTION oauth.find_user(username text)
RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	found bigint[];
BEGIN
	SELECT array_agg(u.user_id) INTO found FROM oauth.end_user u
	 WHERE u.username_key = lower(normalize(find_user.username, NFKC))
	    OR u.sub = find_user.username;
	IF cardinality(found) > 1 THEN
		PERFORM oauth.refuse(format('"%s" is the username of one user and the '
			'sub of another', username), 'give the other name of the one you '
			'mean: SELECT username, sub FROM oauth.end_user', '21000');
	END IF;
	RETURN found[1];
END $$;
COMMENT ON FUNCTION oauth.find_user(text) IS
'The user_id of whoever has this username or sub; NULL where nobody has.';

-- The same, or an error.
--
--   SELECT oauth.user_id_of('alice');
CREATE OR REPLACE FUNCTION oauth.user_id_of(username text)
RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.find_user(username);
BEGIN
	IF the_user IS NULL THEN
		PERFORM oauth.refuse(format('no such user: "%s"', username),
			'SELECT username, sub FROM oauth.end_user lists them', 'P0002');
	END IF;
	RETURN the_user;
END $$;
COMMENT ON FUNCTION oauth.user_id_of(text) IS
'The user_id of whoever has this username or sub; an error where nobody has.';

-- The subject that a client knows a user by: their sub, or for a client whose
-- subject_type is pairwise one of its own (OpenID Connect Core section 8.1).
--
--   SELECT oauth.subject_of('alice', 'my-client');
CREATE OR REPLACE FUNCTION oauth.subject_of(username text, client_id text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client oauth.client := oauth.client_of(client_id);
	the_user bigint := oauth.user_id_of(username);
BEGIN
	RETURN (SELECT oauth.subject_for(u.sub, client.subject_type,
	               client.sector_identifier, s.pairwise_salt)
	          FROM oauth.end_user u CROSS JOIN oauth.setting s
	         WHERE u.user_id = the_user);
END $$;
COMMENT ON FUNCTION oauth.subject_of(text, text) IS
'The subject that a client knows a user by.';

-- Refuse claims that are not what OpenID Connect Core section 5.1 says. Others
-- than those named there are kept as they are.
--
--   SELECT oauth.check_claims('{"email": "alice@example.org"}');
CREATE OR REPLACE FUNCTION oauth.check_claims(claims jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	wrong record;
BEGIN
	IF claims IS NULL OR jsonb_typeof(claims) <> 'object' THEN
		PERFORM oauth.refuse('claims must be a JSON object',
			'such as {"name": "Alice Adams", "email": "alice@example.org"}');
	ELSIF octet_length(claims::text) > 65536 THEN
		PERFORM oauth.refuse('claims are longer than 64 KiB',
			'leave out what is not needed');
	END IF;
	SELECT c.name, c.kind INTO wrong FROM (VALUES
		('sub', 'string'), ('name', 'string'), ('given_name', 'string'),
		('family_name', 'string'), ('middle_name', 'string'),
		('nickname', 'string'), ('preferred_username', 'string'),
		('profile', 'string'), ('picture', 'string'), ('website', 'string'),
		('email', 'string'), ('email_verified', 'boolean'),
		('gender', 'string'), ('birthdate', 'string'), ('zoneinfo', 'string'),
		('locale', 'string'), ('phone_number', 'string'),
		('phone_number_verified', 'boolean'), ('address', 'object'),
		('updated_at', 'number')) AS c (name, kind)
	 WHERE claims ? c.name AND NOT oauth.is_kind(claims -> c.name, c.kind)
	 LIMIT 1;
	IF FOUND THEN
		PERFORM oauth.refuse(format('claim "%s" must be a %s', wrong.name,
			wrong.kind), 'OpenID Connect Core section 5.1 says what each is');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_claims(jsonb) IS
'Raises an error where a claim has the wrong type.';

-- Refuse a username or a sub that a new user can not have. Controls and white
-- space are Unicode's, whatever the locale has for them: a no-break space at the
-- end is none to glibc, and becomes a plain one in username_key. The rule is in
-- src/endpoint/create_account.c, too.
--
--   SELECT oauth.check_new_user('alice', NULL);
CREATE OR REPLACE FUNCTION oauth.check_new_user(username text, sub text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	space text := '[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]';
BEGIN
	IF coalesce(length(username), 0) NOT BETWEEN 1 AND 255
	   OR username ~ '[[:cntrl:]\u0080-\u009F\u2028\u2029]'
	   OR username ~ format('^%1$s|%1$s$', space) THEN
		PERFORM oauth.refuse('username must be 1 to 255 characters, without '
			'control characters and without white space at its ends',
			'people type it to sign in; an e-mail address does well');
	ELSIF oauth.find_user(username) IS NOT NULL THEN
		PERFORM oauth.refuse(format('there is a user "%s" already', username),
			'oauth.set_password() and oauth.set_claims() change one; case '
			'does not tell usernames apart', '23505');
	ELSIF sub IS NULL THEN
		RETURN;
	ELSIF sub !~ '^[\x21-\x7E]{1,255}$' THEN
		PERFORM oauth.refuse('sub must be 1 to 255 printable ASCII characters '
			'without spaces', 'leave it out, and one is made');
	ELSIF oauth.find_user(sub) IS NOT NULL THEN
		PERFORM oauth.refuse(format('sub "%s" is another user''s', sub),
			'leave it out, and one is made', '23505');
	ELSIF EXISTS (SELECT FROM oauth.client c WHERE c.client_id = sub) THEN
		PERFORM oauth.refuse(format('sub "%s" is the client_id of a client',
			sub), 'a client''s own token could be taken for this person''s '
			'(RFC 9700 section 4.15); leave it out, and one is made', '23505');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.check_new_user(text, text) IS
'Raises an error where a new user can not have this username or sub.';

-- Create a user; gives the subject. The password comes as the Argon2id string
-- that `postern hash-password` prints, or NULL: nobody can sign in until
-- set_password(). Who moves here from another system brings the subject along
-- as claim "sub".
--
--   SELECT oauth.create_user('alice', '$argon2id$...', '{"name": "Alice"}');
CREATE OR REPLACE FUNCTION oauth.create_user(username text, password_hash text,
	claims jsonb DEFAULT '{}')
RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_sub text;
BEGIN
	PERFORM oauth.check_claims(claims);
	the_sub := claims ->> 'sub';
	PERFORM oauth.check_new_user(username, the_sub);
	IF password_hash IS NOT NULL THEN
		PERFORM oauth.check_argon2id(password_hash, 'password_hash');
	END IF;
	the_sub := coalesce(the_sub, gen_random_uuid()::text);
	INSERT INTO oauth.end_user (sub, username, password_hash, claims)
	VALUES (the_sub, create_user.username, create_user.password_hash,
	        create_user.claims - 'sub');
	RETURN the_sub;
END $$;
COMMENT ON FUNCTION oauth.create_user(text, text, jsonb) IS
'Creates a user; gives the subject.';

-- Is this still what a user's password is compared with? It was read a while
-- ago, for Argon2id takes its time. Until the transaction ends nobody sets
-- another or disables the user: whoever does so waits, and then finds the
-- session that came of this, and ends it.
--
-- SECURITY DEFINER: only who may change a row may lock it, and no program may
-- change these.
--
--   SELECT oauth.hold_password(oauth.user_id_of('alice'), '$argon2id$...');
CREATE OR REPLACE FUNCTION oauth.hold_password(user_id bigint,
	password_hash text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM oauth.end_user u
	 WHERE u.user_id = hold_password.user_id
	   AND u.password_hash = hold_password.password_hash
	   AND u.disabled_at IS NULL
	   FOR SHARE;
	RETURN FOUND;
END $$;
COMMENT ON FUNCTION oauth.hold_password(bigint, text) IS
'Is this still the password of a user? It stays so until the transaction ends.';

-- Set a password. Ends every session of the user, and gives how many: whoever
-- was signed in with the old password signs in again. What was granted to
-- clients stays, but for what ends with a session (scope openid without
-- offline_access); see oauth.sign_out_everywhere(). NULL: no password will do.
--
--   SELECT oauth.set_password('alice', '$argon2id$...');
CREATE OR REPLACE FUNCTION oauth.set_password(username text, password_hash text)
RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
	ended    bigint;
BEGIN
	IF password_hash IS NOT NULL THEN
		PERFORM oauth.check_argon2id(password_hash, 'password_hash');
	END IF;
	UPDATE oauth.end_user u SET password_hash = set_password.password_hash
	 WHERE u.user_id = the_user;
	DELETE FROM oauth.session v WHERE v.user_id = the_user;
	GET DIAGNOSTICS ended = ROW_COUNT;
	RETURN ended;
END $$;
COMMENT ON FUNCTION oauth.set_password(text, text) IS
'Sets a password and ends the user''s sessions; gives how many.';

-- Replace what is known of a user. The subject never changes.
--
--   SELECT oauth.set_claims('alice', '{"name": "Alice", "locale": "de"}');
CREATE OR REPLACE FUNCTION oauth.set_claims(username text, claims jsonb)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	PERFORM oauth.check_claims(claims);
	UPDATE oauth.end_user u SET claims = set_claims.claims - 'sub'
	 WHERE u.user_id = the_user
	   AND coalesce(set_claims.claims ->> 'sub', u.sub) = u.sub;
	IF NOT FOUND THEN
		PERFORM oauth.refuse('a sub can not be changed',
			'leave it out of the claims');
	END IF;
END $$;
COMMENT ON FUNCTION oauth.set_claims(text, jsonb) IS
'Replaces the claims of a user.';

-- Disable a user: no sign-in, and all tokens are dead while it is so. Sessions
-- are ended for good, and what ends with them (scope openid without
-- offline_access).
--
--   SELECT oauth.disable_user('alice');
CREATE OR REPLACE FUNCTION oauth.disable_user(username text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	UPDATE oauth.end_user u
	   SET disabled_at = coalesce(u.disabled_at, clock_timestamp())
	 WHERE u.user_id = the_user;
	DELETE FROM oauth.session v WHERE v.user_id = the_user;
END $$;
COMMENT ON FUNCTION oauth.disable_user(text) IS
'Disables a user, ends the sessions and, while it is so, all tokens.';

-- Enable a user again: tokens that have not expired live again, unless they
-- ended with a session or sign_out_everywhere() was called.
--
--   SELECT oauth.enable_user('alice');
CREATE OR REPLACE FUNCTION oauth.enable_user(username text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	UPDATE oauth.end_user u SET disabled_at = NULL
	 WHERE u.user_id = the_user;
END $$;
COMMENT ON FUNCTION oauth.enable_user(text) IS
'Enables a disabled user.';

-- Delete a user with sessions, consents and authorizations. All tokens are
-- dead at once.
--
--   SELECT oauth.delete_user('alice');
CREATE OR REPLACE FUNCTION oauth.delete_user(username text)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	the_user bigint := oauth.user_id_of(username);
BEGIN
	DELETE FROM oauth.end_user u WHERE u.user_id = the_user;
END $$;
COMMENT ON FUNCTION oauth.delete_user(text) IS
'Deletes a user and all that belongs to them.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA oauth FROM PUBLIC;

-- As in sql/roles.sql, which may have run before this file was there.
DO $$
BEGIN
	IF to_regrole('postern_token') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION oauth.hold_password(bigint, text)
		   TO postern_authorize, postern_token;
	END IF;
END $$;
COMMIT;
