/* lane.c - one connection, shared by many threads.  See lane.h. */
#include "db/lane.h"

#include <assert.h>

#include "base/clock.h"

/* Milliseconds that work may wait in the queue: longer, and its 503 would come
 * too late. */
#define LANE_PATIENCE_MS 1800

enum job_state { JOB_WAITS, JOB_LEADS, JOB_DONE };

struct lane_job {
	struct db_work *work;
	struct lane_job *next;
	enum job_state state;
	pthread_cond_t changed;
	long long since;
};

struct batch {
	struct lane_job *jobs[PIPELINE_WORKS_MAX];
	struct db_work *works[PIPELINE_WORKS_MAX];
	size_t count;
};

void lane_init(struct lane *lane, const struct conninfo *info, bool reads_only)
{
	*lane = (struct lane){ .info = info, .reads_only = reads_only };
	lane->last = &lane->first;
	pthread_mutex_init(&lane->mutex, NULL);
}

void lane_release(struct lane *lane)
{
	connection_drop(&lane->connection);
	pthread_mutex_destroy(&lane->mutex);
}

static void set_status(struct db_work *work, enum db_status status)
{
	for (size_t i = 0; i < work->count; i++)
		work->calls[i].status = status;
}

/* By what they lock, so that all batches of all processes lock in one order. */
static void insert_in_order(struct batch *b, struct lane_job *job)
{
	size_t i = b->count++;

	while (i > 0 &&
	       b->works[i - 1]->contended > job->work->contended) {
		b->works[i] = b->works[i - 1];
		i--;
	}
	b->works[i] = job->work;
}

/* Take what waits, or as much as fits.  The mutex is held. */
static void take_batch(struct lane *lane, struct batch *b)
{
	long long now = clock_ms();

	b->count = 0;
	for (size_t taken = 0; lane->first && taken < PIPELINE_WORKS_MAX;
	     taken++) {
		struct lane_job *job = lane->first;

		lane->first = job->next;
		b->jobs[taken] = job;
		if (now - job->since > LANE_PATIENCE_MS)
			set_status(job->work, DB_UNAVAILABLE);
		else
			insert_in_order(b, job);
		job->next = NULL;
		if (taken > 0)
			b->jobs[taken - 1]->next = job;
	}
	if (!lane->first)
		lane->last = &lane->first;
}

static enum pipeline_status run_once(struct lane *lane, struct batch *b)
{
	enum pipeline_status s;

	s = pipeline_run(&lane->connection, b->works, b->count,
			 PIPELINE_TOGETHER);
	if (s == PIPELINE_FAILED)
		s = pipeline_run(&lane->connection, b->works, b->count,
				 PIPELINE_APART);
	if (s == PIPELINE_LOST)
		connection_drop(&lane->connection);
	return s;
}

static void run_batch(struct lane *lane, struct batch *b)
{
	int tries = lane->reads_only ? 2 : 1;

	if (b->count == 0)
		return;
	do {
		if (!connection_ready(&lane->connection, lane->info)) {
			for (size_t i = 0; i < b->count; i++)
				set_status(b->works[i], DB_UNAVAILABLE);
			return;
		}
	} while (run_once(lane, b) == PIPELINE_LOST && --tries > 0);
}

/* Wake whoever's work was in the batch, and the next leader.  Mutex held. */
static void hand_on(struct lane *lane, struct lane_job *batch,
		    struct lane_job *mine)
{
	while (batch) {
		struct lane_job *job = batch;

		batch = job->next;
		job->state = JOB_DONE;
		lane->waiting--;
		if (job != mine)
			pthread_cond_signal(&job->changed);
	}
	lane->led = lane->first != NULL;
	if (lane->first) {
		lane->first->state = JOB_LEADS;
		pthread_cond_signal(&lane->first->changed);
	}
}

static void lead(struct lane *lane, struct lane_job *mine)
{
	struct batch b;

	take_batch(lane, &b);
	assert(b.jobs[0] == mine);	/* whoever leads is first in line */
	pthread_mutex_unlock(&lane->mutex);
	run_batch(lane, &b);
	pthread_mutex_lock(&lane->mutex);
	hand_on(lane, b.jobs[0], mine);
}

void lane_run(struct lane *lane, struct db_work *work)
{
	struct lane_job job = { .work = work, .since = clock_ms() };

	pthread_cond_init(&job.changed, NULL);
	pthread_mutex_lock(&lane->mutex);
	*lane->last = &job;
	lane->last = &job.next;
	lane->waiting++;
	if (!lane->led) {
		lane->led = true;
		job.state = JOB_LEADS;
	}
	while (job.state == JOB_WAITS)
		pthread_cond_wait(&job.changed, &lane->mutex);
	if (job.state == JOB_LEADS)
		lead(lane, &job);
	pthread_mutex_unlock(&lane->mutex);
	pthread_cond_destroy(&job.changed);
}
