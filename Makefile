# Postern.  `make run` tries it out, `make test` tests it; see README.md.
#
# MODE is debug, release, asan, tsan or coverage; each builds into its own directory, so
# flags never mix.  V=1 shows the commands.

MAKEFLAGS += -r

MODE ?= debug
B    := build/$(MODE)
GEN  := build/gen

CFLAGS_debug   := -Og -g
CFLAGS_release := -O2 -g -fstack-protector-strong
CFLAGS_asan    := -Og -g -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_coverage := -O0 -g --coverage -fprofile-update=atomic \
                  -Dabort=last_abort -D_exit=last_exit
LDFLAGS_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code

# What only the compiler is told, not the linker (tests/lint/hardening.t).
CPPFLAGS_release = -D_FORTIFY_SOURCE=3 -fstack-clash-protection \
                    $(CET_$(shell uname -m))
CET_x86_64  := -fcf-protection=full
CET_aarch64 := -mbranch-protection=standard

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
        -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
        -Wconversion -Wsign-conversion -Werror
PKGS := libpq libsodium libcjson libcrypto libcurl libqrencode

CPPFLAGS += -D_GNU_SOURCE -Isrc -I$(GEN) $(shell pkg-config --cflags $(PKGS)) \
            $(CPPFLAGS_$(MODE))
CFLAGS   += -std=c17 -fPIE -pthread $(WARN) $(CFLAGS_$(MODE))
LDFLAGS  += -pthread $(LDFLAGS_$(MODE))
LDLIBS   += $(shell pkg-config --libs $(PKGS)) -lfcgi

LIB_OBJ := $(patsubst %,$(B)/%.o,$(basename $(wildcard src/*/*.c src/*/*.S)))
LIB_OBJ_coverage := $(B)/tests/lib/last_words.o
BINS    := $(patsubst %.c,$(B)/%,$(wildcard cgi-bin/*.c bin/*.c))
UNITS   := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
PROBES  := $(patsubst %.c,$(B)/%,$(wildcard tests/cgi/*.c tests/bench/*.c \
                                            tests/timing/*.c))
SQL     := $(wildcard sql/queries/*.sql)

ifneq ($(V),1)
Q = @printf '  %-5s %s\n' $(1) $@;
endif

all: $(BINS)

tests: $(BINS) $(UNITS) $(PROBES)

$(B)/%.o: %.c | $(GEN)/db/queries.h $(GEN)/db/queries.inc
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.o: %.S
	@mkdir -p $(@D)
	$(call Q,AS)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libpostern.a: $(LIB_OBJ) $(LIB_OBJ_$(MODE))
	$(call Q,AR)rm -f $@ && $(AR) rcs $@ $^

$(BINS) $(UNITS) $(PROBES): $(B)/%: $(B)/%.o $(B)/libpostern.a
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/timing/compare $(B)/tests/unit/test_loop: LDLIBS += -lm

$(GEN)/db/queries.h: sql/sql2c.awk $(SQL)
	@mkdir -p $(@D)
	$(call Q,GEN)awk -v mode=h -f $^ > $@
$(GEN)/db/queries.inc: sql/sql2c.awk $(SQL)
	@mkdir -p $(@D)
	$(call Q,GEN)awk -f $^ > $@

clean:
	rm -rf build

.PHONY: all tests clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(BINS:=.d) $(UNITS:=.d) $(PROBES:=.d)
-include deploy/local/local.mk
include tests/fuzz/fuzz.mk
include tests/faults/faults.mk
