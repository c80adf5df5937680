"""Figures as a table for people: a row for each case and peer, side by side."""
import dataclasses
import statistics
import typing

from lab import machine
from lab.cases import BY_NAME as CASES
from lab.peers import BY_NAME as PEERS


def dig(figure, path):
    for name in path.split("."):
        figure = figure.get(name) if isinstance(figure, dict) else None
    return figure


def number(value, form):
    return "–" if value is None else form.format(value)


def spread(values, form):
    """One value as it is; of several the median and the range."""
    known = [value for value in values if value is not None]
    middle = number(statistics.median(known) if known else None, form)
    if len(known) < 2:
        return middle
    return f"{middle} ({number(min(known), form)}–{number(max(known), form)})"


def says(figure):
    counts = figure["voice"]["recv_says"]
    concealed = counts.get("concealed_ms", 0) + counts.get("silence_ms", 0)
    total = counts.get("played_ms", 0) + concealed
    return 100 * concealed / total if total else None


def settled(kind):
    def longest(figure):
        values = [entry["settled_s"] for entry in figure["settled"] if entry["kind"] == kind]
        return None if None in values else max(values, default=None)
    return longest


def away(name):
    """After an outage from its end; where UDP is blocked another way leads around it: the longest gap."""
    def longest(figure):
        values = [entry[f"{name}_{'back' if entry['kind'] == 'outage' else 'gap'}_ms"] for entry in figure["recovery"]]
        return None if None in values or not values else max(values) / 1000
    return longest


def at(path, factor=1):
    def find(figure):
        value = dig(figure, path)
        return None if value is None else value * factor
    return find


@dataclasses.dataclass
class Column:
    title: str
    form: str
    values: typing.List[typing.Callable]  # written with / between them
    only: bool = False  # left out if nobody has anything in it

    def cell(self, runs):
        return " / ".join(spread([value(run) for run in runs], self.form) for value in self.values)

    def is_empty(self, figures):
        return self.only and all(value(figure) is None for value in self.values for figure in figures)


COLUMNS = [
    Column("voice damaged %", "{:.1f}", [at("voice.damaged", 100)]),
    Column("player says concealed %", "{:.1f}", [says]),
    Column("longest s", "{:.2f}", [at("voice.worst_run_s")]),
    Column("mouth to ear p50 / p95 ms", "{:.0f}", [at("voice.delay_p50_ms"), at("voice.delay_p95_ms")]),
    Column("freeze %", "{:.1f}", [at("picture.freeze", 100)]),
    Column("worst gap s", "{:.1f}", [at("picture.worst_gap_ms", 0.001)]),
    Column("fps", "{:.1f}", [at("picture.fps")]),
    Column("height", "{:.0f}", [at("picture.height")]),
    Column("SSIM", "{:.3f}", [at("picture.ssim")]),
    Column("PSNR dB", "{:.1f}", [at("picture.psnr_db")]),
    Column("glass to glass p50 / p95 ms", "{:.0f}", [at("picture.age_p50_ms"), at("picture.age_p95_ms")]),
    Column("switches, most in 10 s", "{:.0f}", [at("picture.switches"), at("picture.switches_in_10s")]),
    Column("kbit/s voice / video / repair / headers", "{:.0f}",
           [at(f"link.kbps.{kind}") for kind in ("voice", "video", "repair", "headers")]),
    Column("sent / arrived kbit/s", "{:.0f}", [at("link.kbps.offered"), at("link.kbps.delivered")]),
    Column("utilisation %", "{:.0f}", [at("link.utilisation", 100)]),
    Column("queue p95 ms", "{:.0f}", [at("link.queue_p95_ms")]),
    Column("settled after fall / rise s", "{:.1f}", [settled("fall"), settled("rise")], only=True),
    Column("voice / picture back s", "{:.1f}", [away("voice"), away("picture")], only=True),
    Column("page seen ms: the next / a far one", "{:.0f}", [at("slides.next_ms"), at("slides.far_ms")], only=True),
    Column("pages not seen", "{:.0f}", [at("slides.unseen")], only=True),
    Column("screen seen s: SSIM 0.95, worst / 0.98, worst", "{:.1f}",
           [at("screen.ssim_95.p50_s"), at("screen.ssim_95.worst_s"), at("screen.ssim_98.p50_s"), at("screen.ssim_98.worst_s")], only=True),
    Column("screens not seen: SSIM 0.95 / 0.98", "{:.0f}", [at("screen.ssim_95.unseen"), at("screen.ssim_98.unseen")], only=True),
    Column("back: mouth to ear p50 / p95 ms, damaged %", "{:.1f}",
           [at("stage.back.delay_p50_ms"), at("stage.back.delay_p95_ms"), at("stage.back.damaged", 100)], only=True),
    Column("call to picture p50 / p95 ms, of", "{:.0f}",
           [at("stage.call_p50_ms"), at("stage.call_p95_ms"), at("stage.calls")], only=True),
    Column("hand to teacher p50 / p95 ms, of", "{:.0f}",
           [at("stage.hand_p50_ms"), at("stage.hand_p95_ms"), at("stage.hands")], only=True),
    Column("Jain", "{:.2f}", [at("link.jain")], only=True),
    Column("share beside TCP %", "{:.0f}", [at("link.of_link", 100)], only=True),
    Column("machine busy %", "{:.0f}", [at("machine_busy", 100)]),
]


