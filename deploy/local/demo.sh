# demo.sh - the demo client, user and application.  Sourced.

# name=value, quoted for sh.
assign() {
	printf "%s='%s'\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\''/g")"
}

# The first call's answer, "client_id|client_secret".
register() {
	admin_psql -At -v metadata="$1" <<'SQL'
SELECT client_id, client_secret FROM oauth.register_client(:'metadata');
SQL
}

# Another port than last time: the clients keep all but their redirect URI.
move_demo() {
	sed -i "s|http://localhost:[0-9]*|http://localhost:$PORT|" "$STATE/demo.env"
	. "$STATE/demo.env"
	admin_psql -v id="$DEMO_CLIENT_ID" -v public_id="$DEMO_PUBLIC_CLIENT_ID" \
		-v uri="$DEMO_REDIRECT_URI" <<'SQL'
SELECT oauth.change_client(:'id', jsonb_build_object('redirect_uris',
	jsonb_build_array(:'uri'), 'post_logout_redirect_uris',
	jsonb_build_array(regexp_replace(:'uri', 'callback$', '')))) \g /dev/null
SELECT oauth.change_client(:'public_id', jsonb_build_object('redirect_uris',
	jsonb_build_array(:'uri', 'http://127.0.0.1/callback'))) \g /dev/null
SQL
}

make_demo() {
	if [ -s "$STATE/demo.env" ]; then
		grep -q "^POSTERN_URL='http://localhost:$PORT'" "$STATE/demo.env" || move_demo
		return
	fi
	demo_password=$(head -c 9 /dev/urandom | od -An -tx1 | tr -d ' \n')
	demo_hash=$(printf '%s\n' "$demo_password" | "$BUILD/bin/postern" hash-password)
	demo_redirect=http://localhost:$PORT/demo/callback
	# Somebody may have been interrupted here: alice may be there already.
	admin_psql -v hash="$demo_hash" <<'SQL'
SELECT oauth.define_scope('profile', 'See your name and username', true) \g /dev/null
SELECT EXISTS (SELECT 1 FROM oauth.end_user WHERE username = 'alice') AS there \gset
\if :there
SELECT oauth.set_password('alice', :'hash') \g /dev/null
\else
SELECT oauth.create_user('alice', :'hash',
	'{"name": "Alice Liddell", "email": "alice@example.org"}') \g /dev/null
\endif
SQL
	demo_client=$(register '{"client_name": "Demo application",
		"redirect_uris": ["'"$demo_redirect"'"],
		"post_logout_redirect_uris": ["'"${demo_redirect%callback}"'"],
		"grant_types": ["authorization_code", "refresh_token", "client_credentials"],
		"response_types": ["code"], "scope": "openid profile email offline_access"}')
	demo_public=$(register '{"client_name": "Demo public client",
		"token_endpoint_auth_method": "none",
		"redirect_uris": ["'"$demo_redirect"'", "http://127.0.0.1/callback"],
		"grant_types": ["authorization_code", "refresh_token",
			"urn:ietf:params:oauth:grant-type:device_code"],
		"response_types": ["code"], "scope": "openid profile email offline_access"}')
	(
		umask 077
		{
			assign POSTERN_URL "http://localhost:$PORT"
			assign POSTERN_ADMIN_DATABASE "$(admin_conninfo)"
			assign DEMO_CLIENT_ID "${demo_client%%|*}"
			assign DEMO_CLIENT_SECRET "${demo_client#*|}"
			assign DEMO_REDIRECT_URI "$demo_redirect"
			assign DEMO_PUBLIC_CLIENT_ID "${demo_public%%|*}"
			assign DEMO_USER alice
			assign DEMO_PASSWORD "$demo_password"
		} >"$STATE/demo.env.new"
	)
	mv "$STATE/demo.env.new" "$STATE/demo.env"
}

# For lighttpd: the application is a CGI program of its own.
demo_config() {
	. "$STATE/demo.env"
	cat <<CONF
server.modules += ( "mod_cgi", "mod_alias", "mod_setenv" )
\$HTTP["url"] =~ "^/demo/" {
	alias.url = ( "/demo" => "$HOME_DIR/bin/demo" )
	cgi.assign = ( "" => "" )
	setenv.set-environment = (
		"POSTERN_URL" => "$POSTERN_URL",
		"DEMO_CLIENT_ID" => "$DEMO_CLIENT_ID",
		"DEMO_CLIENT_SECRET" => "$DEMO_CLIENT_SECRET",
		"DEMO_REDIRECT_URI" => "$DEMO_REDIRECT_URI" )
}
CONF
}

# What to type after make to mean this instance.
make_arguments() {
	[ "$STATE" = "$ROOT/var" ] || printf ' STATE=%s' "$STATE"
}

# Where a browser finds the application: behind lighttpd alone.
demo_address() {
	case $SERVER in
	lighttpd*) echo "$POSTERN_URL/demo/" ;;
	*) echo "(the demo application needs SERVER=lighttpd)" ;;
	esac
}

what_to_try() {
	. "$STATE/demo.env"
	cat <<TRY

Postern is up at $POSTERN_URL

  in a browser   $(demo_address)
                 sign in as $DEMO_USER, with the password $DEMO_PASSWORD
  step by step   make demo$(make_arguments)
  with curl      curl -u $DEMO_CLIENT_ID:$DEMO_CLIENT_SECRET -d grant_type=client_credentials $POSTERN_URL/oauth/token

All of this is in $STATE/demo.env, for scripts.

TRY
}
