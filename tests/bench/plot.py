"""plot - charts as SVG, to be read by day and by night."""
import math
from html import escape

WIDTH = 760
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.quiet { fill: #59636e }
.value { font-variant-numeric: tabular-nums; paint-order: stroke;
	stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
.paper { fill: #ffffff }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.mark { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 4 3 }
.c0 { fill: #0969da } .c1 { fill: #1a7f7a } .c2 { fill: #bc6c00 }
.l0 { stroke: #0969da } .l1 { stroke: #1a7f7a } .l2 { stroke: #bc6c00 }
.line { fill: none; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.quiet { fill: #9198a1 }
.paper { fill: #0d1117 }
.value { stroke: #0d1117 }
.grid { stroke: #3d444d }
.mark { stroke: #9198a1 }
.c0 { fill: #4493f8 } .c1 { fill: #3fb8af } .c2 { fill: #e3a04a }
.l0 { stroke: #4493f8 } .l1 { stroke: #3fb8af } .l2 { stroke: #e3a04a }
}
"""


def text(x, y, words, kind="", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" '
            f'text-anchor="{anchor}">{escape(words)}</text>')


def bar(x, y, width, height, series):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
            f'height="{height}" rx="2" class="c{series}"/>')


def rule(x1, y1, x2, y2, kind="grid"):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'class="{kind}"/>')


def page(title, height, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">', f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" rx="6" class="paper"/>',
        text(16, 26, title, "title"), *parts, "</svg>", ""])


def legend(names, y):
    parts, x = [], 16
    for n, name in enumerate(names):
        parts += [bar(x, y - 10, 11, 11, n), text(x + 17, y, name, "quiet")]
        x += 36 + 7.2 * len(name)
    return parts


def steps(most):
    """Where grid lines go: up to six, at round numbers."""
    size = 10 ** math.floor(math.log10(most / 4))
    step = next(size * k for k in (1, 2, 5, 10) if most / (size * k) <= 6)
    return [step * n for n in range(int(most / step) + 1)]


def short(value):
    return f"{value:,.0f}" if value >= 20 else f"{value:.3g}"


def bars(title, rows, names, mark=None, left=215):
    """rows: (label, one value for each name, or None): bars below each
    other; mark: a line at that value, and what it is."""
    most = max(v for _, values in rows for v in values if v) * 1.12
    scale = (WIDTH - left - 30) / most
    top, each = 72, 15
    height = top + sum(len(v) * each + 13 for _, v in rows) + 28
    parts = legend(names, 48)
    for value in steps(most):
        x = left + value * scale
        parts += [rule(x, top - 6, x, height - 26),
                  text(x, height - 10, short(value), "quiet", "middle")]
    if mark:
        x = left + mark[0] * scale
        parts += [rule(x, top - 10, x, height - 26, "mark"),
                  text(x + 4, top - 8, mark[1], "quiet")]
    y = top
    for label, values in rows:
        parts.append(text(left - 12, y + len(values) * each / 2 + 4, label,
                          anchor="end"))
        for n, value in enumerate(values):
            if value:
                parts += [bar(left, y, value * scale, each - 3, n),
                          text(left + value * scale + 5, y + 10.5,
                               f"{value:.2f}" if mark else short(value),
                               "quiet value")]
            y += each
        y += 13
    return page(title, height, parts)


def stacked(title, rows, names, unit, left=215):
    """rows: (label, one value for each name): one bar each, in parts."""
    most = max(sum(values) for _, values in rows) * 1.12
    scale = (WIDTH - left - 30) / most
    top, each = 66, 30
    height = top + len(rows) * each + 28
    parts = legend(names, 48)
    for value in steps(most):
        x = left + value * scale
        parts += [rule(x, top - 6, x, height - 26),
                  text(x, height - 10, short(value), "quiet", "middle")]
    for row, (label, values) in enumerate(rows):
        x, y = left, top + row * each
        parts.append(text(left - 12, y + 14, label, anchor="end"))
        for n, value in enumerate(values):
            parts.append(bar(x, y, value * scale - 1, 20, n))
            x += value * scale
        parts.append(text(x + 5, y + 14.5, f"{sum(values):.0f} {unit}",
                          "quiet value"))
    return page(title, height, parts)


def lines(title, ticks, series, names, unit):
    """series: one list of values for each name, at these ticks (labels)."""
    most = max(max(values) for values in series) * 1.15
    left, right, top, bottom = 60, WIDTH - 110, 66, 300
    across = (right - left) / max(len(ticks) - 1, 1)
    down = (bottom - top) / most
    parts = legend(names, 48)
    for value in steps(most):
        y = bottom - value * down
        parts += [rule(left, y, right, y),
                  text(left - 8, y + 4, short(value), "quiet", "end")]
    for n, tick in enumerate(ticks):
        parts.append(text(left + n * across, bottom + 20, tick, "quiet",
                          "middle"))
    taken = []
    for n, values in enumerate(series):
        at = [(left + k * across, bottom - v * down)
              for k, v in enumerate(values)]
        parts.append('<polyline class="line l%d" points="%s"/>' % (
            n, " ".join(f"{x:.1f},{y:.1f}" for x, y in at)))
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="c{n}"/>'
                  for x, y in at]
        y = at[-1][1] + 4
        while any(abs(y - other) < 13 for other in taken):
            y += 1
        taken.append(y)
        parts.append(text(at[-1][0] + 10, y,
                          f"{values[-1]:.2f} {unit}", "quiet value"))
    return page(title, bottom + 36, parts)
