/* lane.c - one connection, shared by many requests.  See lane.h. */
#include "db/lane.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/parking.h"

/* Milliseconds that work may wait in the queue: longer, and its 503 would come
 * too late. */
#define LANE_PATIENCE_MS 1800

/* A batch of reads that is lost so soon is run again; later, whoever waits for
 * it would wait twice. */
#define LANE_RETRY_MS 1000

/* Slow work is as much to do as all that a program can have at once. */
#define SLOW_LOAD 10000

enum job_state { JOB_WAITS, JOB_LEADS, JOB_DONE };

/*
 * Each is parked by itself: whoever is woken needs no lock to go on, and nobody
 * is woken who has nothing to do.
 */
struct lane_job {
	struct db_work *work;
	struct lane_job *next;
	enum job_state state;	/* written before it is posted */
	struct parking parking;
	long long since;
};

struct batch {
	struct lane_job *jobs[PIPELINE_WORKS_MAX];
	struct db_work *works[PIPELINE_WORKS_MAX];
	size_t count;
	unsigned load;
};

void lane_init(struct lane *lane, const struct conninfo *info, bool reads_only)
{
	pthread_mutexattr_t attr;

	*lane = (struct lane){ .info = info, .reads_only = reads_only };
	lane->last = &lane->first;
	/* Held for a few instructions at a time: not worth a sleep. */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
	pthread_mutex_init(&lane->mutex, &attr);
	pthread_mutexattr_destroy(&attr);
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

static unsigned load_of(const struct lane_job *job)
{
	return job->work->slow ? SLOW_LOAD : 1;
}

/* Work that is slow has a batch of its own. */
static bool goes_with(const struct batch *b, const struct lane_job *job)
{
	return b->count == 0 || (!job->work->slow && !b->works[0]->slow);
}

/* Take what waits, or as much as fits; how many.  The mutex is held. */
static size_t take_batch(struct lane *lane, struct batch *b)
{
	long long now = clock_ms();

	size_t taken = 0;

	b->count = b->load = 0;
	for (; lane->first && taken < PIPELINE_WORKS_MAX &&
	       goes_with(b, lane->first); taken++) {
		struct lane_job *job = lane->first;

		lane->first = job->next;
		b->jobs[taken] = job;
		b->load += load_of(job);
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
	return taken;
}

/*
 * A server that is no primary any more, or that somebody has set to read only,
 * refuses what writes (25006): nothing has run.  The next connection is to be
 * one to the server that has taken over.
 */
static bool is_read_only(struct batch *b)
{
	bool found = false;

	for (size_t i = 0; i < b->count; i++) {
		struct db_work *work = b->works[i];
		bool refused = false;

		for (size_t n = 0; n < work->count; n++)
			refused |= str_eq(str_of(work->calls[n].sqlstate),
					  STR("25006"));
		if (refused)
			set_status(work, DB_UNAVAILABLE);
		found |= refused;
	}
	return found;
}

static enum pipeline_status run_once(struct lane *lane, struct batch *b)
{
	enum pipeline_status s;
	bool read_only;

	s = pipeline_run(&lane->connection, b->works, b->count,
			 PIPELINE_TOGETHER);
	if (s == PIPELINE_FAILED)
		s = pipeline_run(&lane->connection, b->works, b->count,
				 PIPELINE_APART);
	read_only = is_read_only(b);
	if (read_only)
		log_event(STR("db"), "PostgreSQL is read only here");
	if (s == PIPELINE_LOST || read_only)
		connection_drop(&lane->connection);
	return s;
}

static void run_batch(struct lane *lane, struct batch *b)
{
	const long long until = clock_ms() + LANE_RETRY_MS;
	int tries = lane->reads_only ? 2 : 1;

	if (b->count == 0)
		return;
	do {
		if (!connection_ready(&lane->connection, lane->info)) {
			for (size_t i = 0; i < b->count; i++)
				set_status(b->works[i], DB_UNAVAILABLE);
			return;
		}
	} while (run_once(lane, b) == PIPELINE_LOST && --tries > 0 &&
		 clock_ms() < until);
}

/* The next leader: the first in the queue, if there is one.  Mutex held. */
static struct lane_job *next_leader(struct lane *lane, unsigned done)
{
	lane->load -= done;
	lane->led = lane->first != NULL;
	return lane->first;
}

/*
 * The next leader first, for the database waits for nobody else.  A job is its
 * request's: once posted, it is gone.
 */
static void wake(struct lane_job *leader, struct lane_job *batch,
		 struct lane_job *mine)
{
	if (leader) {
		leader->state = JOB_LEADS;
		parking_post(&leader->parking);
	}
	while (batch) {
		struct lane_job *job = batch;

		batch = job->next;
		job->state = JOB_DONE;
		if (job != mine)
			parking_post(&job->parking);
	}
}

static void lead(struct lane *lane, struct lane_job *mine)
{
	struct lane_job *leader;
	struct batch b;
	size_t taken;

	pthread_mutex_lock(&lane->mutex);
	taken = take_batch(lane, &b);
	pthread_mutex_unlock(&lane->mutex);
	/* Whoever leads is first in line. */
	assert(taken > 0 && b.jobs[0] == mine);
	run_batch(lane, &b);
	pthread_mutex_lock(&lane->mutex);
	leader = next_leader(lane, b.load);
	pthread_mutex_unlock(&lane->mutex);
	wake(leader, b.jobs[0], mine);
}

/* Queue up; true where nobody leads, so that this one has to. */
static bool line_up(struct lane *lane, struct lane_job *job)
{
	bool leads;

	pthread_mutex_lock(&lane->mutex);
	*lane->last = job;
	lane->last = &job->next;
	lane->load += load_of(job);
	leads = !lane->led;
	lane->led = true;
	pthread_mutex_unlock(&lane->mutex);
	return leads;
}

void lane_run(struct lane *lane, struct db_work *work)
{
	struct lane_job job = { .work = work, .since = clock_ms() };

	parking_init(&job.parking);
	if (line_up(lane, &job)) {
		job.state = JOB_LEADS;
		/* Nobody will post it. */
		parking_post(&job.parking);
		/* Whoever is about to queue up may do so first; alone, this is
		 * nothing.  Whom the lead is handed to does not wait: others
		 * have queued up while the database worked, and it is to work
		 * on while they are answered whom it has served. */
		fiber_yield();
	}
	parking_wait(&job.parking);
	if (job.state == JOB_LEADS)
		lead(lane, &job);
}
