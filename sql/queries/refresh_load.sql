-- A refresh token, and why it is good or not; with openid in its scope also
-- what an ID token says, and the key that signs it.
-- program: token
-- $1 smallint  slot
-- $2 bytea     SHA-256 of the refresh token
-- $3 text      scope that is asked for, or NULL for all that was granted
SELECT t.client_id, t.scope, t.state, t.sub,
       floor(extract(epoch FROM t.auth_time))::bigint AS auth_time, t.acr, t.amr,
       t.sid, NULL AS nonce, t.requested_claims,
       CASE WHEN k.kid IS NOT NULL THEN t.claims END AS claims,
       CASE WHEN k.kid IS NULL THEN NULL
       WHEN $3::text IS NULL THEN t.more_claims
       ELSE oauth.claims_for(t.user_sub, t.client_id, oauth.narrowed_scope(
           $3, t.scope), 'id_token') END AS more_claims,
       k.alg, k.kid, k.private_jwk
  FROM oauth.refresh_token_state t
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = t.client_id AND k.purpose = 'id_token'
        AND 'openid' = ANY (string_to_array(t.scope, ' '))
 WHERE t.slot = $1 AND t.token_hash = $2
