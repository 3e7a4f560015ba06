#!/bin/sh
# client_openid.t - what OpenID Connect adds to a client's metadata (OpenID
# Connect Dynamic Client Registration section 2), and what is refused of it.
. "$(dirname "$0")/scratch.sh"
scratch_start

register() {
	printf "SELECT * FROM oauth.register_client(\$json\$%s\$json\$)" "$1"
}
change() {
	printf "SELECT oauth.change_client('%s', \$json\$%s\$json\$)" "$1" "$2"
}

# with MEMBERS: the metadata of a client that has these as well.
with() {
	printf '{"client_id": "one", "redirect_uris": ["https://a.example/cb"], %s}' "$1"
}
# Registered, and gone again.
taken() {
	like "taken: $1" '^one\|' "BEGIN; $(register "$(with "$1")"); ROLLBACK"
}

key='{"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}'
keys="\"token_endpoint_auth_method\": \"private_key_jwt\", \"jwks\": {\"keys\": [$key]}"
secret='"token_endpoint_auth_method": "client_secret_jwt"'
acr='urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'
long=$(printf '%1985s' x | tr ' ' x)

# Algorithms that sign what a client gets or sends.
for member in id_token_signed_response_alg userinfo_signed_response_alg \
    introspection_signed_response_alg authorization_signed_response_alg \
    request_object_signing_alg access_token_signed_response_alg; do
	for alg in RS256 PS256 ES256 EdDSA; do
		taken "\"$member\": \"$alg\""
	done
	taken "\"$member\": null"
	for alg in '"none"' '"HS256"' '"RS512"' '"rs256"' '""' 1 '["RS256"]'; do
		refused "refused: $member $alg" \
			"22023: invalid_client_metadata: \"$member\" must be one of RS256" \
			"$(register "$(with "\"$member\": $alg")")"
	done
done

# What nothing here does.
for member in id_token_encrypted_response userinfo_encrypted_response \
    introspection_encrypted_response authorization_encrypted_response \
    request_object_encryption; do
	for what in alg enc; do
		refused "refused: ${member}_$what" \
			"22023: invalid_client_metadata: \"${member}_$what\": nothing is encrypted" \
			"$(register "$(with "\"${member}_$what\": \"A128GCM\"")")"
		taken "\"${member}_$what\": null"
	done
done

# The client's own addresses: what both kinds have in common.
for member in jwks_uri sector_identifier_uri initiate_login_uri \
    backchannel_logout_uri frontchannel_logout_uri; do
	taken "\"$member\": \"https://a.example/x?y=1&code=2\""
	taken "\"$member\": null"
	taken "\"$member\": \"https://a.example/$(printf %1900s x | tr ' ' x)\""
	while read -r fault uri; do
		refused "refused: $member $(printf %s "$uri" | tr '#' '+' | cut -c 1-50)" \
			"22023: invalid_client_metadata: \".*\" in $member: .*$fault" \
			"$(register "$(with "\"$member\": \"$uri\"")")"
	done <<-URIS
	empty
	fragment https://a.example/x#y
	fragment https://a.example/x#
	longer https://a.example/$long
	character https://a.example/<x>
	character https://a.example/ü
	character https://a.example/x\\\\ny
	character https://a.example/\\\\u0007
	control https://a.example/%0d%0ax
	absolute /x
	absolute //a.example/x
	absolute HTTPS://a.example/x
	segment https://a.example/../x
	user https://user:pw@a.example/x
	port https://a.example:70000/x
	host https:///x
	host https:x
	scheme javascript:alert(1)
	scheme data:text/html,x
	scheme file:///etc/passwd
	scheme ftp://a.example/x
	scheme com.example.app:/x
	http http://a.example/x
	http http://10.0.0.1/x
	http http://localhost.a.example/x
	URIS
	for value in 1 '["https://a.example/x"]' '{}' true; do
		refused "refused: $member $value" \
			"22023: invalid_client_metadata: \"$member\" must be a string" \
			"$(register "$(with "\"$member\": $value")")"
	done
done

