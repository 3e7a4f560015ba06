/*
 * record.h - how much of a FastCGI request has arrived.
 *
 * libfcgi reads a request by blocking reads.  A fiber must not block, so it
 * looks at what has arrived, and lets libfcgi read once that is enough.  What
 * the records say is for libfcgi to find out; here it is only where they end.
 *
 * FastCGI Specification 1.0, sections 3.3 and 5.
 */
#ifndef HTTP_RECORD_H
#define HTTP_RECORD_H

#include "base/str.h"

enum record_state {
	RECORD_PART,	/* more must come */
	RECORD_WHOLE,	/* up to the record that ends its input */
	RECORD_LONG,	/* more input than anybody reads, and not all of it */
	RECORD_WRONG	/* not FastCGI, or the peer gave up */
};

/* most: bytes of input that are read at most.  Pure. */
enum record_state record_state(struct str arrived, size_t most);

#endif
