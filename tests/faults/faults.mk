# faults.mk - libraries that a test preloads into a program, and the long form
# of tests/faults.  Included by the Makefile.

PRELOADS := $(patsubst %,$(B)/tests/faults/%.so,allocations clock)

$(PRELOADS): $(B)/%.so: %.c tests/faults/control.c tests/faults/control.h
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -D_GNU_SOURCE -Itests -std=c17 $(WARN) -Og -g -fPIC \
		-shared -pthread -o $@ $(filter %.c,$^)

tests: $(PRELOADS)

faults:
	@deploy/local/packages test
	@$(MAKE) --no-print-directory MODE=$(MODE) tests
	@MODE=$(MODE) tests/faults/long

.PHONY: faults
