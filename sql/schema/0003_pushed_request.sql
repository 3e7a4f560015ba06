-- 0003_pushed_request.sql - authorization requests that are kept until they are
-- used: pushed ones (RFC 9126), and those that came signed (RFC 9101).

\set ON_ERROR_STOP on
BEGIN;

ALTER TABLE oauth.setting
	ADD pushed_request_lifetime interval NOT NULL DEFAULT '90 seconds'
		CHECK (pushed_request_lifetime BETWEEN '5 seconds' AND '10 minutes');

CREATE TABLE oauth.pushed_request (
	request_hash bytea PRIMARY KEY CHECK (length(request_hash) = 32),
	client_id    text NOT NULL,
	parameters   text NOT NULL,           -- form-urlencoded
	is_pushed    boolean NOT NULL,
	is_signed    boolean NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now(),
	-- Until its first visit, and from then on for as long as somebody may
	-- take to sign in.
	expires_at   timestamptz NOT NULL,
	started_at   timestamptz,
	used_at      timestamptz              -- there was a code
);
CREATE INDEX ON oauth.pushed_request (expires_at);

INSERT INTO oauth.schema_migration (number) VALUES (3);
COMMIT;
