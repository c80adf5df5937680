"""When a lesson has settled after its link became slower or faster."""
import re
import statistics

HOLD_S = 3  # settled is what stays so for this long
QUEUE_MS = 100
FREEZE_S = 0.5
RATE = 0.85  # of what it comes to in the end
END = 1 / 3  # of the time until the next change: where it has come to


def rate_steps(conditions):
    """[(second, kbit/s)] of "rate=0:1000;20:150"; nothing if the rate never changes."""
    found = re.search(r"rate=([\d.:;]+)", conditions)
    if not found or ":" not in found[1]:
        return []
    return [tuple(float(value) for value in step.split(":")) for step in found[1].split(";")]


def changes(conditions, seconds):
    """(kind, from, until, kbit/s) of each change of the rate within the window."""
    steps = rate_steps(conditions)
    ends = [second for second, _ in steps[1:]] + [seconds]
    for (_, before), (since, rate), until in zip(steps, steps[1:], ends[1:]):
        until = min(until, seconds)
        if rate != before and until > since:
            yield "fall" if rate < before else "rise", since, until, rate


def samples_of(lines, begin):
    """(from, until, kbit/s through the bottleneck, packets' wait p95 ms, packets turned away) of each line."""
    last = begin
    for line in lines:
        took_s = (line["now_us"] - last) / 1e6
        if took_s > 0:
            yield ((last - begin) / 1e6, (line["now_us"] - begin) / 1e6, line["passed_bytes"] * 8 / 1000 / took_s,
                   line["queue_ms"]["p95"], line["fates"].get("queue", 0))
        last = line["now_us"]


def still_times(pictures, since, until):
    """[(from, until)] without a new picture for longer than FREEZE_S. pictures: (second, height)."""
    edges = [since, *(second for second, _ in pictures if since <= second < until), until]
    return [(a, b) for a, b in zip(edges, edges[1:]) if b - a > FREEZE_S]


def is_steady(kind, samples, pictures, since, until, rate_kbps, height):
    inside = [sample for sample in samples if sample[0] >= since and sample[1] <= until]
    if not inside or still_times(pictures, since, until):
        return False
    if any(wait > QUEUE_MS or turned_away for _, _, _, wait, turned_away in inside):
        return False
    if kind == "fall":
        return True
    lowest = min(shown for second, shown in pictures if since <= second < until)
    return statistics.mean(rate for _, _, rate, _, _ in inside) >= RATE * rate_kbps and lowest >= height


def settled_after(kind, samples, pictures, since, until):
    """Seconds from the change until HOLD_S begin in which nothing waits in a queue, nothing freezes, and, after a rise,
    rate and picture are what they come to in the end. None if that never happens."""
    end = until - (until - since) * END
    late = [rate for first, last, rate, _, _ in samples if first >= end and last <= until]
    heights = [height for second, height in pictures if end <= second < until]
    if not late or not heights:
        return None
    final, height = statistics.mean(late), statistics.mode(heights)
    for first, _, _, _, _ in samples:
        if first < since:
            continue
        if first + HOLD_S > until:
            return None
        if is_steady(kind, samples, pictures, first, first + HOLD_S, final, height):
            return round(first - since, 1)
    return None


def figures(conditions, seconds, lines, pictures, begin):
    """lines: the link's, towards the classroom; pictures: (second, height) of each new one."""
    samples = list(samples_of(lines, begin))
    return [{"kind": kind, "at_s": since, "kbps": rate,
             "settled_s": settled_after(kind, samples, pictures, since, until)}
            for kind, since, until, rate in changes(conditions, seconds)]
