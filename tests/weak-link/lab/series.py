"""What changed over the time of a case, second by second, for plots."""
from lab.witness import changed_pictures

ESTIMATES = ("estimate_bps", "target_bps")  # of a receiver in /api/rooms


def second_of(time_us, begin):
    return int((time_us - begin) // 1_000_000)


def link_series(lines, begin, seconds):
    carried = [{"offered": 0.0, "delivered": 0.0, "lost": 0, "packets": 0, "queue_ms": 0.0, "rate": 0.0}
               for _ in range(seconds)]
    for line in lines:
        second = second_of(line["now_us"] - 1, begin)
        if line["direction"] != "down" or not 0 <= second < seconds:
            continue
        entry = carried[second]
        for _, offered, _, delivered, _ in line["kinds"].values():
            entry["offered"] += offered * 8 / 1000
            entry["delivered"] += delivered * 8 / 1000
        entry["packets"] += sum(line["fates"].values())
        entry["lost"] += sum(count for fate, count in line["fates"].items() if fate != "delivered")
        entry["queue_ms"] = max(entry["queue_ms"], line["queue_ms"]["p95"])
        entry["rate"] = line["rate_kbps"]
    return carried


def picture_series(seen, captures, begin, seconds):
    shown = [{"fps": 0, "height": 0, "age_ms": None} for _ in range(seconds)]
    for picture in changed_pictures(seen.pictures):
        second = second_of(picture.time_us, begin)
        if not 0 <= second < seconds:
            continue
        entry = shown[second]
        entry["fps"] += 1
        entry["height"] = picture.height
        captured = captures.before(picture.number, picture.time_us)
        if captured is not None:
            entry["age_ms"] = max(entry["age_ms"] or 0, (picture.time_us - captured) / 1000)
    return shown


def freezes(seen, begin, end, limit_us=500_000):
    """[(from, until)] in seconds of the window."""
    inside = [picture.time_us for picture in changed_pictures(seen.pictures) if begin <= picture.time_us < end]
    edges = [begin, *inside, end]
    return [((earlier - begin) / 1e6, (later - begin) / 1e6) for earlier, later in zip(edges, edges[1:])
            if later - earlier > limit_us]


def voice_series(frames, begin, seconds):
    heard = [{"spoken": 0, "damaged": 0} for _ in range(seconds)]
    for frame in frames:
        second = second_of(frame.time_us, begin)
        if 0 <= second < seconds and frame.state != "s":
            heard[second]["spoken"] += 1
            heard[second]["damaged"] += frame.state == "d"
    return heard


def estimate_series(lines, begin):
    """[(second, kbit/s)] of what the relay believes of the link, if it says so."""
    points = []
    for line in lines:
        receivers = [receiver for room in line.get("rooms", ()) for receiver in room.get("receivers", ())]
        for receiver in receivers[:1]:
            value = next((receiver[name] for name in ESTIMATES if receiver.get(name) is not None), None)
            if value is not None and line["now_us"] >= begin:
                points.append((round((line["now_us"] - begin) / 1e6, 1), value / 1000))
    return points


def collect(seen, captures, frames, link, rooms, begin, end):
    seconds = (end - begin) // 1_000_000
    return {"link": link_series(link, begin, seconds), "picture": picture_series(seen, captures, begin, seconds),
            "voice": voice_series(frames, begin, seconds), "freezes": freezes(seen, begin, end),
            "estimate": estimate_series(rooms, begin)}
