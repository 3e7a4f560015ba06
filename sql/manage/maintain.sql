-- maintain.sql - forget what is past. The token program does it by itself now
-- and then, but as plain CGI, where cron has to (docs/installing.md).
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/maintain.sql

\set ON_ERROR_STOP on
SELECT * FROM oauth.maintain();
