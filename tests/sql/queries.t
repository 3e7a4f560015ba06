#!/bin/sh
# queries.t - every statement fits the schema, and says what it takes.  Those
# that are there once for each slot are looked at for the last one.
#
# The comment above a statement names the programs that run it and, one a line,
# its parameters with their types; PostgreSQL must find the same types.
. "$(dirname "$0")/scratch.sh"
scratch_start

for file in "$root"/sql/queries/*.sql; do
	name=${file##*/}
	name=${name%.sql}
	slots=$(sed -n 's/^-- slots: //p' "$file")
	got=$({
		printf 'PREPARE %s AS\n' "$name"
		sed 's/;[[:blank:]]*$//' "$file"
		printf ';\n'
		echo "SELECT array_to_string(parameter_types, ',')
			FROM pg_prepared_statements;"
	} | sql -v slot=$((${slots:-1} - 1)))
	wanted=$(awk '/^-- \$[0-9]+ / {
		if (substr($2, 2) != ++n) print "parameter", n, "is missing"
		printf "%s%s", (n > 1 ? "," : ""), $3
	}' "$file")
	[ "$got" = "$wanted" ]
	status=$?
	ok $status "$name: parameters are ($wanted)"
	[ $status = 0 ] || found "PostgreSQL says: $got"

	grep -Eq '^-- program:( (authorize|token|resource|metadata))+$' "$file"
	ok $? "$name: says which program runs it"
	case $(head -n 1 "$file") in
	'-- '[A-Z]*) ok 0 "$name: says what it does" ;;
	*) ok 1 "$name: says what it does" ;;
	esac
	# sql2c.awk leaves out lines that begin with "--", and no other comments.
	! grep -v '^--' "$file" | grep -Eq -e '--|/\*'
	ok $? "$name: is one statement without comments in it"
done

done_testing
