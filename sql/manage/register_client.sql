-- register_client.sql - register a client; its secret is shown this once.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v client_name='My app' \
--       -v redirect_uri='https://app.example/callback' \
--       -f sql/manage/register_client.sql
--
-- More, each if wanted: -v scope='profile email'; -v public=1 for an
-- application that can keep no secret (a browser's, a phone's, a command
-- line's); -v metadata='{...}' for any other member of RFC 7591 section 2 or
-- OpenID Connect Dynamic Client Registration section 2 (docs/managing.md).
-- Without redirect_uri it is a client that acts for itself:
--
--   psql "$POSTERN_ADMIN_DATABASE" -v client_name='Nightly job' \
--       -f sql/manage/register_client.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?client_name} \else \set client_name '' \endif
\if :{?redirect_uri} \else \set redirect_uri '' \endif
\if :{?scope} \else \set scope '' \endif
\if :{?public} \else \set public 0 \endif
\if :{?metadata} \else \set metadata '{}' \endif

SELECT * FROM oauth.register_client(jsonb_strip_nulls(jsonb_build_object(
	'client_name', nullif(:'client_name', ''),
	'redirect_uris', CASE WHEN :'redirect_uri' <> ''
		THEN jsonb_build_array(:'redirect_uri') END,
	'grant_types', CASE WHEN :'redirect_uri' <> ''
		THEN '["authorization_code", "refresh_token"]'::jsonb
		ELSE '["client_credentials"]' END,
	'scope', nullif(:'scope', ''),
	'token_endpoint_auth_method', CASE WHEN :'public'::boolean
		THEN 'none' END)) || :'metadata');
