#!/bin/sh
# deploy/local/packages changes no service that was here before, and takes back
# what it does meanwhile, however it ends.
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
PATH=$scratch:$PATH
export PATH scratch

# stub NAME COMMANDS: in the place of a program.  Of root's nothing is done.
stub() {
	printf '#!/bin/sh\n%s\n' "$2" >"$scratch/$1"
	chmod 755 "$scratch/$1"
}
stub id 'echo 1000'
stub systemctl :
# shellcheck disable=SC2016
{
	stub dpkg-query 'for last; do :; done
[ "$last" != nginx-light ] || exit 1
printf "ii "'
	stub sudo 'echo "$*" >>"$scratch/said"
case "$*" in
*apt-get*) exec sleep "${SLOW:-0}" ;;
tee*) cat >"$scratch/tee" ;;
esac'
}

n=0
ok() {	# ok STATUS WHAT
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $n - $2"
	[ "$1" -eq 0 ] || sed 's/^/# /' "$scratch/said"
}

if [ ! -e /lib/systemd/system/nginx.service ]; then
	echo '1..0 # SKIP there is no nginx here'
	exit 0
fi
echo 1..4
deploy/local/packages test >"$scratch/out"
ok $? 'one that is missing'
grep -q 'apt-get install .* nginx-light' "$scratch/said"
ok $? 'is installed'
! grep -q 'systemctl .*disable' "$scratch/said"
ok $? 'and the nginx that was here starts with the machine as before'

: >"$scratch/said"
SLOW=5 deploy/local/packages test >"$scratch/out" &
packages=$!
for i in $(seq 100); do
	! grep -q apt-get "$scratch/said" || break
	sleep 0.05
done
kill -HUP $packages
wait $packages
made=$(sed -n 's/^tee //p' "$scratch/said")
left=$(for file in $made; do
	grep -q "^rm -f $file$" "$scratch/said" || echo "$file"
done)
[ -z "$left" ]
ok $? "who goes away meanwhile leaves no policy behind ${left:+($left)}"
