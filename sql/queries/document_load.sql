-- What is known of a document now, for those who wait for another's fetch.
-- program: authorize token
-- $1 text  uri
SELECT body, is_fresh, is_pending
  FROM oauth.fetched_document_state
 WHERE uri = $1
