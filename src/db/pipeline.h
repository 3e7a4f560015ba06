/*
 * pipeline.h - send a batch of submissions, read what comes back.
 */
#ifndef DB_PIPELINE_H
#define DB_PIPELINE_H

#include "db/connection.h"
#include "db/db.h"

#define PIPELINE_WORKS_MAX 128

enum pipeline_mode {
	PIPELINE_TOGETHER,	/* one Sync, one commit, all or none */
	PIPELINE_APART		/* a Sync each: none takes another with it */
};

enum pipeline_status {
	PIPELINE_DONE,		/* every call has its status */
	PIPELINE_FAILED,	/* together: one failed, so nothing was done */
	PIPELINE_LOST		/* the connection or the patience ended */
};

/*
 * One round trip.  count is at most PIPELINE_WORKS_MAX.  After PIPELINE_LOST
 * the connection is to be dropped, and a call whose status is not DB_UNKNOWN
 * has been committed and answered.
 */
enum pipeline_status pipeline_run(struct connection *c, struct db_work **works,
				  size_t count, enum pipeline_mode mode);

#endif
