/*
 * clock.c - preloaded: the wall clock is ahead, or behind, by what the test
 * says, and changes while the program runs.  The monotonic clock does not, as
 * when somebody sets a machine's clock.
 *
 * Not libfaketime: it reads a file at each call, under a lock, and PostgreSQL
 * asks for the time in signal handlers.
 */
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include "faults/control.h"

static struct control *control;
static int (*real_gettime)(clockid_t id, struct timespec *t);

__attribute__((constructor)) static void attach(void)
{
	*(void **)(void *)&real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	control = control_open();
}

/* Before that, as constructors of others may ask, it is the real one. */
static time_t ahead(void)
{
	return control ? (time_t)atomic_load(&control->ahead) : 0;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	int status;

	if (!real_gettime)
		attach();
	status = real_gettime(id, t);
	if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += ahead();
	return status;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}
