/* control.c - the page by which a test speaks to a preloaded library. */
#include "faults/control.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct control *control_open(void)
{
	const char *path = getenv("FAULT_CONTROL");
	const int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *page;

	if (fd < 0)
		return NULL;
	page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? NULL : page;
}
