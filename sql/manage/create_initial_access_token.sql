-- create_initial_access_token.sql - a token that lets its holder register a
-- client (RFC 7591), shown this once.
--
--   psql "$POSTERN_ADMIN_DATABASE" -f sql/manage/create_initial_access_token.sql
--
-- It is good for one client and a day, unless with -v uses=20 -v lifetime='7 days'.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?uses} \else \set uses 1 \endif
\if :{?lifetime} \else \set lifetime '1 day' \endif
SELECT oauth.create_initial_access_token(:'uses', :'lifetime')
       AS initial_access_token;
