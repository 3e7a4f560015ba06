#!/bin/sh
# Everything builds without a warning, by gcc and by clang: -Werror is in the
# Makefile.  What the sanitizers' modes compile, their tests compile.
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MFLAGS MODE

compilers='gcc clang'
modes='debug release'
echo "1..$(($(echo "$compilers" | wc -w) * $(echo "$modes" | wc -w)))"
n=0
for cc in $compilers; do
	for mode in $modes; do
		n=$((n + 1))
		if ! command -v "$cc" > "$scratch/which"; then
			echo "ok $n # SKIP there is no $cc here"
			continue
		fi
		make -s -k -j"$(nproc)" MODE="$mode" CC="$cc" \
			B="$scratch/$cc-$mode" GEN="$scratch/gen" all tests \
			> "$scratch/log" 2>&1 ||
			printf 'not '
		echo "ok $n - $cc, $mode"
		grep -E '(error|warning):' "$scratch/log" | sed 's/^/# /'
		rm -rf "${scratch:?}/$cc-$mode"
	done
done
