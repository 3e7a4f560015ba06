/* user_code.c - what a person types for a device. */
#include "oauth/user_code.h"

#include "base/buf.h"
#include "crypto/random.h"

#define LETTERS "BCDFGHJKLMNPQRSTVWXZ"
#define LETTER_COUNT (sizeof(LETTERS) - 1)
#define HALF 4

/* No person types more around it; what a page is sent is not read for ever. */
#define TYPED_MAX 64

static void add_letter(struct buf *b, char letter)
{
	if (b->len == HALF)
		buf_char(b, '-');
	buf_char(b, letter);
}

struct str user_code_new(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	while (b.len < USER_CODE_LEN) {
		unsigned char byte;

		random_bytes(&byte, sizeof(byte));
		/* Each letter as likely as the others. */
		if (byte < 256 / LETTER_COUNT * LETTER_COUNT)
			add_letter(&b, LETTERS[byte % LETTER_COUNT]);
	}
	return buf_str(&b);
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct str user_code_read(struct arena *a, struct str typed)
{
	struct buf b;

	buf_init(&b, a);
	if (typed.len > TYPED_MAX)
		return STR_NONE;
	for (size_t i = 0; i < typed.len; i++) {
		char c = typed.ptr[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!is_letter_or_digit(c))
			continue;
		if (!str_has(STR(LETTERS), c) || b.len == USER_CODE_LEN)
			return STR_NONE;
		add_letter(&b, c);
	}
	return b.len == USER_CODE_LEN ? buf_str(&b) : STR_NONE;
}

struct hash user_code_hash(const struct hash *key, struct str code)
{
	return hash_hmac(key, STR("user_code"), code);
}
