#!/usr/bin/env python3
"""SIGTERM ends a lesson politely, SIGHUP changes settings in flight."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import signal

from support import tap
from support.lesson import SECRET, LessonCase
from support.websocket import WebSocket

TOKEN_RELAY = {"mode": "token", "secrets": SECRET}


class Signals(LessonCase):
    seconds = 200

    def test_relay_says_goodbye(self):
        relay = self.start_relay()
        teacher = self.start_send(relay)
        classroom = self.start_recv(relay, network={"watchdog_ms": 60000})
        self.wait_for_media(classroom)
        events = WebSocket(relay.port, "/rooms/math/events")
        events.event()
        mark = classroom.mark()
        relay.signal(signal.SIGTERM)
        self.assertEqual(events.wait_for(type="bye")["reason"], "relay-stopping")
        self.assertEqual(relay.wait(), 0)
        # They need not wait for a watchdog to notice.
        classroom.wait_for(r"link lost", after=mark)
        self.assertTrue(teacher.is_running() and classroom.is_running())
        events.close()

    def test_clients_take_their_leave(self):
        relay, teacher, classroom = self.start_lesson()
        classroom.stop()
        self.wait_until("the session is gone", lambda: not relay.room()["receivers"])
        teacher.signal(signal.SIGINT)
        self.assertEqual(teacher.wait(), 0)
        self.wait_until("the room is gone", lambda: relay.room() is None)

    def test_reload_takes_new_limits_and_keeps_the_lesson(self):
        relay, teacher, classroom = self.start_lesson()
        session = relay.room()["receivers"][0]["id"]
        self.relay_config(http_port=relay.port, udp_port=relay.udp_port, max_sessions_per_room=2)
        mark = relay.mark()
        relay.signal(signal.SIGHUP)
        relay.wait_for(r"reload|settings", after=mark)
        mark = len(relay.lines)
        third = self.start_recv(relay, name="third")
        third.wait_for(r"full|503")
        self.wait_for_packets(relay, 100)
        self.assertEqual(relay.room()["receivers"][0]["id"], session)

    def test_reload_of_a_broken_file_changes_nothing(self):
        relay, teacher, classroom = self.start_lesson()
        self.relay_config(http_port=relay.port, udp_port=relay.udp_port, max_sessions="many")
        mark = relay.mark()
        relay.signal(signal.SIGHUP)
        said = relay.wait_for(r"old settings stay in force: (.*)", after=mark)[1]
        self.assertIn("max-sessions", said)
        self.assertIn("relay.conf", said)
        self.wait_for_packets(relay, 100)

    def test_reload_says_what_needs_a_restart(self):
        relay = self.start_relay()
        self.relay_config(http_port=relay.port, udp_port=relay.udp_port, history_ms=1000)
        mark = relay.mark()
        relay.signal(signal.SIGHUP)
        relay.wait_for(r"history-ms.*restart|restart.*history-ms", after=mark)

    def test_reload_changes_secrets(self):
        relay = self.start_relay(auth=TOKEN_RELAY)
        self.relay_config(auth={"mode": "token", "secrets": "another secret of the tests"},
                          http_port=relay.port, udp_port=relay.udp_port)
        mark = relay.mark()
        relay.signal(signal.SIGHUP)
        relay.wait_for(r"reload|settings", after=mark)
        self.assertEqual(relay.request("GET", "/healthz").status, 200)


if __name__ == "__main__":
    tap.main()
