-- What an ID token says of a user who has just proved who they are, and the
-- key that signs it.
-- program: token
-- $1 text    client_id
-- $2 bigint  user_id
-- $3 text    scope
SELECT oauth.subject_for(u.sub, c.subject_type, c.sector_identifier,
           s.pairwise_salt) AS sub,
       floor(extract(epoch FROM now()))::bigint AS auth_time,
       'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport' AS acr,
       'pwd' AS amr, NULL AS sid, NULL AS nonce,
       NULL AS requested_claims, u.claims,
       oauth.claims_for(u.sub, c.client_id, $3, 'id_token') AS more_claims,
       k.alg, k.kid, k.private_jwk
  FROM oauth.client c
 CROSS JOIN oauth.setting s
  JOIN oauth.end_user u ON u.user_id = $2
  LEFT JOIN oauth.client_signing_key k
         ON k.client_id = c.client_id AND k.purpose = 'id_token'
 WHERE c.client_id = $1
