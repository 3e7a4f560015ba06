/*
 * fetch.c - to ask another server.
 *
 * A multi handle a run, with connections of its own: nothing is kept from one
 * run to the next, and no connection is used twice.
 */
#include "http/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <netdb.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/pool.h"
#include "http/cache_control.h"
#include "http/network.h"
#include "http/url.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HEADERS_MAX ((size_t)64 << 10)	/* bytes of an answer's header */
#define GRACE_MS 200	/* what libcurl gets to notice a timeout itself */
#define POLL_MS 1000
#define FETCH_PARALLEL 32	/* calls of fetch_run(), of a process */

struct job {
	struct fetch *f;
	const struct fetch_policy *policy;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	size_t header_bytes;
	bool plain;		/* http, not https */
	bool connecting;	/* some address was allowed */
	bool refused;		/* some address was not: this one */
	char address[64];
	bool headers_ended;
	bool too_large;
	bool ended;
	const char *fault;	/* why we broke it off, or NULL */
	char detail[CURL_ERROR_SIZE];
};

void fetch_init(void)
{
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_alloc, free,
				 memory_resize, memory_text,
				 memory_zeroed) != CURLE_OK)
		abort();
}

/* What is the same for all. */
static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_NOSIGNAL, 1 },	/* there are threads */
	{ CURLOPT_QUICK_EXIT, 1 },	/* no waiting for getaddrinfo() */
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
	{ CURLOPT_FRESH_CONNECT, 1 },
	{ CURLOPT_FORBID_REUSE, 1 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
};

static const struct {
	CURLoption option;
	const char *value;
} texts[] = {
	/* No proxy of the environment, whoever set it there: in a CGI program
	 * HTTP_PROXY is the client's header "Proxy" (CVE-2016-5387). */
	{ CURLOPT_PROXY, "" },
	{ CURLOPT_NOPROXY, "*" },
	{ CURLOPT_USERAGENT, "Postern" },
};

/* Only a libcurl that lacks what was compiled in, or has no memory, fails. */
static void must(CURLcode code)
{
	if (code != CURLE_OK)
		abort();
}

/*
 * The one place where an address is allowed: it is this very socket that will
 * be connected, so what the name led to a moment ago does not matter.
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	struct job *job = arg;
	const struct sockaddr *address = &to->addr;
	const bool inside =
		network_list_contains(job->policy->networks, address);

	if (purpose == CURLSOCKTYPE_IPCXN &&
	    (inside || (!job->plain && network_is_public(address)))) {
		job->connecting = true;
		return socket(to->family, to->socktype | SOCK_CLOEXEC,
			      to->protocol);
	}
	job->refused = true;
	(void)getnameinfo(address, to->addrlen, job->address,
			  sizeof(job->address), NULL, 0, NI_NUMERICHOST);
	return CURL_SOCKET_BAD;
}

/* NULL, or why the answer is not wanted. */
static const char *read_field(struct fetch *f, struct str line)
{
	struct str value = line, name = str_cut(&value, ':');

	value = field_trim(value);
	if (str_eq_nocase(name, STR("Cache-Control")))
		f->max_age = cache_control_max_age(value, f->max_age);
	/* Neither was asked for: a few bytes could become as many as they
	 * like. */
	if (str_eq_nocase(name, STR("Content-Encoding")) &&
	    !str_eq_nocase(value, STR("identity")))
		return "the answer is encoded";
	if (str_eq_nocase(name, STR("Transfer-Encoding")) &&
	    !str_eq_nocase(value, STR("chunked")))
		return "the answer is encoded for its transfer";
	return NULL;
}

/* A line of the header: also of an interim answer, and of a trailer. */
static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
	struct job *job = arg;
	long status = 0;

	n *= size;
	job->header_bytes += n;
	if (job->header_bytes > HEADERS_MAX)
		job->fault = "the answer's header is too large";
	if (job->headers_ended || job->fault)
		return job->fault ? 0 : n;
	if (field_trim((struct str){ line, n }).len > 0) {
		job->fault = read_field(job->f, (struct str){ line, n });
		return job->fault ? 0 : n;
	}
	must(curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status));
	if (status >= 200)
		job->headers_ended = true;
	else
		job->f->max_age = -1;
	return n;
}

