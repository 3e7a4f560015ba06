-- 0004_device.sql - the device authorization grant (RFC 8628).

\set ON_ERROR_STOP on
BEGIN;

ALTER TABLE oauth.setting
	ADD device_code_lifetime interval NOT NULL DEFAULT '10 minutes'
		CHECK (device_code_lifetime BETWEEN '1 second' AND '1 hour');

-- 'device': user codes that a person typed and that are none; by person and by
-- address.
ALTER TABLE oauth.sign_in_throttle
	DROP CONSTRAINT sign_in_throttle_kind_check,
	ADD CONSTRAINT sign_in_throttle_kind_check
		CHECK (kind IN ('account', 'address', 'device'));

-- A device that waits for a person, and what the person said. No foreign keys,
-- as for authorization codes; rows are deleted an hour after they expire.
CREATE TABLE oauth.device_code (
	device_code_hash bytea PRIMARY KEY CHECK (length(device_code_hash) = 32),
	-- Eight letters of twenty can be guessed from a plain hash, and so this one
	-- is keyed: HMAC-SHA-256 under the server's key.
	user_code_hash   bytea NOT NULL UNIQUE CHECK (length(user_code_hash) = 32),
	client_id        text NOT NULL,
	scope            text NOT NULL,
	asked_from       text,                   -- the address of the device
	issued_at        timestamptz NOT NULL DEFAULT now(),
	expires_at       timestamptz NOT NULL,
	-- RFC 8628 section 3.5: slow_down makes it 5 seconds more, for good.
	poll_interval    interval NOT NULL DEFAULT '5 seconds',
	last_polled_at   timestamptz,

	-- What the person said, who it was, and how they had signed in.
	decision         text CHECK (decision IN ('allowed', 'denied')),
	decided_at       timestamptz,
	user_id          bigint,
	auth_time        timestamptz,
	acr              text,
	amr              text,

	redeemed_at      timestamptz,
	authorization_id bigint,                 -- what it bought
	CHECK ((decision IS NULL) = (user_id IS NULL)),
	CHECK (redeemed_at IS NULL OR decision = 'allowed')
);
CREATE INDEX ON oauth.device_code (expires_at);

-- 'pending': nobody has decided; 'live': somebody has said yes.
CREATE VIEW oauth.device_code_state AS
SELECT t.device_code_hash, t.user_code_hash, t.client_id, t.scope,
       t.asked_from, t.issued_at, t.expires_at, t.decided_at, t.user_id,
       t.auth_time, t.acr, t.amr, t.redeemed_at, t.authorization_id,
       CASE
       WHEN t.redeemed_at IS NOT NULL     THEN 'used'
       WHEN t.expires_at <= now()         THEN 'expired'
       WHEN c.client_id IS NULL           THEN 'client is gone'
       WHEN c.disabled_at IS NOT NULL     THEN 'client is disabled'
       WHEN t.issued_at <= c.tokens_valid_after
                                          THEN 'all tokens of the client were revoked'
       WHEN t.decision IS NULL            THEN 'pending'
       WHEN t.decision = 'denied'         THEN 'denied'
       WHEN u.user_id IS NULL             THEN 'user is gone'
       WHEN u.disabled_at IS NOT NULL     THEN 'user is disabled'
       WHEN k.user_id IS NULL             THEN 'consent was withdrawn'
       ELSE 'live'
       END AS state,
       u.username,
       oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       u.claims, oauth.claims_for(u.sub, t.client_id, t.scope, 'id_token')
           AS more_claims
  FROM oauth.device_code t
 CROSS JOIN oauth.setting s
  LEFT JOIN oauth.client c ON c.client_id = t.client_id
  LEFT JOIN oauth.end_user u ON u.user_id = t.user_id
  LEFT JOIN oauth.consent k ON k.user_id = t.user_id
                           AND k.client_id = t.client_id;

INSERT INTO oauth.schema_migration (number) VALUES (4);
COMMIT;
