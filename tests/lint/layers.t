#!/bin/sh
# A directory of src/ may include itself and those before it on this list.
floors='base crypto jose http page db store oauth grant endpoint app'

cd "$(dirname "$0")/../.." || exit 1
echo "1..$(($(echo "$floors" | wc -w) + 1))"
n=0
below=
for floor in $floors; do
	n=$((n + 1))
	below="$below $floor"
	up=$(grep -ho '#include "[a-z]*/' "src/$floor"/*.[ch] |
		sed 's/.*"//; s/\///' | sort -u |
		while read -r dir; do
			case " $below " in *" $dir "*) ;; *) echo "$dir" ;; esac
		done)
	[ -z "$up" ] || printf 'not '
	echo "ok $n - src/$floor includes nothing above it ${up:+(it has: $up)}"
done

# A folder that is not on the list would be on no floor.
other=$(for dir in src/*/; do
	dir=$(basename "$dir")
	case " $floors " in *" $dir "*) ;; *) echo "$dir" ;; esac
done)
[ -z "$other" ] || printf 'not '
echo "ok $((n + 1)) - every folder of src is a floor ${other:+(not: $other)}"
