#!/usr/bin/env python3
"""A path that is narrower than a media packet: the kernel refuses to cut up what was handed to it in one piece
(UDP_SEGMENT), so each packet must go alone, in fragments, and none may be lost."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import json
import os
import subprocess

from support import namespace, tap
from support.lesson import LessonCase

LESSON_LOAD = os.environ.get("LESSON_LOAD", "lesson-load")
RECEIVERS = 5
WIDE, NARROW = 65536, 900
VIDEO_BYTES = 1000


class SmallMtu(LessonCase):
    def datagrams_of_a_send(self, mtu):
        """How many leave together, on average, in a short lesson of which nothing may be lost."""
        namespace.set_mtu(mtu)
        relay = self.start_relay()
        ended = subprocess.run([LESSON_LOAD, "--peer", "classcast", "--url", relay.url, "--receivers", str(RECEIVERS),
                                "--video-bytes", str(VIDEO_BYTES), "--warmup", "0.2", "--seconds", "2", "--no-feedback",
                                "--json", "-"], capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        result = json.loads(ended.stdout)
        self.assertEqual((result["connected"], result["joins"]["failed"]), (RECEIVERS, 0), result)
        self.assertAlmostEqual(result["sent"]["video"], 2 * 75, delta=15)
        self.assertEqual(result["received"], RECEIVERS * (result["sent"]["video"] + result["sent"]["audio"]), result)
        for fault in ("lost", "duplicates", "damaged", "undecryptable", "malformed"):
            self.assertEqual(result[fault], 0, (fault, result))
        metrics = relay.metrics()
        return metrics['classcast_datagrams_total{direction="out"}'] / metrics["classcast_sends_total"]

    def test_narrow_path(self):
        try:
            namespace.enter_own_network()
        except OSError as problem:
            self.skipTest(f"no network namespace can be made here: {problem}")
        self.assertGreater(self.datagrams_of_a_send(WIDE), 1.3)
        self.assertLess(self.datagrams_of_a_send(NARROW), 1.1)


if __name__ == "__main__":
    tap.main()
