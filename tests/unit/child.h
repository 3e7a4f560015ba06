/*
 * child.h - what ends the process, in one of its own.
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* run(arg) in a process that leaves no core, says nothing, and exits with 0
 * where run() returns.  Its status, as wait(2) has it; -1: there is none. */
__attribute__((unused))
static int in_child(void (*run)(const void *arg), const void *arg)
{
	const struct rlimit none = { 0, 0 };
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		run(arg);
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

__attribute__((unused))
static bool aborts(void (*run)(const void *arg), const void *arg)
{
	const int status = in_child(run, arg);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