# Those that are called by this server: http in the networks of the setting.
for member in jwks_uri sector_identifier_uri backchannel_logout_uri; do
	refused "refused while there are no networks: $member" \
		"22023: invalid_client_metadata: \"http://localhost:8/x\" in $member: http" \
		"$(register "$(with "\"$member\": \"http://localhost:8/x\"")")"
	like "taken where there are: $member" '^one\|' "BEGIN;
		UPDATE oauth.setting SET outgoing_networks = '{10.0.0.0/8}';
		$(register "$(with "\"$member\": \"http://intern.a.example/x\"")");
		ROLLBACK"
done
# And those for browsers: http on the person's own machine.
for uri in http://localhost:8080/x 'http://127.0.0.1/x' 'http://[::1]:1/x' \
    http://localhost 'http://localhost?x'; do
	taken "\"initiate_login_uri\": \"$uri\""
done
refused 'refused: more of a name than localhost' \
	'22023: invalid_client_metadata: .*http is for localhost' \
	"$(register "$(with '"initiate_login_uri": "http://localhost.evil.example/"')")"

# request_uris: a fragment is a hash (OpenID Connect Core section 6.2).
taken '"default_max_age": 3600.0, "client_id_issued_at": 1.7e9, "client_secret_expires_at": 4102444800.0'
taken '"access_token_lifetime": 36e2'
taken '"grant_types": ["authorization_code", "refresh_token", "authorization_code"]'
taken '"request_uris": []'
taken '"request_uris": ["https://a.example/r", "https://b.example/r?x=1"]'
taken '"request_uris": ["https://a.example/r#LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"]'
while IFS='|' read -r fault uris; do
	refused "refused: request_uris $(printf %s "$uris" | tr '#' '+' | cut -c 1-60)" \
		"22023: invalid_client_metadata: .*$fault" \
		"$(register "$(with "\"request_uris\": $uris")")"
done <<URIS
in request_uris: it is empty|["https://a.example/r", ""]
in request_uris: http|["http://a.example/r"]
in request_uris: it has a fragment|["https://a.example/r#x#y"]
in request_uris: it has a fragment|["https://a.example/r#<x>"]
in request_uris: it has a fragment|["https://a.example/r#$(printf %129s x | tr ' ' x)"]
in request_uris: it is longer|["https://a.example/$long#x"]
in request_uris: its scheme|["urn:example:bwc4JK-ESC0w8acc191e-Y1LTC2"]
"request_uris" must be an array|"https://a.example/r"
"request_uris" must be an array|[null]
"request_uris" must be an array|[["https://a.example/r"]]
URIS

# post_logout_redirect_uris: as redirect_uris.
taken '"post_logout_redirect_uris": ["https://a.example/bye", "com.example.a:/bye", "http://127.0.0.1/bye"]'
while IFS='|' read -r fault uri; do
	refused "refused: post_logout_redirect_uris $(printf %s "$uri" | tr '#' '+')" \
		"22023: invalid_redirect_uri: \".*\" in post_logout_redirect_uris: .*$fault" \
		"$(register "$(with "\"post_logout_redirect_uris\": [\"https://a.example/bye\", \"$uri\"]")")"
done <<'URIS'
empty|
fragment|https://a.example/bye#x
private-use|javascript:alert(1)
http is for|http://a.example/bye
absolute|/bye
user|https://a.example@evil.example/
response parameter|https://a.example/bye?state=1
URIS
refused 'refused: post_logout_redirect_uris of another type' \
	'22023: invalid_client_metadata: "post_logout_redirect_uris" must be an array' \
	"$(register "$(with '"post_logout_redirect_uris": "https://a.example/bye"')")"

