"""From what was seen, heard and carried to the figures of a case."""
import dataclasses
import datetime
import json
import pathlib
import re
import statistics
import subprocess

from lab import screen, series, settled, slides, stage
from lab.browser_says import browser_says
from lab.lesson import environment
from lab.link import link_figures, towards_classroom
from lab.witness import Captures, Witness, changed_pictures

FREEZE_US = 500_000
FRAME_S = 0.02  # of voice
LEAD_US = 200_000  # judged and not counted


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else None


def gaps(times, begin, end):
    """Lengths of the times without a new picture, within the window."""
    inside = [time for time in times if begin <= time < end]
    edges = [begin, *inside, end]
    return [later - earlier for earlier, later in zip(edges, edges[1:])]


def most_in(times, length):
    """The largest number of them within any time of that length."""
    return max((sum(first <= time < first + length for time in times) for first in times), default=0)


def picture_figures(seen, captures, begin, end):
    new = list(changed_pictures(seen.pictures))
    inside = [picture for picture in new if begin <= picture.time_us < end]
    ages = []
    for picture in inside:
        captured = captures.before(picture.number, picture.time_us)
        if captured is not None:
            ages.append((picture.time_us - captured) / 1000)
    lengths = gaps([picture.time_us for picture in new], begin, end)
    heights = [picture.height for picture in inside]
    switches = [later.time_us for earlier, later in zip(inside, inside[1:]) if earlier.height != later.height]
    seconds = (end - begin) / 1e6
    return {
        "fps": round(len(inside) / seconds, 2),
        "freeze": round(sum(gap for gap in lengths if gap > FREEZE_US) / (end - begin), 4),
        "mean_gap_ms": round(sum(lengths) / len(lengths) / 1000, 1),
        "worst_gap_ms": round(max(lengths) / 1000, 1),
        "age_p50_ms": percentile(ages, 50), "age_p95_ms": percentile(ages, 95),
        "height": percentile(heights, 50),
        "heights": {str(height): heights.count(height) for height in sorted(set(heights))},
        "switches": len(switches),
        "switches_in_10s": most_in(switches, 10e6),
        "illegible": sum(picture.number < 0 for picture in inside),
    }


