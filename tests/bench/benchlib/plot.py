"""Cost against the number of receivers as an SVG that reads on light and on dark paper. Both axes are logarithmic:
a ratio is a distance."""
import html
import math

from benchlib import candidates, figures

WIDTH, HEIGHT = 785, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 215, 50, 60
GOAL = 1.25  # times the floor, AES-GCM
# Shape and colour both tell the series: for those who see no colours, and for print.
MARKS = {"floor": "square", "classcast": "circle", "janus": "triangle", "janus-default": "diamond"}
STYLE = """
text { font: 13px sans-serif; fill: #24292f } .title { font-size: 16px; font-weight: bold }
.grid { stroke: #d0d7de } .axis { stroke: #57606a } .goal { stroke: #57606a; stroke-dasharray: 5 4; fill: none }
.floor { --c: #6e7781 } .classcast { --c: #0969da } .janus { --c: #bc4c00 } .janus-default { --c: #8250df }
.line { stroke: var(--c); stroke-width: 2; fill: none } .bar { stroke: var(--c) } .mark { fill: var(--c) }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .grid { stroke: #30363d } .axis, .goal { stroke: #8b949e }
.floor { --c: #b1bac4 } .classcast { --c: #58a6ff } .janus { --c: #ffa657 } .janus-default { --c: #d2a8ff } }
"""


class Scale:
    """Logarithmic, from values to pixels."""

    def __init__(self, least, most, begin, end):
        self.least, self.most, self.begin, self.end = math.log(least), math.log(most), begin, end

    def __call__(self, value):
        share = (math.log(value) - self.least) / ((self.most - self.least) or 1)
        return round(self.begin + share * (self.end - self.begin), 1)


def ticks(least, most):
    """1, 2, 5, 10, … from below `least` to above `most`."""
    decade = 10 ** math.floor(math.log10(least))
    found = []
    while True:
        for step in (1, 2, 5):
            value = round(decade * step, 6)
            if value * 2.5 > least:
                found.append(value)
            if value >= most:
                return found
        decade *= 10


def mark(shape, x, y):
    if shape == "square":
        return f'<rect class="mark" x="{x - 4}" y="{y - 4}" width="8" height="8"/>'
    if shape == "circle":
        return f'<circle class="mark" cx="{x}" cy="{y}" r="5"/>'
    if shape == "triangle":
        return f'<path class="mark" d="M{x} {y - 6} l6 10 h-12 z"/>'
    return f'<path class="mark" d="M{x} {y - 6} l6 6 l-6 6 l-6 -6 z"/>'


def collect(records, profile):
    """{candidate: [(receivers, Spread)]}"""
    series = {}
    for name in MARKS:
        numbers = sorted({entry["receivers"] for entry in
                          records.find(experiment="cost", profile=profile, candidate=name)})
        points = [(number, records.values(figures.cost_us, experiment="cost", profile=profile, candidate=name,
                                          receivers=number)) for number in numbers]
        points = [(number, value) for number, value in points if value and value.least > 0]
        if points:
            series[name] = points
    return series


def axes(x, y, numbers, values):
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for value in values:
        parts.append(f'<path class="grid" d="M{LEFT} {y(value)} H{right}"/>'
                     f'<text x="{LEFT - 10}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>')
    for number in numbers:
        parts.append(f'<path class="grid" d="M{x(number)} {TOP} V{bottom}"/>'
                     f'<text x="{x(number)}" y="{bottom + 20}" text-anchor="middle">{number}</text>')
    middle = (TOP + bottom) / 2
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP} V{bottom} H{right}"/>'
                 f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 14}" text-anchor="middle">receivers of one lesson</text>'
                 f'<text transform="translate(20 {middle}) rotate(-90)" text-anchor="middle">'
                 'CPU µs per forwarded packet</text>')
    return parts


def draw_series(name, points, x, y):
    line = " ".join(f"{x(number)},{y(value.median)}" for number, value in points)
    parts = [f'<g class="{name}">', f'<polyline class="line" points="{line}"/>']
    for number, value in points:
        at, low, high = x(number), y(value.least), y(value.most)
        parts.append(f'<path class="bar" d="M{at} {low} V{high} M{at - 4} {low} h8 M{at - 4} {high} h8"/>')
        parts.append(mark(MARKS[name], at, y(value.median)))
    return parts + ["</g>"]


def legend(series, with_goal):
    parts, left, top = [], WIDTH - RIGHT + 20, TOP + 10
    for name in sorted(series, key=lambda name: -series[name][-1][1].median):
        parts.append(f'<g class="{name}"><path class="line" d="M{left - 8} {top} h24"/>{mark(MARKS[name], left + 4, top)}'
                     f'</g><text x="{left + 24}" y="{top + 4}">{html.escape(candidates.NAMES[name])}</text>')
        top += 24
    if with_goal:
        parts.append(f'<path class="goal" d="M{left - 8} {top} h24"/>'
                     f'<text x="{left + 24}" y="{top + 4}">{GOAL:g} × floor</text>')
    return parts


def svg(records, profile="gcm"):
    """The drawing as text, None if there is nothing to draw."""
    series = collect(records, profile)
    if not series:
        return None
    numbers = sorted({number for points in series.values() for number, _ in points})
    spreads = [value for points in series.values() for _, value in points]
    values = ticks(min(value.least for value in spreads), max(value.most for value in spreads))
    x = Scale(numbers[0] * 0.8, numbers[-1] * 1.25, LEFT, WIDTH - RIGHT)
    y = Scale(values[0], values[-1], HEIGHT - BOTTOM, TOP)
    cipher = "AES-GCM" if profile == "gcm" else "AES-CM"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
             f"<title>Cost of a forwarded packet against the number of receivers, {cipher}</title>",
             f"<style>{STYLE}</style>",
             f'<text class="title" x="{LEFT}" y="28">Cost of a forwarded packet, {cipher}</text>',
             *axes(x, y, numbers, values)]
    goal = profile == "gcm" and len(series.get("floor", ())) > 1
    if goal:
        line = " ".join(f"{x(number)},{y(value.median * GOAL)}" for number, value in series["floor"])
        parts.append(f'<polyline class="goal" points="{line}"/>')
    for name, points in series.items():
        parts += draw_series(name, points, x, y)
    return "\n".join([*parts, *legend(series, goal), "</svg>"]) + "\n"