# frontchannel_logout_uri: where the person signed in (OpenID Connect
# Front-Channel Logout section 2).
taken '"frontchannel_logout_uri": "https://A.example:443/out"'
taken '"redirect_uris": ["com.example.a:/cb", "http://127.0.0.1:81/cb"], "frontchannel_logout_uri": "http://127.0.0.1:81/out"'
taken '"redirect_uris": ["https://b.example/cb", "https://[2001:DB8::1]/cb"], "frontchannel_logout_uri": "https://[2001:db8::1]:443/"'
while read -r redirect uri; do
	refused "refused: frontchannel_logout_uri $uri of $redirect" \
		'22023: invalid_client_metadata: frontchannel_logout_uri has the scheme, host and port of none' \
		"$(register "$(with "\"redirect_uris\": [\"$redirect\"],
		\"frontchannel_logout_uri\": \"$uri\"")")"
done <<'URIS'
https://a.example/cb https://b.example/out
https://a.example/cb https://sub.a.example/out
https://a.example/cb https://a.example.evil.example/out
https://a.example/cb https://a.example:8443/out
https://a.example:8443/cb https://a.example/out
https://localhost/cb http://localhost/out
http://127.0.0.1/cb http://127.0.0.1:81/out
http://127.0.0.1/cb http://localhost/out
com.example.a:/cb https://a.example/out
com.example.a://a.example/cb https://a.example/out
https://[2001:db8::1]/cb https://[2001:db8::2]/out
URIS
run "$(register '{"client_id": "front", "redirect_uris": ["https://a.example/cb"],
	"frontchannel_logout_uri": "https://a.example/out"}')" >/dev/null
refused 'redirect_uris do not move away from it' \
	'22023: invalid_client_metadata: frontchannel_logout_uri' \
	"$(change front '{"redirect_uris": ["https://b.example/cb"]}')"

# How it authenticates.
taken "$keys"
taken '"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example/j"'
for alg in RS256 PS256 ES256 EdDSA; do
	taken "$keys, \"token_endpoint_auth_signing_alg\": \"$alg\""
done
taken "$secret, \"token_endpoint_auth_signing_alg\": \"HS256\""
while IFS='|' read -r fault members; do
	refused "refused: $(printf %s "$members" | cut -c 1-150)" \
		"22023: invalid_client_metadata: $fault" \
		"$(register "$(with "$members")")"
