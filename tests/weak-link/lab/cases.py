"""The links on which a lesson is tried. Round trips lie wholly on the way towards the classroom; losses too, unless
both ways are asked for."""
import dataclasses
import re

QUEUE_MS = 300


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    down: str  # conditions, as tests/weak-link/link-model.h has them
    loss: str = ""  # those that are put on the other way too by `--both`
    away: str = ""  # when there is no link, or none for UDP: of both ways
    classrooms: int = 1  # that share the link
    download: bool = False  # so does a long TCP download
    deck: bool = False  # the teacher shows slides
    screen: bool = False  # the teacher shows her screen
    stage: str = ""  # "talk": a classroom speaks too, all the time; "calls": it is called again and again, and hands are raised

    def rate_kbps(self):
        """At the beginning; None without a limit."""
        found = re.search(r"rate=(?:0:)?([\d.]+)", self.down)
        return float(found[1]) if found else None

    def conditions(self, both=False):
        """(towards the classroom, from it)"""
        down = (self.down, self.loss, self.away, f"queue={QUEUE_MS}")
        up = (self.loss if both else "", self.away)
        return tuple(",".join(part for part in way if part) for way in (down, up))


CASES = [
    Case("clean", "2 Mbit/s, 40 ms, clean", "rate=2000,delay=40"),
    Case("good", "1 Mbit/s, 100 ms, 2 %", "rate=1000,delay=100", "loss=2"),
    Case("narrow", "300 kbit/s, 150 ms, 5 %", "rate=300,delay=150", "loss=5"),
    Case("bursts", "300 kbit/s, 150 ms, bursts of 5 at 10 %", "rate=300,delay=150", "loss=10,burst=5"),
    Case("thin", "128 kbit/s, 300 ms, 10 %", "rate=128,delay=300", "loss=10"),
    Case("satellite", "64 kbit/s, 600 ms, 5 %", "rate=64,delay=600", "loss=5"),
    Case("trickle", "24 kbit/s, 300 ms, 5 %", "rate=24,delay=300", "loss=5"),
    Case("lossy30", "500 kbit/s, 100 ms, 30 % random", "rate=500,delay=100", "loss=30"),
    Case("lossy60", "500 kbit/s, 100 ms, 60 % random", "rate=500,delay=100", "loss=60"),
    Case("lossy80", "500 kbit/s, 100 ms, 80 % random", "rate=500,delay=100", "loss=80"),
    Case("steps", "1 Mbit/s → 150 kbit/s → 1 Mbit/s every 20 s, 60 ms", "rate=0:1000;20:150;40:1000,delay=60"),
    Case("outage", "1 Mbit/s, 60 ms, 10 s outage every 30 s", "rate=1000,delay=60", away="outage=10-20;40-50;70-80"),
    Case("blocked", "1 Mbit/s, 60 ms, UDP blocked 20–40 s", "rate=1000,delay=60", away="block-udp=20-40"),
]
# Not links of villages, but what a good neighbour and a good judge of losses does.
EXTRA = [
    Case("two", "two classrooms on 1 Mbit/s, 60 ms, 2 %", "rate=1000,delay=60", "loss=2", classrooms=2),
    Case("download", "a TCP download beside it on 1 Mbit/s, 60 ms", "rate=1000,delay=60", download=True),
    Case("slides", "slides on 128 kbit/s, 150 ms, clean", "rate=128,delay=150", deck=True),
    Case("slides10", "slides on 128 kbit/s, 150 ms, 10 %", "rate=128,delay=150", "loss=10", deck=True),
    Case("screen", "a screen that changes on 128 kbit/s, 300 ms, clean", "rate=128,delay=300", screen=True),
    Case("screen10", "a screen that changes on 128 kbit/s, 300 ms, 10 %", "rate=128,delay=300", "loss=10", screen=True),
    Case("talk", "both speak, 2 Mbit/s, 40 ms, clean", "rate=2000,delay=40", stage="talk"),
    Case("talk2", "both speak, 1 Mbit/s, 100 ms, 2 %", "rate=1000,delay=100", "loss=2", stage="talk"),
    Case("calls", "calls and hands, 3 Mbit/s, 40 ms, clean", "rate=3000,delay=40", stage="calls", classrooms=2),
    Case("open", "no bottleneck, 100 ms, clean", "delay=100"),
    Case("open30", "no bottleneck, 100 ms, 30 % random", "delay=100", "loss=30"),
]


def custom(conditions):
    """A link in the words of tests/weak-link/link-model.h."""
    return Case("link", conditions, conditions)


# What the laboratory itself does to a lesson: nothing should be missing here.
PERFECT = Case("perfect", "no weak link at all", "delay=20")
BY_NAME = {case.name: case for case in [*CASES, *EXTRA, PERFECT]}
