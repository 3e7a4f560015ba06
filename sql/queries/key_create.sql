-- The next key of an algorithm, if one is due. Two machines that make one at
-- the same time make the same generation of it, and one of them gets no row.
--
-- The first one, and one that takes the place of a withdrawn one, signs at
-- once, and as of yesterday, lest the clock is set back; any other waits until
-- whoever keeps the JWKS document a while has it.
--
-- program: authorize token
-- $1 text     kid
-- $2 text     alg
-- $3 text     public JWK
-- $4 text     private JWK, sealed
-- $5 boolean  whether it is due or not
WITH s AS (
	SELECT key_lifetime, key_published_before FROM oauth.setting
), newest AS (
	SELECT max(k.generation) AS generation,
	       max(k.sign_from) FILTER (WHERE k.withdrawn_at IS NULL) AS sign_from
	  FROM oauth.signing_key k
	 WHERE k.alg = $2
)
INSERT INTO oauth.signing_key (kid, alg, generation, public_jwk, private_jwk,
       sign_from)
SELECT $1, $2, coalesce(n.generation, 0) + 1, $3, $4,
       CASE WHEN n.sign_from IS NULL THEN now() - interval '1 day'
       WHEN $5::boolean THEN greatest(n.sign_from,
           now() + s.key_published_before)
       ELSE greatest(n.sign_from + s.key_lifetime,
           now() + s.key_published_before) END
  FROM newest n CROSS JOIN s
 WHERE $5::boolean OR n.sign_from IS NULL
    OR n.sign_from + s.key_lifetime - s.key_published_before <= now()
    ON CONFLICT (alg, generation) DO NOTHING
RETURNING kid
