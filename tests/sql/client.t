#!/bin/sh
# client.t - registering and changing clients (RFC 7591).
. "$(dirname "$0")/scratch.sh"
scratch_start

register() {
	printf "SELECT * FROM oauth.register_client(\$json\$%s\$json\$)" "$1"
}
change() {
	printf "SELECT oauth.change_client('%s', \$json\$%s\$json\$)" "$1" "$2"
}
metadata() {
	printf "SELECT oauth.client_metadata('%s') -> '%s'" "$1" "$2"
}

run "SELECT oauth.define_scope('profile', 'See your name', true),
	oauth.define_scope('email', 'See your e-mail address')" >/dev/null

# What registering gives.
like 'a client_id and a secret are given' \
	'^[A-Za-z0-9]{22}\|pcs_[A-Za-z0-9_-]{43}$' \
	"$(register '{"redirect_uris": ["https://a.example/cb"]}')"
is 'no two alike' '1000|1000' \
	"SELECT count(DISTINCT oauth.new_client_secret()),
	count(DISTINCT oauth.random_bytes()) FROM generate_series(1, 1000)"
is 'a public client has no secret' 'public|' \
	"$(register '{"client_id": "public", "token_endpoint_auth_method": "none",
	"redirect_uris": ["http://127.0.0.1/cb"]}')"
like 'a confidential client by client_id' '^web\|pcs_' \
	"$(register '{"client_id": "web", "client_name": "Web",
	"redirect_uris": ["https://web.example/cb"],
	"grant_types": ["authorization_code", "refresh_token"],
	"scope": "  email   profile email "}')"
is 'only a hash of the secret is stored' t \
	"SELECT client_secret_verifier ~ '^sha256:[0-9a-f]{64}\$'
	FROM oauth.client WHERE client_id = 'web'"
is 'scope is stored with single spaces and each once' '"email profile"' \
	"$(metadata web scope)"
is 'the default scopes where none is given' '"profile"' \
	"$(metadata public scope)"
is 'defaults of RFC 7591' \
	'client_secret_basic|{authorization_code,refresh_token}|{code}|t||' \
	"SELECT token_endpoint_auth_method, grant_types, response_types,
	require_pkce, client_secret_expires_at, access_token_lifetime
	FROM oauth.client WHERE client_id = 'web'"
is 'response_types follow from grant_types' '["code", "token"]' \
	"$(register '{"client_id": "implicit", "token_endpoint_auth_method": "none",
	"redirect_uris": ["https://spa.example/cb"],
	"grant_types": ["authorization_code", "implicit"]}') \g /dev/null
	$(metadata implicit response_types)"
is 'grant_types follow from response_types' '["implicit"]' \
	"$(register '{"client_id": "token", "token_endpoint_auth_method": "none",
	"redirect_uris": ["https://spa.example/cb"],
	"response_types": ["token"]}') \g /dev/null
	$(metadata token grant_types)"
is 'a client of its own needs no redirect_uris' '[]' \
	"$(register '{"client_id": "job", "grant_types": ["client_credentials"],
	"audience": ["web", "job"]}') \g /dev/null
	$(metadata job response_types)"
is 'an imported Argon2id verifier is kept, no secret shown' 'moved||t' \
	"SELECT r.*, c.client_secret_verifier = '$argon2id'
	FROM oauth.register_client(jsonb_build_object('client_id', 'moved',
	'redirect_uris', '[\"https://m.example/cb\"]'::jsonb,
	'client_secret_verifier', '$argon2id')) r
	LEFT JOIN LATERAL (SELECT '$argon2id'::text AS client_secret_verifier) c ON true"
is 'and it is what is stored' t \
	"SELECT client_secret_verifier = '$argon2id' FROM oauth.client
	WHERE client_id = 'moved'"

