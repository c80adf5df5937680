#!/usr/bin/env python3
"""What recv leaves behind: recordings that play however it ended, and snapshots."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import os

from support import media, tap
from support.lesson import LessonCase


class Recording(LessonCase):
    seconds = 200

    def check(self, path, frames):
        pictures, sound = media.Pictures(path), media.Sound(path)
        self.assertGreater(len(pictures), frames)
        self.assertGreater(pictures.contrast(), 10)
        self.assertGreater(sound.seconds(), 1)
        self.assertGreater(sound.loudness(), 50)

    def test_record_plays_after_kill(self):
        record = self.path("killed.mkv")
        relay, teacher, classroom = self.start_lesson("--record", record)
        self.wait_for_packets(relay, 300)
        decoded = int(classroom.wait_for(r"stats decoded=(\d+)", after=classroom.mark())[1])
        classroom.kill()
        self.check(record, max(25, decoded - 1.5 * 25))  # of what was there, all but the last moments

    def test_record_runs_on_over_a_relay_restart(self):
        record = self.path("restart.mkv")
        relay, teacher, classroom = self.start_lesson("--record", record)
        self.wait_for_packets(relay, 100)
        size = os.path.getsize(record)
        mark = classroom.mark()
        relay.kill()
        again = self.restart_relay(relay)
        self.wait_for_media(classroom, after=mark)
        self.wait_for_packets(again, 200)
        classroom.stop()
        self.assertGreater(os.path.getsize(record), size)
        self.check(record, 50)
        self.assertFalse(os.path.exists(self.path("restart-2.mkv")))

    def test_codec_changes(self):
        """A file has one codec: each change begins a new one, and sound and picture go on, also back to a
        codec that was there before."""
        relay = self.start_relay()
        teacher = self.start_send(relay)
        classroom = self.start_recv(relay, "--record", self.path("codec.mkv"))
        self.wait_for_media(classroom)
        self.wait_for_packets(relay, 200)
        for codec in ("h264", "vp8"):
            mark = classroom.mark()
            teacher.stop()
            teacher = self.start_send(relay, codec=codec, name=codec)
            classroom.wait_for(f"stream kind=video codec={codec.upper()} ", after=mark)
            self.wait_for_packets(relay, 200)
        classroom.stop()
        self.assertIsNone(classroom.find("WARN.*decoding|stream kind=audio", after=mark))
        for name in ("codec.mkv", "codec-2.mkv", "codec-3.mkv"):
            self.check(self.path(name), 25)
        self.assertFalse(os.path.exists(self.path("codec-4.mkv")))

    def test_record_that_cannot_be_written(self):
        relay = self.start_relay()
        # The sanitizer's own exit code would hide the program's.
        classroom = self.start_recv(relay, "--record", "/nowhere/lesson.mkv",
                                    env={"ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(classroom.wait(), os.EX_SOFTWARE)
        self.assertIn("cannot write to /nowhere", classroom.tail())

    def test_snapshot(self):
        relay = self.start_relay()
        self.start_send(relay)
        path = self.path("picture.png")
        classroom = self.start_recv(relay, "--snapshot", path)
        self.assertEqual(classroom.wait(30), 0)
        self.assertEqual(media.png_size(path), (640, 360))


if __name__ == "__main__":
    tap.main()
