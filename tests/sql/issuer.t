#!/bin/sh
# issuer.t - issuers that are trusted, used assertions and fetched documents.
. "$(dirname "$0")/scratch.sh"
scratch_start

trust() {
	printf "SELECT oauth.trust_issuer(%s)" "$1"
}
uri="'{\"jwks_uri\": \"https://hr.example/jwks\"}'"
keys="'{\"jwks\": {\"keys\": [{\"kty\": \"EC\"}]}}'"
all="SELECT iss, jwks, jwks_uri, alg, without_consent FROM oauth.trusted_issuer"

is 'an issuer with a jwks_uri' \
	'https://hr.example||https://hr.example/jwks|RS256|f' \
	"$(trust "'https://hr.example', $uri") \\g /dev/null
	$all"
is 'again: changes it, all of it' \
	'https://hr.example|{"keys": [{"kty": "EC"}]}||EdDSA|t' \
	"$(trust "'https://hr.example', $keys, 'EdDSA', true") \\g /dev/null
	$all"
while IFS='|' read -r name wanted arguments; do
	refused "$name" "22023: $wanted" "$(trust "$arguments")"
done <<ARGUMENTS
no iss|iss must be|NULL, $uri
an empty iss|iss must be|'', $uri
a space in iss|iss must be|'a b', $uri
HS256|alg must be|'i', $uri, 'HS256'
none|alg must be|'i', $uri, 'none'
no alg|alg must be|'i', $uri, NULL
without_consent NULL|without_consent|'i', $uri, 'RS256', NULL
no keys|keys must have either|'i', NULL
no object|keys must have either|'i', '5'
neither|keys must have either|'i', '{}'
both|keys must have either|'i', '{"jwks": {"keys": []}, "jwks_uri": "https://a.example/"}'
something else|keys must have either|'i', '{"jwks_uri": "https://a.example/", "x5c": 1}'
http|jwks_uri must be|'i', '{"jwks_uri": "http://a.example/"}'
a null URI|jwks_uri must be|'i', '{"jwks_uri": null}'
no URI|jwks_uri must be|'i', '{"jwks_uri": ["https://a.example/"]}'
keys that are no set|jwks has no array|'i', '{"jwks": [1]}'
keys that are no array|jwks has no array|'i', '{"jwks": {"keys": {}}}'
a private key|jwks holds what|'i', '{"jwks": {"keys": [{"kty": "EC", "d": "x"}]}}'
a shared key|jwks holds what|'i', '{"jwks": {"keys": [{"kty": "oct", "k": "x"}]}}'
a key that is none|jwks holds what|'i', '{"jwks": {"keys": ["x"]}}'
ARGUMENTS
run "SELECT oauth.register_client('{\"client_id\": \"app\",
	\"grant_types\": [\"client_credentials\"]}')" >/dev/null
refused 'a client is none' '22023: "app" is a client' "$(trust "'app', $uri")"
is 'distrust_issuer' '' "SELECT oauth.distrust_issuer('https://hr.example')
	\\g /dev/null
	$all"
refused 'again: there is none' 'P0002: no such issuer: "https://hr.example"' \
	"SELECT oauth.distrust_issuer('https://hr.example')"

# The state of a document, by how many seconds ago what happened.
document() {
	is "document: $1" "$2" "INSERT INTO oauth.fetched_document (uri, asked_at,
		body, fetched_at, fresh_until, failed_at) VALUES ('u',
		now() - interval '$3', $4, now() - interval '$5', now() + interval '$6',
		now() - interval '$7') \\g /dev/null
	SELECT body, is_fresh, is_pending FROM oauth.fetched_document_state \\g
	SELECT oauth.forget_document('u') \\g /dev/null
	SELECT count(*) FROM oauth.fetched_document WHERE uri <> 'u'
		HAVING count(*) > 0"
}
document 'fresh' 'x|t|f' '2 s' "'x'" '1 s' '1 h' '2 h'
document 'old' 'x|f|f' '2 h' "'x'" '2 h' '-1 s' '3 h'
document 'too old to be believed' '|f|f' '25 h' "'x'" '25 h' '-1 h' '26 h'
document 'old, and being fetched' 'x|f|t' '1 s' "'x'" '2 h' '-1 s' '3 h'
document 'failed just now' 'x|f|f' '2 s' "'x'" '2 h' '-1 s' '1 s'
document 'whoever fetched it is dead' 'x|f|f' '11 s' "'x'" '2 h' '-1 s' '3 h'
is 'document: being fetched for the first time' '|f|t' \
	"INSERT INTO oauth.fetched_document (uri, asked_at) VALUES ('u', now())
	\\g /dev/null
	SELECT body, is_fresh, is_pending FROM oauth.fetched_document_state"
run "TRUNCATE oauth.fetched_document" >/dev/null

# The statements of the programs.
statement() {
	printf 'PREPARE s AS %s;\n' "$(cat "$root/sql/queries/$1.sql")"
}
is 'a jti is used once' 't' \
	"$(statement jti_use)
	EXECUTE s(sha256('a'), 4102444800);
	EXECUTE s(sha256('a'), 4102444800);"
is 'a document is claimed once in 30 seconds' '{}
later' \
	"$(statement document_claim)
	UPDATE oauth.setting SET outgoing_networks = '{}';
	SELECT '{}' FROM oauth.setting WHERE outgoing_networks = '{}';
	EXECUTE s('u') \\g /dev/null
	EXECUTE s('u');
	UPDATE oauth.fetched_document SET asked_at = now() - interval '29 s';
	EXECUTE s('u');
	UPDATE oauth.fetched_document SET asked_at = now() - interval '31 s';
	EXECUTE s('u') \\gset
	SELECT 'later' FROM oauth.fetched_document WHERE asked_at = now()
		OR asked_at > now() - interval '1 s';"
while read -r said kept; do
	is "max-age $said: $kept seconds" "$kept" \
		"$(statement document_store)
		EXECUTE s('u', '{}', $said);
		SELECT extract(epoch FROM fresh_until - fetched_at)::integer
		  FROM oauth.fetched_document"
done <<'AGES'
-1 3600
0 300
299 300
600 600
86400 86400
86401 86400
9223372036854775807 86400
AGES
is 'a failure leaves what there is' '{}|t|t' \
	"$(statement document_store)
	EXECUTE s('u', NULL, -1);
	SELECT body, failed_at > fetched_at, fresh_until > now()
	  FROM oauth.fetched_document"

# What is past.
is 'maintain forgets used assertions and documents that nobody asks for' \
	'used_jti|1|
fetched_document|1|
t|v' \
	"TRUNCATE oauth.used_jti, oauth.fetched_document;
	INSERT INTO oauth.used_jti VALUES (sha256('past'), now() - interval '61 s'),
		(sha256('kept'), now() - interval '59 s');
	INSERT INTO oauth.fetched_document (uri, asked_at) VALUES
		('u', now() - interval '49 h'), ('v', now() - interval '47 h');
	SELECT * FROM oauth.maintain();
	SELECT (SELECT jti_hash = sha256('kept') FROM oauth.used_jti),
		(SELECT uri FROM oauth.fetched_document)"

done_testing