# Every member, there and back.
all='{"client_id": "all", "client_id_issued_at": 1700000000,
	"client_secret_expires_at": 4000000000,
	"redirect_uris": ["https://all.example/cb", "com.example.all:/cb"],
	"token_endpoint_auth_method": "client_secret_post",
	"grant_types": ["authorization_code", "implicit", "refresh_token", "password", "client_credentials"],
	"response_types": ["code", "code id_token", "id_token token"],
	"scope": "profile", "audience": ["web"],
	"require_pkce": false, "rotate_refresh_tokens": true,
	"access_token_lifetime": 600, "refresh_token_lifetime": 31622400,
	"client_name": "Alles – 全部", "client_name#de": "Alles",
	"client_uri": "https://all.example", "logo_uri": "https://all.example/l.png",
	"tos_uri": "https://all.example/t", "policy_uri": "http://all.example/p?x=1#y",
	"contacts": ["admin@all.example"], "jwks": {"keys": [{"kty": "OKP", "x": "abc"}]},
	"software_id": "4NRB1", "software_version": "2.1",
	"id_token_signed_response_alg": "ES256",
	"userinfo_signed_response_alg": "PS256",
	"introspection_signed_response_alg": "EdDSA",
	"authorization_signed_response_alg": "RS256",
	"access_token_signed_response_alg": "ES256",
	"access_token_format": "jwt", "access_token_audience": "https://api.example",
	"request_object_signing_alg": "EdDSA", "require_signed_request_object": true,
	"require_pushed_authorization_requests": true,
	"request_uris": ["https://all.example/r", "https://all.example/r#x"],
	"application_type": "native", "subject_type": "pairwise",
	"sector_identifier_uri": "https://all.example/sector.json",
	"default_max_age": 3600, "require_auth_time": true,
	"default_acr_values": ["urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"],
	"initiate_login_uri": "https://all.example/login",
	"post_logout_redirect_uris": ["https://all.example/bye"],
	"backchannel_logout_uri": "https://all.example/back?x=1",
	"backchannel_logout_session_required": true,
	"frontchannel_logout_uri": "https://all.example/front?x=1",
	"frontchannel_logout_session_required": true,
	"software_statement": "a.b.c", "of_ours": {"any": ["thing", null]}}'
# jwks_uri goes without jwks, and that algorithm with other methods.
is 'which are all that there are' \
	'client_secret client_secret_verifier jwks_uri token_endpoint_auth_signing_alg' \
	"SELECT string_agg(m.member, ' ' ORDER BY m.member COLLATE \"C\")
	FROM oauth.client_members() m WHERE NOT \$json\$$all\$json\$::jsonb ? m.member"
is 'and every column is one, or kept apart' \
	'client_metadata client_secret_sealed disabled_at registered_from registration_access_token_hash sector_identifier tokens_valid_after used_at' \
	"SELECT string_agg(attname, ' ' ORDER BY attname COLLATE \"C\")
	FROM pg_attribute WHERE attrelid = 'oauth.client'::regclass AND attnum > 0
	AND NOT attisdropped AND attname NOT IN (SELECT m.member FROM
	oauth.client_members() m WHERE m.is_column)"
like 'every member is taken' '^all\|pcs_' "$(register "$all")"
is 'and given back' t \
	"SELECT oauth.client_metadata('all') = \$json\$$all\$json\$"
is 'what client_metadata() gives, change_client() takes, and nothing moves' t \
	"SELECT oauth.client_metadata('all') AS before \gset
	SELECT c AS row FROM oauth.client c WHERE client_id = 'all' \gset
	SELECT oauth.change_client('all', oauth.client_metadata('all')) \g /dev/null
	SELECT c::text = :'row' FROM oauth.client c WHERE client_id = 'all'"
is 'unread members are kept where they are not in the way' \
	'{"of_ours": {"any": ["thing", null]}, "client_name#de": "Alles", "software_statement": "a.b.c"}' \
	"SELECT client_metadata FROM oauth.client WHERE client_id = 'all'"
is 'null takes every optional member back' t \
	"SELECT oauth.change_client('all', (SELECT jsonb_object_agg(key, null)
	FROM jsonb_each(\$json\$$all\$json\$) WHERE key NOT IN ('redirect_uris')))
	\g /dev/null
	SELECT oauth.client_metadata('all') - 'client_id_issued_at' = '{
	\"client_id\": \"all\", \"client_secret_expires_at\": 0,
	\"redirect_uris\": [\"https://all.example/cb\", \"com.example.all:/cb\"],
	\"token_endpoint_auth_method\": \"client_secret_basic\",
	\"grant_types\": [\"authorization_code\"], \"response_types\": [\"code\"],
	\"scope\": \"profile\", \"audience\": [], \"contacts\": [],
	\"require_pkce\": true, \"application_type\": \"web\",
	\"subject_type\": \"public\", \"access_token_format\": \"opaque\",
	\"require_signed_request_object\": false,
	\"require_pushed_authorization_requests\": false,
	\"request_uris\": [], \"default_acr_values\": [],
	\"require_auth_time\": false, \"post_logout_redirect_uris\": [],
	\"backchannel_logout_session_required\": false,
	\"frontchannel_logout_session_required\": false}'"

# What is refused, and how: the message, as a regular expression, and the JSON.
while IFS='|' read -r code json; do
	refused "refused: $json" "22023: $code" "$(register "$json")"
