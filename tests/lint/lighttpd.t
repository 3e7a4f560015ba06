#!/bin/sh
# lighttpd's snippets, included as they say at their beginning: all is known.
cd "$(dirname "$0")/../.." || exit 1
command -v lighttpd >/dev/null ||
	{ echo '1..0 # SKIP there is no lighttpd here'; exit 0; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

echo 1..4
n=0
for snippet in postern postern-cgi; do
	cp "deploy/lighttpd/$snippet.conf" "$scratch/snippet.conf"
	{
		echo "server.document-root = \"$scratch\""
		sed -n 's/^#	//p' "$scratch/snippet.conf" |
			sed "s|include \".*\"|include \"$scratch/snippet.conf\"|"
	} >"$scratch/conf"
	grep -q '^.HTTP."host".' "$scratch/conf" &&
		grep -q "include \"$scratch/" "$scratch/conf" || printf 'not '
	echo "ok $((n += 1)) - $snippet.conf says how one host of several has it"
	lighttpd -tt -f "$scratch/conf" >"$scratch/said" 2>&1 &&
		! grep -q 'WARNING\|ERROR' "$scratch/said" || printf 'not '
	echo "ok $((n += 1)) - and lighttpd ignores nothing of it"
	sed 's/^/# /' "$scratch/said"
done
