#!/usr/bin/env python3
"""A whole lesson, rehearsed: the real programs and a browser, a teacher and three classrooms over three different weak links,
from the first to the last minute. What is asserted is what happens, whatever the machine; how long it took is printed, and
is script/rehearsal's business.
    tests/loopback/test-rehearsal.py            as a test
    tests/loopback/test-rehearsal.py --long N   hands, calls and slides N times, and a table"""
import os
import pathlib
import pty
import re
import statistics
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "weak-link")]

from lab import peers
from lab.network import NEAR, Here, Network
from support import namespace, tap
from support.lesson import LessonCase
from support.program import PATIENCE, Program
from support.websocket import WebSocket

TOOLS = pathlib.Path(os.environ.get("WEAK_LINK_TOOLS", "."))
MAKE_PDF = os.environ.get("MAKE_PDF")
BROWSER = HERE.parent / "browser"
NEXT_PAGE = "\x1b[6~"
PAGES = 6
AWAY_S = 10
# Towards the classroom; what is behind "begin" happens while the link is away and after it.
LINKS = {
    "huli": ("rate=1000,delay=60,queue=300,outage=0-%d,loss=2" % AWAY_S, "outage=0-%d" % AWAY_S),
    "longquan": ("rate=400,delay=150,queue=300,loss=5", ""),
    "page": ("rate=2000,delay=40,queue=300,outage=0-%d" % AWAY_S, "outage=0-%d" % AWAY_S),
}
RTT_MS = {"huli": 60, "longquan": 150, "page": 40}


class Page(Program):
    """A classroom that watches in Chromium, see tests/browser/classroom.js."""

    def __init__(self, home, url, prefix):
        super().__init__(home, BROWSER / "classroom.js", url, name="page", binary="node", prefix=prefix, stdin=subprocess.PIPE)

    def tell(self, line):
        self.child.stdin.write(f"{line}\n".encode())
        self.child.stdin.flush()

    def click(self, selector):
        self.tell(f"click {selector}")

    def stop(self, seconds=PATIENCE):
        self.child.stdin.close()
        super().stop(seconds)

    def signal(self, number):
        """It ends with its input."""


class Steps:
    """What has happened, and how long each thing took."""

    def __init__(self):
        self.began = self.last = time.monotonic()
        self.times = {}  # by what was measured, in ms

    def done(self, what):
        now = time.monotonic()
        print(f"# {now - self.began:6.1f} s  {what} ({(now - self.last) * 1000:.0f} ms)", flush=True)
        self.last = now

    def measured(self, what, since):
        took = (time.monotonic() - since) * 1000
        self.times.setdefault(what, []).append(took)
        self.done(what)