done <<MEMBERS
token_endpoint_auth_signing_alg for private_key_jwt is one of RS256|$keys, "token_endpoint_auth_signing_alg": "HS256"
token_endpoint_auth_signing_alg for private_key_jwt is one of RS256|$keys, "token_endpoint_auth_signing_alg": "none"
token_endpoint_auth_signing_alg for private_key_jwt is one of RS256|$keys, "token_endpoint_auth_signing_alg": "ES384"
token_endpoint_auth_signing_alg for private_key_jwt is one of RS256|$keys, "token_endpoint_auth_signing_alg": ""
token_endpoint_auth_signing_alg for client_secret_jwt is one of HS256|$secret, "token_endpoint_auth_signing_alg": "RS256"
token_endpoint_auth_signing_alg for client_secret_jwt is one of HS256|$secret, "token_endpoint_auth_signing_alg": "HS512"
token_endpoint_auth_signing_alg for client_secret_jwt is one of HS256|$secret, "token_endpoint_auth_signing_alg": "none"
token_endpoint_auth_method "client_secret_basic" signs nothing|"token_endpoint_auth_signing_alg": "RS256"
token_endpoint_auth_method "client_secret_post" signs nothing|"token_endpoint_auth_method": "client_secret_post", "token_endpoint_auth_signing_alg": "HS256"
token_endpoint_auth_method "none" signs nothing|"token_endpoint_auth_method": "none", "token_endpoint_auth_signing_alg": "HS256"
"token_endpoint_auth_signing_alg" must be a string|$keys, "token_endpoint_auth_signing_alg": ["ES256"]
private_key_jwt needs jwks or jwks_uri|"token_endpoint_auth_method": "private_key_jwt"
private_key_jwt needs jwks or jwks_uri|"token_endpoint_auth_method": "private_key_jwt", "jwks": null
jwks and jwks_uri exclude each other|$keys, "jwks_uri": "https://a.example/j"
jwks has no array|"jwks": {}
jwks has no array|"jwks": $key
jwks has no array|"jwks": {"keys": null}
jwks holds no key|"jwks": {"keys": []}
jwks holds no key|"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}
jwks holds what is no public key|"jwks": {"keys": [$key, null]}
jwks holds what is no public key|"jwks": {"keys": [$key, "x"]}
jwks holds what is no public key|"jwks": {"keys": [[$key]]}
jwks holds what is no public key|"jwks": {"keys": [{}]}
jwks holds what is no public key|"jwks": {"keys": [{"kty": 1}]}
jwks holds what is no public key|"jwks": {"keys": [$key, {"kty": "oct"}]}
"jwks" must be a JSON object|"jwks": [$key]
a client whose token_endpoint_auth_method is private_key_jwt has no client_secret_v|$keys, "client_secret_verifier": "$argon2id"
a client whose token_endpoint_auth_method is client_secret_jwt has no client_secret_v|$secret, "client_secret_verifier": "$argon2id"
MEMBERS
for part in d p q dp dq qi oth k; do
	for value in '"x"' null '[]'; do
		refused "refused: a key with its private \"$part\" $value" \
			'22023: invalid_client_metadata: jwks holds what is no public key' \
			"$(register "$(with "\"jwks\": {\"keys\": [$key,
			{\"kty\": \"RSA\", \"$part\": $value}]}")")"
	done
done

# A secret that is kept sealed.
sealed="$(register "$(with "$secret, \"client_secret_expires_at\": 4000000000")")"
like 'client_secret_jwt: there is no secret yet' \
	'NOTICE:.*client "one" has no secret yet: .*sealed' "$sealed"
is 'and none is stored' 't|t|4000000000' \
	"SELECT client_secret_verifier IS NULL, client_secret_sealed IS NULL,
	oauth.client_metadata('one') -> 'client_secret_expires_at'
	FROM oauth.client WHERE client_id = 'one'"
like 'nor after a change' 'HINT:.*postern client-secret' \
	"$(change one '{"client_name": "One"}')"
run "UPDATE oauth.client SET client_secret_sealed = 'x' WHERE client_id = 'one'"
is 'with a secret nothing is said' '' "$(change one '{"client_name": "Two"}')"
is 'and it stays' 'x' \
	"SELECT client_secret_sealed FROM oauth.client WHERE client_id = 'one'"
is 'until there is another method' 't|t' \
	"$(change one "{$keys}") \\g /dev/null
	SELECT client_secret_sealed IS NULL, client_secret_expires_at IS NULL
	FROM oauth.client WHERE client_id = 'one'"
refused 'the keys can not be taken back' \
	'22023: invalid_client_metadata: private_key_jwt needs' \
	"$(change one '{"jwks": null}')"
is 'but replaced by where they are' 'https://a.example/j|t' \
	"$(change one '{"jwks": null, "jwks_uri": "https://a.example/j"}')
	\\g /dev/null
	SELECT jwks_uri, jwks IS NULL FROM oauth.client WHERE client_id = 'one'"
like 'and from there to a secret' 'NOTICE:.*client "one" has no secret yet' \
	"$(change one "{$secret}")"
run "SELECT oauth.delete_client('one')" >/dev/null

# The rest.
taken '"default_max_age": 0'
taken '"default_max_age": 2147483647'
taken '"default_acr_values": []'
taken "\"default_acr_values\": [\"$acr\"]"
taken '"application_type": "native"'
taken '"response_types": ["id_token"], "grant_types": ["implicit"]'
taken '"response_types": ["id_token code"], "grant_types": ["authorization_code", "implicit"]'
taken '"access_token_audience": "https://api.example"'
taken '"subject_type": "pairwise", "redirect_uris": ["https://a.example/1", "https://A.example:444/2"]'
taken '"subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"], "sector_identifier_uri": "https://c.example/s"'
while IFS='|' read -r fault members; do
	refused "refused: $(printf %s "$members" | cut -c 1-150)" \
		"22023: invalid_client_metadata: $fault" \
		"$(register "$(with "$members")")"
done <<MEMBERS
"default_max_age" must be a whole|"default_max_age": -1
"default_max_age" must be a whole|"default_max_age": 2147483648
"default_max_age" must be a whole|"default_max_age": 1.5
"default_max_age" must be a whole|"default_max_age": "60"
"default_max_age" must be a whole|"default_max_age": true
default_acr_values may hold no other than|"default_acr_values": ["$acr", "phr"]
default_acr_values may hold no other than|"default_acr_values": [""]
"default_acr_values" must be an array|"default_acr_values": "$acr"
application_type is web or native|"application_type": "browser"
"application_type" must be a string|"application_type": ["web"]
subject_type is public or pairwise|"subject_type": "private"
subject_type pairwise needs sector_identifier_uri|"subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"]
subject_type pairwise needs sector_identifier_uri|"subject_type": "pairwise", "redirect_uris": ["https://[2001:db8::1]/", "https://[2001:db8::2]/"]
subject_type pairwise needs sector_identifier_uri|"subject_type": "pairwise", "redirect_uris": ["com.example.a://callback"]
subject_type pairwise needs sector_identifier_uri|"subject_type": "pairwise", "redirect_uris": [], "grant_types": ["client_credentials"]
response_types and grant_types do not agree|"response_types": ["id_token"], "grant_types": ["authorization_code"]
response_types and grant_types do not agree|"response_types": ["code token"], "grant_types": ["authorization_code"]
access_token_format is opaque or jwt|"access_token_format": "JWT"
access_token_audience must be|"access_token_audience": ""
access_token_audience must be|"access_token_audience": "a b"
access_token_audience must be|"access_token_audience": "$long$long"
MEMBERS
for member in require_signed_request_object require_auth_time \
    require_pushed_authorization_requests backchannel_logout_session_required \
    frontchannel_logout_session_required; do
	taken "\"$member\": true"
	is "null is false: $member" f "BEGIN;
		$(register "$(with "\"$member\": null")") \\g /dev/null
		SELECT $member FROM oauth.client WHERE client_id = 'one'; ROLLBACK"
	for value in '"true"' 1 0 '[]' '{}'; do
		refused "refused: $member $value" \
			"22023: invalid_client_metadata: \"$member\" must be true or false" \
			"$(register "$(with "\"$member\": $value")")"
	done
