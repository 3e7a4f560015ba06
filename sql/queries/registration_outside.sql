-- What it takes to ask others about a registration: whether it may be, by the
-- initial access token and the limits; what requests may reach; and the keys of a publisher.
-- program: token
-- $1 bytea  SHA-256 of the initial access token, or NULL
-- $2 text   iss of the software statement, or NULL
-- $3 text   the client's address, or NULL
SELECT (s.registration = 'open' AND $1::bytea IS NULL OR s.registration <> 'off'
           AND EXISTS (SELECT FROM oauth.initial_access_token t
                        WHERE t.token_hash = $1 AND t.uses_left > 0
                          AND t.expires_at > now()))
           AND oauth.may_register($3) AS may_register,
       array_to_string(s.outgoing_networks, ' ') AS networks,
       s.outgoing_ca_file,
       floor(extract(epoch FROM now()))::bigint AS now,
       p.alg, p.jwks::text AS jwks
  FROM oauth.setting s
  LEFT JOIN oauth.software_publisher p ON p.iss = $2
