#!/bin/sh
# guard.t - the guard of a resource by plain CGI (guard.c), as the role that the
# program takes for itself; and the lengths of a body, of which a web server
# would let none through that is odd.
# shellcheck source=tests/sql/scratch.sh
# shellcheck disable=SC2154
. "$(dirname "$0")/../sql/scratch.sh"
scratch_start
bin=$root/${BUILD:-build/debug}
case ${BUILD:-} in /*) bin=$BUILD ;; esac

# Whoever the program is, by its own name for itself.
database=$(printf '%s\n' "$conninfo" | sed "s/user='*[^ ']*'*//")
trap 'rm -rf "${own:-}"; database=postern_test_$$; scratch_end' EXIT
own=$(mktemp -d)
"$bin/bin/postern" make-key >"$own/key"
chmod 600 "$own/key"

# A token of known bytes, 32 times $1, in slot 0.
text() {
	head -c 32 /dev/zero | tr '\0' "\\$1" | base64 -w 0 | tr '+/' '-_' |
		sed 's/=$//; s/^/pat0_/'
}
token() {	# OCTAL SCOPE
	run "INSERT INTO oauth.access_token (slot, token_hash, client_id, user_id,
		authorization_id, scope, expires_at)
	SELECT 0, sha256(convert_to(repeat(chr($((0$1))), 32), 'UTF8')), 'app',
	       u.user_id, authorization_id, '$2', now() + interval '1 hour'
	  FROM oauth.end_user u, oauth.authorization_grant" >"$own/out"
	[ ! -s "$own/out" ] || die "$(cat "$own/out")"
}
got=$(run "SELECT oauth.define_scope(s, s) FROM unnest('{profile,email,calendar}'
		::text[]) s;
	SELECT client_id FROM oauth.register_client('{\"client_id\": \"app\",
		\"redirect_uris\": [\"https://app.test/cb\"]}');
	SELECT length(oauth.create_user('guarded', NULL, '{}'));
	INSERT INTO oauth.authorization_grant (user_id, client_id, grant_type,
		scope, expires_at)
	SELECT user_id, 'app', 'authorization_code', '', now() + interval '1 hour'
	  FROM oauth.end_user") || die "$got"
# Tokens are of after tokens_valid_after, which is when the client was made.
token 101 profile
token 102 email
token 103 calendar
token 104 'email profile'
token 105 ''
token 106 'profiles emails'
token 107 'calendar profile'

# cgi PROGRAM NAME=VALUE...: what it says to out, with its log to err.
cgi() {
	program=$1
	shift
	env -i POSTERN_DATABASE="$database" POSTERN_KEY_FILE="$own/key" \
		REMOTE_ADDR=127.0.0.1 "$@" "$bin/$program" >"$own/out" 2>"$own/err"
	status=$?
}
check() {	# NAME
	result=$?
	ok "$result" "$1"
	[ "$result" = 0 ] || found "exit $status
$(cat "$own/out" "$own/err")"
}

# guarded PATH STATUS TOKEN...: each of the tokens gets that.
guarded() {
	path=$1 wanted=$2
	shift 2
	for letter; do
		cgi tests/cgi/guard REQUEST_METHOD=GET SCRIPT_NAME="$path" \
			HTTP_AUTHORIZATION="Bearer $(text "$letter")" </dev/null
		[ "$status" = 0 ] && grep -q "^Status: $wanted" "$own/out" &&
			case $wanted in
			200) grep -q '^{"username":"guarded"}$' "$own/out" ;;
			403) grep -q '^WWW-Authenticate: Bearer .*error="insufficient_scope"' \
				"$own/out" ;;
			esac
		check "$path with token $letter: $wanted"
	done
}
# Authlib scope_operator: "profile email" is both of them, in either order.
guarded /all 200 104
guarded /all 403 101 102 103 105 106 107
# ["calendar", "email"] is one of them.
guarded /any 200 102 103 104 107
guarded /any 403 101 105 106
# ["calendar", "email profile"] is the one, or both of the other.
guarded /mixed 200 103 104 107
guarded /mixed 403 101 102 105 106
guarded /optional 200 101 102 103 104 105 106 107

ask() {	# PATH HEADER
	cgi tests/cgi/guard REQUEST_METHOD=GET SCRIPT_NAME="$1" \
		HTTP_AUTHORIZATION="$2" </dev/null
}
# Authlib optional_token: none is anonymous, a bad one is refused.
for header in '' 'Basic YTpi' 'nonsense'; do
	ask /optional "$header"
	grep -q '^{"username":"anonymous"}$' "$own/out"
	check "optional, Authorization \"$header\": anonymous"
	ask /all "$header"
	grep -q '^Status: 401' "$own/out" && ! grep -q 'error=' "$own/out"
	check "needed, Authorization \"$header\": 401 without an error code"
done
for header in 'Bearer x' "Bearer $(text 110)"; do
	ask /optional "$header"
	grep -q '^Status: 401' "$own/out" && grep -q 'error="invalid_token"' "$own/out"
	check 'optional with a token that is none: 401 invalid_token'
done
ask /optional "Bearer $(text 101) $(text 101)"
grep -q '^Status: 400' "$own/out" && grep -q 'error="invalid_request"' "$own/out"
check 'optional with two tokens: 400 invalid_request'
cgi tests/cgi/guard REQUEST_METHOD=GET SCRIPT_NAME=/optional \
	QUERY_STRING="access_token=$(text 101)" </dev/null
