"""What is measured. Candidates take turns inside a run, so that whatever else the machine does hits all of them."""
from benchlib import allocations as counting
from benchlib import candidates, classes, figures
from benchlib.child import Failure
from benchlib.load import Lesson, run
from benchlib.machine import say

JANUS_MOST = 300  # beyond this it needs more than its core, and its cost says nothing
LOST_MOST = 0.01  # percent; what a socket buffer of the generator may cost
OTHERS_MOST = 5  # percent of the candidate's core
TAKES_MOST = 3  # of a figure that something else than the candidate disturbed
SCALE_P99_MS = 20
SCALE_STEPS = (1000, 2000, 3000, 3750, 4500, 5400, 6600, 8100, 9900)

# 100 kbit/s of picture and 24 kbit/s of voice.
THRIFTY = dict(fps=12, packets_per_frame=1, video_bytes=1040, audio_rate=50, audio_bytes=60)

FLOOR_VARIANTS = {
    "floor": (),
    "no GSO": ("--no-gso",),
    "sendmmsg of 1": ("--batch", "1"),
    "sendmmsg of 16": ("--batch", "16"),
    "sendmmsg of 256": ("--batch", "256"),
    "sendmmsg of 1024": ("--batch", "1024"),
    "a connected socket for each receiver": ("--connected",),
    "audio where it came": ("--arrival-order",),
    "copy, then encrypt in place": ("--copy",),
    "a socket for IPv4 and IPv6": ("--ipv6",),
    "source address with each message": ("--source-address",),
    "fragmenting forbidden": ("--never-fragment",),
    "no checksum (and so no GSO)": ("--no-checksum", "--no-gso"),
    "wait 300 µs for more packets": ("--gather", "300"),
    "busy loop": ("--busy",),
}


def measure(bench, experiment, name, candidate, profile, lesson, number, **more):
    """One figure, kept and told. A candidate that fails is told too, and the others go on."""
    label = f"{experiment} run {number + 1}: {name}, {profile}, {lesson.receivers} receivers"
    try:
        result = least_disturbed(bench, label, candidate, profile, lesson)
    except Failure as failure:
        bench.problem(f"{label}: {failure}")
        return None
    entry = bench.records.add(experiment, name, profile, lesson.receivers, number, result, **more)
    cost, p99, lost = figures.cost_us(result), figures.latency_ms(result), figures.lost_percent(result)
    parts = [f"{cost:.2f} µs a packet" if cost is not None else "no cost",
             f"p99 {p99:.2f} ms" if p99 is not None else "no latency",
             f"lost {lost:.3f} %" if lost is not None else "no count"]
    others = figures.disturbed_percent(result)
    if others > OTHERS_MOST:
        parts.append(f"others took {others:.0f} % of its core")
        bench.machine.n_disturbed += 1
    say(f"  {label}: " + ", ".join(parts))
    for problem in doubts(result):
        bench.problem(f"{label}: {problem}")
    return entry


def least_disturbed(bench, label, candidate, profile, lesson):
    """What others did to the machine is judged without a look at the figure itself, and for all candidates alike:
    whoever was disturbed gets another turn."""
    best = None
    for take in range(TAKES_MOST):
        result = run(bench, candidate, profile, lesson)
        if best is None or disturbance(result) < disturbance(best):
            best = result
        if disturbance(best) <= OTHERS_MOST:
            break
        if take + 1 < TAKES_MOST:
            bench.machine.n_retaken += 1
            say(f"  {label}: again, for others took {figures.disturbed_percent(result):.0f} % of its core"
                + (", and the generator was late" if figures.limited(result) else ""))
    return best


def disturbance(result):
    return figures.disturbed_percent(result) + (100 if figures.limited(result) else 0)


def doubts(result):
    """What makes a figure worth less than it looks."""
    why, lost = figures.limited(result), figures.lost_percent(result)
    if why:
        yield f"the generator was the limit: {why}"
    if lost is not None and lost > LOST_MOST:
        yield f"{lost:.3f} % were lost"
    for name in ("damaged", "undecryptable", "malformed"):
        if figures.dig(result, name):
            yield f"{figures.dig(result, name)} packets were {name}"


def cost(bench):
    """Cost, latency and memory by number of receivers."""
    for number in range(bench.options.runs):
        for profile, receivers in bench.cells():
            for name in bench.options.only:
                if name.startswith("janus") and receivers > JANUS_MOST:
                    continue
                lesson = Lesson(receivers, seconds=bench.options.seconds)
                measure(bench, "cost", name, candidates.make(name, bench), profile, lesson, number)
            if "janus" in bench.options.only and (profile, receivers) == ("gcm", 100):
                measure(bench, "cost", "janus-default", candidates.make("janus-default", bench), profile,
                        Lesson(receivers, seconds=bench.options.seconds), number)


