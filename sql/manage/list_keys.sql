-- list_keys.sql - the keys that sign, and their time table.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/list_keys.sql

\set ON_ERROR_STOP on

SELECT alg, state, sign_from, sign_until, kid
  FROM oauth.signing_key_timetable
 ORDER BY alg, generation;
