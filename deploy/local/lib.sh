# lib.sh - where things are, and as whom they run.  Sourced by postern-local.
#
# As root the database runs as postgres and the rest as www-data; otherwise all
# of it runs as whoever calls.

say() { printf '%s\n' "$*"; }
die() { printf 'postern-local: %s\n' "$*" >&2; exit 1; }

# Whoever calls may let nobody read what they make, or their group write it:
# neither will do, and what is secret has a mode of its own.
umask 022

# Nobody's settings for psql and libpq are to reach our cluster, nor those of
# another Postern our programs, for which the environment comes first.
for lib_name in $(env | sed -n 's/^\(PG[A-Z]*\)=.*/\1/p'); do
	unset "$lib_name"
done
unset POSTERN_CONFIG POSTERN_DATABASE POSTERN_KEY_FILE

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
STATE=${STATE:-$ROOT/var}
BUILD=${BUILD:-$ROOT/build/release}
SERVER=${SERVER:-lighttpd}
PROCESSES=${PROCESSES:-2}
DATABASE=${DATABASE:-postern}
DEMO=${DEMO:-1}
TLS=${TLS:-0}
BIND=${BIND:-127.0.0.1}
REMOTE_DATABASE=${REMOTE_DATABASE:-}

case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
mkdir -p "$STATE"
STATE=$(cd "$STATE" && pwd)

if [ "$(id -u)" = 0 ]; then
	DB_USER=postgres WEB_USER=www-data
else
	DB_USER=$(id -un) WEB_USER=$DB_USER
fi

# as USER COMMAND...
as() {
	as_user=$1
	shift
	if [ "$(id -un)" = "$as_user" ]; then
		"$@"
	else
		setpriv --reuid "$as_user" --regid "$as_user" --init-groups -- "$@"
	fi
}

# Can everyone who must get into a directory do so, is the path short enough for
# a unix socket (107 bytes, unix(7)), and does it mean itself wherever it is
# written: in quotes of PostgreSQL's, lighttpd's, Apache's, nginx's and libpq's?
is_good_home() {
	case $1 in *[!A-Za-z0-9/._\ -]*) return 1 ;; esac
	[ ${#1} -lt 80 ] && as "$DB_USER" test -x "$1" && as "$WEB_USER" test -x "$1"
}

# The directory that everything lives in: STATE itself, or, where that will not
# do, one below /var/tmp that STATE/home points to.
find_home() {
	if [ -L "$STATE/home" ]; then
		HOME_DIR=$(readlink "$STATE/home")
		[ -d "$HOME_DIR" ] && return
		rm -f "$STATE/home" "$STATE/demo.env"	# the data is gone
	fi
	chmod 755 "$STATE"
	HOME_DIR=$STATE
	if ! is_good_home "$STATE"; then
		HOME_DIR=$(mktemp -d /var/tmp/postern.XXXXXX)
		chmod 755 "$HOME_DIR"
		ln -s "$HOME_DIR" "$STATE/home"
	fi
}
find_home
CLUSTER=${CLUSTER:-$HOME_DIR}
RUN=$HOME_DIR/run
LOG=$HOME_DIR/log

make_home() {
	mkdir -p "$RUN" "$LOG" "$HOME_DIR/bin" "$HOME_DIR/www"
	chmod 755 "$RUN" "$LOG" "$HOME_DIR/bin" "$HOME_DIR/www"
	touch "$LOG/programs.log" "$LOG/web.log"
	give_to_web "$LOG" "$LOG/programs.log" "$LOG/web.log"
}

# For the web server's and the programs' user to write into.
give_to_web() {
	[ "$(id -u)" != 0 ] || chown "$WEB_USER" "$@"
}

# When did process PID start?  Fails where there is none.  Where nobody reaps (a
# container's first process may take its time) the dead stay, as zombies.
started_at() {
	sed -n '/) Z/d; s/.*) //; s/\([^ ]* \)\{19\}\([0-9]*\).*/\2/p' "/proc/$1/stat" 2>/dev/null |
		grep .
}

# is_running NAME: is the process that RUN/NAME.pid tells of alive?  Of another
# that has its number by now the time is another.
is_running() {
	[ -f "$RUN/$1.pid" ] || return
	read -r running_pid running_since <"$RUN/$1.pid" || return
	[ "$(started_at "$running_pid")" = "$running_since" ]
}

# The port that is asked for, or the one that we serve on already.
if [ -z "${PORT:-}" ]; then
	PORT=8080
	! is_running web || PORT=$(cat "$RUN/port")
fi

URL=http://localhost:$PORT
[ "$TLS" != 1 ] || URL=https://localhost:$PORT

# start_process NAME LOGFILE COMMAND...: in a session of its own, so that Ctrl-C
# is ours to hear.
start_process() {
	start_name=$1 start_log=$2
	shift 2
	setsid "$@" >>"$start_log" 2>&1 </dev/null &
	note_process
}

# What has just been started and is not written down yet.  Ctrl-C would end what
# looks for its time, too.
start_name=
note_process() {
	[ -z "$start_name" ] || [ -z "${!:-}" ] || (
		trap '' INT TERM HUP
		echo "$! $(started_at $!)" >"$RUN/$start_name.pid"
	)
	start_name=
}

# stop_process NAME: SIGTERM, and after 6 seconds SIGKILL.
stop_process() {
	is_running "$1" || { rm -f "$RUN/$1.pid"; return 0; }
	read -r stop_pid stop_since <"$RUN/$1.pid"
	kill -TERM "$stop_pid" 2>/dev/null || true
	stop_tries=0
	while [ "$(started_at "$stop_pid")" = "$stop_since" ]; do
		stop_tries=$((stop_tries + 1))
		[ $stop_tries -lt 120 ] || kill -KILL "$stop_pid" 2>/dev/null || true
		sleep 0.05
	done
	rm -f "$RUN/$1.pid"
}
