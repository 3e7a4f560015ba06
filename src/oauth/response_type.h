/*
 * response_type.h - what the authorization endpoint may answer with, and where
 * it puts it (OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0
 * Form Post Response Mode; JWT Secured Authorization Response Mode).
 */
#ifndef OAUTH_RESPONSE_TYPE_H
#define OAUTH_RESPONSE_TYPE_H

#include "base/str.h"

struct response_type {
	struct str name;		/* words in the order of the alphabet */
	bool code, id_token, token;
};

/*
 * NULL: no such type here.  The order of the words says nothing; each stands
 * once, with single spaces between.
 */
const struct response_type *response_type_find(struct str name);

/* All of them, in order; NULL at the end. */
const struct response_type *response_type_at(size_t i);

enum response_place { PLACE_QUERY, PLACE_FRAGMENT, PLACE_FORM_POST };

struct response_mode {
	enum response_place place;
	bool jwt;		/* JARM: in one signed parameter */
};

/*
 * Where an answer to these parameters goes.  Either may be absent, or one that
 * is not known: an error still has to be told somewhere.  Tokens never go into
 * a query (Multiple Response Types section 5), so that mode is not known there.
 */
struct response_mode response_mode_of(struct str response_type,
				      struct str response_mode);

/* Is it one that goes with the type?  Absent: yes, the type's own. */
bool response_mode_fits(const struct response_type *type,
			struct str response_mode);

/* All of them, as words: for the metadata document. */
struct str response_modes(void);

#endif
