#!/bin/sh
# redirect_uri.t - which redirect URIs may be registered.
. "$(dirname "$0")/scratch.sh"
scratch_start

# verdict URI: NULL is "good". In a here-document, so that nothing is quoted.
verdict() {
	sql -v uri="$1" <<-'SQL'
	SELECT coalesce(oauth.redirect_uri_fault(:'uri'), 'good');
	SQL
}

expect() {
	got=$(verdict "$2")
	case $got in
	*"$1"*) ok 0 "$1: $(printf %s "$2" | tr -d '\000-\037' | tr '#' '+' | cut -c 1-60)" ;;
	*)
		ok 1 "$1: $(printf %s "$2" | tr -d '\000-\037' | tr '#' '+' | cut -c 1-60)"
		found "it was: $got"
		;;
	esac
}

while read -r uri; do
	expect good "$uri"
done <<'URIS'
https://app.example/callback
https://app.example
https://app.example:8443/cb?tenant=1&x=%20y
https://app.example/cb?decode=1&codes=2&mystate=3
https://[2001:db8::1]/cb
https://app.example/a(b)*,;'!@:~
http://localhost/cb
http://localhost:3000/cb
http://127.0.0.1/cb
http://127.1.2.3:64000/cb
http://[::1]:8080/cb
com.example.app:/callback
com.example.app://callback/x
com.example.app:cb
URIS

while IFS='|' read -r fault uri; do
	expect "$fault" "$uri"
done <<'URIS'
it is empty|
it has a fragment|https://app.example/cb#x
it has a fragment|https://app.example/cb#
a character that|https://app.example/c b
a character that|https://app.example\cb
a character that|https://app.example/"cb
a character that|https://app.example/'<cb>
a character that|https://app.example/ünicode
a character that|https://app.exämple/cb
a character that|https://app.example/%zz
a character that|https://app.example/%
a character that|https://app.example/[cb]
a character that|https://app.example/{tenant}
control character, percent-encoded|https://app.example/%0d%0aSet-Cookie:x
control character, percent-encoded|https://app.example/%00
control character, percent-encoded|https://app.example/%09
control character, percent-encoded|https://app.example/%7f
not absolute|/callback
not absolute|//app.example/cb
not absolute|app.example/cb
not absolute|HTTPS://app.example/cb
dot segment|https://app.example/cb/../other
dot segment|https://app.example/cb/..
dot segment|https://app.example/cb/%2e%2e/other
dot segment|https://app.example/./cb
dot segment|https://app.example/a%2f..%2fb
user information|https://app.example@evil.example/cb
user information|https://user:pw@app.example/cb
user information|com.example.app://user@host/cb
host or port|https://app.example:/cb
host or port|https://app.example:http/cb
host or port|https://*.example/cb
host or port|https://app.example%2eevil/cb
port is no port|https://app.example:70000/cb
port is no port|https://app.example:0/cb
no host|https:///cb
no host|https:/cb
no host|https:cb
no host|http:cb
localhost, 127.0.0.0/8|http://app.example/cb
localhost, 127.0.0.0/8|http://localhost.evil.example/cb
localhost, 127.0.0.0/8|http://127.0.0.1.evil.example/cb
localhost, 127.0.0.0/8|http://0.0.0.0/cb
private-use|javascript:alert(1)
private-use|data:text/html,x
private-use|vbscript:x
private-use|file:///etc/passwd
private-use|about:blank
private-use|blob:https://app.example/x
private-use|myapp://callback
private-use|ws://app.example/
private-use|urn:ietf:wg:oauth:2.0:oob
private-use|com..example:/cb
nothing behind|com.example.app:
response parameter "code"|https://app.example/cb?code=x
response parameter "state"|https://app.example/cb?a=b&state=y
response parameter "iss"|https://app.example/cb?iss
response parameter "error"|https://app.example/cb?a;error=1
response parameter "access_token"|com.example.app:/cb?access_token=1
needless percent-escapes|https://app.example/cb?%63ode=x
URIS

tab=$(printf '\t')
nl=$(printf '\nx')
cr=$(printf '\rx')
expect 'a character that' "https://app.example/${tab}cb"
expect 'a character that' "https://app.example/${nl}cb"
expect 'a character that' "https://app.example/${cr}cb"
expect 'longer than 2000' "https://app.example/$(printf '%2000s' x | tr ' ' x)"
expect good "https://app.example/$(printf '%1980s' x | tr ' ' x)"

done_testing
