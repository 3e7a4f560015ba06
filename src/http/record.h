/*
 * record.h - how much of a FastCGI request has arrived.
 *
 * libfcgi reads a request by blocking reads.  A fiber must not block, so it
 * looks at what has arrived, and lets libfcgi read once that is enough.
 *
 * What the records say is for libfcgi to find out, but it is let see none that
 * would harm it (2.4.2): for the lengths of a variable it makes a malloc() of
 * their sum as an int, whatever they are (CVE-2025-23016 is one of the ways in
 * which that goes wrong); a record of management that asks for the same values
 * again and again it answers from 64 bytes on the stack, and of one that it
 * does not know it loses memory.  No web server sends those.
 *
 * FastCGI Specification 1.0, sections 3.3, 3.4 and 5.
 */
#ifndef HTTP_RECORD_H
#define HTTP_RECORD_H

#include "base/str.h"

enum record_state {
	RECORD_PART,	/* more must come */
	RECORD_WHOLE,	/* up to the record that ends its input */
	RECORD_LONG,	/* more input than anybody reads, and not all of it */
	/* Not FastCGI, not one request alone from its beginning on, variables
	 * that are not what their lengths say, or the peer gave up. */
	RECORD_WRONG
};

/* A name and its value: more than web servers let pass of header fields. */
#define RECORD_PAIR_MAX ((size_t)160 << 10)

/* most: bytes of input that are read at most.  Pure. */
enum record_state record_state(struct str arrived, size_t most);

#endif