def memory(bench):
    """Voice only, at a low rate: what a session costs, not what its traffic does."""
    for receivers in (1, 100, 300, 1000):
        for name in bench.relays():
            if name.startswith("janus") and receivers > JANUS_MOST:
                continue
            lesson = Lesson(receivers, fps=0, audio_rate=10, warmup=3, seconds=5, decrypt=1)
            measure(bench, "memory", name, candidates.make(name, bench), "gcm", lesson, 0)


def allocations(bench):
    """Calls for memory by the media worker, for each packet that it forwards to 100 who have settled."""
    try:
        calls, packets = counting.measure(bench)
    except Failure as failure:
        bench.problem(f"allocations: {failure}")
        return
    text = (f"allocations of the media worker per forwarded packet: {calls / packets:.5f} ({calls:.1f} a second, "
            f"while {packets:.0f} packets a second)")
    bench.allocations.append(text)
    say(f"  {text}")


def classrooms(bench):
    """A room of a teacher and 29 classrooms that all send small pictures and voice, two of them on the stage."""
    count = bench.options.class_size
    for _ in range(min(bench.options.runs, 3)):
        try:
            result = classes.measure(bench, count, bench.options.seconds)
        except Failure as failure:
            bench.problem(f"classrooms: {failure}")
            return
        bench.classes.append(classes.words(count, result))
        say(f"  {bench.classes[-1]}")
        if result["damaged"]:
            bench.problem(f"classrooms: {result['damaged']} packets were not as they had been sent")


def joins(bench):
    """300 come each second for ten seconds while 300 watch, a lesson of 124 kbit/s."""
    for number in range(min(bench.options.runs, 3)):
        for name in bench.own():
            measure(bench, "joins", name, candidates.make(name, bench), "gcm",
                    Lesson(300, seconds=14, churn="300:10", **THRIFTY), number)


def workers(bench):
    """One worker and two, both on one core, so that only the price of sharing shows."""
    if not bench.classcast_knows("workers"):
        say("workers: this build has no such setting; left out")
        return
    for number in range(bench.options.runs):
        for count in (1, 2):
            measure(bench, "workers", f"{count} worker{'s' * (count > 1)}",
                    candidates.Classcast(bench, workers=count), "gcm",
                    Lesson(300, rooms=2, seconds=bench.options.seconds), number)


def ending(entry, lesson):
    """Why a step is past the end, or None."""
    if entry is None:
        return "it failed"
    result = entry["result"]
    missing = lesson.receivers - (figures.dig(result, "connected") or 0)
    lost, p99 = figures.lost_percent(result), figures.latency_ms(result)
    limited = figures.limited(result)
    if limited:
        return f"the generator was the limit: {limited}"
    if missing > 0:
        return f"{missing} did not connect"
    if lost is None or lost > LOST_MOST:
        return f"{lost:.3f} % were lost" if lost is not None else "nothing arrived"
    if p99 is None or p99 > SCALE_P99_MS:
        return f"p99 was {p99:.1f} ms" if p99 is not None else "nothing arrived"
    return None


def scale(bench):
    """More and more classrooms until one is hurt; in lessons of 30, and all in one."""
    for name in bench.own():
        for shape in ("lessons of 30", "one lesson"):
            find_end(bench, name, shape)


def find_end(bench, name, shape):
    good = 0
    title = f"{candidates.NAMES[name]}, {shape}"
    for receivers in SCALE_STEPS:
        rooms = receivers // 30 if shape != "one lesson" else 1
        lesson = Lesson(receivers, rooms=rooms, join_rate=200, warmup=3, seconds=bench.options.seconds, **THRIFTY)
        entry = measure(bench, "scale", name, candidates.make(name, bench), "gcm", lesson, 0, shape=shape, rooms=rooms)
        why = ending(entry, lesson)
        if why:
            bench.ends[title] = f"holds {good}, ends at {receivers} because {why}"
            break
        good = receivers
    else:
        bench.ends[title] = f"does not end at {good}"
    say(f"  scale, {title}: {bench.ends[title]}")


def variants(bench):
    """The floor's own choices, each against the default of the same run."""
    for number in range(bench.options.runs):
        for name, arguments in FLOOR_VARIANTS.items():
            measure(bench, "variants", name, candidates.Floor(bench, *arguments), "gcm",
                    Lesson(300, seconds=bench.options.seconds), number)


ALL = {"cost": cost, "memory": memory, "allocations": allocations, "classrooms": classrooms, "joins": joins, "workers": workers, "scale": scale, "variants": variants}
