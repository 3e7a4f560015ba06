# web.sh - the program pools and the private web server.  Sourced.

PROGRAMS='authorize token resource metadata'

program_environment() {
	echo "POSTERN_DATABASE=${REMOTE_DATABASE:-host='$CLUSTER/pgrun' port=5432 dbname=$DATABASE}"
	echo "POSTERN_KEY_FILE=$HOME_DIR/key"
	[ -z "${POSTERN_CONNECTIONS:-}" ] || echo "POSTERN_CONNECTIONS=$POSTERN_CONNECTIONS"
	[ -z "${POSTERN_READ_LANES:-}" ] || echo "POSTERN_READ_LANES=$POSTERN_READ_LANES"
}

# KEY: another instance's, for two that share a database.
make_key() {
	[ -s "$HOME_DIR/key" ] && return
	if [ -n "${KEY:-}" ]; then
		(umask 077 && cp "$KEY" "$HOME_DIR/key")
	else
		(umask 077 && "$BUILD/bin/postern" make-key >"$HOME_DIR/key")
	fi
	give_to_web "$HOME_DIR/key"
}

# Copies, so that a build does not disturb what is running, and so that it does
# not matter who can read the source tree.
install_programs() {
	for program in cgi-bin/authorize cgi-bin/token cgi-bin/resource cgi-bin/metadata \
		deploy/local/demo; do
		copy=$HOME_DIR/bin/${program##*/}
		rm -f "$copy"
		cp "$BUILD/$program" "$copy"
		chmod 755 "$copy"
	done
	cp "$ROOT/deploy/local/supervise" "$HOME_DIR/bin/supervise"
	chmod 755 "$HOME_DIR/bin/supervise"
	program_environment >"$HOME_DIR/postern.conf"
}

start_pools() {
	for program in $PROGRAMS; do
		is_running "$program" && continue
		rm -f "$RUN/$program.sock"
		start_pool "$program"
	done
}

# spawn-fcgi binds the socket, becomes WEB_USER, and turns into the supervisor.
start_pool() {
	set -- spawn-fcgi -n -s "$RUN/$1.sock" -M 0660 -b 1024
	if [ "$(id -u)" = 0 ]; then
		set -- "$@" -U "$WEB_USER" -G "$WEB_USER" -u "$WEB_USER" -g "$WEB_USER"
	fi
	# HOME: libpq looks for certificates there, and root's is closed to it.
	HOME=$HOME_DIR POSTERN_CONFIG=$HOME_DIR/postern.conf start_process "$program" \
		"$LOG/programs.log" "$@" -- "$HOME_DIR/bin/supervise" \
		"$PROCESSES" "$HOME_DIR/bin/$program"
}

has_ipv6() { grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; }

lighttpd_ipv6() {
	echo "\$SERVER[\"socket\"] == \"[::1]:$PORT\" {"
	[ "$TLS" != 1 ] || echo "ssl.engine = \"enable\""
	echo "}"
}

lighttpd_config() {
	echo "server.bind = \"$BIND\""
	echo "server.port = $PORT"
	echo "server.document-root = \"$HOME_DIR/www\""
	echo "server.errorlog = \"$LOG/web.log\""
	echo "server.breakagelog = \"$LOG/programs.log\""
	echo "server.pid-file = \"$RUN/lighttpd.pid\""
	echo "server.max-connections = 2048"
	echo "index-file.names = ( \"index.html\" )"
	# Or a browser would save the page that it is to show.
	echo "mimetype.assign = ( \".html\" => \"text/html; charset=utf-8\" )"
	[ "$(id -u)" != 0 ] || echo "server.username = \"$WEB_USER\""
	[ "$(id -u)" != 0 ] || echo "server.groupname = \"$WEB_USER\""
	[ "$TLS" != 1 ] || lighttpd_tls
	! has_ipv6 || lighttpd_ipv6
	if [ "$SERVER" = lighttpd-cgi ]; then
		echo "var.postern_bin = \"$HOME_DIR/bin\""
		echo "var.postern_config = \"$HOME_DIR/postern.conf\""
		echo "include \"$ROOT_COPY/deploy/lighttpd/postern-cgi.conf\""
	else
		echo "var.postern_run = \"$RUN\""
		echo "include \"$ROOT_COPY/deploy/lighttpd/postern.conf\""
	fi
	[ "$DEMO" != 1 ] || demo_config
	printf '%s\n' "${WEB_EXTRA:-}"
}

apache_config() {
	apache_modules=/usr/lib/apache2/modules
	echo "ServerName localhost"
	echo "Listen $BIND:$PORT"
	! has_ipv6 || echo "Listen [::1]:$PORT"
	echo "PidFile $RUN/apache.pid"
	echo "ErrorLog $LOG/web.log"
	echo "DocumentRoot $HOME_DIR/www"
	echo "DefaultRuntimeDir $RUN"
	[ "$(id -u)" != 0 ] || printf 'User %s\nGroup %s\n' "$WEB_USER" "$WEB_USER"
	for module in mpm_event authz_core alias env headers setenvif reqtimeout proxy proxy_fcgi cgid; do
		echo "LoadModule ${module}_module $apache_modules/mod_$module.so"
	done
	echo "ScriptSock $RUN/cgid.sock"
	echo "ThreadsPerChild 64"
	echo "Define POSTERN_RUN $RUN"
	echo "Define POSTERN_BIN $HOME_DIR/bin"
	echo "Define POSTERN_CONFIG $HOME_DIR/postern.conf"
	if [ "$SERVER" = apache-cgi ]; then
		echo "Include $ROOT_COPY/deploy/apache/postern-cgi.conf"
	else
		echo "Include $ROOT_COPY/deploy/apache/postern.conf"
	fi
}

nginx_config() {
	[ "$(id -u)" != 0 ] || echo "user $WEB_USER;"
	echo "pid $RUN/nginx.pid;"
	echo "error_log $LOG/web.log;"
	echo "worker_processes 1;"
	echo "events { worker_connections 2048; }"
	echo "http {"
	echo "access_log off;"
	for nginx_temp in client_body proxy fastcgi uwsgi scgi; do
		echo "${nginx_temp}_temp_path $HOME_DIR/nginx-$nginx_temp;"
	done
	# The upstreams are elsewhere here; all else is the snippet as it stands.
	sed "s|/run/postern|$RUN|" "$ROOT/deploy/nginx/postern-upstream.conf"
	echo "server {"
	echo "listen $BIND:$PORT;"
	! has_ipv6 || echo "listen [::1]:$PORT;"
	echo "root $HOME_DIR/www;"
	echo "include $ROOT_COPY/deploy/nginx/postern.conf;"
	printf '%s\n' "${WEB_EXTRA:-}"
	echo "} }"
}

# For who opens the address that the start-up prints.
index_page() {
	echo '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Postern</title>'
	echo '<h1>Postern is up</h1>'
	[ "$DEMO" != 1 ] || echo '<p><a href="/demo/">Sign in with the demo application</a>'
	echo '<p><a href="/.well-known/openid-configuration">What this server offers</a>'
}

start_web() {
	is_running web && return
	# The web server may not be able to read the source tree.
	ROOT_COPY=$HOME_DIR
	rm -rf "$HOME_DIR/deploy"
	mkdir -p "$HOME_DIR/deploy"
	cp -r "$ROOT/deploy/lighttpd" "$ROOT/deploy/apache" "$ROOT/deploy/nginx" "$HOME_DIR/deploy/"
	[ -f "$HOME_DIR/www/index.html" ] || index_page >"$HOME_DIR/www/index.html"
	echo "$PORT" >"$RUN/port"
	# Emptied first, and nobody else's to read: the demo's secret is in it.
	(umask 077 && rm -f "$HOME_DIR/web.conf" && : >"$HOME_DIR/web.conf")
	case $SERVER in
	lighttpd*)
		lighttpd_config >"$HOME_DIR/web.conf"
		start_process web "$LOG/web.log" lighttpd -D -f "$HOME_DIR/web.conf" ;;
	apache*)
		apache_config >"$HOME_DIR/web.conf"
		start_process web "$LOG/web.log" apache2 -d "$HOME_DIR" -f "$HOME_DIR/web.conf" -DFOREGROUND ;;
	nginx)
		nginx_config >"$HOME_DIR/web.conf"
		start_process web "$LOG/web.log" nginx -c "$HOME_DIR/web.conf" -g 'daemon off;' ;;
	*)
		die "SERVER is lighttpd, lighttpd-cgi, apache, apache-cgi or nginx" ;;
	esac
}
