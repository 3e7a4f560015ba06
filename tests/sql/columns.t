#!/bin/sh
# What parameters each statement takes and what columns it gives:
# tests/fuzz/columns.inc, from which the database of the fuzz target "request" is
# made up (stub_lane.c).  columns.t --write makes it
# anew, for which a statement of today is asked.
cd "$(dirname "$0")/../.." || exit 1
. tests/sql/scratch.sh
scratch_start
inc=tests/fuzz/columns.inc

# What a statement's name has behind it, one a word, after a dot.
suffixes() {
	if [ "${1:-0}" -gt 0 ]; then
		seq -f ._%.0f 0 $(($1 - 1))
	else
		echo .
	fi
}

columns() {
	echo '/* columns.inc - made by tests/sql/columns.t --write */'
	for file in sql/queries/*.sql; do
		name=$(basename "$file" .sql)
		{
			sed 's/;[ \t]*$//' "$file"
			echo '\gdesc'
		} | sql -F : -v slot=0 >"$dir/columns" ||
			{ cat "$dir/columns"; return; }
		slots=$(sed -n 's/^-- slots: //p' "$file")
		for suffix in $(suffixes "$slots"); do
			printf '[QUERY_%s] = {\n' "$(echo "$name${suffix#.}" | tr a-z A-Z)"
			# As queries.t has compared them with what PostgreSQL says.
			sed -n 's/^-- \$[0-9]* *\([a-z]*\)[^ ]* .*/\t"\1 "/p; $ s/.*/\t"",/p' "$file"
			sed 's/^\(.*\)$/\t"\1 "/; $ s/$/ },/' "$dir/columns"
		done
	done
}

columns >"$dir/now"
if [ "${1:-}" = --write ]; then
	cp "$dir/now" "$root/$inc"
fi
changes=$(diff "$root/$inc" "$dir/now")
ok $? 'the columns that the fuzz targets make up are those of the statements'
found "$changes"
done_testing
