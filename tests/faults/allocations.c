/*
 * allocations.c - preloaded: one allocation fails, of all that the program and
 * its libraries make.
 *
 * glibc calls malloc() by its name also in strdup(), getline() and the like, so
 * that these are met, too.  Counted from main() on: what the loader and the
 * libraries' constructors do happens before there is a program.
 *
 * Or each is tried in one run, by a fork that has no memory and may do nothing
 * but abort.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/control.h"

#define FRAMES 16

/* glibc's own, by the names that it exports for those who replace malloc(). */
/* NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp) */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
/* NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp) */

void *memalign(size_t align, size_t n);
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *p, size_t n);
void *reallocarray(void *p, size_t count, size_t n);
void *aligned_alloc(size_t align, size_t n);
int posix_memalign(void **p, size_t align, size_t n);

static struct control *control;

__attribute__((constructor)) static void attach(void)
{
	void *frames[FRAMES];

	(void)backtrace(frames, FRAMES);	/* it loads a library */
	control = control_open();
}

/* Who asked, the innermost first, for the report. */
static void say_where(void)
{
	void *frames[FRAMES];
	const int n = backtrace(frames, FRAMES);
	size_t used = 0;

	for (int i = 2; i < n && used < sizeof(control->where) - 256; i++) {
		Dl_info info;
		const char *name = NULL;

		if (dladdr(frames[i], &info))
			name = info.dli_sname ? info.dli_sname
					      : strrchr(info.dli_fname, '/');
		used += (size_t)snprintf(control->where + used, 200, "%s%.150s",
					 used ? " < " : "", name ? name : "?");
	}
}

/* Nothing but memory, and to end: what a fork has from us, its descriptors
 * above all, is not its own. */
static void forbid_the_rest(void)
{
	static const int allowed[] = {
		SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise,
		SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_getpid, SYS_gettid,
		SYS_tgkill,
	};
	enum { COUNT = sizeof(allowed) / sizeof(allowed[0]) };
	struct sock_filter rules[COUNT + 3];
	const struct sock_fprog program = { COUNT + 3, rules };
	size_t n = 0;

	rules[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT; i++)
		rules[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[i],
			(unsigned char)(COUNT - i), 0);
	rules[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						  SECCOMP_RET_KILL_PROCESS);
	rules[n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(1);
}

/*
 * Would it abort if it had no memory now, before anybody hears of it?  So most
 * do, and a fork finds it out a hundred times faster than a run of its own.
 * True in the fork.
 */
static int fails_in_fork(long number)
{
	static const struct rlimit none;
	const int was = errno;
	const pid_t pid = _Fork();
	int status = 0;

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(5);
		control = NULL;
		forbid_the_rest();
		errno = ENOMEM;
		return 1;
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
		const long i = atomic_fetch_add(&control->unsure, 1);

		if (i < CONTROL_UNSURE)
			control->unsure_numbers[i] = (int)number;
	}
	errno = was;
	return 0;
}

static int fails(void)
{
	if (control && atomic_load(&control->first) > 0) {
		const long number = atomic_fetch_add(&control->number, 1) + 1;

		return number >= atomic_load(&control->first) &&
		       number < atomic_load(&control->end) &&
		       fails_in_fork(number);
	}
	if (!control || atomic_load(&control->left) <= 0 ||
	    atomic_fetch_sub(&control->left, 1) != 1)
		return 0;
	if (atomic_fetch_add(&control->failed, 1) == 0)
		say_where();
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t count, size_t n)
{
	if (n > 0 && count > SIZE_MAX / n) {
		errno = ENOMEM;
		return NULL;
	}
	return fails() ? NULL : __libc_realloc(p, count * n);
}

void *memalign(size_t align, size_t n)
{
	return fails() ? NULL : __libc_memalign(align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	return memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
	void *made = memalign(align, n);

	if (!made)
		return ENOMEM;
	*p = made;
	return 0;
}
