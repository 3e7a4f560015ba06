-- maintain.sql - forget what is past. The token program does it by itself now
-- and then; this is for seeing what there is to do.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/maintain.sql

\set ON_ERROR_STOP on
SELECT * FROM oauth.maintain();
