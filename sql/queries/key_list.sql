-- The time table of the keys that sign (postern key list).
-- program: token
SELECT kid, alg, state, to_char(sign_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
       to_char(sign_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
  FROM oauth.signing_key_timetable
 ORDER BY alg, generation
