#!/usr/bin/env python3
"""Classrooms that are called on: with the real binaries, a teacher calls, mutes and thanks by her keys, and what one classroom
says and shows arrives at the others and at her, but not at itself.
    tests/loopback/test-stage.py                       as a test
    CLASSCAST=… tests/loopback/test-stage.py --measure N   how long it takes from the key to the picture, N times"""
import os
import pathlib
import pty
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap
from support.lesson import LessonCase
from support.program import PATIENCE

GUEST_SLOTS = (2, 3)
SEEN = r"pictures: seen=\d+ largest=%d"


class StageCase(LessonCase):
    seconds = 400

    def start_class(self, *speakers, listener="listener"):
        """A relay, a teacher with keys, classrooms that may be called on, and one that may not."""
        self.relay = self.start_relay()
        self.keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, self.keyboard)
        self.addCleanup(os.close, terminal)
        self.teacher = self.start_send(self.relay, source={"source": "test"}, stdin=terminal)
        self.speakers = [self.start_speaker(name) for name in speakers]
        self.listener = self.start_recv(self.relay, name=listener, network={"name": listener})
        for one in (*self.speakers, self.listener):
            self.wait_for_media(one)
        self.wait_until_ready(*speakers)

    def start_speaker(self, name):
        return self.start_recv(self.relay, name=name, network={"name": name}, speak="called", send={"source": "test"})

    def wait_until_ready(self, *names):
        def ready():
            room = self.relay.room()
            return room and {one["name"] for one in room["receivers"] if one.get("ready")} >= set(names)
        self.wait_until(f"{names} can be called on", ready)

    def press(self, key):
        os.write(self.keyboard, key.encode())

    def number(self, name):
        """By which the teacher's line has a classroom, from 1."""
        def numbered():
            for line in reversed(self.teacher.find_all(rf"(\d) {name}\b")):
                return line[1]
            return None
        return self.wait_until(f"{name} in the teacher's line", numbered)

    def call(self, name):
        mark = self.teacher.mark()
        self.press(self.number(name))
        return mark

    def wait_for_picture(self, classroom, place, after, seconds=PATIENCE):
        classroom.wait_for(SEEN % GUEST_SLOTS[place], seconds, after)


class Stage(StageCase):
    def test_called_and_thanked(self):
        self.start_class("guest")
        guest, = self.speakers
        before = {one: one.mark() for one in (guest, self.listener, self.teacher)}
        self.call("guest")
        guest.wait_for(r"speak: called=1 heard=1", after=before[guest])
        self.wait_for_picture(self.listener, 0, before[self.listener])
        self.teacher.wait_for(r"hear: picture slot=2", after=before[self.teacher])
        self.teacher.wait_for(r"hear: guest=0 played_ms=[1-9]", after=before[self.teacher])
        self.listener.wait_for(r"guest-voice=0 played_ms=[1-9]", after=before[self.listener])
        self.assertIsNone(guest.find(SEEN % GUEST_SLOTS[0], before[guest]), "it sees itself")
        self.assertIsNone(guest.find(r"guest-voice=0", before[guest]), "it hears itself")
        thanked = {one: one.mark() for one in (guest, self.listener)}
        self.call("guest")
        guest.wait_for(r"speak: called=0 heard=0", after=thanked[guest])
        self.listener.wait_for(SEEN % 0, after=thanked[self.listener])
        guest.wait_for(r"speak: called=0 heard=0 seen=0", after=thanked[guest])  # the camera is off again

    def test_two_at_once(self):
        self.start_class("one", "two")
        one, two = self.speakers
        before = {each: each.mark() for each in (one, two, self.teacher)}
        self.call("one")
        self.wait_for_picture(two, 0, before[two])
        self.call("two")
        self.wait_for_picture(one, 1, before[one])
        self.teacher.wait_for(r"hear: picture slot=3", after=before[self.teacher])
        self.teacher.wait_for(r"hear: guest=1 played_ms=[1-9]", after=before[self.teacher])

    def test_muted(self):
        self.start_class("guest")
        guest, = self.speakers
        self.call("guest")
        guest.wait_for(r"speak: called=1 heard=1")
        mark = guest.mark()
        self.press("m")
        guest.wait_for(r"speak: called=1 heard=0", after=mark)
        mark = guest.mark()
        self.press("m")
        guest.wait_for(r"speak: called=1 heard=1", after=mark)

    def test_relay_that_forgets(self):
        """The relay is killed: when it is back the stage is as it was, without anybody's doing."""
        self.start_class("guest")
        guest, = self.speakers
        mark = self.listener.mark()
        self.call("guest")
        self.wait_for_picture(self.listener, 0, mark)
        mark = self.listener.mark()
        self.relay.kill()
        self.relay = self.restart_relay(self.relay)
        self.wait_until("the stage as it was", self.guest_is_on_stage)
        self.listener.wait_for(r"recv: stream kind=audio", after=mark)
        again = self.listener.mark()
        self.listener.wait_for(r"guest-voice=0 played_ms=[1-9]", after=again)
        self.teacher.wait_for(r"hear: guest=0 played_ms=[1-9]", after=self.teacher.mark())

    def guest_is_on_stage(self):
        from support.websocket import WebSocket
        state = WebSocket(self.relay.port, "/rooms/math/events").event()
        ids = {one["id"] for one in state["participants"] if one["name"] == "guest"}
        return state.get("stage") and {guest["id"] for guest in state["stage"]["guests"] if guest} & ids


def measure(times):
    """From the teacher's key to the picture at another classroom, in milliseconds."""
    case = StageCase()
    case.setUp()
    try:
        case.start_class("guest")
        waits, key = [], case.number("guest")
        for _ in range(times):
            mark = case.listener.mark()
            began = time.monotonic()
            case.press(key)
            case.wait_for_picture(case.listener, 0, mark)
            waits.append((time.monotonic() - began) * 1000)
            mark = case.speakers[0].mark()
            case.press(key)
            case.speakers[0].wait_for(r"called=0 heard=0 seen=0", after=mark)
        print(f"call to picture: p50 {statistics.median(waits):.0f} ms, least {min(waits):.0f}, most {max(waits):.0f} (n={times})")
    finally:
        case.doCleanups()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        tap.main()
