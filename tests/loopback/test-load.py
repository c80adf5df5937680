#!/usr/bin/env python3
"""The benchmark's load generator against the real relay: what it counts must be true."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import json
import os
import subprocess

from support import tap
from support.lesson import LessonCase

LESSON_LOAD = os.environ.get("LESSON_LOAD", "lesson-load")


class Load(LessonCase):
    def run_load(self, relay, *arguments):
        ended = subprocess.run([LESSON_LOAD, "--peer", "classcast", "--url", relay.url, "--json", "-",
                                "--watch-pid", str(relay.child.pid), *arguments],
                               capture_output=True, text=True, timeout=40)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def check_clean(self, result):
        for fault in ("lost", "duplicates", "damaged", "undecryptable", "malformed", "remapped"):
            self.assertEqual(result[fault], 0, (fault, result))
        self.assertEqual(result["generator"]["socket_overflows"], 0)

    def test_one_room(self):
        relay = self.start_relay()
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
        relay = self.start_relay()
        result = self.run_load(relay, "--rooms", "2", "--receivers", "4", "--profile", "cm", "--warmup", "0.1",
                               "--seconds", "1", "--churn", "6:0.5")
        self.assertEqual((result["connected"], result["churn"]["watching"]), (4, 3), result)
        self.check_clean(result)
        # Those who came late count from their first packet on.
        before = 2 * (result["sent"]["video"] + result["sent"]["audio"])
        self.assertTrue(before < result["expected"] < before * 7 / 4, result)
        self.assertGreater(result["churn"]["p50_ms"], 0)

    def test_refused(self):
        relay = self.start_relay(max_sessions_per_room=3)
        result = self.run_load(relay, "--receivers", "4", "--warmup", "0", "--seconds", "0.2")
        self.assertEqual((result["connected"], result["joins"]["refused_503"]), (2, 2), result)


if __name__ == "__main__":
    tap.main()