done <<'JSON'
invalid_client_metadata: it must be a JSON object|[]
invalid_client_metadata: it must be a JSON object|"x"
invalid_client_metadata: it must be a JSON object|null
invalid_redirect_uri: redirect_uris is empty|{"client_id": "bad"}
invalid_redirect_uri: redirect_uris is empty|{"client_id": "bad", "redirect_uris": []}
invalid_redirect_uri: redirect_uris is empty|{"client_id": "bad", "redirect_uris": null}
invalid_redirect_uri: redirect_uris is empty|{"client_id": "bad", "grant_types": ["implicit"], "token_endpoint_auth_method": "none"}
invalid_redirect_uri: "redirect_uris" must be an array|{"client_id": "bad", "redirect_uris": "https://a.example/cb"}
invalid_redirect_uri: "redirect_uris" must be an array|{"client_id": "bad", "redirect_uris": [1]}
invalid_redirect_uri: "redirect_uris" must be an array|{"client_id": "bad", "redirect_uris": [null]}
invalid_redirect_uri: "redirect_uris" must be an array|{"client_id": "bad", "redirect_uris": [["https://a.example/cb"]]}
invalid_redirect_uri: "" in redirect_uris: it is empty|{"client_id": "bad", "redirect_uris": [""]}
invalid_redirect_uri: "javascript:alert\(1\)" in redirect_uris|{"client_id": "bad", "redirect_uris": ["https://a.example/cb", "javascript:alert(1)"]}
invalid_redirect_uri: .*fragment|{"client_id": "bad", "redirect_uris": ["https://a.example/cb#x"]}
invalid_redirect_uri: .*character|{"client_id": "bad", "redirect_uris": ["https://a.example/c\nb"]}
invalid_client_metadata: token_endpoint_auth_method "tls_client_auth"|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "tls_client_auth"}
invalid_client_metadata: "token_endpoint_auth_method" must be a string|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": ["none"]}
invalid_client_metadata: grant_types may hold|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "grant_types": ["authorization_code", "magic"]}
invalid_client_metadata: "grant_types" must be an array|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "grant_types": "authorization_code"}
invalid_client_metadata: response_types may hold|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["none"]}
invalid_client_metadata: response_types may hold|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["code magic"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["token"], "grant_types": ["authorization_code"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["code"], "grant_types": ["client_credentials"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["id_token"], "grant_types": ["authorization_code"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["code id_token"], "grant_types": ["authorization_code"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["token code"], "grant_types": ["implicit"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": ["code"], "grant_types": ["authorization_code", "implicit"]}
invalid_client_metadata: response_types and grant_types do not agree|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "response_types": [], "grant_types": ["authorization_code"]}
invalid_client_metadata: a client without a secret has no client_cred|{"client_id": "bad", "token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]}
invalid_client_metadata: a client without a secret can not do without PKCE|{"client_id": "bad", "token_endpoint_auth_method": "none", "redirect_uris": ["https://a.example/cb"], "require_pkce": false}
invalid_client_metadata: no such scope: "wonder"|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "scope": "profile wonder"}
invalid_client_metadata: "scope" must be a string|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "scope": ["profile"]}
invalid_client_metadata: "require_pkce" must be true or false|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "require_pkce": "yes"}
invalid_client_metadata: "rotate_refresh_tokens" must be|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "rotate_refresh_tokens": 1}
invalid_client_metadata: "access_token_lifetime" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "access_token_lifetime": "1 hour"}
invalid_client_metadata: "access_token_lifetime" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "access_token_lifetime": 1.5}
invalid_client_metadata: "access_token_lifetime" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "access_token_lifetime": -1}
invalid_client_metadata: access_token_lifetime must be 1 to|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "access_token_lifetime": 0}
invalid_client_metadata: access_token_lifetime must be 1 to|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "access_token_lifetime": 86401}
invalid_client_metadata: refresh_token_lifetime must be 1 to|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "refresh_token_lifetime": 31622401}
invalid_client_metadata: "refresh_token_lifetime" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "refresh_token_lifetime": 1e300}
invalid_client_metadata: "client_secret_expires_at" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret_expires_at": "never"}
invalid_client_metadata: client_name must be 1 to 200|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_name": ""}
invalid_client_metadata: client_name must be 1 to 200|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_name": "a\u202eb"}
invalid_client_metadata: client_name must be 1 to 200|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_name": "a\nb"}
invalid_client_metadata: "client_name" must be a string|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_name": 7}
invalid_client_metadata: "client_uri" must be the address|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_uri": "javascript:alert(1)"}
invalid_client_metadata: "logo_uri" must be the address|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "logo_uri": "https://a.example/\"onload"}
invalid_client_metadata: "tos_uri" must be the address|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "tos_uri": "/tos"}
invalid_client_metadata: "policy_uri" must be the address|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "policy_uri": "https://user@a.example/"}
invalid_client_metadata: "http://a.example/" in jwks_uri: http is|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks_uri": "http://a.example/"}
invalid_client_metadata: "jwks" must be a JSON object|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks": []}
invalid_client_metadata: jwks has no array|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks": {"keys": {}}}
invalid_client_metadata: jwks holds what is no public key|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks": {"keys": [{"kty": "oct", "k": "x"}]}}
invalid_client_metadata: jwks holds what is no public key|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks": {"keys": [1]}}
invalid_client_metadata: jwks and jwks_uri|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "jwks": {"keys": []}, "jwks_uri": "https://a.example/j"}
invalid_client_metadata: "contacts" must be an array|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "contacts": "me"}
invalid_client_metadata: "default_max_age" must be a whole|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "default_max_age": "1"}
invalid_client_metadata: "nobody" in audience is no client|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "audience": ["web", "nobody"]}
invalid_client_metadata: "client_secret" can not be given in clear|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret": "hunter2"}
invalid_client_metadata: client_secret_verifier is not an Argon2id|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret_verifier": "hunter2"}
invalid_client_metadata: client_secret_verifier is not an Argon2id|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret_verifier": "$argon2id$"}
invalid_client_metadata: client_secret_verifier is not an Argon2id|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret_verifier": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
invalid_client_metadata: client_secret_verifier would cost|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "client_secret_verifier": "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"}
invalid_client_metadata: a client whose token_endpoint_auth_method is none|{"client_id": "bad", "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "none", "client_secret_verifier": "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"}
invalid_client_metadata: client_id must be 1 to 120|{"client_id": "", "redirect_uris": ["https://a.example/cb"]}
invalid_client_metadata: client_id must be 1 to 120|{"client_id": "a b", "redirect_uris": ["https://a.example/cb"]}
invalid_client_metadata: client_id looks like|{"client_id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "redirect_uris": ["https://a.example/cb"]}
invalid_client_metadata: there is a client "web" already|{"client_id": "web", "redirect_uris": ["https://a.example/cb"]}
JSON

is 'and nothing of these is stored' 0 \
	"SELECT count(*) FROM oauth.client WHERE client_id = 'bad'"

many=$(run "SELECT jsonb_build_object('redirect_uris', jsonb_agg(
	'https://a.example/' || i)) FROM generate_series(1, 65) i")
refused '65 redirect URIs are refused' \
	'22023: invalid_redirect_uri: "redirect_uris" must be an array of at most 64' \
	"$(register "$many")"
refused 'metadata of more than 64 KiB is refused' \
	'22023: invalid_client_metadata: it is longer' \
	"SELECT oauth.register_client(jsonb_build_object('x', repeat('x', 70000)))"
got=$(run "$(register '{"redirect_uris": ["https://a.example/cb"], "client_secret_verifier": "correct horse"}')")
case $got in
*HINT*) ok 0 'a refused secret has a hint' ;;
*) ok 1 'a refused secret has a hint' ;;
esac
case $got in
*horse*) ok 1 'and is not repeated' ;;
*) ok 0 'and is not repeated' ;;
esac
like 'a private-use scheme that another client has is warned of' \
	'WARNING:.*client "all" has the scheme "com.example.all" too' \
	"$(register '{"client_id": "second", "token_endpoint_auth_method": "none",
	"redirect_uris": ["com.example.all:/other"]}')"
