-- What a code was issued for. Nothing here changes after the code was issued
-- but its state, and that is asked again when it is spent (code_redeem). With
-- openid in its scope also what the ID token says, and the key that signs it.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the code
SELECT t.client_id, t.redirect_uri, t.redirect_uri_given, t.scope,
       t.code_challenge, t.state, t.sub,
       floor(extract(epoch FROM t.auth_time))::bigint AS auth_time, t.acr, t.amr,
       t.sid, t.nonce, t.requested_claims,
       CASE WHEN k.kid IS NOT NULL THEN t.claims END AS claims,
       CASE WHEN k.kid IS NOT NULL THEN t.more_claims END AS more_claims,
       k.alg, k.kid, k.private_jwk
  FROM oauth.authorization_code_state t
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = t.client_id AND k.purpose = 'id_token'
        AND 'openid' = ANY (string_to_array(t.scope, ' '))
 WHERE t.slot = $1 AND t.code_hash = $2
