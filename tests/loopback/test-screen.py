#!/usr/bin/env python3
"""A teacher shows her screen beside her picture: it arrives sharp, costs nothing while nothing moves, and is there for who comes later.
    tests/loopback/test-screen.py                       as a test
    CLASSCAST=… COMPARE_LUMA=… WEAK_LINK_TOOLS=… tests/loopback/test-screen.py --measure N   seconds from a change to a sharp picture, N times"""
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap
from support.display import Display, draw_page
from support.lesson import LessonCase
from support.shown import Shown
from support.wayland import WaylandDisplay

WIDTH, HEIGHT = 960, 540
SHARP = 0.98
SCREEN_SEEN = r"pictures: seen=\d largest=1"
CAMERA_SEEN = r"stream kind=video codec=VP8"
QUIET_BYTES = 6000  # in so many pictures of which nothing moves:
QUIET_PICTURES = 5


class ScreenCase(LessonCase):
    seconds = 400

    def open_desk(self, width=WIDTH, height=HEIGHT):
        desk = Display(width, height)
        self.addCleanup(desk.close)
        self.addCleanup(self.end_programs)  # before it goes
        return desk

    def open_wayland(self):
        desk = WaylandDisplay(self.path("desk"), WIDTH, HEIGHT)
        self.addCleanup(desk.close)
        self.addCleanup(self.end_programs)
        return desk

    def draw(self, number, width=WIDTH, height=HEIGHT):
        path = self.path(f"page-{number}-{width}.png")
        draw_page(path, number, width, height)
        return path

    def teach(self, relay, desk, screen="monitor", name="send"):
        source = {"source": "test", "screen": screen, "log-level": "debug", "hear": False}
        return self.start_send(relay, source=source, env=desk.env, name=name)

    def watch(self, relay):
        """A classroom that sees both, and what it shows of the larger one."""
        shown = Shown(self.home, "shown")
        classroom = self.start_recv(relay, env=shown.env)
        classroom.wait_for(CAMERA_SEEN)
        classroom.wait_for(SCREEN_SEEN)
        return shown

    def wait_until_sharp(self, shown, page, width=WIDTH, height=HEIGHT):
        self.wait_until("a sharp picture of the screen", lambda: shown.similarity(page, width, height) >= SHARP)

    def show_until_it_comes(self, desk, page, teacher, after=0):
        """xdg-desktop-portal-wlr sends nothing, not even the first picture, until something moves."""
        def is_there():
            desk.show(page)
            return teacher.find("screen: pictures come", after)
        self.wait_until("the first picture", is_there)

    def wait_until_quiet(self, teacher):
        """Several pictures after each other that cost almost nothing."""
        def is_quiet():
            newest = teacher.find_all(r"screen: \w+ quantizer=\d+ bytes=(\d+) changed=0.000")[-QUIET_PICTURES:]
            return len(newest) == QUIET_PICTURES and sum(int(one[1]) for one in newest) < QUIET_BYTES
        self.wait_until("nothing but signs of life", is_quiet)


