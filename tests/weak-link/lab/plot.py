"""A case over time as an SVG that reads on light and on dark paper: rates and estimate, pictures and freezes, voice,
delays."""
import html

WIDTH, PANEL, GAP, TOP, LEFT, RIGHT, BOTTOM = 900, 120, 34, 50, 70, 170, 36
STYLE = """
text { font: 12px sans-serif; fill: #24292f } .title { font-size: 16px; font-weight: bold }
.grid { stroke: #d0d7de } .axis { stroke: #57606a; fill: none } .line { fill: none; stroke-width: 1.6; stroke: var(--c) }
.link { --c: #57606a } .offered { --c: #bc4c00 } .delivered { --c: #0969da } .estimate { --c: #8250df }
.loss { --c: #cf222e } .fps { --c: #1a7f37 } .height { --c: #0969da } .age { --c: #0969da } .queue { --c: #bc4c00 }
.damaged { fill: #cf222e; opacity: .75 } .freeze { fill: #cf222e; opacity: .18 } .dash { stroke-dasharray: 5 4 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8b949e } .link { --c: #8b949e }
.offered, .queue { --c: #ffa657 } .delivered, .height, .age { --c: #58a6ff } .estimate { --c: #d2a8ff }
.fps { --c: #3fb950 } .loss { --c: #ff7b72 } }
"""


class Panel:
    def __init__(self, index, seconds, title, most, unit):
        self.top = TOP + index * (PANEL + GAP)
        self.seconds, self.most = seconds, most or 1
        right, bottom = WIDTH - RIGHT, self.top + PANEL
        self.parts = [f'<text x="{LEFT}" y="{self.top - 6}">{html.escape(title)}</text>']
        for share in (0, 0.5, 1):
            y = bottom - share * PANEL
            self.parts.append(f'<path class="grid" d="M{LEFT} {y} H{right}"/><text x="{LEFT - 8}" y="{y + 4}" '
                              f'text-anchor="end">{self.most * share:g}</text>')
        self.parts.append(f'<path class="axis" d="M{LEFT} {self.top} V{bottom} H{right}"/>'
                          f'<text x="{LEFT - 54}" y="{self.top - 6}">{html.escape(unit)}</text>')
        self.labels = 0

    def x(self, second):
        return round(LEFT + (WIDTH - RIGHT - LEFT) * second / self.seconds, 1)

    def y(self, value):
        return round(self.top + PANEL - PANEL * min(max(value, 0), self.most) / self.most, 1)

    def line(self, name, points, label, dash=False):
        """Steps from each second to the next; None breaks it."""
        path, drawn = [], False
        for second, until, value in points:
            if value is None:
                drawn = False
                continue
            path.append(f"{'L' if drawn else 'M'}{self.x(second)} {self.y(value)} H{self.x(until)}")
            drawn = True
        self.parts.append(f'<g class="{name}"><path class="line{" dash" if dash else ""}" d="{" ".join(path)}"/>'
                          f'{self.key(label)}</g>')

    def key(self, label):
        y = self.top + 14 + 18 * self.labels
        self.labels += 1
        return (f'<path class="line" d="M{WIDTH - RIGHT + 12} {y} h20"/>'
                f'<text x="{WIDTH - RIGHT + 38}" y="{y + 4}">{html.escape(label)}</text>')

    def band(self, name, since, until, value=None):
        top = self.top if value is None else self.y(value)
        width = max(self.x(until) - self.x(since), 0.5)
        self.parts.append(f'<rect class="{name}" x="{self.x(since)}" y="{top}" width="{width:.1f}" '
                          f'height="{self.top + PANEL - top:.1f}"/>')


def per_second(entries, name):
    return [(second, second + 1, entry[name]) for second, entry in enumerate(entries)]


def rate_panel(series, seconds):
    link = series["link"]
    most = max([1, *(max(entry["offered"], entry["rate"]) for entry in link)])
    panel = Panel(0, seconds, "towards the classroom", round(most * 1.05), "kbit/s")
    panel.line("link", [(a, b, value or None) for a, b, value in per_second(link, "rate")], "link", dash=True)
    panel.line("offered", per_second(link, "offered"), "sent")
    panel.line("delivered", per_second(link, "delivered"), "arrived")
    if series["estimate"]:
        times = [second for second, _ in series["estimate"]] + [seconds]
        panel.line("estimate", [(second, until, value) for (second, value), until in
                                zip(series["estimate"], times[1:]) if second < seconds], "estimate")
    return panel


def picture_panel(series, seconds):
    panel = Panel(1, seconds, "pictures a second; rows / 30; freezes shaded", 30, "fps")
    for since, until in series["freezes"]:
        panel.band("freeze", since, until)
    panel.line("fps", per_second(series["picture"], "fps"), "pictures/s")
    panel.line("height", [(a, b, value / 30) for a, b, value in per_second(series["picture"], "height")], "rows / 30")
    return panel


def voice_panel(series, seconds):
    panel = Panel(2, seconds, "voice damaged (bars), packets lost (line)", 100, "%")
    for second, entry in enumerate(series["voice"]):
        if entry["damaged"]:
            panel.band("damaged", second, second + 1, 100 * entry["damaged"] / entry["spoken"])
    panel.line("loss", [(second, second + 1, 100 * entry["lost"] / entry["packets"] if entry["packets"] else None)
                        for second, entry in enumerate(series["link"])], "packets lost")
    return panel


def delay_panel(series, seconds):
    ages = [entry["age_ms"] for entry in series["picture"] if entry["age_ms"] is not None]
    queues = [entry["queue_ms"] for entry in series["link"]]
    panel = Panel(3, seconds, "age of pictures; waiting for the link", round(max([100, *ages, *queues]) * 1.05), "ms")
    panel.line("age", per_second(series["picture"], "age_ms"), "glass to glass, worst")
    panel.line("queue", per_second(series["link"], "queue_ms"), "queue, p95")
    return panel


def svg(figures):
    series, seconds = figures["series"], figures["seconds"]
    panels = [make(series, seconds) for make in (rate_panel, picture_panel, voice_panel, delay_panel)]
    height = TOP + len(panels) * (PANEL + GAP) + BOTTOM
    title = figures["title"] + (", both ways" if figures["both"] else "")
    step = max(1, round(seconds / 12))
    ticks = [f'<text x="{panels[0].x(second)}" y="{height - BOTTOM}" text-anchor="middle">{second}</text>'
             for second in range(0, seconds + 1, step)]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
                      f"<title>{html.escape(title)}</title><style>{STYLE}</style>",
                      f'<text class="title" x="{LEFT}" y="24">{html.escape(title)}</text>',
                      *(part for panel in panels for part in panel.parts), *ticks,
                      f'<text x="{WIDTH - RIGHT}" y="{height - BOTTOM + 20}" text-anchor="end">seconds</text>',
                      "</svg>"]) + "\n"
