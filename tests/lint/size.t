#!/bin/sh
# No function over 80 lines, no file over 500, no line over 80 columns.
LC_ALL=C; export LC_ALL		# bytes, of which UTF-8 has more than characters
cd "$(dirname "$0")/../.." || exit 1
files=$(find src cgi-bin bin deploy -name '*.[ch]' | sort)

# check WHAT AWK-PROGRAM: the program prints what is too large.
n=0
check() {
	n=$((n + 1))
	# shellcheck disable=SC2086
	found=$(awk "$2" $files) || found="awk failed"
	[ -z "$found" ] || printf 'not '
	echo "ok $n - $1"
	[ -z "$found" ] || echo "$found" | sed 's/^/# /'
}

echo 1..4
[ "$(echo "$files" | wc -l)" -gt 50 ] || printf 'not '
n=$((n + 1))
echo "ok $n - there are files to measure"

# In this style a function's body begins and ends in the first column.
check 'no function over 80 lines' '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR }
	/^}/ && start {
		if (FNR - start + 1 > 80)
			print FILENAME ":" start ": " FNR - start + 1 " lines"
		start = 0
	}'
check 'no file over 500 lines' '
	FNR == 501 { print FILENAME }'
# shellcheck disable=SC2016
check 'no line over 80 columns' '
	function width(s,   i, w) {
		gsub(/[\200-\277]/, "", s)
		for (i = 1; i <= length(s); i++)
			w = substr(s, i, 1) == "\t" ? int(w / 8) * 8 + 8 : w + 1
		return w
	}
	width($0) > 80 { print FILENAME ":" FNR ": " width($0) }'
