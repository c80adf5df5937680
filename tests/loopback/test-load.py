#!/usr/bin/env python3
"""The benchmark's load generator: what it counts must be true. Against the real relay, and against a forwarder
that loses, repeats, swaps and delays what the test knows of."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import json
import os
import socket
import subprocess
import threading
import time
import unittest

from support import tap
from support.lesson import LessonCase

LESSON_LOAD = os.environ.get("LESSON_LOAD", "lesson-load")


def forward(wire, ports, delay_s, ended):
    """Sends every datagram to all, but of each kind loses numbers 0, 50, 100…, repeats 10, 60… and swaps 20,
    70… with the next."""
    held = {}
    while True:
        packet = wire.recv(2048)
        if ended.is_set():
            return
        time.sleep(delay_s)
        kind, place = packet[1] & 0x7f, int.from_bytes(packet[2:4], "big") % 50
        if place == 0:
            continue
        if place == 20:
            held[kind] = packet
            continue
        copies = [packet] * (2 if place == 10 else 1) + ([held.pop(kind)] if kind in held else [])
        for copy in copies:
            for port in ports:
                wire.sendto(copy, ("127.0.0.1", port))


class Counting(unittest.TestCase):
    """Of 100 voice packets a second and receiver 2 are lost, 2 come twice and 2 late."""
    receivers = 3
    delay_s = 0.003

    def setUp(self):
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind(("127.0.0.1", 0))
        self.addCleanup(self.wire.close)
        self.ended = threading.Event()

    def end_forwarder(self, forwarder):
        self.ended.set()
        self.wire.sendto(b"the end", self.wire.getsockname())
        forwarder.join()

    def test_forwarder_with_faults(self):
        child = subprocess.Popen(
            [LESSON_LOAD, "--peer", "sink", "--sink-target", "127.0.0.1:%u" % self.wire.getsockname()[1],
             "--receivers", str(self.receivers), "--fps", "0", "--audio-rate", "100", "--decrypt", "0",
             "--warmup", "0.2", "--seconds", "1.5", "--json", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        sinks = child.stdout.readline().split()
        self.assertEqual((sinks[0], len(sinks)), ("SINK", 1 + self.receivers))
        forwarder = threading.Thread(target=forward, daemon=True,
                                     args=(self.wire, [int(port) for port in sinks[1:]], self.delay_s, self.ended))
        forwarder.start()
        self.addCleanup(self.end_forwarder, forwarder)
        text, _ = child.communicate("go\n")
        result = json.loads(text)
        self.assertEqual(child.returncode, 0)

        sent = result["sent"]["audio"]
        self.assertAlmostEqual(sent, 150, delta=10)
        self.assertEqual(result["sent"]["video"], 0)
        self.assertEqual(result["expected"], self.receivers * sent)
        self.assertEqual(result["received"], result["expected"] - result["lost"])
        for fault in ("lost", "duplicates", "reordered"):
            # Of any 50 numbers in a row one; the window's ends may fall on either side of it.
            self.assertEqual(result[fault] % self.receivers, 0, fault)
            self.assertTrue(sent // 50 <= result[fault] // self.receivers <= sent // 50 + 1, (fault, result))
        self.assertGreaterEqual(result["latency_us"]["all"]["p50"], self.delay_s * 1e6)


class Load(LessonCase):
    def run_load(self, relay, *arguments):
        ended = subprocess.run([LESSON_LOAD, "--peer", "classcast", "--url", relay.url, "--json", "-",
                                "--watch-pid", str(relay.child.pid), *arguments],
                               capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def check_clean(self, result):
        for fault in ("lost", "duplicates", "damaged", "undecryptable", "malformed", "remapped"):
            self.assertEqual(result[fault], 0, (fault, result))
        self.assertEqual(result["generator"]["socket_overflows"], 0)

    def start_wide_relay(self):
        """One that gives its receivers all of the picture before their links are known."""
        return self.start_relay(ladder={"start-kbps": 2000})

    def test_one_room(self):
        relay = self.start_wide_relay()
        result = self.run_load(relay, "--receivers", "5", "--decrypt", "2", "--warmup", "0.2", "--seconds", "2")
        self.assertEqual((result["connected"], result["joins"]["failed"]), (5, 0), result)
        self.check_clean(result)
        sent = result["sent"]
        self.assertAlmostEqual(sent["video"], 2 * 75, delta=15)
        self.assertAlmostEqual(sent["audio"], 2 * 50, delta=10)
        self.assertEqual(result["expected"], 5 * (sent["video"] + sent["audio"]))
        self.assertEqual(result["received"], result["expected"])
        # Two receivers have verified every packet, before the window too; the relay has counted the same.
        self.assertGreater(result["verified"], 2 * (sent["video"] + sent["audio"]))
        self.assertEqual(relay.drops("srtp-authentication") + relay.drops("rtcp-malformed"), 0)
        latency = result["latency_us"]["all"]
        self.assertTrue(0 < latency["p50"] <= latency["p99"] <= latency["max"], latency)
        self.assertGreater(result["cpu"]["process_ns"], 0)
        self.assertGreater(result["memory"]["rss_kib_joined"], 0)

    def test_rooms_and_churn_with_cm(self):
        relay = self.start_wide_relay()
        result = self.run_load(relay, "--rooms", "2", "--receivers", "4", "--profile", "cm", "--warmup", "0.1",
                               "--seconds", "4", "--churn", "6:0.5")
        self.assertEqual((result["connected"], result["churn"]["watching"]), (4, 3), result)
        self.check_clean(result)
        # Those who came late count from their first packet on.
        before = 2 * (result["sent"]["video"] + result["sent"]["audio"])
        self.assertTrue(before < result["expected"] < before * 7 / 4, result)
        self.assertGreater(result["churn"]["p50_ms"], 0)

    def test_merged_voice(self):
        """A link of 60 kbit/s has voice in packets of 60 ms: each counts as what is in it."""
        relay = self.start_relay(ladder={"start-kbps": 60})
        result = self.run_load(relay, "--receivers", "3", "--fps", "0", "--decrypt", "1", "--warmup", "0.5",
                               "--seconds", "2")
        self.check_clean(result)
        self.assertEqual(result["expected"], 3 * result["sent"]["audio"])
        self.assertEqual(result["received"], result["expected"])
        self.assertLess(result["forwarded"], result["received"] * 2 / 3, result)

    def test_refused(self):
        relay = self.start_relay(max_sessions_per_room=3)
        result = self.run_load(relay, "--receivers", "4", "--warmup", "0", "--seconds", "0.2")
        self.assertEqual((result["connected"], result["joins"]["refused_503"]), (2, 2), result)


if __name__ == "__main__":
    tap.main()
