/*
 * last_words.c - for MODE=coverage: who ends at once says first what it has
 * reached, which gcov does at exit() alone.
 *
 * The Makefile has src/ call these by the names of the real ones.
 */
#undef abort
#undef _exit
#include <stdlib.h>
#include <unistd.h>

_Noreturn void last_abort(void);
_Noreturn void last_exit(int status);
void gcov_dump(void) __asm__("__gcov_dump");

_Noreturn void last_abort(void)
{
	gcov_dump();
	abort();
}

_Noreturn void last_exit(int status)
{
	gcov_dump();
	_exit(status);
}