run "SELECT oauth.create_user('eve', NULL, '{\"sub\": \"eve-1\"}')" >/dev/null
refused 'a client_id that is the sub of a user is refused' \
	'22023: invalid_client_metadata: client_id looks like' \
	"$(register '{"client_id": "eve-1", "redirect_uris": ["https://a.example/cb"]}')"

# Changing.
is 'a changed member changes, the others stay' \
	'"New"|["https://web.example/cb"]|"email profile"' \
	"$(change web '{"client_name": "New"}') \g /dev/null
	SELECT m -> 'client_name', m -> 'redirect_uris', m -> 'scope'
	FROM oauth.client_metadata('web') m"
refused 'the same rules: redirect_uris' '22023: invalid_redirect_uri' \
	"$(change web '{"redirect_uris": ["http://web.example/cb"]}')"
refused 'the same rules: no redirect_uris left' \
	'22023: invalid_redirect_uri: redirect_uris is empty' \
	"$(change web '{"redirect_uris": []}')"
refused 'the same rules: types' '22023: invalid_client_metadata' \
	"$(change web '{"scope": 1}')"
refused 'the same rules: together with what is there' \
	'22023: invalid_client_metadata: a client without a secret' \
	"$(change public '{"grant_types": ["client_credentials"]}')"
refused 'a client_id can not be changed' \
	'22023: invalid_client_metadata: a client_id can not be changed' \
	"$(change web '{"client_id": "other"}')"
