/*
 * test_qr.c - QR codes as images: read back from the path, module by module.
 * Whether a reader can read them, tests/clients/test_qr.py says.
 */
#include "page/qr.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"

#define SIDE_MAX (177 + 8)
#define URI "https://id.example/oauth/device?user_code=WDJB-MJHT"

struct image {
	int side;		/* with the quiet zone */
	bool dark[SIDE_MAX][SIDE_MAX];
};

/* A number at *at, which moves behind it; -1 where there is none. */
static int number(const char **at)
{
	char *end;
	long n = strtol(*at, &end, 10);

	if (end == *at || n < 0 || n > SIDE_MAX)
		return -1;
	*at = end;
	return (int)n;
}

static bool skip_text(const char **at, const char *text)
{
	if (strncmp(*at, text, strlen(text)) != 0)
		return false;
	*at += strlen(text);
	return true;
}

/* "M4 4h7v1h-7z": one rectangle, one module high, inside, on white. */
static bool draw(struct image *image, const char **at)
{
	int x, y, width, back;

	if (!skip_text(at, "M"))
		return false;
	x = number(at);
	y = number(at);
	if (!skip_text(at, "h"))
		return false;
	width = number(at);
	if (!skip_text(at, "v1h-"))
		return false;
	back = number(at);
	if (!skip_text(at, "z") || x < 0 || y < 0 || width < 1 ||
	    back != width || x + width > image->side || y >= image->side)
		return false;
	for (int i = x; i < x + width; i++) {
		if (image->dark[y][i])
			return false;
		image->dark[y][i] = true;
	}
	return true;
}

/* The whole of the SVG, or false. */
static bool image_read(struct arena *a, struct str svg, struct image *image)
{
	const char *at = svg.ptr;
	struct buf head;

	*image = (struct image){ .side = 0 };
	if (!at || !skip_text(&at, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
				   "viewBox=\"0 0 "))
		return false;
	image->side = number(&at);
	buf_init(&head, a);
	buf_addf(&head, " %d\" shape-rendering=\"crispEdges\">"
			"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
			"<path fill=\"#000\" d=\"",
		 image->side, image->side, image->side);
	if (!skip_text(&at, buf_str(&head).ptr))
		return false;
	while (*at == 'M') {
		if (!draw(image, &at))
			return false;
	}
	return strcmp(at, "\"/></svg>") == 0;
}

/* The pattern that a reader looks for, and the light around it. */
static bool has_finder(const struct image *image, int left, int top)
{
	for (int y = -1; y <= 7; y++) {
		for (int x = -1; x <= 7; x++) {
			bool ring = x == 0 || x == 6 || y == 0 || y == 6;
			bool core = x >= 2 && x <= 4 && y >= 2 && y <= 4;
			bool inside = x >= 0 && x <= 6 && y >= 0 && y <= 6;

			if (image->dark[top + y][left + x] !=
			    (inside && (ring || core)))
				return false;
		}
	}
	return true;
}

static bool is_quiet(const struct image *image)
{
	for (int i = 0; i < image->side; i++) {
		for (int j = 0; j < 4; j++) {
			int far = image->side - 1 - j;

			if (image->dark[j][i] || image->dark[far][i] ||
			    image->dark[i][j] || image->dark[i][far])
				return false;
		}
	}
	return true;
}

static void test_image(struct arena *a)
{
	struct image *image = arena_alloc(a, sizeof(*image));
	struct str svg = qr_svg(a, STR(URI));

	ok(image_read(a, svg, image), "one rectangle and one path");
	ok(image->side == 33 + 8, "version 4: %d modules", image->side - 8);
	ok(is_quiet(image), "four modules of quiet");
	ok(has_finder(image, 4, 4) &&
	   has_finder(image, image->side - 11, 4) &&
	   has_finder(image, 4, image->side - 11), "three finder patterns");
	ok(!has_finder(image, image->side - 11, image->side - 11),
	   "and no fourth");
	/* ISO/IEC 18004, format information: 00, masked by 10. */
	ok(image->dark[4 + 8][4] && !image->dark[4 + 8][5],
	   "error correction level M");
	ok(str_eq(svg, qr_svg(a, STR(URI))), "the same each time");
	ok(!str_eq(svg, qr_svg(a, STR(URI "X"))), "another for another");
}

static void test_length(struct arena *a)
{
	struct image *image = arena_alloc(a, sizeof(*image));
	char *text = arena_alloc(a, QR_TEXT_MAX + 1);

	memset(text, 'x', QR_TEXT_MAX + 1);
	ok(image_read(a, qr_svg(a, (struct str){ text, QR_TEXT_MAX }), image) &&
	   image->side == 177 + 8, "the longest text: version 40");
	ok(!qr_svg(a, (struct str){ text, QR_TEXT_MAX + 1 }).ptr,
	   "a byte more: none");
	ok(!qr_svg(a, STR("")).ptr && !qr_svg(a, STR_NONE).ptr,
	   "of nothing, none");
	ok(image_read(a, qr_svg(a, STR("x")), image) &&
	   image->side == 21 + 8, "the shortest: version 1");
	ok(image_read(a, qr_svg(a, STR("\"><script>\xff")), image),
	   "nothing of the text is in the image but as modules");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1 << 24);

	test_image(a);
	test_length(a);
	arena_free(a);
	return done_testing();
}
