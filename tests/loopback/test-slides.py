#!/usr/bin/env python3
"""A teacher shows the pages of a PDF: they are fetched ahead, turn at once, and survive what lessons survive."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import json
import os
import pty
import subprocess
import unittest

from support import tap
from support.lesson import LessonCase
from support.websocket import WebSocket

MAKE_PDF = os.environ.get("MAKE_PDF")
COMPARE_PAGE = os.environ.get("COMPARE_PAGE")
LOCKED_PDF = os.environ.get("LOCKED_PDF")
NEXT, BACK, END, BLANK = b"\x1b[6~", b"\x1b[5~", b"\x1b[F", b"b"


@unittest.skipUnless(MAKE_PDF, "built without poppler")
class Slides(LessonCase):
    seconds = 240

    def setUp(self):
        super().setUp()
        self.pdf = self.path("lesson.pdf")
        subprocess.run([MAKE_PDF, self.pdf, "4"], check=True)
        self.master, self.terminal = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.terminal)

    def press(self, key):
        os.write(self.master, key)

    def start_teacher(self, relay, pdf=None):
        source = {"source": "test", "deck": pdf or self.pdf, "log-level": "debug"}
        return self.start_send(relay, source=source, stdin=self.terminal)

    def similarity(self, relay, page):
        """Of what somebody who comes now sees."""
        picture = self.path("seen.png")
        late = self.start_recv(relay, "--snapshot", picture, name="late")
        self.assertEqual(late.wait(), 0, late.tail())
        found = subprocess.run([COMPARE_PAGE, self.pdf, str(page), picture], check=True, capture_output=True, text=True)
        return float(found.stdout.split()[0])

    def test_lesson(self):
        relay = self.start_relay()
        teacher = self.start_teacher(relay)
        classroom = self.start_recv(relay, log_level="debug")
        classroom.wait_for(r"page shown page=1 of=4")
        classroom.wait_for(r"page fetched .* pages=4 of 4")
        for page in 2, 3, 4:
            self.press(NEXT)
            classroom.wait_for(rf"page shown page={page} of=4")
        self.assertGreater(self.similarity(relay, 4), 0.98)
        mark = classroom.mark()
        self.press(BACK + BACK + b"\x1b[H")  # as fast as one can press
        classroom.wait_for(r"page shown page=1 of=4", after=mark)
        self.assertGreater(self.similarity(relay, 1), 0.98)
        self.assertNotIn("page fetched", "\n".join(line or "" for line in classroom.lines[mark:]), "all was here")

    def test_somebody_else_turns(self):
        """The teacher's phone beside her: what is on is on everywhere, and her keys go on from there."""
        relay = self.start_relay()
        teacher = self.start_teacher(relay)
        classroom = self.start_recv(relay)
        classroom.wait_for(r"page shown page=1 of=4")
        phone = WebSocket(relay.port, "/rooms/math/events")
        deck = phone.wait_for(type="deck")["deck"]
        phone.send(1, json.dumps({"type": "page", "deck": deck["id"], "page": 2}).encode())
        teacher.wait_for(r"page=3 of=4")
        classroom.wait_for(r"page shown page=3 of=4")
        self.press(NEXT)
        classroom.wait_for(r"page shown page=4 of=4")
        self.press(BLANK)
        while not phone.wait_for(type="deck")["deck"]["blank"]:
            pass
        phone.close()

    def test_relay_restarts(self):
        """The new relay knows nothing, and is told: the deck, and which page is on."""
        relay = self.start_relay()
        teacher = self.start_teacher(relay)
        classroom = self.start_recv(relay)
        classroom.wait_for(r"page shown page=1 of=4")
        self.press(END)
        classroom.wait_for(r"page shown page=4 of=4")
        relay.kill()
        relay = self.restart_relay(relay)
        events = None

        def is_back():
            nonlocal events
            try:
                events = events or WebSocket(relay.port, "/rooms/math/events")
                deck = events.wait_for(type="deck")["deck"]
            except (OSError, AssertionError):
                events = None
                return False
            return deck and deck["page"] == 3 and deck["ready"]

        self.wait_until("the page is back", is_back)
        self.assertGreater(self.similarity(relay, 4), 0.98)

    def test_refused(self):
        """Before the lesson begins, in words, and never in its middle."""
        relay = self.start_relay()
        rubbish = self.path("rubbish.pdf")
        pathlib.Path(rubbish).write_text("no PDF")
        for pdf, words in (rubbish, "no PDF"), (LOCKED_PDF, "password"), (self.path("none.pdf"), "none.pdf"):
            teacher = self.start_teacher(relay, pdf)
            teacher.wait_for(words)
            self.assertEqual(teacher.wait(), 64)


if __name__ == "__main__":
    tap.main()
