-- 0007_client_assertion.sql - assertions (RFC 7521, RFC 7523): which ones were
-- used, the keys that others publish, and who may vouch for a person.

\set ON_ERROR_STOP on
BEGIN;

-- What may be used once (RFC 7523 section 3, point 7): SHA-256 over the iss and
-- the jti of an assertion, until that has expired by itself.
CREATE TABLE oauth.used_jti (
	jti_hash   bytea PRIMARY KEY CHECK (length(jti_hash) = 32),
	expires_at timestamptz NOT NULL
);
CREATE INDEX ON oauth.used_jti (expires_at);

-- Documents that were fetched from a client's jwks_uri, for all programs on all
-- machines. What is kept was found to be a JWK Set first.
CREATE TABLE oauth.fetched_document (
	uri         text PRIMARY KEY,
	asked_at    timestamptz NOT NULL,   -- when somebody last set out to fetch it
	body        text,
	fetched_at  timestamptz,
	fresh_until timestamptz,
	failed_at   timestamptz
);
CREATE INDEX ON oauth.fetched_document (asked_at);

-- What is known of a document now. An old one is better than none while its
-- host is away, but a key that was withdrawn is not believed for more than a
-- day. pending: somebody is fetching it, who has 5 seconds for that.
CREATE VIEW oauth.fetched_document_state AS
SELECT d.uri,
       CASE WHEN d.fetched_at > now() - interval '1 day' THEN d.body END AS body,
       coalesce(d.fresh_until > now(), false) AS is_fresh,
       d.asked_at > now() - interval '10 seconds'
           AND coalesce(d.asked_at > greatest(d.fetched_at, d.failed_at), true)
           AS is_pending
  FROM oauth.fetched_document d;

-- Who, besides a client itself, may say who a person is (RFC 7523 section 2.1).
CREATE TABLE oauth.trusted_issuer (
	iss             text PRIMARY KEY CHECK (length(iss) BETWEEN 1 AND 2000),
	jwks            jsonb CHECK (jsonb_typeof(jwks -> 'keys') = 'array'),
	jwks_uri        text CHECK (jwks_uri ~ '^https?://'),
	alg             text NOT NULL
		CHECK (alg IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
	-- May a client have a person's token that the person was not asked about?
	without_consent boolean NOT NULL DEFAULT false,
	trusted_since   timestamptz NOT NULL DEFAULT now(),
	CHECK ((jwks IS NULL) <> (jwks_uri IS NULL))
);

INSERT INTO oauth.schema_migration (number) VALUES (7);
COMMIT;