def key_of(figure):
    names, peers = list(CASES), list(PEERS)
    return names.index(figure["case"]) if figure["case"] in names else len(names), figure["both"], peers.index(figure["peer"])


def rows_of(figures):
    """The runs of each case and peer, in the order of both."""
    rows = {}
    for figure in sorted(figures, key=key_of):
        rows.setdefault((figure["case"], figure["both"], figure["peer"]), []).append(figure)
    return rows.values()


def counted(runs):
    """Those in which the machine was not too busy, and a remark on the others."""
    good = [run for run in runs if machine.disturbance(run) <= 1]
    if not good:
        return runs, f"{len(runs)}, machine too busy: does not count"
    return good, f"{len(good)}" + (f" of {len(runs)}, else too busy" if len(good) < len(runs) else "")


def recovery_lines(figures):
    for figure in figures:
        for entry in figure["recovery"]:
            what = "outage" if entry["kind"] == "outage" else "UDP blocked"
            yield (f"- {figure['title']}, {PEERS[figure['peer']].title}: {what} {entry['from_s']:g}–{entry['until_s']:g} s: "
                   f"after its end voice is back in {number(entry['voice_back_ms'], '{:.0f}')} ms, picture in "
                   f"{number(entry['picture_back_ms'], '{:.0f}')} ms; longest gap of voice "
                   f"{number(entry['voice_gap_ms'], '{:.0f}')} ms, of picture {number(entry['picture_gap_ms'], '{:.0f}')} ms")
        for entry in figure["settled"]:
            yield (f"- {figure['title']}, {PEERS[figure['peer']].title}: {entry['kind']} to {entry['kbps']:g} kbit/s at "
                   f"{entry['at_s']:g} s: settled after {number(entry['settled_s'], '{:.1f}')} s")


def loss_line(figures):
    """What 30 % of losses cost the video's rate where no rate would save a packet."""
    for peer in PEERS.values():
        sent = {case: [dig(figure, "link.kbps.video_sent") for figure in figures if figure["case"] == case and
                       figure["peer"] == peer.name and not figure["both"]] for case in ("open", "open30")}
        if sent["open"] and sent["open30"] and None not in sent["open"] + sent["open30"]:
            clean, lossy = (statistics.median(sent[case]) for case in ("open", "open30"))
            yield f"- {peer.title}: with 30 % random losses and no bottleneck video is sent at {100 * lossy / clean:.0f} % of the rate without"


def table(figures):
    columns = [column for column in COLUMNS if not column.is_empty(figures)]
    lines = [["Link", "", *(column.title for column in columns), "runs"], ["---"] * (len(columns) + 3)]
    for runs in rows_of(figures):
        good, remark = counted(runs)
        link = good[0]["title"] + (", both ways" if good[0]["both"] else "")
        lines.append([link, PEERS[good[0]["peer"]].title, *(column.cell(good) for column in columns), remark])
    notes = [*recovery_lines(figures), *loss_line(figures)]
    return "\n".join([*("| " + " | ".join(line) + " |" for line in lines), *([""] if notes else []), *notes]) + "\n"
