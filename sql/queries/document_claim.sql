-- Set out to fetch a document. One gets a row, and with it what outgoing
-- requests may reach; nobody else does for the next 30 seconds, whatever comes
-- of it, so that a host is not asked more often than that. (What lies ahead is of
-- before the clock was set back.)
-- program: authorize token
-- $1 text  uri
INSERT INTO oauth.fetched_document AS d (uri, asked_at)
VALUES ($1, now())
    ON CONFLICT (uri) DO UPDATE
   SET asked_at = now()
 WHERE d.asked_at NOT BETWEEN now() - interval '30 seconds'
                          AND now() + interval '1 minute'
RETURNING (SELECT array_to_string(outgoing_networks, ' ') FROM oauth.setting),
       (SELECT outgoing_ca_file FROM oauth.setting)
