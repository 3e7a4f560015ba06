#!/bin/sh
# The units are ones that systemd understands, and the sandbox is tight.
command -v systemd-analyze >/dev/null ||
	{ echo '1..0 # SKIP no systemd-analyze here'; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for unit in postern@.service postern@.socket; do
	cp "deploy/systemd/$unit" "$dir/$(echo "$unit" | sed 's/@/@token/')"
	# The program is not installed here.
	sed -i 's|^ExecStart=.*|ExecStart=/bin/true|' "$dir"/*
done
echo 1..3
systemd-analyze verify --man=no "$dir/postern@token.socket" "$dir/postern@token.service" >"$dir/out" 2>&1 ||
	printf 'not '
echo 'ok 1 - systemd-analyze verify'
sed 's/^/# /' "$dir/out"
score=$(systemd-analyze security --offline=yes --threshold=20 "$dir/postern@token.service" 2>&1) ||
	printf 'not '
echo 'ok 2 - systemd-analyze security: exposure of 2.0 at most'
echo "$score" | tail -n 1 | sed 's/^/# /'

# What src/ calls of the groups that are taken away is given back after that.
sed -n '/^SystemCallFilter=~.*@resources/,$p' "$dir/postern@token.service" |
	grep -q '^SystemCallFilter=setpriority$' || printf 'not '
echo 'ok 3 - the threads of a pool may be nice'
