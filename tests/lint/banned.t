#!/bin/sh
# What src/base/banned.h names is a compile error, in every file of ours.
cd "$(dirname "$0")/../.." || exit 1
cc=${CC:-cc}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

names=$(sed -n 's/^#pragma GCC poison //p' src/base/banned.h)
files=$(find src cgi-bin bin -name '*.c' | sort)
echo "1..$(($(echo "$names" | wc -w) + 3))"
n=0
result() {	# result STATUS WHAT
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	echo "ok $n - $2"
}

compile() {
	"$cc" -std=c17 -D_GNU_SOURCE -Isrc -O2 -D_FORTIFY_SOURCE=2 \
		-fsyntax-only "$scratch/x.c" 2> "$scratch/errors"
}

# Headers that are read after the poison can still be read.
cat > "$scratch/x.c" <<'END'
#include "base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
int x;
END
compile
result $? 'the headers of the system can be included after it'

for name in $names; do
	printf '#include "base/str.h"\nvoid *x = (void *)%s;\n' "$name" \
		> "$scratch/x.c"
	! compile && grep -q "poisoned" "$scratch/errors"
	result $? "$name is a compile error"
done

# Those that reach no header of ours are searched for the names.
found=$(for name in $names alloca gets strncat; do
	# shellcheck disable=SC2086
	grep -nE "(^|[^A-Za-z0-9_])$name\(" $files
done)
[ -z "$found" ]
result $? "no call of one by its name ${found:+
$(echo "$found" | sed 's/^/# /')}"

# A library is included where it is wrapped, and nowhere else.
stray() {	# stray HEADER PLACE
	# shellcheck disable=SC2086
	grep -l "#include [<\"]$1[>\"]" $files | grep -v "^$2"
}
found=$(stray fcgi_stdio.h nowhere; stray fcgiapp.h src/http/gateway.c
	stray cJSON.h src/base/json_parse.c; stray sodium.h src/crypto/
	stray libpq-fe.h src/db/; stray 'openssl/.*' src/jose/
	stray 'curl/.*' src/http/fetch.c; stray qrencode.h src/page/qr.c)
[ -z "$found" ]
result $? "each library stays behind its own floor ${found:+($found)}"