done

# A sector is a host.
while read -r wanted uri; do
	is "sector of $uri" "$wanted" "SELECT oauth.sector_identifier('$uri', '{}')"
	is "and as a redirect URI" "$wanted" \
		"SELECT oauth.sector_identifier(NULL, '{$uri,com.example.a:/cb}')"
done <<'URIS'
a.example https://A.example
a.example https://a.example:8443/x
[2001:db8::1] https://[2001:DB8::1]:8443/x
127.0.0.1 http://127.0.0.1:80/x
URIS
# Who registers itself meets the same rules.
while IFS='|' read -r fault members; do
	refused "refused to whoever asks: $(printf %s "$members" | cut -c 1-100)" \
		"22023: $fault" "SELECT oauth.dynamic_client(
		\$json\${\"redirect_uris\": [\"https://a.example/cb\"], $members}\$json\$, 'one')"
done <<MEMBERS
invalid_client_metadata: "authorization_encrypted_response_enc": nothing is|"authorization_encrypted_response_enc": "A128GCM"
invalid_client_metadata: "id_token_signed_response_alg" must be one of|"id_token_signed_response_alg": "none"
invalid_client_metadata: private_key_jwt needs|"token_endpoint_auth_method": "private_key_jwt"
invalid_client_metadata: jwks holds no key|"jwks": {"keys": []}
invalid_client_metadata: default_acr_values may|"default_acr_values": ["phr"]
invalid_client_metadata: frontchannel_logout_uri has|"frontchannel_logout_uri": "https://b.example/out"
invalid_redirect_uri: "javascript:x" in post_logout|"post_logout_redirect_uris": ["javascript:x"]
MEMBERS

is 'nothing of all that is stored' front \
	"SELECT string_agg(client_id, ' ') FROM oauth.client"

done_testing