static size_t take_body(char *part, size_t size, size_t n, void *arg)
{
	struct job *job = arg;

	n *= size;
	if (n > job->f->max_bytes - job->body.len) {
		job->too_large = true;
		return 0;
	}
	buf_add(&job->body, (struct str){ part, n });
	return n;
}

/* A host is a name of letters, digits and hyphens, or an address. */
static bool is_host(struct str host)
{
	if (str_starts(host, STR("[")))
		return true;
	for (size_t i = 0; i < host.len; i++) {
		const char c = host.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && !str_has(STR("-._"), c))
			return false;
	}
	return true;
}

/* NULL, or what is wrong with it. */
static const char *check_url(struct job *job)
{
	struct url u;

	if (!job->f->url.ptr || !url_parse(job->f->url, &u))
		return "the URL is malformed";
	job->plain = str_eq_nocase(u.scheme, STR("http"));
	if (!job->plain && !str_eq_nocase(u.scheme, STR("https")))
		return "the URL's scheme is not https";
	if (job->plain && !job->policy->allow_http)
		return "the URL's scheme is http";
	if (!is_host(u.host))
		return "the URL's host is malformed";
	return NULL;
}

static void add_header(struct job *job, struct arena *a, const char *name,
		       struct str value)
{
	struct curl_slist *longer;
	struct buf b;

	assert(!str_has(value, '\r') && !str_has(value, '\n'));
	buf_init(&b, a);
	buf_addf(&b, "%s: %.*s", name, STR_ARG(value));
	longer = curl_slist_append(job->headers, buf_str(&b).ptr);
	if (!longer)
		abort();
	job->headers = longer;
}

static void set_request(struct job *job, struct arena *a)
{
	const struct fetch *f = job->f;
	CURL *easy = job->easy;

	if (f->accept.ptr)
		add_header(job, a, "Accept", f->accept);
	if (str_eq(f->method, STR("POST"))) {
		must(curl_easy_setopt(easy, CURLOPT_POST, 1L));
		must(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				      (curl_off_t)f->body.len));
		must(curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				      f->body.len > 0 ? f->body.ptr : ""));
		add_header(job, a, "Content-Type", f->content_type);
	} else {
		assert(str_eq(f->method, STR("GET")));
		must(curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L));
	}
	must(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->headers));
}

static void set_bounds(struct job *job, struct arena *a)
{
	const struct fetch *f = job->f;
	const struct str ca_file = job->policy->ca_file;
	CURL *easy = job->easy;

	assert(f->timeout_ms > 0);
	must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
			      job->plain ? "http" : "https"));
	must(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, f->timeout_ms));
	must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, f->timeout_ms));
	if (ca_file.len == 0)
		return;
	must(curl_easy_setopt(easy, CURLOPT_CAINFO, str_cstr(a, ca_file)));
	must(curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
}

static void set_callbacks(struct job *job)
{
	CURL *easy = job->easy;

	must(curl_easy_setopt(easy, CURLOPT_PRIVATE, job));
	must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->detail));
	must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket));
	must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job));
	must(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header));
	must(curl_easy_setopt(easy, CURLOPT_HEADERDATA, job));
	must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body));
	must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, job));
}

/* Its handle is NULL where the URL is bad. */
static void prepare(struct job *job, struct arena *a)
{
	struct fetch *f = job->f;
	const char *fault = check_url(job);

	f->status = fault ? FETCH_BAD_URL : FETCH_FAILED;
	f->reason = fault ? str_of(fault) : STR("timed out");
	f->http_status = 0;
	f->content_type_got = f->got = STR_NONE;
	f->max_age = -1;
	if (fault)
		return;
	job->easy = curl_easy_init();
	if (!job->easy)
		abort();
	buf_init(&job->body, a);
	for (size_t i = 0; i < COUNT(numbers); i++)
		must(curl_easy_setopt(job->easy, numbers[i].option,
				      numbers[i].value));
	for (size_t i = 0; i < COUNT(texts); i++)
		must(curl_easy_setopt(job->easy, texts[i].option,
				      texts[i].value));
	must(curl_easy_setopt(job->easy, CURLOPT_URL, str_cstr(a, f->url)));
	set_bounds(job, a);
	set_callbacks(job);
	set_request(job, a);
}

static enum fetch_status judge(const struct job *job, CURLcode code)
{
	const int status = job->f->http_status;

