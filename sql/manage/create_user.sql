-- create_user.sql - create a user; gives the subject.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v username=carol \
--       -v password_hash="$(postern hash-password)" \
--       -f sql/manage/create_user.sql
--
-- With -v claims='{"name": "Carol Clark"}' in the names of OpenID Connect Core
-- section 5.1, if wanted.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?claims} \else \set claims '{}' \endif
SELECT oauth.create_user(:'username', :'password_hash', :'claims') AS sub;