class Screen(ScreenCase):
    def test_beside_camera(self):
        relay, desk = self.start_relay(), self.open_desk()
        first, second = self.draw(1), self.draw(2)
        desk.show(first)
        teacher = self.teach(relay, desk)
        shown = self.watch(relay)
        self.wait_until_sharp(shown, first)
        desk.show(second)
        self.wait_until_sharp(shown, second)
        self.wait_until_quiet(teacher)
        self.start_recv(relay, name="late").wait_for(SCREEN_SEEN)  # although nothing moves
        self.wait_until_sharp(shown, second)  # and nobody loses it by that

    def test_window(self):
        """A window is shown wherever it is and whatever it does: it is moved and closed, and another one is opened in its place."""
        relay, desk = self.start_relay(), self.open_desk()
        small, large = self.draw(3, 640, 360), self.draw(4, 800, 450)
        window = desk.open_window(small, "Lesson 3")
        teacher = self.teach(relay, desk, "window:lesson")
        teacher.wait_for(r"screen: 640x360 shown as 640x360")
        shown = self.watch(relay)
        self.wait_until_sharp(shown, small, 640, 360)
        desk.move_window("Lesson 3", 500, 30)
        teacher.wait_for(r"screen: 4\d\dx360 shown as")  # what is left of it on the screen
        mark = teacher.mark()
        window.kill()
        teacher.wait_for(r'there is no window "lesson"', after=mark)
        desk.open_window(large, "Lesson 4")
        self.wait_until_sharp(shown, large, 800, 450)

    def test_region(self):
        relay, desk = self.start_relay(), self.open_desk()
        page, part = self.draw(5), self.path("part.png")
        desk.show(page)
        desk.run("convert", page, "-crop", "480x270+100+60", "+repage", part)
        self.teach(relay, desk, "region:480x270+100+60")
        self.wait_until_sharp(self.watch(relay), part, 480, 270)

    def test_wayland(self):
        """The same on a Wayland desktop, by its portal; when that crashes it is asked again."""
        relay, desk = self.start_relay(), self.open_wayland()
        first, second, third = (self.draw(number) for number in (6, 7, 8))
        teacher = self.teach(relay, desk)
        self.show_until_it_comes(desk, first, teacher)
        shown = self.watch(relay)
        self.wait_until_sharp(shown, first)
        self.wait_until_quiet(teacher)
        desk.show(second)
        self.wait_until_sharp(shown, second)
        mark = teacher.mark()
        desk.kill_portal()
        teacher.wait_for("the desktop portal has gone", after=mark)
        self.show_until_it_comes(desk, third, teacher, mark)
        self.wait_until_sharp(shown, third)

    def test_wayland_region(self):
        relay, desk = self.start_relay(), self.open_wayland()
        page, part = self.draw(9), self.path("part.png")
        subprocess.run(["convert", page, "-crop", "480x270+100+60", "+repage", part], check=True)
        teacher = self.teach(relay, desk, "region:480x270+100+60")
        self.show_until_it_comes(desk, page, teacher)
        self.wait_until_sharp(self.watch(relay), part, 480, 270)

    def test_refused(self):
        """Before the lesson begins, in words."""
        relay, desk = self.start_relay(), self.open_desk()
        wrong = ("monitor:none", desk.env, r'no monitor "none"', 66), ("window:none", desk.env, r'no window "none"', 66), \
            ("region:99x99", desk.env, "region:1280x720", 64), ("region:2000x99+0+0", desk.env, "960x540", 66), \
            ("monitor", {"DISPLAY": ":none"}, "cannot be opened", 66), \
            ("monitor", {"WAYLAND_DISPLAY": "none", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none"}, "cannot be asked", 66), \
            ("monitor", {"XDG_SESSION_TYPE": "wayland", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none"}, "cannot be asked", 66), \
            ("all", desk.env, "monitor:NAME", 64)
        for number, (screen, env, words, code) in enumerate(wrong):
            source = {"source": "test", "screen": screen}
            teacher = self.start_send(relay, source=source, env=env, name=f"send{number}")
            teacher.wait_for(words)
            self.assertEqual(teacher.wait(), code)


def measure(times):
    """From a change to the first picture that is sharp, in seconds, to half a second."""
    case = ScreenCase()
    case.setUp()
    try:
        relay, desk = case.start_relay(), case.open_desk(1280, 720)
        pages = [case.draw(number, 1280, 720) for number in (1, 2)]
        desk.show(pages[0])
        teacher = case.teach(relay, desk)
        shown, waits = case.watch(relay), []
        for turn in range(times):
            case.wait_until_quiet(teacher)
            began, page = time.monotonic(), pages[(turn + 1) % 2]
            desk.show(page)
            case.wait_until_sharp(shown, page, 1280, 720)
            waits.append(next(picture[0] - began for picture in shown.pictures()
                              if picture[0] > began and shown.similarity(page, 1280, 720, picture) >= SHARP))
        print(f"change to sharp: p50 {statistics.median(waits):.1f} s, least {min(waits):.1f}, most {max(waits):.1f} (n={times})")
    finally:
        case.doCleanups()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        tap.main()
