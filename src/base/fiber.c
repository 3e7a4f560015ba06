/*
 * fiber.c - a stack, and what runs on it until it gives way.
 *
 * The sanitizers have to be told that a stack is left for another.
 */
#include "base/fiber.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Whose turn it is to begin: a context hands over nothing. */
static _Thread_local struct fiber *entering;

static void begin(void)
{
	entering->entry(entering);
	abort();
}

struct fiber *fiber_new(void (*entry)(struct fiber *f))
{
	struct fiber *f = calloc(1, sizeof(*f));
	const size_t page = page_bytes();

	if (!f)
		abort();
	f->fd = -1;
	f->entry = entry;
	f->stack = mmap(NULL, page + FIBER_STACK_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK |
			MAP_NORESERVE, -1, 0);
	if (f->stack == MAP_FAILED || mprotect(f->stack, page, PROT_NONE) < 0)
		abort();
	context_make(&f->context, f->stack + page, FIBER_STACK_BYTES, begin);
#ifdef WITH_ASAN
	__lsan_register_root_region(f->stack + page, FIBER_STACK_BYTES);
#endif
#ifdef WITH_TSAN
	f->sanitizer = __tsan_create_fiber(0);
#endif
	return f;
}

void fiber_free(struct fiber *f)
{
	const size_t page = page_bytes();

#ifdef WITH_ASAN
	__lsan_unregister_root_region(f->stack + page, FIBER_STACK_BYTES);
#endif
#ifdef WITH_TSAN
	__tsan_destroy_fiber(f->sanitizer);
#endif
	munmap(f->stack, page + FIBER_STACK_BYTES);
	free(f);
}

void fiber_enter(struct fiber_home *home, struct fiber *f)
{
#ifdef WITH_ASAN
	void *fake = NULL;

	__sanitizer_start_switch_fiber(&fake, f->stack + page_bytes(),
				       FIBER_STACK_BYTES);
#endif
#ifdef WITH_TSAN
	home->sanitizer = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(f->sanitizer, 0);
#endif
	entering = f;
	context_switch(&home->context, &f->context);
#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
}

void fiber_give_way(struct fiber_home *home, struct fiber *f)
{
#ifdef WITH_ASAN
	__sanitizer_start_switch_fiber(&f->sanitizer, home->stack,
				       home->stack_bytes);
#endif
#ifdef WITH_TSAN
	__tsan_switch_to_fiber(home->sanitizer, 0);
#endif
	context_switch(&f->context, &home->context);
	fiber_entered(home, f);
}

void fiber_entered(struct fiber_home *home, struct fiber *f)
{
#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(f->sanitizer, &home->stack,
					&home->stack_bytes);
#else
	(void)home;
	(void)f;
#endif
}
