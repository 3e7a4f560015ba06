-- What came of fetching a document. It is fresh for as long as it says itself,
-- but for 5 minutes at least and a day at most; for an hour where it says
-- nothing.
-- program: authorize token
-- $1 text    uri
-- $2 text    the document, or NULL: it could not be had
-- $3 bigint  seconds that it may be kept; negative: it does not say
UPDATE oauth.fetched_document d
   SET body = coalesce($2, d.body),
       fetched_at = CASE WHEN $2 IS NULL THEN d.fetched_at ELSE now() END,
       fresh_until = CASE WHEN $2 IS NULL THEN d.fresh_until
           ELSE now() + make_interval(secs => CASE WHEN $3::bigint < 0 THEN 3600
                ELSE least(greatest($3::bigint, 300), 86400) END) END,
       failed_at = CASE WHEN $2 IS NULL THEN now() ELSE d.failed_at END
 WHERE d.uri = $1
