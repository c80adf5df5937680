"""A class in one room: a teacher and classrooms that all have their cameras on, two of them on the stage."""
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from benchlib.candidates import Classcast
from benchlib.child import Child, Failure
from support.websocket import WebSocket

PATIENCE_S = 30
GUESTS = 2


def call(port, room="class"):
    """Puts two classrooms that can be called on there; their numbers, which they have for names."""
    socket = WebSocket(port, f"/rooms/{room}/events")
    ready = [one for one in socket.event()["participants"] if one.get("ready")]
    if len(ready) < GUESTS:
        raise Failure(f"{len(ready)} classrooms can be called on")
    guests = ready[:GUESTS]
    socket.send(1, json.dumps({"type": "stage", "guests": [{"id": one["id"], "muted": False} for one in guests]}).encode())
    socket.wait_for(type="stage")
    socket.close()
    return [one["name"] for one in guests]


def measure(bench, classrooms, seconds):
    """What class-load says, as a dictionary."""
    candidate = Classcast(bench)
    child = None
    try:
        candidate.start("gcm")
        child = Child("class-load", [bench.build / "tests/bench/class-load", candidate.url, classrooms, seconds,
                                     candidate.child.pid], bench.folder, stdin=subprocess.PIPE)
        child.wait_for("signed-in", PATIENCE_S)
        time.sleep(1)  # until the last of them can be called on
        guests = call(int(candidate.url.rsplit(":", 1)[1]))
        child.process.stdin.write(" ".join(guests).encode() + b"\n")
        child.process.stdin.flush()
        return json.loads(child.wait_for(r"(?m)^(\{.*\})$", seconds + PATIENCE_S)[1])
    finally:
        if child:
            child.stop()
        candidate.stop()


def percent(part, whole):
    return f"{100 * part / whole:.3f} %" if whole else "–"


def words(classrooms, result):
    cost_us = result["relay_cpu"] * result["seconds"] * 1e6 / max(result["forwarded"], 1)
    return (f"a teacher and {classrooms} classrooms, all cameras on: the relay takes {100 * result['relay_cpu']:.1f} % of a core, "
            f"{result['published'] / result['seconds']:.0f} packets a second in and {result['forwarded'] / result['seconds']:.0f} out, "
            f"{cost_us:.2f} µs a packet that leaves; p50 {result['p50_us'] / 1000:.2f} ms, p99 {result['p99_us'] / 1000:.2f} ms; "
            f"lost of voices {percent(result['lost_voice'], result['expected_voice'])}, "
            f"of the teacher's and the guests' pictures {percent(result['lost_video'], result['expected_video'])}, "
            f"of the grid's {percent(result['lost_grid'], result['expected_grid'])}")
