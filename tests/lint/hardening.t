#!/bin/sh
# The release build is a hardened one: what the linker has written into each
# program, and which options the compiler has noted.  What they ask of the kernel
# when they run, tests/web/test_memory.py has.
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MODE
B=build/hardening
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
n=0
failed=0

ok() {	# ok STATUS WHAT
	n=$((n + 1))
	[ "$1" -eq 0 ] || { printf 'not '; failed=1; }
	echo "ok $n - $2"
}

# In a folder of its own, which is kept: another test builds build/release.
make -s -j"$(nproc)" MODE=release CC=gcc B=$B all >"$scratch/log" 2>&1
ok $? 'the release build'
grep -E '(error|warning):' "$scratch/log" | sed 's/^/# /'

# has WHAT REGEX FILE: a line of that file is like this; lacks: none is.
has() { grep -Eq -- "$2" "$scratch/$3"; ok $? "$name: $1"; }
lacks() { ! grep -Eq -- "$2" "$scratch/$3"; ok $? "$name: $1"; }

case $(uname -m) in
x86_64) branches=-fcf-protection=full ;;
aarch64) branches=-mbranch-protection=standard ;;
*) branches= ;;
esac
for name in authorize token resource metadata postern; do
	program=$B/cgi-bin/$name
	[ -e "$program" ] || program=$B/bin/$name
	readelf -hW "$program" >"$scratch/header"
	readelf -lW "$program" >"$scratch/segments"
	readelf -dW "$program" >"$scratch/dynamic"
	readelf --dyn-syms -W "$program" >"$scratch/symbols"
	readelf --debug-dump=info "$program" 2>/dev/null |
		grep 'DW_AT_producer.*GNU C17' >"$scratch/options"

	has 'position-independent' 'Type: *DYN' header
	has 'and an executable' 'FLAGS_1.* PIE' dynamic
	has 'relocations are read-only' 'GNU_RELRO' segments
	has 'all of them, from the start' 'FLAGS_1.* NOW' dynamic
	has 'no code on the stack' 'GNU_STACK.* RW +0x' segments
	lacks 'nothing is both written and run' 'LOAD.* RWE ' segments
	lacks 'code and data share no page' 'LOAD +0x0+ .* R E ' segments
	lacks 'no relocation in code' 'TEXTREL' dynamic
	lacks 'no path of its own to libraries' 'R(UN)?PATH' dynamic
	has 'stack protector' '__stack_chk_fail' symbols
	has 'FORTIFY' '__[a-z]*printf_chk|__memcpy_chk|__read_chk' symbols

	# Of each file, not of some.  That branches go where they may can not be
	# seen in the program: Debian's crti.o is built without.
	for option in -fstack-protector-strong -fstack-clash-protection $branches; do
		[ -s "$scratch/options" ] &&
			! grep -v -e "$option" "$scratch/options" >"$scratch/log"
		ok $? "$name: $option, in each of $(wc -l <"$scratch/options") files"
	done
done

# checksec would say as much of a function that is not there.
name='every program'
: >"$scratch/calls"
for program in "$B"/cgi-bin/* "$B"/bin/*; do
	case $program in *.[do]) continue ;; esac
	nm -D --undefined-only "$program" >>"$scratch/calls"
done
lacks 'no call that FORTIFY has in vain' \
	' (gets|strcpy|strcat|sprintf|vsprintf)@' calls

# systemd's sandbox asks for as much as the programs do themselves.
name=postern@.service
cp deploy/systemd/postern@.service "$scratch/unit"
has 'no core file' '^LimitCORE=0$' unit
has 'no code is written' '^MemoryDenyWriteExecute=yes$' unit
has 'what is installed can not be changed' '^ProtectSystem=strict$' unit
# It locks a page, for the server's key.
lacks 'memory may be locked' '^LimitMEMLOCK=0$' unit

echo "1..$n"
exit $failed
