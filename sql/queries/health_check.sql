-- Is the database there, and does it hold our schema?
-- program: metadata
SELECT max(number) FROM oauth.schema_migration
