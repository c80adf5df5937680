"""From what was seen, heard and carried to the figures of a case."""
import json
import pathlib

from lab.witness import Captures, Witness

FREEZE_US = 500_000
VIDEO_TYPES, REPAIR_TYPES, VOICE_TYPES = (96, 98, 100), (97, 99, 101), (111, 63)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else None


def changed_pictures(pictures):
    """Without those that show what was already there."""
    last = None
    for picture in pictures:
        if picture.number != last:
            last = picture.number
            yield picture


def gaps(times, begin, end):
    """Lengths of the times without a new picture, within the window."""
    inside = [time for time in times if begin <= time < end]
    edges = [begin, *inside, end]
    return [later - earlier for earlier, later in zip(edges, edges[1:])]


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
    seconds = (end - begin) / 1e6
    return {
        "fps": round(len(inside) / seconds, 2),
        "freeze": round(sum(gap for gap in lengths if gap > FREEZE_US) / (end - begin), 4),
        "mean_gap_ms": round(sum(lengths) / len(lengths) / 1000, 1),
        "worst_gap_ms": round(max(lengths) / 1000, 1),
        "age_p50_ms": percentile(ages, 50), "age_p95_ms": percentile(ages, 95),
        "height": percentile(heights, 50),
        "heights": {str(height): heights.count(height) for height in sorted(set(heights))},
        "switches": sum(a != b for a, b in zip(heights, heights[1:])),
        "illegible": sum(picture.number < 0 for picture in inside),
    }


def read_lines(path):
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def kind_of(name):
    if not name.startswith("rtp-"):
        return name
    payload_type = int(name[4:])
    if payload_type in VIDEO_TYPES:
        return "video"
    if payload_type in REPAIR_TYPES:
        return "repair"
    return "voice" if payload_type in VOICE_TYPES else "other"


def link_figures(lines, begin, end):
    """Wire rates in kbit/s towards the classroom, IP headers included."""
    split, fates, queue = {}, {}, []
    for line in lines:
        if line["direction"] != "down" or not begin < line["now_us"] <= end:
            continue
        queue.append(line["queue_ms"]["p95"])
        for fate, count in line["fates"].items():
            fates[fate] = fates.get(fate, 0) + count
        for name, (_, offered, _, delivered, headers) in line["kinds"].items():
            split["offered"] = split.get("offered", 0) + offered
            split["delivered"] = split.get("delivered", 0) + delivered
            split["headers"] = split.get("headers", 0) + headers
            split[kind_of(name)] = split.get(kind_of(name), 0) + delivered - headers
    seconds = (end - begin) / 1e6
    return {"kbps": {kind: round(size * 8 / 1000 / seconds, 1) for kind, size in split.items()},
            "packets": fates, "queue_p95_ms": percentile(queue, 95)}


def measure(folder, tools=None, raw=None):
    folder = pathlib.Path(folder)
    facts = json.loads((folder / "run.json").read_text())
    begin = facts["origin_us"]
    end = begin + facts["seconds"] * 1_000_000
    seen, captures = Witness(folder / "recv"), Captures(Witness(folder / "send").pictures)
    return {**facts, "picture": picture_figures(seen, captures, begin, end),
            "link": link_figures(read_lines(folder / "link.jsonl"), begin, end)}
