/*
 * lane.h - one connection, shared by many requests.
 *
 * A request puts its work in the queue.  If nobody leads, it leads: it sends
 * all that waits in one pipeline ended by one Sync, reads the results, wakes
 * the others and hands on the lead to whoever came meanwhile.  Alone, a
 * request waits for nobody; under load many share a round trip and a commit.
 *
 * A statement that fails aborts its batch.  All of the batch is then run again
 * with a Sync each, in one more round trip, so that a failure is always the
 * work's own.
 */
#ifndef DB_LANE_H
#define DB_LANE_H

#include <pthread.h>

#include "db/connection.h"
#include "db/pipeline.h"

struct lane_job;

struct lane {
	pthread_mutex_t mutex;
	struct lane_job *first, **last;	/* the queue */
	unsigned load;		/* of the queue and the batch under way */
	bool led;
	struct connection connection;	/* the leader's */
	const struct conninfo *info;
	bool reads_only;	/* a lost batch may be run again */
};

void lane_init(struct lane *lane, const struct conninfo *info,
	       bool reads_only);
void lane_release(struct lane *lane);

/* Every call of work has its status when this returns. */
void lane_run(struct lane *lane, struct db_work *work);

#endif
