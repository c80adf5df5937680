#!/usr/bin/env python3
"""Who comes when: a classroom before the lesson, after it has begun, and after it has ended."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap
from support.lesson import LessonCase
from support.websocket import WebSocket


class ComingAndGoing(LessonCase):
    seconds = 200

    def test_classroom_waits_for_the_lesson(self):
        relay = self.start_relay()
        classroom = self.start_recv(relay)
        classroom.wait_for(r"waiting for the lesson")
        self.wait_until("the classroom is connected",
                        lambda: (relay.room() or {}).get("receivers", [{}])[0].get("connected"))
        self.assertEqual(relay.room()["lesson"], "none")
        session = relay.room()["receivers"][0]["id"]

        self.start_send(relay)
        self.wait_for_media(classroom)
        # The very session that waited: nothing was negotiated again.
        self.assertEqual(relay.room()["receivers"][0]["id"], session)
        self.assertEqual(relay.room()["lesson"], "on")

    def test_late_classroom_has_a_picture_at_once(self):
        relay, teacher, first = self.start_lesson()
        self.wait_for_packets(relay, 200)
        asked = relay.room()["publisher"]["keyframe_requests"]
        late = self.start_recv(relay, name="late")
        # Keyframes come by themselves every ten seconds only: this one was asked for.
        self.assertLess(self.wait_for_media(late), 8000)
        self.assertGreater(relay.room()["publisher"]["keyframe_requests"], asked)
        self.assertEqual(len(relay.room()["receivers"]), 2)

    def test_classroom_long_after_the_teacher_has_moving_pictures(self):
        """With nobody there the teacher's layers are put to sleep; they wake up, and not for stills alone."""
        relay = self.start_relay()
        self.start_send(relay)
        self.wait_until("eight seconds of voice", lambda: self.published(relay) >= 400, 100)
        classroom = self.start_recv(relay)
        self.wait_for_media(classroom)
        mark = classroom.mark()
        for _ in range(2):
            moving = classroom.wait_for(r"stats decoded=.* fps=(?:[5-9]|\d\d)\.\d", 60, after=mark)
            mark = classroom.mark()
            self.assertTrue(moving)
        self.assertEqual(relay.room()["receivers"][0]["picture"], "whole")

    @staticmethod
    def published(relay):
        return ((relay.room() or {}).get("publisher") or {}).get("packets", 0)

    def test_lesson_ends_and_another_begins(self):
        relay, teacher, classroom = self.start_lesson()
        events = WebSocket(relay.port, "/rooms/math/events")
        self.assertEqual(events.event()["lesson"], "on")
        mark = classroom.mark()
        teacher.stop()
        events.wait_for(type="lesson", lesson="over")
        classroom.wait_for(r"the lesson is over", after=mark)
        self.assertTrue(classroom.is_running())

        self.start_send(relay, name="next-send")
        events.wait_for(type="lesson", lesson="on")
        self.wait_for_packets(relay, 200)
        events.close()

    def test_room_goes_away_with_its_last_participant(self):
        relay, teacher, classroom = self.start_lesson()
        teacher.stop()
        classroom.stop()
        self.wait_until("no room", lambda: relay.room() is None)

    def test_events_tell_who_is_here(self):
        relay = self.start_relay()
        events = WebSocket(relay.port, "/rooms/math/events")
        self.assertEqual(events.event(), {"type": "state", "room": "math", "lesson": "none", "participants": [], "stage": None, "chat": None})
        self.start_send(relay)
        teacher = events.wait_for(type="joined")["participant"]
        self.assertEqual(teacher["role"], "teacher")
        events.wait_for(type="lesson", lesson="on")
        classroom = self.start_recv(relay, network={"name": "虎狸希望小学"})
        joined = events.wait_for(type="joined")["participant"]
        self.assertEqual(joined["name"], "虎狸希望小学")
        self.wait_for_media(classroom)
        classroom.stop()
        self.assertEqual(events.wait_for(type="left")["id"], joined["id"])
        events.close()

    def test_teacher_sees_who_is_watching(self):
        relay = self.start_relay()
        teacher = self.start_send(relay)
        self.start_recv(relay, network={"name": "Huli Hope Primary School"})
        teacher.wait_for(r"watching: 1 \(1 Huli Hope Primary School\)", 60)


if __name__ == "__main__":
    tap.main()
