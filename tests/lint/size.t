#!/bin/sh
# No function over 80 lines, no file over 500, no line over 80 columns; of the
# tests no file over 500 lines.
# shellcheck disable=SC2086
LC_ALL=C; export LC_ALL		# bytes, of which UTF-8 has more than characters
cd "$(dirname "$0")/../.." || exit 1
files=$(find src cgi-bin bin deploy -name '*.[ch]' | sort)
tests=$(find tests -name '*.[ch]' -o -name '*.py' | sort)

n=0
enough() {
	n=$((n + 1))
	[ "$(echo "$2" | wc -l)" -gt 50 ] || printf 'not '
	echo "ok $n - there are $1 to measure"
}

# check WHAT AWK-PROGRAM FILE...: the program prints what is too large.
check() {
	n=$((n + 1))
	what=$1 program=$2
	shift 2
	found=$(awk "$program" "$@") || found="awk failed"
	[ -z "$found" ] || printf 'not '
	echo "ok $n - $what"
	[ -z "$found" ] || echo "$found" | sed 's/^/# /'
}

echo 1..5
enough files "$files"
enough tests "$tests"

# In this style a function's body begins and ends in the first column.
check 'no function over 80 lines' '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR }
	/^}/ && start {
		if (FNR - start + 1 > 80)
			print FILENAME ":" start ": " FNR - start + 1 " lines"
		start = 0
	}' $files
check 'no file over 500 lines' '
	FNR == 501 { print FILENAME }' $files $tests
# shellcheck disable=SC2016
check 'no line over 80 columns' '
	function width(s,   i, w) {
		gsub(/[\200-\277]/, "", s)
		for (i = 1; i <= length(s); i++)
			w = substr(s, i, 1) == "\t" ? int(w / 8) * 8 + 8 : w + 1
		return w
	}
	width($0) > 80 { print FILENAME ":" FNR ": " width($0) }' $files
