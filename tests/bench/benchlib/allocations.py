"""How often classcast's media worker asks for memory while it forwards (tests/bench/count-allocations.c)."""
import re
import signal
import time
import urllib.request

from benchlib.candidates import Classcast
from benchlib.child import Failure
from benchlib.load import Lesson, run

RECEIVERS = 100
SETTLE_S = 4  # after the last has joined: pools and tables have the size that they keep
COUNTED_S = 5
THREAD = "media 0"


def read_counts(text):
    """{thread: calls} of the newest complete answer, and how many complete ones there are."""
    answers = re.findall(r"^allocations begin\n(.*?)^allocations end\n", text, re.M | re.S)
    counts = {}
    for calls, name in re.findall(r"^allocations (\d+) (.*)$", answers[-1] if answers else "", re.M):
        counts[name] = counts.get(name, 0) + int(calls)
    return counts, len(answers)


class Counter:
    def __init__(self, candidate, lesson):
        self.candidate, self.lesson = candidate, lesson

    def ask(self):
        """When it was, and the worker's calls until then."""
        _, before = read_counts(self.candidate.child.said())
        self.candidate.child.process.send_signal(signal.SIGUSR2)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            counts, answers = read_counts(self.candidate.child.said())
            if answers > before:
                return time.monotonic(), counts.get(THREAD, 0)
            time.sleep(0.01)
        raise Failure(f"classcast does not tell its allocations:\n{self.candidate.child.tail()}")

    def packets(self):
        """When it was, and what has left until then. Asking makes the worker ask for memory, too."""
        with urllib.request.urlopen(f"{self.candidate.url}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        return time.monotonic(), int(re.search(r'^classcast_datagrams_total\{direction="out"\} (\d+)', text, re.M)[1])

    def count(self):
        time.sleep(self.lesson.receivers / self.lesson.join_rate + SETTLE_S)
        packets_before = self.packets()
        calls_before = self.ask()
        time.sleep(COUNTED_S)
        calls_after = self.ask()
        packets_after = self.packets()
        self.calls_per_s = rate(calls_before, calls_after)
        self.packets_per_s = rate(packets_before, packets_after)


def rate(before, after):
    return (after[1] - before[1]) / (after[0] - before[0])


def measure(bench):
    """(calls a second, packets a second) of the worker, with everybody settled."""
    candidate = Classcast(bench, preload=bench.build / "tests/bench/count-allocations.so")
    lesson = Lesson(RECEIVERS, seconds=SETTLE_S + COUNTED_S + 6)
    counter = Counter(candidate, lesson)
    run(bench, candidate, "gcm", lesson, counter.count)
    return counter.calls_per_s, counter.packets_per_s