refused 'an unknown client is refused' 'P0002: no such client: "nobody"' \
	"$(change nobody '{"client_name": "x"}')"
is 'grant_types alone bring their response_types' '[]' \
	"$(change web '{"grant_types": ["client_credentials"]}') \g /dev/null
	$(metadata web response_types)"
is 'response_types alone bring their grant_types' \
	'["authorization_code", "client_credentials"]' \
	"$(change web '{"response_types": ["code"]}') \g /dev/null
	$(metadata web grant_types)"
is 'a confidential client that becomes public loses its secret' 't|t' \
	"$(change moved '{"token_endpoint_auth_method": "none",
	"client_secret_expires_at": 4000000000}') \g /dev/null
	SELECT client_secret_verifier IS NULL, client_secret_expires_at IS NULL
	FROM oauth.client WHERE client_id = 'moved'"
like 'a public client that becomes confidential is told to rotate' \
	'NOTICE:.*needs a secret now' \
	"$(change moved '{"token_endpoint_auth_method": "client_secret_post"}')"

# Secrets.
is 'rotating gives a secret whose hash is stored' t \
	"SELECT oauth.rotate_client_secret('moved') AS s \gset
	SELECT client_secret_verifier = oauth.client_secret_verifier(:'s')
	FROM oauth.client WHERE client_id = 'moved'"
is 'the hash is SHA-256 of the text' \
	'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' \
	"SELECT oauth.client_secret_verifier('abc')"
is 'it expires when told to' '4000000000' \
	"SELECT oauth.rotate_client_secret('moved', to_timestamp(4000000000))
	\g /dev/null
	$(metadata moved client_secret_expires_at)"
is 'and never, when not' 0 \
	"SELECT oauth.rotate_client_secret('moved') \g /dev/null
	$(metadata moved client_secret_expires_at)"
refused 'a public client has none to rotate' '22023: client "public" is public' \
	"SELECT oauth.rotate_client_secret('public')"
refused 'nor has an unknown one' 'P0002: no such client' \
	"SELECT oauth.rotate_client_secret('nobody')"
run "$(register '{"client_id": "sealed", "grant_types": ["client_credentials"],
	"token_endpoint_auth_method": "client_secret_jwt"}')" >/dev/null
refused 'nor one whose secret is sealed' '22023: the secret of client "sealed"' \
	"SELECT oauth.rotate_client_secret('sealed')"
is 'client_metadata() has no secret in it' 0 \
	"SELECT count(*) FROM oauth.client c WHERE oauth.client_metadata(client_id)::text
	LIKE '%' || coalesce(client_secret_verifier, 'pcs_') || '%'
	OR oauth.client_metadata(client_id) ? 'client_secret_verifier'"

# Disabling, deleting.
is 'disable' t "SELECT oauth.disable_client('web') \g /dev/null
	SELECT disabled_at <= clock_timestamp() FROM oauth.client
	WHERE client_id = 'web'"
is 'enable' t "SELECT oauth.enable_client('web') \g /dev/null
	SELECT disabled_at IS NULL FROM oauth.client WHERE client_id = 'web'"
is 'revoke_client_tokens' t "SELECT oauth.revoke_client_tokens('web') \g /dev/null
	SELECT tokens_valid_after BETWEEN now() - interval '1 minute' AND now()
	FROM oauth.client WHERE client_id = 'web'"
for f in disable_client enable_client delete_client revoke_client_tokens \
    client_metadata; do
	refused "$f: unknown" 'P0002: no such client: "nobody"' \
		"SELECT oauth.$f('nobody')"
done
is 'delete takes the client out of audiences too' '["job"]' \
	"SELECT oauth.delete_client('web') \g /dev/null
	$(metadata job audience)"
is 'a new client of an old name does not inherit tokens' \
	'all tokens of the client were revoked' \
	"INSERT INTO oauth.access_token (slot, token_hash, client_id, scope, expires_at)
	VALUES (0, sha256('x'), 'web', '', now() + interval '1 hour');
	$(register '{"client_id": "web", "grant_types": ["client_credentials"]}')
	\g /dev/null
	SELECT state FROM oauth.access_token_state"

done_testing
