-- floor.sql - the probe's table: as Postern's, but one table and no more.
CREATE TABLE floor_token (
	token_hash bytea PRIMARY KEY,
	client_id  text NOT NULL,
	scope      text NOT NULL,
	issued_at  timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL
);
