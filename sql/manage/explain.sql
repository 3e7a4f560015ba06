-- explain.sql - why is this token, code or client secret refused?
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/explain.sql
--
-- asks for it, so that it is in no shell history. Where that does not matter:
--
--   psql "$POSTERN_ADMIN_DATABASE" -v token="$token" -f sql/manage/explain.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?token} \else \prompt 'token or code: ' token \endif
\set QUIET on
\pset tuples_only on
\pset format unaligned
SELECT oauth.explain(:'token');
