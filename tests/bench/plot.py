# SPDX-License-Identifier: GPL-3.0-or-later
"""Line charts as SVG text: axes that begin at 0 (or are logarithmic and say so), a label at each line's end."""

import math
from html import escape

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 200, 62, 62
LABEL_GAP = 19
COLOURS = ("#0b5fa5", "#c4501b", "#18794e", "#7b3fa0")  # told apart without colour by the label at each line's end
INK, GRID = "#1f2328", "#d8dee4"
FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"


def ticks_linear(top):
    """Round steps from 0 to at least `top`."""
    step = 10 ** math.floor(math.log10(top))
    step = next(s for s in (step / 5, step / 2, step, step * 2) if top / s <= 6)
    return [step * i for i in range(math.ceil(top / step - 1e-9) + 1)]


def ticks_log(low, high):
    return [10 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def spread(wanted):
    """Heights as near to the wanted ones as the gap between labels allows, in the same order."""
    at = []
    for y in sorted(wanted):
        at.append(max(y, at[-1] + LABEL_GAP) if at else y)
    shift = max(0, at[-1] - (HEIGHT - BOTTOM)) if at else 0
    return dict(zip(sorted(range(len(wanted)), key=lambda i: wanted[i]), [y - shift for y in at]))


def text(x, y, what, size=13, anchor="start", colour=INK, more=""):
    return (f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' fill='{colour}' {FONT} {more}>"
            f"{escape(what)}</text>")


def chart(title, x_title, y_title, lines, x_log):
    """`lines` is [(label, [(x, y), ...]), ...]."""
    xs = [x for _, points in lines for x, _ in points]
    across = ticks_log(min(xs), max(xs)) if x_log else ticks_linear(max(xs))
    up = ticks_linear(max(y for _, points in lines for _, y in points))

    def place_x(x):
        part = math.log(x / across[0]) / math.log(across[-1] / across[0]) if x_log else x / across[-1]
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def place_y(y):
        return HEIGHT - BOTTOM - y / up[-1] * (HEIGHT - TOP - BOTTOM)

    out = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}'>",
           f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#ffffff'/>", text(16, 26, title, 16, more="font-weight='bold'"),
           text(16, 48, y_title, 12)]
    for y in up:
        out.append(f"<line x1='{LEFT}' y1='{place_y(y):.1f}' x2='{WIDTH - RIGHT}' y2='{place_y(y):.1f}' stroke='{GRID}'/>")
        out.append(text(LEFT - 8, place_y(y) + 4, f"{y:,.0f}", 12, "end"))
    for x in across:
        out.append(f"<line x1='{place_x(x):.1f}' y1='{TOP}' x2='{place_x(x):.1f}' y2='{HEIGHT - BOTTOM}' stroke='{GRID}'/>")
        out.append(text(place_x(x), HEIGHT - BOTTOM + 20, f"{x:,.0f}", 12, "middle"))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_title + (", logarithmic" if x_log else ""), 13, "middle"))
    labels = spread([place_y(points[-1][1]) for _, points in lines])
    for i, (label, points) in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join(f"{place_x(x):.1f},{place_y(y):.1f}" for x, y in points)
        out.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        out += [f"<circle cx='{place_x(x):.1f}' cy='{place_y(y):.1f}' r='3' fill='{colour}'/>" for x, y in points]
        end_x, end_y = place_x(points[-1][0]), place_y(points[-1][1])
        out.append(f"<line x1='{end_x:.1f}' y1='{end_y:.1f}' x2='{WIDTH - RIGHT + 10}' y2='{labels[i]:.1f}' stroke='{colour}' "
                   "stroke-dasharray='2 2'/>")
        out.append(text(WIDTH - RIGHT + 14, labels[i] + 4, f"{label}: {points[-1][1]:,}", 12, colour=colour))
    return "\n".join(out + ["</svg>", ""])
