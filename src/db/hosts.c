/* hosts.c - the hosts of a connection string, one at a time.  See hosts.h. */
#include "db/hosts.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>

/* What is named once for each host, with commas between. */
enum list { LIST_HOST, LIST_HOSTADDR, LIST_PORT, LIST_COUNT };
static const struct str list_names[] = {
	[LIST_HOST] = STR_INIT("host"),
	[LIST_HOSTADDR] = STR_INIT("hostaddr"),
	[LIST_PORT] = STR_INIT("port"),
};
static const struct str attrs_name = STR_INIT("target_session_attrs");

#define KEYWORDS_MAX 72

/* The conninfo of one attempt. */
struct attempt {
	const char *keywords[KEYWORDS_MAX], *values[KEYWORDS_MAX];
	size_t count;
	char text[LIST_COUNT][NI_MAXHOST];
};

static struct str value_of(const struct conninfo *info, struct str name)
{
	for (size_t i = 0; info->keywords[i]; i++) {
		if (str_eq(str_of(info->keywords[i]), name))
			return str_of(info->values[i]);
	}
	return STR_NONE;
}

static size_t fields(struct str list)
{
	size_t n = list.len > 0;

	for (size_t i = 0; i < list.len; i++)
		n += list.ptr[i] == ',';
	return n;
}

static struct str field(struct str list, size_t number)
{
	struct str f = str_cut(&list, ',');

	while (number-- > 0)
		f = str_cut(&list, ',');
	return f;
}

/* How many hosts; 1 where libpq is to find out what is wrong, too. */
static size_t count_hosts(const struct conninfo *info)
{
	size_t names = fields(value_of(info, list_names[LIST_HOST]));
	size_t addresses = fields(value_of(info, list_names[LIST_HOSTADDR]));
	size_t ports = fields(value_of(info, list_names[LIST_PORT]));
	size_t n = addresses > 0 ? addresses : names;

	if (n > HOSTS_MAX || (names > 0 && names != n) ||
	    (ports > 1 && ports != n))
		return 1;
	return n > 0 ? n : 1;
}

static bool prefers_standby(const struct conninfo *info)
{
	return str_eq(value_of(info, attrs_name), STR("prefer-standby"));
}

size_t hosts_attempts(const struct conninfo *info)
{
	size_t n = count_hosts(info);

	return n > 1 && prefers_standby(info) ? 2 * n : n;
}

static void add(struct attempt *a, const char *keyword, const char *value)
{
	assert(a->count + 1 < KEYWORDS_MAX);
	a->keywords[a->count] = keyword;
	a->values[a->count] = value;
	a->count++;
}

static bool differs_by_host(const char *keyword)
{
	struct str k = str_of(keyword);

	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (str_eq(k, list_names[i]))
			return true;
	}
	return false;
}

/* One port is all hosts'; what is left empty is libpq's default. */
static void add_host(struct attempt *a, const struct conninfo *info,
		     size_t number)
{
	for (size_t i = 0; i < LIST_COUNT; i++) {
		struct str list = value_of(info, list_names[i]);
		struct str f = field(list, fields(list) > 1 ? number : 0);

		if (f.len == 0)
			continue;
		(void)snprintf(a->text[i], sizeof(a->text[i]), "%.*s",
			       STR_ARG(f));
		add(a, list_names[i].ptr, a->text[i]);
	}
}

PGconn *hosts_start(const struct conninfo *info, size_t attempt)
{
	size_t hosts = count_hosts(info);
	struct attempt a = { .count = 0 };

	if (hosts == 1)
		return PQconnectStartParams(info->keywords, info->values, 0);
	for (size_t i = 0; info->keywords[i]; i++) {
		if (!differs_by_host(info->keywords[i]))
			add(&a, info->keywords[i], info->values[i]);
	}
	add_host(&a, info, attempt % hosts);
	/* libpq: the standbys first, and if there is none, any. */
	if (prefers_standby(info))
		add(&a, attrs_name.ptr, attempt < hosts ? "standby" : "any");
	return PQconnectStartParams(a.keywords, a.values, 0);
}
