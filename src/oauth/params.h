/*
 * params.h - a request's parameters, declared and not fished for.
 */
#ifndef OAUTH_PARAMS_H
#define OAUTH_PARAMS_H

#include "oauth/exchange.h"

enum param_need { PARAM_OPTIONAL, PARAM_REQUIRED };

/* The wire name is the member's name: a struct str of the request's struct. */
struct param {
	struct str name;
	enum param_need need;
	size_t offset;
	struct str missing;	/* the description where it is required */
};

#define PARAM(type, member, need) \
	{ STR_INIT(#member), need, offsetof(type, member), \
	  STR_INIT(#member " is missing") }
#define PARAM_END { STR_INIT(""), PARAM_OPTIONAL, 0, STR_INIT("") }

/*
 * Read a form sent to a back channel endpoint.  Only from the body, only
 * application/x-www-form-urlencoded (RFC 6749 section 3.2), no parameter twice.
 */
enum oauth_error params_read_body(struct exchange *x, struct form *out)
	__attribute__((warn_unused_result));

/* Read one that a browser sends: the query of a GET, the body of a POST. */
enum oauth_error params_read_browser(struct exchange *x, struct form *out)
	__attribute__((warn_unused_result));

/*
 * Parameters MUST NOT stand twice (RFC 6749 sections 3.1 and 3.2), aside from
 * those that may by their own specification (RFC 8707 section 2).
 */
bool params_repeat(const struct form *form);

/*
 * Fill the members of *in from the form.  A parameter without a value is taken
 * as omitted (RFC 6749 section 3.1).  table ends with PARAM_END.  x is only
 * used to record a failure: NULL will do where nothing is required.
 */
enum oauth_error params_bind(struct exchange *x, const struct form *form,
			     const struct param *table, void *in)
	__attribute__((warn_unused_result));

#endif
