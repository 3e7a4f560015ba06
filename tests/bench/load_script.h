/*
 * load_script.h - what load.c is told to ask for: see there.
 */
#ifndef BENCH_LOAD_SCRIPT_H
#define BENCH_LOAD_SCRIPT_H

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS		4
#define FINDS		4
#define VARS		4
#define VAR_LEN		1024

struct take {
	int var;
	char *after;
};

struct step {
	int status;
	char *head;	/* all lines, each with its CRLF */
	char *body;	/* or NULL */
	char *find[FINDS];
	struct take take[FINDS];
	size_t finds, takes;
};

struct script {
	struct sockaddr_in host;
	struct step step[STEPS];
	size_t steps;
	char *own;		/* the file's name, or NULL */
	char **line;		/* of the own or list file */
	size_t lines, next;
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(2);
}

static void append(char **text, const char *line)
{
	char *longer = NULL;
	int n = asprintf(&longer, "%s%s\r\n", *text ? *text : "", line);

	assert(n > 0);
	free(*text);
	*text = longer;
}

/* What read_lines() has let pass fits. */
static void set_var(char *var, const char *value)
{
	size_t len = strlen(value);

	assert(len < VAR_LEN);
	memcpy(var, value, len + 1);
}

static void read_lines(struct script *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!f)
		die("can not read the own or list file");
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) >= VAR_LEN)
			die("a line of the own or list file is too long");
		s->line = realloc(s->line, (s->lines + 1) * sizeof(*s->line));
		assert(s->line);
		s->line[s->lines++] = strdup(line);
	}
	free(line);
	(void)fclose(f);
	if (s->lines == 0)
		die("the own or list file is empty");
}

static void read_host(struct script *s, char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		die("host is address:port");
	*colon = '\0';
	s->host.sin_family = AF_INET;
	s->host.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, text, &s->host.sin_addr) != 1)
		die("host is no IPv4 address");
}

static void read_step_word(struct step *st, const char *word, char *rest)
{
	if (strcmp(word, "head") == 0) {
		append(&st->head, rest);
	} else if (strcmp(word, "body") == 0) {
		st->body = strdup(rest);
	} else if (strcmp(word, "find") == 0 && st->finds < FINDS) {
		st->find[st->finds++] = strdup(rest);
	} else if (strcmp(word, "take") == 0 && st->takes < FINDS &&
		   rest[0] >= '0' && rest[0] < '0' + VARS && rest[1] == ' ') {
		st->take[st->takes].var = rest[0] - '0';
		st->take[st->takes++].after = strdup(rest + 2);
	} else {
		die("a line of the script is not understood");
	}
}

static void read_script_line(struct script *s, char *line)
{
	char *rest = strchr(line, ' ');

	if (!rest)
		die("a line of the script has no argument");
	*rest++ = '\0';
	if (strcmp(line, "host") == 0) {
		read_host(s, rest);
	} else if (strcmp(line, "own") == 0) {
		s->own = strdup(rest);
		read_lines(s, rest);
	} else if (strcmp(line, "list") == 0) {
		read_lines(s, rest);
	} else if (strcmp(line, "step") == 0 && s->steps < STEPS) {
		s->step[s->steps++].status = (int)strtol(rest, NULL, 10);
	} else if (s->steps > 0) {
		read_step_word(&s->step[s->steps - 1], line, rest);
	} else {
		die("a line of the script is out of place");
	}
}

static void read_script(struct script *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!f)
		die("can not read the script");
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		read_script_line(s, line);
	}
	free(line);
	(void)fclose(f);
	if (s->steps == 0 || s->host.sin_port == 0)
		die("the script has no step or no host");
}

#endif
