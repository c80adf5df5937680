#!/usr/bin/env python3
"""The windows with buttons in a real lesson, on displays of their own: what is on them moves, their keys reach the others, what she
writes there is read, whom she calls on is seen in her window, and a window that dies comes back without disturbing the lesson."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap
from support.lesson import LessonCase
from support.program import Program, die_with_parent

WIDTH, HEIGHT = 1024, 768


class Display:
    """An X server that nobody else uses."""

    def __init__(self):
        reading, writing = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-noreset",
                                        "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL,
                                       preexec_fn=die_with_parent)
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.name = ":" + numbers.readline().strip()

    def stop(self):
        self.server.kill()
        self.server.wait()

    def environment(self):
        # Fonts, toolkit and display keep what they once have.
        return {"DISPLAY": self.name, "GDK_BACKEND": "x11", "GSETTINGS_BACKEND": "memory", "ASAN_OPTIONS": "detect_leaks=0"}

    def run(self, *command):
        return subprocess.run(command, env=dict(os.environ, DISPLAY=self.name), check=True, stdout=subprocess.PIPE).stdout

    def look(self, x, y, width, height):
        """What is there, as grey levels, a byte for each of 16x16 places."""
        return self.run("import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage", "-resize", "16x16!",
                        "-colorspace", "Gray", "-depth", "8", "gray:-")

    def use_keyboard(self, *command):
        # Nobody manages windows here, so nobody gives them the keyboard.
        window = self.run("xdotool", "search", "--onlyvisible", "--class", "classcast").split()[0].decode()
        self.run("xdotool", "windowfocus", "--sync", window, *command)

    def press(self, key):
        self.use_keyboard("key", key)

    def write(self, text):
        self.use_keyboard("type", "--delay", "40", text)


class Windows(LessonCase):
    seconds = 400

    def open_display(self):
        display = Display()
        self.addCleanup(display.stop)
        return display

    def start_teacher(self, display):
        config = self.client_config("send", self.relay.url, None, video=dict(self.video, codec="vp8", hardware="off"),
                                    send={"source": "test", "preview": True, "window": "auto"})
        return self.started(Program(self.home, "send", "--config", config, env=display.environment()))

    def start_classroom(self, display):
        config = self.client_config("recv", self.relay.url, {"name": "classroom"}, video={"hardware": "off"},
                                    recv={"fullscreen": True, "window": "auto"})
        return self.started(Program(self.home, "recv", "--config", config, env=display.environment()))

    def wait_until_moving(self, what, display, *place):
        """A test lesson's bars and clock: bright and dark places, and other ones later."""
        seen = []

        def moving():
            now = display.look(*place)
            if max(now) - min(now) > 60 and now not in seen:
                seen.append(now)
            return len(seen) > 3
        self.wait_until(what, moving)

    def test_lesson(self):
        hers, theirs = self.open_display(), self.open_display()
        self.relay = self.start_relay()
        guest = self.start_recv(self.relay, name="guest", network={"name": "guest"}, speak="called", send={"source": "test"})
        classroom = self.start_classroom(theirs)
        teacher = self.start_teacher(hers)
        for one in (teacher, classroom):
            one.wait_for(r"window opened pid=")
        self.wait_until_moving("the lesson in the classroom", theirs, 0, 100, WIDTH, 400)
        self.wait_until_moving("herself", hers, 20, 80, 440, 400)

        self.wait_until("the keyboard", lambda: theirs.press("h") or classroom.find(r"hand raised=1"))

        # While she writes no letter or digit is a key.
        number = self.wait_until("the guest in the teacher's line", lambda: teacher.find_all(r"(\d) guest\b"))[-1][1]
        hers.press("c")
        hers.write(f"hello {number}")
        hers.press("Return")
        classroom.wait_for(r"chat shown_lines=1")
        teacher.wait_for(rf": hello {number}$")
        self.assertIsNone(guest.find(r"called=1"))
        hers.press("Escape")

        hers.press(number)
        guest.wait_for(r"called=1 heard=1")
        teacher.wait_for(r"picture slot=2")
        self.wait_until_moving("the guest", hers, 20, 80, 440, 200)

    def test_window_dies(self):
        display = self.open_display()
        self.relay = self.start_relay()
        self.start_send(self.relay, source={"source": "test"})
        classroom = self.start_classroom(display)
        pid = int(classroom.wait_for(r"window opened pid=(\d+)")[1])
        self.wait_until_moving("the lesson", display, 0, 100, WIDTH, 400)
        mark = classroom.mark()
        os.kill(pid, signal.SIGKILL)
        classroom.wait_for(r"the window has gone", after=mark)
        classroom.wait_for(r"window opened pid=", after=mark)
        self.wait_until_moving("the lesson again", display, 0, 100, WIDTH, 400)
        self.assertIsNone(classroom.find(r"reconnect|connecting again", after=mark))


if __name__ == "__main__":
    tap.main()
