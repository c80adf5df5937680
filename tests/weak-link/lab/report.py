"""Figures as a table for people."""


def number(value, form="{:.0f}"):
    return "–" if value is None else form.format(value)


COLUMNS = [
    ("Link", lambda f: f["title"] + (" (both ways)" if f["both"] else "")),
    ("fps", lambda f: number(f["picture"]["fps"], "{:.1f}")),
    ("height", lambda f: number(f["picture"]["height"])),
    ("freeze", lambda f: number(100 * f["picture"]["freeze"], "{:.1f} %")),
    ("worst gap", lambda f: number(f["picture"]["worst_gap_ms"], "{:.0f} ms")),
    ("glass to glass p50 / p95", lambda f: f"{number(f['picture']['age_p50_ms'])} / {number(f['picture']['age_p95_ms'])} ms"),
    ("switches", lambda f: number(f["picture"]["switches"])),
    ("voice / video / repair / headers kbit/s", lambda f: " / ".join(
        number(f["link"]["kbps"].get(kind, 0)) for kind in ("voice", "video", "repair", "headers"))),
    ("offered kbit/s", lambda f: number(f["link"]["kbps"].get("offered", 0))),
    ("queue p95", lambda f: number(f["link"]["queue_p95_ms"], "{:.0f} ms")),
    ("machine", lambda f: number(100 * f["machine_busy"], "{:.0f} %")),
]


def table(figures):
    rows = [[name for name, _ in COLUMNS], ["---"] * len(COLUMNS)]
    rows += [[column(figure) for _, column in COLUMNS] for figure in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"
