#!/bin/sh
# tests/run counts as passed what has said so to its end, and nothing else.
cd "$(dirname "$0")/../.." || exit 1
MODE=run.$$
export MODE
programs=build/$MODE/tests/unit
mkdir -p "$programs" || exit 1
trap 'rm -rf "build/$MODE"' EXIT
n=0

# judged STATUS WHAT COMMANDS: of a suite with a program of these
judged() {
	n=$((n + 1))
	printf '#!/bin/sh\n%s\n' "$3" >"$programs/test_it"
	chmod 755 "$programs/test_it"
	JOBS=1 tests/run unit >"build/$MODE/said" 2>&1
	[ $? -eq "$1" ] || printf 'not '
	echo "ok $n - $2"
	sed 's/^/# /' "build/$MODE/said"
}

echo 1..8
judged 0 'all that was planned' 'echo ok 1; echo ok 2; echo 1..2'
judged 0 'one is skipped' 'echo 1..2; echo ok 1; echo ok 2 "# SKIP none here"'
judged 1 'one that is not ok' 'echo 1..2; echo ok 1; echo not ok 2; exit 1'
judged 1 'an end before the plan is done' 'echo 1..3; echo ok 1; exit 0'
judged 1 'an end before there is a plan' 'echo ok 1; exit 0'
judged 1 'more than was planned' 'echo 1..1; echo ok 1; echo ok 2'
judged 1 'a status of its own' 'echo 1..1; echo ok 1; exit 3'
judged 1 'nothing at all' 'exit 0'
