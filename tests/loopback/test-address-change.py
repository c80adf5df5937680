#!/usr/bin/env python3
"""A computer's address changes in the lesson, as when it goes from one network to another: the lesson goes on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import namespace, tap
from support.lesson import LessonCase

RELAY = "10.88.0.1"
OURS = {"local-address": None}


class AddressChange(LessonCase):
    seconds = 240

    def begin(self, moving):
        elsewhere = namespace.Elsewhere(RELAY, "10.88.0.2")
        self.addCleanup(elsewhere.close)
        relay = self.start_relay(http_address="0.0.0.0", udp_address=RELAY)
        url = f"http://{RELAY}:{relay.port}"
        away = {"prefix": elsewhere.prefix, "network": OURS}
        self.start_send(url, **away) if moving == "send" else self.start_send(relay)
        classroom = self.start_recv(url, **away) if moving == "recv" else self.start_recv(relay)
        self.wait_for_media(classroom)
        return elsewhere, relay, classroom

    def change(self, moving):
        elsewhere, relay, classroom = self.begin(moving)
        before = relay.room()

        def mover():
            room = relay.room()
            return room["publisher"] if moving == "send" else room["receivers"][0]

        for address in "10.88.0.3", "10.88.0.4":
            mark = classroom.mark()
            elsewhere.move(address)
            self.wait_until("media from the new address", lambda: mover()["address"].startswith(address))
            resumed = classroom.find(r"packets resumed after_ms=(\d+)", mark)  # nothing is said of short gaps
            self.assertLess(int(resumed[1]) if resumed else 0, 4000)
            decoded = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
            later = int(classroom.wait_for(r"stats decoded=(\d+)", 40, classroom.mark())[1])
            self.assertGreater(later, decoded + 15)
            self.wait_until("UDP", lambda: mover()["protocol"] == "udp", 60)
        after = relay.room()
        self.assertEqual(after["publisher"]["id"], before["publisher"]["id"])
        self.assertEqual(after["receivers"][0]["id"], before["receivers"][0]["id"])

    def test_classroom(self):
        self.change("recv")

    def test_teacher(self):
        self.change("send")


if __name__ == "__main__":
    try:
        namespace.enter_own_network()
    except OSError as problem:
        print(f"1..0 # SKIP no network namespace can be made here: {problem}")
    else:
        tap.main()
