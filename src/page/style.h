/*
 * style.h - how the pages look, and the hash that lets a browser use it.
 *
 * Text on its ground has at least 4.5:1, the edge of a control 3:1 (WCAG 2.2,
 * 1.4.3 and 1.4.11), in both colour schemes.
 */
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

/* BASE64(SHA-256(PAGE_STYLE)); tests/unit/test_page.c says when it is not. */
#define PAGE_STYLE_HASH "YQX2idGtP1VrnrOyk5XlTYm4Dfu3jR+940Vt6Yi8zoc="

#define PAGE_STYLE \
	":root{color-scheme:light dark;" \
	"--ground:#f3f4f6;--sheet:#fff;--text:#1b1f24;--soft:#59616c;" \
	"--line:#dfe2e6;--edge:#868e99;--accent:#2355c4;--on:#fff;" \
	"--fault:#a01b1b;--faint:#fdeeee}" \
	"@media(prefers-color-scheme:dark){:root{" \
	"--ground:#111316;--sheet:#1a1d21;--text:#eceef1;--soft:#a5adb8;" \
	"--line:#30353c;--edge:#757e8a;--accent:#8ab0ff;--on:#0d1526;" \
	"--fault:#ffb3b3;--faint:#37191c}}" \
	"*{box-sizing:border-box}" \
	"body{margin:0;padding:1rem;min-height:100vh;display:grid;" \
	"font:1rem/1.5 system-ui,sans-serif;color:var(--text);" \
	"background:var(--ground);overflow-wrap:anywhere}" \
	":lang(ko){word-break:keep-all}" \
	"main{width:100%;min-width:0;max-width:26rem;margin:auto;" \
	"padding:2rem;" \
	"background:var(--sheet);border:1px solid var(--line);" \
	"border-radius:1rem}" \
	"@media(max-width:28rem){body{padding:0;background:var(--sheet)}" \
	"main{margin:0;padding:1.5rem 1.25rem;border:0;" \
	"align-self:start}}" \
	"h1{margin:0;font-size:1.5rem;line-height:1.25}" \
	"h2{margin:1.5rem 0 0;font-size:1rem}" \
	"p{margin:.5rem 0 0}" \
	"bdi{font-weight:600}" \
	"h1 bdi{font-weight:inherit}" \
	"small,.soft{font-size:.875rem;color:var(--soft)}" \
	"form+.soft{margin-top:1rem}" \
	".mark{display:grid;place-items:center;width:3rem;height:3rem;" \
	"margin:0 0 1rem;border-radius:.75rem;font-size:1.375rem;" \
	"font-weight:700;text-transform:uppercase;" \
	"background:var(--accent);color:var(--on)}" \
	"[role=alert],[role=note]{margin:1.25rem 0 0;padding:.75rem 1rem;" \
	"border-radius:.5rem;border-inline-start:4px solid var(--fault);" \
	"background:var(--faint)}" \
	"[role=alert]{color:var(--fault)}" \
	"[role=note]+form{margin-top:1.25rem}" \
	"label{display:block;margin:1.25rem 0 .375rem;font-weight:600}" \
	"input,button{font:inherit;border-radius:.5rem;" \
	"border:1px solid var(--edge);min-height:2.75rem}" \
	"input{width:100%;padding:0 .75rem;color:inherit;" \
	"background:var(--sheet)}" \
	"button{flex:1;padding:.25rem 1rem;font-weight:600;cursor:pointer;" \
	"max-width:100%;overflow-wrap:break-word;" \
	"color:inherit;background:none}" \
	".yes{color:var(--on);background:var(--accent);" \
	"border-color:var(--accent)}" \
	"button:hover{filter:brightness(.92)}" \
	".link{min-height:1.5rem;padding:0;border:0;font-weight:400;" \
	"text-align:start;text-decoration:underline;color:var(--accent)}" \
	".choice{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.75rem}" \
	":focus-visible{outline:3px solid var(--accent);outline-offset:2px}" \
	"a{color:var(--accent)}" \
	"ul{margin:.5rem 0 0;padding:0;list-style:none;" \
	"border-block:1px solid var(--line)}" \
	"li{padding:.625rem 0}" \
	"li+li{border-top:1px solid var(--line)}" \
	"li small{display:block}" \
	"nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;" \
	"margin-top:1.25rem;font-size:.875rem}" \
	"footer{margin-top:1.5rem;padding-top:1rem;" \
	"border-top:1px solid var(--line)}" \
	"code,.code{font-family:ui-monospace,monospace}" \
	".code{font-size:1.5rem;font-weight:700;letter-spacing:.1em;" \
	"text-align:center;text-transform:uppercase}" \
	"p.code{margin:1.25rem 0;font-size:2rem;line-height:1.25}" \
	".qr{max-width:15rem;margin:1.25rem auto}" \
	".qr svg{display:block}"

#endif
