/*
 * qr.h - QR codes, by libqrencode.
 */
#ifndef PAGE_QR_H
#define PAGE_QR_H

#include "base/str.h"

#define QR_TEXT_MAX 2331	/* bytes, of version 40-M */

/*
 * text as a QR code (ISO/IEC 18004; error correction level M, a quiet zone of
 * four modules): an SVG image that stands alone or in HTML, black on white in
 * every colour scheme.  Absent where text is empty or longer than QR_TEXT_MAX.
 */
struct str qr_svg(struct arena *a, struct str text);

#endif
