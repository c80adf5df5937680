"""Runs lesson-load against a candidate and hands back what it measured."""
import json
import pathlib
import subprocess
import time

from benchlib.child import Child, Failure

SLACK_S = 60  # for joining and ending, beyond what was asked for


class Lesson:
    """What is taught and to how many; the defaults: 600 kbit/s of camera and a voice. A relay that adapts
    to each receiver has found out by the end of the warm-up that their links take it."""

    def __init__(self, receivers, rooms=1, fps=25, packets_per_frame=3, video_bytes=1000, audio_rate=50,
                 audio_bytes=120, join_rate=100, warmup=4, seconds=6, decrypt=2, churn=None):
        self.receivers, self.rooms = receivers, rooms
        self.fps, self.packets_per_frame, self.video_bytes = fps, packets_per_frame, video_bytes
        self.audio_rate, self.audio_bytes = audio_rate, audio_bytes
        self.join_rate, self.warmup, self.seconds = join_rate, warmup, seconds
        self.decrypt, self.churn = decrypt, churn

    def arguments(self):
        values = dict(vars(self))
        if not self.churn:
            del values["churn"]
        return [text for key, value in values.items() for text in (f"--{key.replace('_', '-')}", str(value))]

    def packets_per_s(self):
        return self.fps * self.packets_per_frame + self.audio_rate

    def timeout(self):
        return self.receivers / self.join_rate * 3 + self.warmup + self.seconds + SLACK_S


def wait_for_sinks(child, path, count):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and child.process.poll() is None:
        if path.exists() and len(path.read_text().split()) == count and path.read_text().endswith("\n"):
            return
        time.sleep(0.01)
    raise Failure(f"lesson-load did not write its sinks; its last lines:\n{child.tail()}")


def run(bench, candidate, profile, lesson, meanwhile=None):
    """One figure: a fresh candidate under one lesson. Returns lesson-load's JSON and `threads`. `meanwhile` is
    called while the lesson is on, and must end before it."""
    report = pathlib.Path(bench.folder, f"load-{time.monotonic_ns()}.json")
    child = None
    try:
        candidate.start(profile)
        child = Child("lesson-load", [
            bench.build / "tests/bench/lesson-load", "--peer", candidate.peer, "--profile", profile,
            *candidate.load_arguments(), *lesson.arguments(), "--watch-pid", candidate.child.pid,
            "--json", report], bench.folder, stdin=subprocess.PIPE)
        if candidate.peer == "sink":
            wait_for_sinks(child, candidate.sinks, lesson.receivers)
            candidate.go()
            child.process.stdin.write(b"go\n")
            child.process.stdin.flush()
        if meanwhile:
            meanwhile()
        return finish(child, candidate, report, lesson)
    finally:
        if child:
            child.stop()
        candidate.stop()


def finish(child, candidate, report, lesson):
    deadline = time.monotonic() + lesson.timeout()
    threads = 0
    while child.process.poll() is None and time.monotonic() < deadline:
        threads = max(threads, candidate.child.threads())
        child.wait(0.5)
    if child.process.poll() is None:
        raise Failure(f"lesson-load did not end within {lesson.timeout():.0f} s:\n{child.tail()}")
    if not report.exists():
        raise Failure(f"lesson-load ended with {child.process.returncode} and no report:\n{child.tail()}\n"
                      f"  and {candidate.child.name} said:\n{candidate.child.tail()}")
    result = json.loads(report.read_text())
    result["threads"] = threads
    return result
