"""Figures as a table for people."""


def number(value, form="{:.0f}"):
    return "–" if value is None else form.format(value)


def percent(value, digits=1):
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def says(counts):
    total = sum(counts.get(name, 0) for name in ("played_ms", "concealed_ms", "silence_ms"))
    return percent((counts["concealed_ms"] + counts["silence_ms"]) / total) if total else "–"


def pair(first, second, form="{:.0f}"):
    return f"{number(first, form)} / {number(second, form)}"


COLUMNS = [
    ("Link", lambda f: f["title"] + (" (both ways)" if f["both"] else "")),
    ("voice damaged", lambda f: percent(f["voice"]["damaged"])),
    ("recv says concealed", lambda f: says(f["voice"]["recv_says"])),
    ("longest", lambda f: number(f["voice"]["worst_run_s"], "{:.2f} s")),
    ("mouth to ear p50 / p95 ms", lambda f: pair(f["voice"]["delay_p50_ms"], f["voice"]["delay_p95_ms"])),
    ("freeze", lambda f: percent(f["picture"]["freeze"])),
    ("worst gap", lambda f: number(f["picture"]["worst_gap_ms"] / 1000, "{:.1f} s")),
    ("fps", lambda f: number(f["picture"]["fps"], "{:.1f}")),
    ("height", lambda f: number(f["picture"]["height"])),
    ("SSIM / PSNR dB", lambda f: f"{number(f['picture']['ssim'], '{:.3f}')} / {number(f['picture']['psnr_db'], '{:.1f}')}"),
    ("glass to glass p50 / p95 ms", lambda f: pair(f["picture"]["age_p50_ms"], f["picture"]["age_p95_ms"])),
    ("switches", lambda f: number(f["picture"]["switches"])),
    ("kbit/s voice / video / repair / headers", lambda f: " / ".join(
        number(f["link"]["kbps"].get(kind, 0)) for kind in ("voice", "video", "repair", "headers"))),
    ("sent / arrived kbit/s", lambda f: pair(f["link"]["kbps"].get("offered", 0), f["link"]["kbps"].get("delivered", 0))),
    ("queue p95", lambda f: number(f["link"]["queue_p95_ms"], "{:.0f} ms")),
    ("machine busy", lambda f: percent(f["machine_busy"], 0)),
]


def recovery_lines(figures):
    lines = []
    for figure in figures:
        for away in figure["recovery"]:
            what = "outage" if away["kind"] == "outage" else "UDP blocked"
            lines.append(f"- {figure['title']}: {what} {away['from_s']:g}–{away['until_s']:g} s: after its end voice is back in "
                         f"{number(away['voice_back_ms'])} ms, picture in {number(away['picture_back_ms'])} ms; longest gap of "
                         f"voice {number(away['voice_gap_ms'])} ms, of picture {number(away['picture_gap_ms'])} ms")
    return lines


def table(figures):
    rows = [[name for name, _ in COLUMNS], ["---"] * len(COLUMNS)]
    rows += [[column(figure) for _, column in COLUMNS] for figure in figures]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    recovery = recovery_lines(figures)
    return "\n".join([*lines, *([""] if recovery else []), *recovery]) + "\n"