@unittest.skipUnless(MAKE_PDF, "built without poppler")
class Rehearsal(LessonCase):
    seconds = 420
    times = 1

    def setUp(self):
        super().setUp()
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            self.skipTest("needs /dev/net/tun")
        self.pdf = self.path("lesson.pdf")
        subprocess.run([MAKE_PDF, self.pdf, str(PAGES)], check=True)
        self.keyboard, self.terminal = pty.openpty()
        self.addCleanup(os.close, self.keyboard)
        self.addCleanup(os.close, self.terminal)
        self.links = {}
        self.steps = Steps()

    def lay_link(self, name):
        down, up = LINKS[name]
        link = Network(self.home, Here(), len(self.links) + 1)
        self.addCleanup(link.close)
        link.connect(TOOLS, down, up, 1)
        self.links[name] = link

    def press(self, key):
        os.write(self.keyboard, key.encode())

    # The lesson, in its order -----------------------------------------------------------------------

    def test_lesson(self):
        self.teacher_starts()
        self.classrooms_join()
        for page in range(2, 2 + self.times):
            self.slides_turn(page)
        for turn in range(self.times):
            if turn > 0:
                self.guest_is_thanked()
            self.hand_goes_up()
            self.hand_is_called_on()
        self.another_one_is_called()
        self.everybody_writes()
        self.links_drop_and_return()
        self.lesson_is_over()

    def teacher_starts(self):
        for name in LINKS:
            self.lay_link(name)
        self.relay = self.start_relay(http_address="0.0.0.0", udp_address="0.0.0.0")
        self.url = f"http://{NEAR}:{self.relay.port}"
        self.teacher = self.start_send(self.relay, source={"source": "test", "deck": self.pdf}, stdin=self.terminal)
        self.relay.wait_for(r"lesson room=math state=on")
        self.steps.done("the teacher has started")

    def start_classroom(self, name, **recv):
        link = self.links[name]
        return self.start_recv(self.url, name=name, network={"name": name, "local-address": None}, prefix=link.far.prefix, **recv)

    def classrooms_join(self):
        self.huli = self.start_classroom("huli", speak="called", send={"source": "test"})
        self.longquan = self.start_classroom("longquan")
        self.links["longquan"].begin(0)
        self.page = self.started(Page(self.home, f"{self.url}/watch/math?name=page", self.links["page"].far.prefix))
        for classroom in (self.huli, self.longquan):
            self.wait_for_media(classroom)
            classroom.wait_for(r"page shown page=1 of=6")
            self.steps.done(f"{classroom.name} hears and sees the teacher and her slides")
        self.page.wait_for(r"^state on")
        self.page.wait_for(r"^picture [1-9]")
        self.page.wait_for(r"^slide 1")
        self.steps.done("the browser does too")
        self.page.click("#talk")
        self.wait_until_ready("huli", "page")
        self.steps.done("two of them can be called on")

    def wait_until_ready(self, *names):
        def ready():
            room = self.relay.room()
            return room and {one["name"] for one in room["receivers"] if one.get("ready")} >= set(names)
        self.wait_until(f"{names} can be called on", ready)

    def slides_turn(self, page):
        watched = {self.huli: rf"page shown page={page} of=6", self.longquan: rf"page shown page={page} of=6",
                   self.page: rf"^slide {page}"}
        marks = {one: one.mark() for one in watched}
        began = time.monotonic()
        self.press(NEXT_PAGE)
        for one, seen in watched.items():
            one.wait_for(seen, after=marks[one])
        self.steps.measured("slide -> seen by the last classroom", began)

    def hand_goes_up(self):
        mark = self.teacher.mark()
        began = time.monotonic()
        self.page.click("#hand")
        self.teacher.wait_for(r"hand participant=\S+ name=\"page\"", after=mark)
        self.steps.measured("hand -> teacher", began)

    def hand_is_called_on(self):
        marks = {one: one.mark() for one in (self.page, self.longquan, self.huli)}
        began = time.monotonic()
        self.press("h")
        self.huli.wait_for(r"pictures: seen=\d+ largest=2", after=marks[self.huli])
        self.steps.measured("call -> picture at another classroom", began)
        self.longquan.wait_for(r"guest-voice=0 played_ms=[1-9]", after=marks[self.longquan])
        self.page.wait_for(r"^on-air true", after=marks[self.page])
        self.page.wait_for(r"^hand false", after=marks[self.page])  # calling on it has lowered it
        self.steps.done("the third one hears it, and it knows")

    def guest_is_thanked(self):
        marks = {one: one.mark() for one in (self.page, self.huli)}
        self.press("x")
        self.page.wait_for(r"^on-air false", after=marks[self.page])
        self.huli.wait_for(r"pictures: seen=\d+ largest=0", after=marks[self.huli])
        self.steps.done("it is thanked")

    def number(self, name):
        """By which the teacher's line has a classroom, from 1."""
        def numbered():
            found = self.teacher.find_all(rf"(\d) {name}\b")
            return found[-1][1] if found else None
        return self.wait_until(f"{name} in the teacher's line", numbered)

    def another_one_is_called(self):
        """A contest: two at once, who see each other."""
        number = self.number("huli")
        marks = {one: one.mark() for one in (self.page, self.huli, self.teacher)}
        began = time.monotonic()
        self.press(number)
        self.page.wait_for(r"^guest-1 \w+ moving", after=marks[self.page])
        self.steps.measured("second call -> moving picture in the browser", began)
        self.huli.wait_for(r"speak: called=1 heard=1", after=marks[self.huli])
        self.teacher.wait_for(r"hear: guest=1 played_ms=[1-9]", after=marks[self.teacher])
        self.longquan.wait_for(r"guest-voice=1 played_ms=[1-9]")
        self.steps.done("the teacher and the third one hear both")

    def everybody_writes(self):
        self.page.click("#chat-button")
        began = time.monotonic()
        self.page.tell("write 老师好 <b>")
        self.teacher.wait_for(r"page: 老师好 <b>$")
        self.steps.measured("message -> teacher", began)
        for one in (self.huli, self.longquan):
            one.wait_for(r"chat shown_lines=1")
        self.page.wait_for(r"^chat 老师好 <b>")
        self.steps.done("the others read it, as it was written")

    def packets_of_speakers(self):
        return {one["id"]: one.get("packets", 0) for one in self.relay.room()["speakers"]}

    def links_drop_and_return(self):
        """Of both who are on the stage. The third one's lesson goes on; then all is as it was, without anybody's doing."""
        guests = self.guests()
        self.assertEqual(len(guests), 2)
        names = {one["id"]: one["name"] for one in self.relay.room()["receivers"]}
        marks = {one: one.mark() for one in (self.page, self.huli, self.longquan)}
        for name in ("page", "huli"):
            self.links[name].begin(0)
        back = time.monotonic() + AWAY_S
        self.longquan.wait_for(r"pictures: seen=\d+ largest=0", after=marks[self.longquan])
        self.wait_for_packets(self.relay, receiver=self.receiver("longquan"))
        self.steps.done("both guests are away, and the third classroom's lesson goes on")
        away = self.longquan.mark()
        before = self.packets_of_speakers()
        missing = set(guests)
        while missing:
            come = self.wait_until("the guests' packets", lambda: {
                guest for guest in missing if self.packets_of_speakers().get(guest, 0) not in (0, before.get(guest, 0))})
            for guest in come:
                self.steps.measured(f"link -> the relay has {names[guest]} again", back)
            missing -= come
        self.longquan.wait_for(r"pictures: seen=\d+ largest=[12]", after=away)
        for place in (0, 1):
            self.longquan.wait_for(rf"guest-voice={place} played_ms=[1-9]", after=away)  # who is away is not in the log
        self.assertEqual(self.guests(), guests)
        self.steps.done("both are seen and heard again by the third one")
        self.page.wait_for(r"^state (lost|connecting|away)", after=marks[self.page])
        self.page.wait_for(r"^state on", after=self.last(self.page, r"^state (lost|connecting|away)"))
        self.page.wait_for(r"^guest-1 \w+ moving", after=self.last(self.page, r"^guest-1 \w+ still"))
        self.steps.done("they see the lesson, and each other")

    def last(self, program, pattern):
        """The place in the log behind the last match."""
        with program.changed:
            return max(i for i, line in enumerate(program.lines) if line is not None and re.search(pattern, line)) + 1

    def receiver(self, name):
        return [one["name"] for one in self.relay.room()["receivers"]].index(name)

    def guests(self):
        events = WebSocket(self.relay.port, "/rooms/math/events")
        stage = events.event()["stage"]
        events.close()
        return [guest["id"] for guest in stage["guests"] if guest]

    def lesson_is_over(self):
        marks = {one: one.mark() for one in (self.page, self.huli, self.longquan)}
        self.teacher.stop()
        self.page.wait_for(r"^state over", after=marks[self.page])
        self.page.wait_for(r"^on-air false", after=marks[self.page])
        for one in (self.huli, self.longquan):
            one.wait_for(r'state="the lesson is over"', after=marks[one])
        self.steps.done("the lesson is over, everywhere")
        for one in (self.page, self.huli, self.longquan, self.relay):
            one.stop()
        self.assertIsNone(self.page.find(r"^error"), self.page.tail())
        self.steps.done("all have ended well")


GOALS_MS = {
    "hand -> teacher": 200 + RTT_MS["page"],
    "call -> picture at another classroom": 500 + RTT_MS["huli"],
}


def rehearse(times):
    Rehearsal.times = min(times, PAGES - 1)
    Rehearsal.seconds = 420 + 60 * times
    case = Rehearsal("test_lesson")
    result = tap.run(case)
    for _, problem in [*result.failures, *result.errors]:
        print(problem)
    print(f"\n{'':45} {'median':>7} {'worst':>7} {'goal':>7}")
    for what, took in case.steps.times.items():
        goal = f"{GOALS_MS[what]} ms" if what in GOALS_MS else "-"
        print(f"{what:45} {statistics.median(took):>4.0f} ms {max(took):>4.0f} ms {goal:>7}")
    return 0 if result.wasSuccessful() and not result.skipped else 1


if __name__ == "__main__":
    peers.install_browser_client()  # while there is a way to the outside
    namespace.enter_own_network()
    if sys.argv[1:2] == ["--long"]:
        sys.exit(rehearse(int(sys.argv[2])))
    tap.main()