grep -q '^Status: 400' "$own/out" && ! grep -q guarded "$own/out"
check 'optional with a token in the query: 400 (E61)'
cgi tests/cgi/guard REQUEST_METHOD=POST SCRIPT_NAME=/optional </dev/null
grep -q '^Status: 405' "$own/out" && grep -q '^Allow: GET, OPTIONS' "$own/out"
check 'another method: 405'
run "UPDATE oauth.access_token SET expires_at = now()" >"$own/sql"
for path in /all /any /mixed /optional; do
	ask "$path" "Bearer $(text 104)"
	grep -q '^Status: 401' "$own/out" && grep -q 'error="invalid_token"' "$own/out"
	check "$path with an expired token: 401"
done

# B22: bodies and their lengths, at the token endpoint. 18 bytes are there.
length() {	# STATUS WHAT CONTENT_LENGTH=...
	wanted=$1 what=$2
	shift 2
	printf 'grant_type=unknown' | cgi_length "$@"
	status=$(cat "$own/status")
	[ "$status" = 0 ] && grep -q "^Status: $wanted" "$own/out" &&
		grep -q "$what" "$own/out"
	check "$*: $wanted"
}
cgi_length() {
	cgi cgi-bin/token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token \
		CONTENT_TYPE=application/x-www-form-urlencoded "$@"
	echo "$status" >"$own/status"
}
length 400 'unsupported_grant_type' CONTENT_LENGTH=18
length 400 'grant_type is missing'
length 400 'grant_type is missing' CONTENT_LENGTH=
length 400 'grant_type is missing' CONTENT_LENGTH=0
length 400 'grant_type is missing' CONTENT_LENGTH=9	# "grant_typ"
length 400 'ended early' CONTENT_LENGTH=19
length 400 'ended early' CONTENT_LENGTH=65536
for n in -1 +18 18,18 ' 18' '18 ' 0x12 1e1 18x x; do
	length 400 'malformed' CONTENT_LENGTH="$n"
done
for n in 65537 2147483648 4294967296 4294967314; do
	length 413 'too large' CONTENT_LENGTH="$n"
done
# Beyond 64 bits, where counting would begin anew: 2^64 + 18.
for n in 9223372036854775808 18446744073709551616 18446744073709551634; do
	length 4 'invalid_request' CONTENT_LENGTH="$n"
done
length 400 'x-www-form-urlencoded' CONTENT_LENGTH=18 CONTENT_TYPE=text/plain

# K128 and the rest of what a program refuses to start with.
refuses() {	# WHY NAME=VALUE...
	why=$1
	shift
	cgi cgi-bin/token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token "$@" </dev/null
	[ "$status" = 1 ] && [ ! -s "$own/out" ] && grep -q -- "$why" "$own/err" &&
		! grep -q "$(cut -c 1-16 "$own/key")" "$own/err"
	check "refused, with \"$why\": $*"
}
for mode in 604 606 644 660 620 601 610 777; do
	cp "$own/key" "$own/key$mode"
	chmod "$mode" "$own/key$mode"
	refuses 'POSTERN_KEY_FILE: others may' POSTERN_KEY_FILE="$own/key$mode"
done
for mode in 400 440 600 640; do
	cp "$own/key" "$own/key$mode"
	chmod "$mode" "$own/key$mode"
	length 400 unsupported_grant_type CONTENT_LENGTH=18 \
		POSTERN_KEY_FILE="$own/key$mode"
done
ln -s key "$own/link"
mkfifo -m 600 "$own/fifo"
mkdir "$own/directory"
(umask 077
	: >"$own/empty"
	cut -c 1-63 "$own/key" >"$own/short"
	sed 's/$/0/' "$own/key" >"$own/long"
	tr 0-9a-f 'g-v' <"$own/key" >"$own/letters"
	head -c 64 /dev/zero >"$own/zeros"
	head -c 70000 /dev/zero >"$own/large")
for file in link directory absent fifo large; do
	refuses 'POSTERN_KEY_FILE: ' POSTERN_KEY_FILE="$own/$file"
done
for file in empty short long letters zeros; do
	refuses 'not 64 hexadecimal digits' POSTERN_KEY_FILE="$own/$file"
done
refuses 'POSTERN_KEY_FILE: not a regular file' POSTERN_KEY_FILE=/dev/null
refuses 'no connection string' POSTERN_DATABASE='nonsense password=hunter2'
! grep -q hunter2 "$own/err"
check 'and its password is not repeated'

# A database that is not there is no reason not to start: it may come back.
cgi cgi-bin/metadata POSTERN_DATABASE="host=$own" REQUEST_METHOD=GET \
	SCRIPT_NAME=/.well-known/oauth-authorization-server </dev/null
[ "$status" = 0 ] && grep -q '^Status: 503' "$own/out" &&
	grep -q '^Retry-After: 1' "$own/out"
check 'no database: 503'
printf 'POSTERN_DATABASE=%s\nPOSTERN_KEY_FILE=%s\n' "$database" "$own/key" \
	>"$own/conf"
cgi cgi-bin/metadata POSTERN_DATABASE= POSTERN_CONFIG="$own/conf" \
	REQUEST_METHOD=GET SCRIPT_NAME=/.well-known/oauth-authorization-server \
	</dev/null
[ "$status" = 0 ] && grep -q '^Status: 200' "$own/out"
check 'the database of POSTERN_CONFIG'
for n in fifo directory absent; do
	refuses 'POSTERN_CONFIG: ' POSTERN_CONFIG="$own/$n"
done
done_testing
