#!/bin/sh
# programs.t - the programs as plain CGI, without a web server and, here, without
# a database: what they refuse to start with, and what they answer by themselves.
set -u
bin=${BUILD:-build/debug}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tests=0

ok() {	# STATUS WHAT
	tests=$((tests + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $tests - $2"
	[ "$1" -eq 0 ] || sed 's/^/# /' "$dir/out"
}

# run PROGRAM NAME=VALUE...: both outputs to out, the exit code to status.
body=/dev/null
run() {
	program=$1
	shift
	env -i POSTERN_DATABASE="host=$dir" POSTERN_KEY_FILE="$dir/key" \
		REMOTE_ADDR=127.0.0.1 "$@" "$bin/cgi-bin/$program" \
		>"$dir/out" 2>&1 <"$body"
	status=$?
}

has() { grep -q -- "$1" "$dir/out"; ok $? "$2"; }
refuses() { [ "$status" -eq 1 ] && grep -q -- "$1" "$dir/out"; ok $? "$2"; }

"$bin/bin/postern" make-key >"$dir/key"
chmod 600 "$dir/key"

run metadata REQUEST_METHOD=GET SCRIPT_NAME=/nothing
has '^Status: 404' 'an unknown path'
run metadata REQUEST_METHOD=GET SCRIPT_NAME=/health
has '^Status: 503' 'no database'
has '"outcome":"temporarily_unavailable"' 'and the log says so'
run token REQUEST_METHOD=GET SCRIPT_NAME=/oauth PATH_INFO=/token
has '^Status: 405' 'SCRIPT_NAME and PATH_INFO make the path'
run token REQUEST_METHOD=POST SCRIPT_NAME=/deep/below/oauth/token
has '"error":"invalid_request"' 'below a prefix'
run token SCRIPT_NAME=/oauth/token
has '^Status: 400' 'no REQUEST_METHOD'
run token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token CONTENT_LENGTH=-1
has '^Status: 400' 'a negative CONTENT_LENGTH'
run token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token CONTENT_LENGTH=99999999999
has '^Status: 413' 'a huge CONTENT_LENGTH'
run token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token CONTENT_LENGTH=5
has 'the request ended early' 'a body shorter than CONTENT_LENGTH'
# It stays open and says no more: GATEWAY_PIECE_MS is 10 seconds.
mkfifo "$dir/body"
sleep 20 >"$dir/body" &
body=$dir/body
run token REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token CONTENT_LENGTH=5
body=/dev/null
kill $!
has '^Status: 408' 'a body that stops coming'
run resource REQUEST_METHOD=GET SCRIPT_NAME=/api/me \
	HTTP_AUTHORIZATION="Bearer $(head -c 9000 /dev/zero | tr '\0' a)"
has '^Status: 431' 'a huge header field'
run authorize REQUEST_METHOD=GET SCRIPT_NAME=/oauth/authorize \
	QUERY_STRING="$(head -c 20000 /dev/zero | tr '\0' a)"
has '^Status: 414' 'a huge query'

# A proxy of the client's choosing must not steer us (httpoxy, CVE-2016-5387).
run resource REQUEST_METHOD=GET SCRIPT_NAME=/api/me HTTP_PROXY=http://127.0.0.1:1
has '^Status: 401' 'a Proxy header changes nothing'

rq='REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token'
# shellcheck disable=SC2086
{
	run token $rq POSTERN_DATABASE=
	refuses 'POSTERN_DATABASE is not set' 'no POSTERN_DATABASE'
	run token $rq POSTERN_DATABASE='host=x password=hunter2 nonsense'
	refuses 'no connection string' 'a bad POSTERN_DATABASE'
	! grep -q hunter2 "$dir/out"
	ok $? 'and its password is not repeated'
	run token $rq POSTERN_CONNECTIONS=0
	refuses 'POSTERN_CONNECTIONS' 'no connections'
	chmod 644 "$dir/key"
	run token $rq
	refuses 'others may read' 'a key that others may read (K128)'
	chmod 600 "$dir/key"
	ln -s key "$dir/link"
	run token $rq POSTERN_KEY_FILE="$dir/link"
	refuses 'POSTERN_KEY_FILE' 'a key that is a link'
	mkfifo -m 600 "$dir/fifo"
	run token $rq POSTERN_KEY_FILE="$dir/fifo"
	refuses 'POSTERN_KEY_FILE' 'a key that is a pipe'
	run token $rq POSTERN_KEY_FILE="$dir"
	refuses 'POSTERN_KEY_FILE' 'a key that is a directory'
	run token $rq POSTERN_KEY_FILE="$dir/absent"
	refuses 'POSTERN_KEY_FILE' 'no key'
	(umask 077 && echo abc >"$dir/short" && tr 0-9a-f g-v <"$dir/key" >"$dir/other")
	run token $rq POSTERN_KEY_FILE="$dir/short"
	refuses '64 hexadecimal digits' 'a short key'
	run token $rq POSTERN_KEY_FILE="$dir/other"
	refuses '64 hexadecimal digits' 'a key of other letters'
}

printf '# ours\nPOSTERN_KEY_FILE=%s\nPOSTERN_DATABASE=host=%s\n' \
	"$dir/key" "$dir" >"$dir/conf"
env -i POSTERN_CONFIG="$dir/conf" REQUEST_METHOD=POST SCRIPT_NAME=/oauth/token \
	"$bin/cgi-bin/token" >"$dir/out" 2>&1 </dev/null
has 'grant_type is missing' 'POSTERN_CONFIG names a file of settings'
chmod 666 "$dir/conf"
env -i POSTERN_CONFIG="$dir/conf" "$bin/cgi-bin/token" >"$dir/out" 2>&1 </dev/null
status=$?
refuses 'POSTERN_CONFIG' 'which nobody else may write'

"$bin/bin/postern" >"$dir/out" 2>&1
[ $? -eq 2 ]
ok $? 'postern without a command explains itself'
echo secret | "$bin/bin/postern" hash-password >"$dir/out"
has '^\$argon2id\$v=19\$m=65536,t=2,p=1\$' 'postern hash-password'
echo "1..$tests"
