-- Forget what is past; see oauth.maintain() in sql/manage.
-- program: token
SELECT what FROM oauth.maintain()
