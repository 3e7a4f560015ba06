#!/bin/sh
# What clang-tidy (.clang-tidy) and cppcheck find: nothing.
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MFLAGS MODE

packages='libpq libsodium libcjson'
# shellcheck disable=SC2086
flags="-D_GNU_SOURCE -Isrc -Itests -I$scratch/gen $(pkg-config --cflags $packages)"
files=$(find src cgi-bin bin deploy tests -name '*.c' | sort)

n=0
result() {	# result STATUS WHAT; the log says what was found
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $n - $2"
	[ "$1" -eq 0 ] || sed 's/^/# /' "$scratch/log"
}

is_here() {
	command -v "$1" > "$scratch/log" && return
	n=$((n + 1))
	echo "ok $n # SKIP there is no $1 here"
	return 1
}

echo 1..3
make -s GEN="$scratch/gen" "$scratch/gen/db/queries.h" \
	"$scratch/gen/db/queries.inc" > "$scratch/log" 2>&1
result $? 'the query table can be made'

if is_here clang-tidy; then
	# shellcheck disable=SC2086
	echo "$files" | xargs -P "$(nproc)" -I{} \
		clang-tidy --quiet {} -- -std=c17 $flags \
		> "$scratch/all" 2> "$scratch/noise"
	status=$?
	grep -E ': (error|warning): ' "$scratch/all" | sort -u > "$scratch/log"
	result $status "clang-tidy: $(echo "$files" | wc -l) files"
fi

# Of c11, the newest it knows.
if is_here cppcheck; then
	# shellcheck disable=SC2086
	cppcheck -q -j "$(nproc)" --std=c11 --inline-suppr --error-exitcode=1 \
		--enable=warning,performance,portability \
		-D__linux__ $flags $files > "$scratch/log" 2>&1
	result $? 'cppcheck'
fi
