#!/usr/bin/env python3
"""A real lecture from send over the relay to recv: over UDP and TCP, with AES-GCM and AES-CM, in VP8
and H.264. What arrived is judged by decoding what recv has recorded."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import http, media, offers, tap
from support.lesson import LessonCase

PROFILES = {"gcm": "AEAD_AES_128_GCM", "cm": "AES128_CM_"}


class Lesson(LessonCase):
    seconds = 200

    def check_lesson(self, protocol, srtp, codec):
        network = {"srtp": srtp, "enable-udp": protocol == "udp", "enable-tcp": protocol == "tcp"}
        relay = self.start_relay()
        self.start_send(relay, network, codec)
        record = self.path("lesson.mkv")
        classroom = self.start_recv(relay, "--record", record, network=network)
        self.wait_for_media(classroom)
        self.wait_for_packets(relay, 400)

        room = relay.room()
        self.assertEqual(room["lesson"], "on")
        for who in (room["publisher"], room["receivers"][0]):
            self.assertTrue(who["connected"])
            self.assertEqual(who["protocol"], protocol)
            self.assertIn(PROFILES[srtp], who["srtp"])
            self.assertEqual([name.lower() for name in who["codecs"]], ["opus", codec])
            self.assertGreater(who["audio_bps"], 5000)
            self.assertGreater(who["video_bps"], 20000)
            self.assertLess(who["loss"], 0.05)
        classroom.stop()
        self.check_record(record)

    def check_record(self, record):
        pictures, sound = media.Pictures(record), media.Sound(record)
        self.assertGreater(len(pictures), 30)
        self.assertGreater(pictures.distinct(), 10)
        self.assertGreater(pictures.contrast(), 10)
        self.assertGreater(sound.seconds(), 2)
        self.assertGreater(sound.loudness(), 50)

    def test_udp_gcm_vp8(self):
        self.check_lesson("udp", "gcm", "vp8")

    def test_udp_cm_h264(self):
        self.check_lesson("udp", "cm", "h264")

    def test_tcp_gcm_h264(self):
        self.check_lesson("tcp", "gcm", "h264")

    def test_tcp_cm_vp8(self):
        self.check_lesson("tcp", "cm", "vp8")

    def test_udp_gcm_vp9(self):
        self.check_lesson("udp", "gcm", "vp9")


class Sizes(LessonCase):
    """Simulcast: the relay has several sizes, and a classroom with a good link gets the large one."""
    video = dict(LessonCase.video, simulcast=True)

    def test_large_size_arrives(self):
        for codec in ("vp8", "h264"):
            relay = self.start_relay()
            self.start_send(relay, codec=codec, name=f"send-{codec}")
            classroom = self.start_recv(relay, name=f"recv-{codec}")
            self.wait_for_media(classroom)
            self.wait_until("more than the small size has",
                            lambda: relay.room()["receivers"][0]["video_bps"] > 150000)


class Workers(LessonCase):
    """Each worker has a port of its own, and a room to begin with."""

    def test_two_rooms_on_two_workers(self):
        relay = self.start_relay(workers=2)
        for number, room in enumerate(("math", "art")):
            network = {"room": room}
            self.start_send(relay, network, name=f"send-{room}")
            self.wait_for_media(self.start_recv(relay, network=network, name=f"recv-{room}"))
            sent = f'classcast_worker_datagrams_out_total{{worker="{number}"}}'
            self.wait_until("packets of that worker", lambda: relay.metrics()[sent] > 100)
            self.assertEqual(relay.metrics()[f'classcast_worker_sessions{{worker="{number}"}}'], 2)
        metrics = relay.metrics()
        self.assertEqual(metrics['classcast_sessions{kind="watch",state="connected"}'], 2)
        self.assertGreater(metrics['classcast_datagrams_total{direction="out"}'], 200)


    def test_room_on_two_workers(self):
        """A room so large that the next classroom lands on another worker sees the lesson there."""
        # Neither a machine that is busy for a moment nor one that is slow decides who lands where.
        relay = self.start_relay(workers=2, max_load=100, connect_timeout_ms=200000)
        self.start_send(relay)
        near = self.start_recv(relay, name="near")
        self.wait_for_media(near)
        while relay.metrics()['classcast_worker_sessions{worker="1"}'] == 0:
            waiting = relay.request("POST", "/whep/math", offers.offer(), Content_Type=http.SDP)
            self.assertEqual(waiting.status, 201)
        self.assertGreater(relay.metrics()['classcast_worker_sessions{worker="0"}'], 16)
        relay.request("DELETE", waiting.headers["Location"])  # the classroom gets its place
        record = self.path("lesson.mkv")
        far = self.start_recv(relay, "--record", record, name="far")
        self.wait_for_media(far)
        sent = 'classcast_worker_datagrams_out_total{worker="1"}'
        self.wait_until("packets of the other worker", lambda: relay.metrics()[sent] > 400)
        self.assertEqual(relay.metrics()['classcast_dropped_total{reason="ring-full"}'], 0)
        far.stop()
        pictures, sound = media.Pictures(record), media.Sound(record)
        self.assertGreater(pictures.distinct(), 10)
        self.assertGreater(sound.loudness(), 50)


class FromTheFirewall(LessonCase):
    """The relay listens on TCP where UDP does not get through: both are allowed, one works."""

    def test_client_that_may_use_both_takes_udp(self):
        relay = self.start_relay()
        self.start_send(relay)
        classroom = self.start_recv(relay)
        self.wait_for_media(classroom)
        self.assertEqual(relay.room()["receivers"][0]["protocol"], "udp")

    def test_relay_without_tcp(self):
        relay = self.start_relay(enable_tcp=False)
        self.start_send(relay)
        self.wait_for_media(self.start_recv(relay))


if __name__ == "__main__":
    tap.main()
