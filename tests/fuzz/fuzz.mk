# fuzz.mk - one program for every parser that is given bytes of strangers, and
# one for a whole request.  Included by the Makefile.
#
# `make tests` builds them with replay.c, which runs the seeds in corpus/NAME;
# `make fuzz` with libFuzzer, in a mode of its own: build/fuzz.  SECONDS is how
# long each runs, RUNS how many inputs it tries at most, ONLY which ones run.

SECONDS ?= 60
RUNS    ?= -1
ONLY    ?=

FUZZ_PARTS   := tests/fuzz/replay.c $(wildcard tests/fuzz/stub_*.c)
FUZZ_TARGETS := $(filter-out $(FUZZ_PARTS),$(wildcard tests/fuzz/*.c))
FUZZERS      := $(patsubst %.c,$(B)/%,$(FUZZ_TARGETS))

CFLAGS_fuzz := -O2 -g -fsanitize=fuzzer-no-link,address,undefined \
               -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_MAIN   := $(B)/tests/fuzz/replay.o
ifeq ($(MODE),fuzz)
FUZZ_MAIN    :=
LDFLAGS_fuzz := -fsanitize=fuzzer
endif

$(FUZZERS): $(B)/%: $(B)/%.o $(FUZZ_MAIN) $(B)/libpostern.a
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(CFLAGS) $(LDFLAGS) $(FUZZ_LD) -o $@ \
		$(filter %.o,$^) $(B)/libpostern.a $(LDLIBS)

# A whole request: what is outside of it is stubs, which the linker finds before
# it looks into the library (tests/fuzz/world.h).
$(B)/tests/fuzz/request: $(patsubst %.c,$(B)/%.o,$(wildcard tests/fuzz/stub_*.c))

tests: $(FUZZERS)
fuzzers: $(FUZZERS)

fuzz:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzzers
	@SECONDS=$(SECONDS) RUNS=$(RUNS) tests/fuzz/run $(ONLY)

.PHONY: fuzz fuzzers
-include $(FUZZERS:=.d) $(patsubst %.c,$(B)/%.d,$(FUZZ_PARTS))
