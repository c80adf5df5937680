#!/usr/bin/env python3
"""What happens when a part dies without a word, stands still, or loses its network."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import time

from support import tap
from support.lesson import LessonCase
from support.meddler import Meddler


class Recovery(LessonCase):
    seconds = 240

    def receiver(self, relay):
        room = relay.room()
        return room["receivers"][0] if room and room["receivers"] else {}

    def test_teacher_killed_and_started_again(self):
        relay, teacher, classroom = self.start_lesson()
        session = self.receiver(relay)["id"]
        mark = classroom.mark()
        teacher.kill()
        killed = time.monotonic()
        self.start_send(relay, name="again")
        self.wait_until("the lesson is away", lambda: relay.room()["lesson"] == "away")
        self.wait_until("the lesson is on again", lambda: relay.room()["lesson"] == "on")
        gap = time.monotonic() - killed
        self.wait_for_packets(relay, 200)
        # The receiver's session lived through it, and its pictures go on being decoded.
        self.assertEqual(self.receiver(relay)["id"], session)
        self.assertIsNone(classroom.find(r"no session|recovering", mark))
        decoded = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
        later = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
        self.assertGreater(later, decoded + 15)
        self.assertLess(gap, 20)

    def test_relay_killed_and_started_again(self):
        relay, teacher, classroom = self.start_lesson()
        marks = teacher.mark(), classroom.mark()
        relay.kill()
        again = self.restart_relay(relay)
        back = time.monotonic()
        self.wait_for_media(classroom, after=marks[1])
        took = time.monotonic() - back
        self.assertTrue(teacher.is_running())
        self.assertEqual(again.room()["lesson"], "on")
        self.assertLess(took, 10, "with nothing else to do it takes less than 5 s")

    def test_relay_away_for_a_while(self):
        relay, teacher, classroom = self.start_lesson()
        mark = classroom.mark()
        relay.kill()
        classroom.wait_for(r"link lost", after=mark)
        classroom.wait_for(r"Connection refused", after=mark)
        self.restart_relay(relay)
        self.wait_for_media(classroom, after=mark)

    def test_classroom_frozen_and_thawed(self):
        relay, teacher, classroom = self.start_lesson(session_timeout_ms=3000, resume_timeout_s=0)
        other = self.start_recv(relay, name="other")
        self.wait_for_media(other)
        classroom.freeze()
        self.wait_until("the frozen classroom's session is gone",
                        lambda: len(relay.room()["receivers"]) == 1)
        mark = classroom.mark()
        classroom.thaw()
        self.wait_for_media(classroom, after=mark)
        self.assertIsNone(other.find(r"link lost|recovering"))

    def test_classroom_frozen_for_a_moment(self):
        relay, teacher, classroom = self.start_lesson()
        session = self.receiver(relay)["id"]
        classroom.freeze()
        self.wait_for_packets(relay, 150)
        classroom.thaw()
        decoded = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
        later = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
        self.assertGreater(later, decoded + 15)
        self.assertEqual(self.receiver(relay)["id"], session)

    def test_teacher_frozen_and_thawed(self):
        relay, teacher, classroom = self.start_lesson()
        session = self.receiver(relay)["id"]
        teacher.freeze()
        self.wait_until("the lesson is away", lambda: relay.room()["lesson"] == "away")
        teacher.thaw()
        self.wait_until("the lesson is on again", lambda: relay.room()["lesson"] == "on")
        self.wait_for_packets(relay, 150)
        self.assertEqual(self.receiver(relay)["id"], session)

    def test_cable_out_for_ten_seconds(self):
        relay = self.start_relay()
        self.start_send(relay)
        cable = Meddler(relay)
        self.addCleanup(cable.close)
        classroom = self.start_recv(cable.url, network={"enable-tcp": False})
        self.wait_for_media(classroom)
        mark = classroom.mark()
        cable.unplug()
        unplugged = time.monotonic()
        classroom.wait_for(r"link lost", after=mark)
        self.assertLess(time.monotonic() - unplugged, 8, "the watchdog takes 3 s")
        time.sleep(max(0, unplugged + 10 - time.monotonic()))
        mark = classroom.mark()
        plugged_in = time.monotonic()
        cable.plug_in()
        classroom.wait_for(r"media is back|first-picture", after=mark)
        self.assertLess(time.monotonic() - plugged_in, 6)


if __name__ == "__main__":
    tap.main()
