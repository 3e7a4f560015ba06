# local.mk - trying it out, and the tests.  Included by the Makefile.

# The demo application is built beside the programs and belongs to none.
DEMO_APP := $(B)/deploy/local/demo
DEMO_OBJ := $(B)/deploy/local/demo.o

all tests: $(DEMO_APP)

$(DEMO_APP): $(DEMO_OBJ) $(B)/libpostern.a
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs libcurl libcjson libsodium)

-include $(DEMO_OBJ:.o=.d)

run start demo: export BUILD = build/release
run start: local-build
	@deploy/local/postern-local $@

local-build:
	@deploy/local/packages run
	@$(MAKE) --no-print-directory MODE=release all

stop status psql:
	@deploy/local/postern-local $@

demo: local-build
	@deploy/local/postern-local demo

test:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=$(MODE) tests
	@MODE=$(MODE) tests/run

# make bench PEERS=1: beside others; GROWTH=1: with up to 10^7 tokens.
FIGURES := docs/benchmarks/figures.json
bench: export BENCH_JSON = $(FIGURES)
bench: export PEERS := $(PEERS)
bench: export GROWTH := $(GROWTH)
bench:
	@deploy/local/packages $(if $(filter 1,$(PEERS)),peers,test)
	@$(MAKE) --no-print-directory MODE=release tests
	@mkdir -p $(dir $(FIGURES))
	@tests/bench/run
	@tests/bench/report $(FIGURES) docs
	@echo 'docs/benchmarks.md says what it means.'

# tests/scale in its long form: some twenty minutes.
scale:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=$(MODE) tests
	@SCALE=long BUILD='$(CURDIR)/build/$(MODE)' /usr/bin/python3 -m pytest -q -s \
		-p no:cacheprovider -rfE --tb=short tests/scale

chaos:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=release tests
	@tests/chaos/run

# As it is in service, and ten times as long as `make test` looks.
timing:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=release build/release/tests/timing/compare
	@build/release/tests/timing/compare 10000000

coverage:
	@deploy/local/packages test
	@tests/coverage

.PHONY: chaos coverage scale timing run start demo local-build stop status psql test bench
