"""Figures out of lesson-load's reports: medians with their range, ratios to the floor of the same run."""
import statistics


class Spread:
    """The median of some runs, with the least and the most."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)
        self.least, self.most = self.values[0], self.values[-1]

    def text(self, digits=2):
        if len(self.values) == 1:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}–{self.most:.{digits}f})"

    def as_json(self):
        return {"median": self.median, "min": self.least, "max": self.most, "runs": len(self.values)}


def spread(values):
    values = [value for value in values if value is not None]
    return Spread(values) if values else None


def dig(result, *path):
    """A member of a report, None where the report has none."""
    for name in path:
        if not isinstance(result, dict) or result.get(name) is None:
            return None
        result = result[name]
    return result


def cost_us(result):
    return dig(result, "cpu", "us_per_packet")


def core_cost_us(result):
    """All that the candidate's core did, whoever was charged for it."""
    return dig(result, "cpu", "core_busy_us_per_packet")


def latency_ms(result, which="p99"):
    value = dig(result, "latency_us", "all", which)
    return None if value is None else value / 1000


def lost_percent(result):
    expected = dig(result, "expected")
    if not expected:
        return None
    return 100 * dig(result, "lost") / expected


def core_percent(result):
    """Of one core, by the candidate's process."""
    cost, rate = cost_us(result), dig(result, "forwarded_pps")
    return None if cost is None or rate is None else cost * rate / 10000


def limited(result):
    """Why the generator, not the candidate, set the figure; None if it did not."""
    if not dig(result, "generator", "limited"):
        return None
    why = dig(result, "generator", "why")
    return "; ".join(why) if isinstance(why, list) else why or "limited"


def disturbed_percent(result):
    """What others took of the candidate's core."""
    ours, all_ns = dig(result, "cpu", "process_ns"), dig(result, "cpu", "core_busy_ns")
    share = dig(result, "cpu", "share")
    if not ours or all_ns is None or share is None:
        return 0
    return 100 * share * max(0, all_ns - ours) / ours


class Records:
    """All that was measured: one entry a figure, with what it was measured of."""

    def __init__(self):
        self.entries = []

    def add(self, experiment, candidate, profile, receivers, run, result, **more):
        entry = {"experiment": experiment, "candidate": candidate, "profile": profile,
                 "receivers": receivers, "run": run, "result": result, **more}
        self.entries.append(entry)
        return entry

    def find(self, **wanted):
        return [entry for entry in self.entries
                if all(entry.get(key) == value for key, value in wanted.items())]

    def values(self, of, **wanted):
        return spread(of(entry["result"]) for entry in self.find(**wanted))

    def ratios(self, candidate, base, of=cost_us, **wanted):
        """`of` of the candidate over that of the base, run by run."""
        found = []
        for entry in self.find(candidate=candidate, **wanted):
            bases = self.find(candidate=base, run=entry["run"], **wanted)
            above, below = of(entry["result"]), of(bases[0]["result"]) if bases else None
            if above is not None and below:
                found.append(above / below)
        return spread(found)
