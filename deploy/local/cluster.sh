# cluster.sh - a private PostgreSQL cluster, and the schema in it.  Sourced.
#
# Nobody reaches it but by its unix socket, and there peer authentication says
# who may be whom: www-data is the programs' four roles and nothing else.

pg_bin() {
	pg_newest=
	for pg_dir in /usr/lib/postgresql/*/bin; do
		[ ! -x "$pg_dir/initdb" ] || pg_newest=$pg_dir
	done
	[ -n "$pg_newest" ] || die "no PostgreSQL server here; deploy/local/packages run installs one"
	echo "$pg_newest/$1"
}

admin_conninfo() {
	printf "%s dbname='%s'" "${ADMIN_CONNINFO:-host='$CLUSTER/pgrun' port=5432 user=postgres}" \
		"${1:-$DATABASE}"
}

admin_psql() {
	psql -X -q -v ON_ERROR_STOP=1 "$(admin_conninfo)" "$@"
}

cluster_is_up() {
	as "$DB_USER" "$(pg_bin pg_ctl)" -D "$CLUSTER/pg" status >/dev/null 2>&1
}

write_ident() {
	for ident_user in "$(id -un)" root "$DB_USER"; do
		printf 'postern %s postgres\n' "$ident_user"
	done
	for ident_role in authorize token resource metadata; do
		printf 'postern %s postern_%s\n' "$WEB_USER" "$ident_role"
	done
}

# It has its name when it is all there: who is interrupted makes another.
make_cluster() {
	rm -rf "$CLUSTER/pg.new"
	mkdir -p "$CLUSTER/pg.new" "$CLUSTER/pgrun"
	chmod 700 "$CLUSTER/pg.new"
	chmod 755 "$CLUSTER/pgrun"
	[ "$(id -u)" != 0 ] || chown "$DB_USER" "$CLUSTER/pg.new" "$CLUSTER/pgrun"
	(cd / && as "$DB_USER" "$(pg_bin initdb)" -D "$CLUSTER/pg.new" -U postgres -E UTF8 \
		--locale=C.UTF-8 -A peer >/dev/null)
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$CLUSTER/pgrun'"
		echo "max_connections = 400"
		echo "shared_buffers = 128MB"
		echo "log_min_messages = warning"
		printf '%s\n' "${PG_EXTRA:-}"
	} | as "$DB_USER" tee -a "$CLUSTER/pg.new/postgresql.conf" >/dev/null
	echo 'local all all peer map=postern' |
		as "$DB_USER" tee "$CLUSTER/pg.new/pg_hba.conf" >/dev/null
	write_ident | sort -u | as "$DB_USER" tee "$CLUSTER/pg.new/pg_ident.conf" >/dev/null
	mv -T "$CLUSTER/pg.new" "$CLUSTER/pg"
}

cluster_start() {
	[ -f "$CLUSTER/pg/PG_VERSION" ] || make_cluster
	cluster_is_up && return
	# Not ours to hear either: Ctrl-C must not stop the database first, nor us
	# before it has begun and can be stopped.  (It has handlers of its own.)
	(trap '' INT TERM HUP && cd / && as "$DB_USER" setsid "$(pg_bin pg_ctl)" -D "$CLUSTER/pg" -w -s \
		-l "$CLUSTER/pg/server.log" start </dev/null >/dev/null 2>&1) ||
		die "PostgreSQL does not start; see $CLUSTER/pg/server.log"
}

cluster_stop() {
	cluster_is_up || return 0
	(cd / && as "$DB_USER" "$(pg_bin pg_ctl)" -D "$CLUSTER/pg" -m fast -w -s stop)
}

# Each numbered file once; roles and functions always: they can be run again.
apply_schema() {
	psql -X -q "$(admin_conninfo postgres)" -Atc \
		"SELECT 1 FROM pg_database WHERE datname = '$DATABASE'" | grep -q 1 ||
		psql -X -q "$(admin_conninfo postgres)" -c "CREATE DATABASE \"$DATABASE\""
	for schema_file in "$ROOT"/sql/schema/*.sql; do
		schema_number=$(basename "$schema_file" | sed 's/_.*//; s/^0*//')
		schema_done=$(admin_psql -At -v n="$schema_number" <<'SQL'
SELECT to_regclass('oauth.schema_migration') IS NOT NULL AS made \gset
\if :made
SELECT count(*) FROM oauth.schema_migration WHERE number = :n;
\else
SELECT 0;
\endif
SQL
)
		[ "$schema_done" = 1 ] || admin_psql -f "$schema_file"
	done
	for schema_file in "${MANAGE:-$ROOT/sql/manage}"/functions_*.sql "$ROOT/sql/roles.sql"; do
		PGOPTIONS='-c client_min_messages=warning' admin_psql -f "$schema_file"
	done
	admin_psql -v issuer="$URL" <<'SQL'
UPDATE oauth.setting SET issuer = :'issuer' WHERE issuer <> :'issuer';
SELECT oauth.local_settings() \g /dev/null
SQL
	[ "$TLS" != 1 ] || admin_psql -v ca_file="$TLS_DIR/ca.pem" <<'SQL'
UPDATE oauth.setting SET outgoing_ca_file = :'ca_file';
SQL
}
