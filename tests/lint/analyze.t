#!/bin/sh
# What gcc's analyzer finds: nothing.  (clang's is a part of tidy.t.)
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MFLAGS MODE

# It gives up on a function whose paths are too many: with four times gcc's own
# limits, on one of them all.  That takes a half more time.
flags="-std=c17 -D_GNU_SOURCE -Isrc -I$scratch/gen -fPIE -Og -fanalyzer
	--param analyzer-max-enodes-per-program-point=24
	--param analyzer-bb-explosion-factor=25 -c -o /dev/null
	$(pkg-config --cflags libpq libsodium libcjson)"
export flags
files=$(find src cgi-bin bin deploy -name '*.c' | sort)

analyze() {	# analyze FILE...: what it finds, a line each
	# shellcheck disable=SC2016
	printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} \
		sh -c 'gcc $flags {} 2>&1' >"$scratch/all"
	grep -E ': (error|warning): ' "$scratch/all" | sort -u
}

n=0
result() {	# result STATUS WHAT
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $n - $2"
}

if ! gcc --version >"$scratch/log" 2>&1; then
	echo '1..0 # SKIP there is no gcc here'
	exit 0
fi
echo 1..2
make -s GEN="$scratch/gen" "$scratch/gen/db/queries.h" \
	"$scratch/gen/db/queries.inc" >"$scratch/log" 2>&1

cat >"$scratch/bad.c" <<'END'
#include <stdlib.h>
void twice(char *p, int n);
void twice(char *p, int n)
{
	if (n > 1)
		free(p);
	free(p);
}
END
analyze "$scratch/bad.c" | grep -q 'Wanalyzer-double-free'
result $? 'what is wrong is found'

# shellcheck disable=SC2086
found=$(analyze $files)
[ -z "$found" ]
result $? "gcc -fanalyzer: $(echo "$files" | wc -l) files"
[ -z "$found" ] || echo "$found" | sed 's/^/# /'
