-- disable_user.sql - a user can not sign in any more, and all their tokens are
-- dead. With -v enable=1 they can again, and tokens not expired live again.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v username="$DEMO_USER" \
--       -f sql/manage/disable_user.sql

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?enable}
SELECT oauth.enable_user(:'username') \g /dev/null
\else
SELECT oauth.disable_user(:'username') \g /dev/null
\endif
SELECT username, sub, disabled_at FROM oauth.end_user
 WHERE user_id = oauth.user_id_of(:'username');