	/* Whatever becomes of its body. */
	if (status >= 300)
		return FETCH_BAD_STATUS;
	if (job->fault)
		return FETCH_FAILED;
	if (code == CURLE_OK)
		return FETCH_OK;
	if (job->too_large)
		return FETCH_TOO_LARGE;
	if (job->refused && !job->connecting)
		return FETCH_REFUSED;
	return FETCH_FAILED;
}

static struct str explain(struct job *job, struct arena *a, CURLcode code)
{
	struct buf b;

	buf_init(&b, a);
	switch (job->f->status) {
	case FETCH_OK:
	case FETCH_BAD_STATUS:
		buf_addf(&b, "HTTP status %d", job->f->http_status);
		break;
	case FETCH_REFUSED:
		buf_addf(&b, "the address %s is not allowed%s", job->address,
			 job->plain ? " for http" : "");
		break;
	case FETCH_TOO_LARGE:
		buf_addf(&b, "the answer is larger than %zu bytes",
			 job->f->max_bytes);
		break;
	case FETCH_BAD_URL:
	case FETCH_FAILED:
		if (job->fault)
			buf_add(&b, str_of(job->fault));
		else
			buf_add(&b, str_of(job->detail[0] ? job->detail
					   : curl_easy_strerror(code)));
		break;
	}
	return buf_str(&b);
}

static void finish(struct job *job, struct arena *a, CURLcode code)
{
	struct fetch *f = job->f;
	const char *type = NULL;
	long status = 0;

	job->ended = true;
	must(curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status));
	f->http_status = (int)status;
	/* Cut off, or interim: libcurl does not mind. */
	if (code == CURLE_OK && !job->headers_ended)
		job->fault = "the answer has no whole header";
	f->status = judge(job, code);
	f->reason = explain(job, a, code);
	if (f->status != FETCH_OK && f->status != FETCH_BAD_STATUS) {
		f->max_age = -1;
		return;
	}
	must(curl_easy_getinfo(job->easy, CURLINFO_CONTENT_TYPE, &type));
	f->content_type_got = str_dup(a, str_of(type));
	f->got = buf_str(&job->body);
}

/* Note those that have ended since. */
static void collect(CURLM *multi, struct arena *a)
{
	struct CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left))) {
		void *job = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		must(curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
				       &job));
		finish(job, a, m->data.result);
	}
}

/* Until all have ended, or should have. */
static void drive(CURLM *multi, struct arena *a, long patience_ms)
{
	const long long end = clock_ms() + patience_ms;
	long long left = patience_ms;
	int running = 1;

	while (running > 0 && left > 0) {
		const int wait = left < POLL_MS ? (int)left : POLL_MS;

		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return;
		collect(multi, a);
		if (running > 0 &&
		    curl_multi_poll(multi, NULL, 0, wait, NULL) != CURLM_OK)
			return;
		left = end - clock_ms();
	}
}

static void release(CURLM *multi, struct job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!jobs[i].easy)
			continue;
		(void)curl_multi_remove_handle(multi, jobs[i].easy);
		curl_easy_cleanup(jobs[i].easy);
		curl_slist_free_all(jobs[i].headers);
	}
	(void)curl_multi_cleanup(multi);
}

struct fetching {
	struct arena *arena;
	const struct fetch_policy *policy;
	struct fetch *fetches;
	size_t count;
};

static void run_now(void *arg)
{
	const struct fetching *f = arg;
	struct arena *a = f->arena;
	struct fetch *fetches = f->fetches;
	const size_t count = f->count;
	struct job *jobs = arena_alloc(a, count * sizeof(*jobs));
	CURLM *multi = curl_multi_init();
	long longest = 0;

	if (!multi)
		abort();
	for (size_t i = 0; i < count; i++) {
		jobs[i].f = &fetches[i];
		jobs[i].policy = f->policy;
		prepare(&jobs[i], a);
		if (!jobs[i].easy)
			continue;
		if (curl_multi_add_handle(multi, jobs[i].easy) != CURLM_OK)
			abort();
		if (fetches[i].timeout_ms > longest)
			longest = fetches[i].timeout_ms;
	}
	if (longest > 0)
		drive(multi, a, longest + GRACE_MS);
	release(multi, jobs, count);
}

void fetch_run(struct arena *a, const struct fetch_policy *p,
	       struct fetch *fetches, size_t count)
{
	static struct pool fetching = POOL(FETCH_PARALLEL);
	struct fetching f = { a, p, fetches, count };

	pool_run(&fetching, run_now, &f);
}