def read_lines(path):
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def judged(tools, *arguments):
    """The judge's lines, as lists of words."""
    output = subprocess.run([tools / "judge", *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    return [line.split() for line in output.splitlines()]


def quality_figures(folder, tools, clip, begin, end):
    scores = [(float(ssim), float(psnr)) for time, ssim, psnr in
              judged(tools, "pictures", folder / "recv", clip.raw, clip.width, clip.height)
              if begin <= int(time) < end]
    if not scores:
        return {"ssim": None, "psnr_db": None}
    return {"ssim": round(statistics.mean(ssim for ssim, _ in scores), 4),
            "psnr_db": round(statistics.mean(psnr for _, psnr in scores), 2), "compared": len(scores)}


@dataclasses.dataclass
class VoiceFrame:
    time_us: int  # when it was said
    state: str  # s silent, h heard, d damaged
    likeness: float
    delay_ms: int


def voice_frames(folder, tools, begin, end, said="send", heard="recv"):
    """Compared with what a link without losses would have brought, so that the codec's own changes do not count."""
    subprocess.run([tools / "decode-voice", folder / said, folder / "perfect"], check=True, env=environment(folder, tools))
    return [VoiceFrame(int(time), state, float(likeness), int(delay)) for time, state, likeness, delay in
            judged(tools, "voice", folder / "perfect", folder / heard, begin - LEAD_US, end) if int(time) >= begin]


def longest_run(states, wanted):
    """Of frames in that state; silence goes on with what was before."""
    longest = run = 0
    for state in states:
        if state == wanted:
            run += 1
        elif state != "s":
            run = 0
        longest = max(longest, run)
    return longest


def voice_figures(frames):
    spoken = [frame for frame in frames if frame.state != "s"]
    delays = [frame.delay_ms for frame in spoken if frame.state == "h"]
    damaged = sum(frame.state == "d" for frame in spoken)
    return {
        "spoken_s": round(len(spoken) * FRAME_S, 2), "damaged_s": round(damaged * FRAME_S, 2),
        "damaged": round(damaged / len(spoken), 4) if spoken else None,
        "worst_run_s": round(longest_run([frame.state for frame in frames], "d") * FRAME_S, 2),
        "likeness": round(statistics.mean(max(frame.likeness, 0) for frame in spoken), 3) if spoken else None,
        "delay_p50_ms": percentile(delays, 50), "delay_p95_ms": percentile(delays, 95),
    }


def spans(conditions, key):
    """[(from, until)] in seconds of "outage=10-20;40-50"."""
    found = re.search(rf"{key}=([\d.;-]+)", conditions)
    return [tuple(float(edge) for edge in part.split("-")) for part in found[1].split(";")] if found else []


def first_after(times, moment):
    return min((time for time in times if time >= moment), default=None)


def longest_gap(times, begin, end):
    return max(gaps(times, begin, end))


def recovery_figures(facts, frames, seen, begin, end):
    """For each time that the link was away: how long until voice and picture were back, from its end; and the longest
    gap of each, which is what counts where another way leads around it."""
    heard = [frame.time_us + 1000 * frame.delay_ms for frame in frames if frame.state == "h"]
    shown = [picture.time_us for picture in changed_pictures(seen.pictures)]
    found = []
    for key in ("outage", "block-udp"):
        for since, until in spans(facts["down"], key):
            start, stop = begin + since * 1e6, begin + until * 1e6
            if stop > end:
                continue
            entry = {"kind": key, "from_s": since, "until_s": until}
            for name, times in (("voice", heard), ("picture", shown)):
                back = first_after(times, stop)
                entry[f"{name}_back_ms"] = None if back is None else round((back - stop) / 1000)
                entry[f"{name}_gap_ms"] = round(longest_gap(times, start, min(end, stop + 15e6)) / 1000)
            found.append(entry)
    return found


VOICE_COUNTS = ("played_ms", "concealed_ms", "silence_ms", "skipped_ms", "longer_ms", "shorter_ms")


def logged_at(line):
    return datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")).timestamp()


def recv_says(log, begin_s, end_s):
    """How its counts grew from the line before the window to the last one in it; it writes them every 5 s."""
    pattern = re.compile(r"^\S+Z INFO +recv: voice (.*)$", re.MULTILINE)
    lines = [(logged_at(found[0]), dict(re.findall(r"(\w+)=(\d+)", found[1]))) for found in
             pattern.finditer(log.read_text(errors="replace") if log.exists() else "")]
    inside = [counts for at, counts in lines if begin_s <= at <= end_s + 1]
    before = next((counts for at, counts in reversed(lines) if at < begin_s), {})
    if not inside:
        return {}
    return {name: int(inside[-1][name]) - int(before.get(name, 0)) for name in VOICE_COUNTS if name in inside[-1]}


def stage_figures(folder, tools, begin, end):
    """None without classrooms that speak."""
    found = stage.figures(folder) or {}
    for name in ("call", "hand"):
        for percent in (50, 95):
            found[f"{name}_p{percent}_ms"] = percentile(found.get(f"{name}_ms", []), percent)
    if (folder / "heard.events").exists() and not found.get("calls"):
        found["back"] = voice_figures(voice_frames(folder, tools, begin, end, "said", "heard"))
    return found if len(found) > 4 else None


def measure(folder, tools, clip):
    folder = pathlib.Path(folder)
    facts = json.loads((folder / "run.json").read_text())
    begin = facts["origin_us"]
    end = begin + facts["seconds"] * 1_000_000
    taught, seen = Witness(folder / "send"), Witness(folder / "recv")
    captures = Captures(taught.pictures)
    encoded = sum(packet.size for packet in taught.voices if begin <= packet.time_us < end)
    frames = voice_frames(folder, tools, begin, end)
    link = read_lines(folder / "link.jsonl")
    statistics_lines = read_lines(folder / "recv.statistics.jsonl")
    says = (browser_says(statistics_lines, begin, end) if statistics_lines else
            recv_says(folder / "recv.log", begin / 1e6 + facts["epoch_s"], end / 1e6 + facts["epoch_s"]))
    shown = [((picture.time_us - begin) / 1e6, picture.height) for picture in changed_pictures(seen.pictures)]
    return {**facts, "picture": {**picture_figures(seen, captures, begin, end),
                                 **quality_figures(folder, tools, clip, begin, end)},
            "voice": {**voice_figures(frames), "recv_says": says},
            "slides": slides.figures(folder), "screen": screen.figures(folder, tools), "stage": stage_figures(folder, tools, begin, end),
            "recovery": recovery_figures(facts, frames, seen, begin, end),
            "settled": settled.figures(facts["down"], facts["seconds"], towards_classroom(link, begin, end), shown, begin),
            "link": link_figures(link, begin, end, encoded, facts),
            "series": series.collect(seen, captures, frames, link, read_lines(folder / "rooms.jsonl"), begin, end)}
