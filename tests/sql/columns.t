#!/bin/sh
# What columns each statement gives: tests/fuzz/columns.inc, from which the
# database of the fuzz target "request" is made up.  columns.t --write makes it
# anew, for which a statement of today is asked.
cd "$(dirname "$0")/../.." || exit 1
. tests/sql/scratch.sh
scratch_start
inc=tests/fuzz/columns.inc

columns() {
	echo '/* columns.inc - made by tests/sql/columns.t --write */'
	for file in sql/queries/*.sql; do
		name=$(basename "$file" .sql)
		{
			sed 's/;[ \t]*$//' "$file"
			echo '\gdesc'
		} | sql -F : >"$dir/columns" || { cat "$dir/columns"; return; }
		printf '[QUERY_%s] =\n' "$(echo "$name" | tr a-z A-Z)"
		sed 's/^\(.*\)$/\t"\1 "/; $ s/$/,/' "$dir/columns"
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
