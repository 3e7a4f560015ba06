/* qr.c - QR codes, by libqrencode. */
#include "page/qr.h"

#include <assert.h>
#include <qrencode.h>

#include "base/arena.h"
#include "base/buf.h"

/* How wide the quiet zone is, in modules (ISO/IEC 18004). */
#define QUIET 4

static void free_code(void *code)
{
	QRcode_free(code);
}

/* What is next to each other in a row is one rectangle. */
static void add_row(struct buf *b, const unsigned char *row, int width, int y)
{
	int x = 0;

	while (x < width) {
		int from = x;

		while (x < width && (row[x] & 1))
			x++;
		if (x > from)
			buf_addf(b, "M%d %dh%dv1h-%dz", from + QUIET,
				 y + QUIET, x - from, x - from);
		else
			x++;
	}
}

struct str qr_svg(struct arena *a, struct str text)
{
	QRcode *code;
	int side;
	struct buf b;

	if (text.len == 0 || text.len > QR_TEXT_MAX)
		return STR_NONE;
	code = QRcode_encodeData((int)text.len,
				 (const unsigned char *)text.ptr, 0,
				 QR_ECLEVEL_M);
	assert(code);
	arena_defer(a, free_code, code);
	side = code->width + 2 * QUIET;
	buf_init(&b, a);
	buf_addf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		     "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
		     "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
		     "<path fill=\"#000\" d=\"", side, side, side, side);
	for (int y = 0; y < code->width; y++)
		add_row(&b, code->data + y * code->width, code->width, y);
	buf_add(&b, STR("\"/></svg>"));
	return buf_str(&b);
}
