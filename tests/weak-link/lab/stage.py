"""Classrooms that are called on. In a lesson that is a talk one of them speaks all the time, as the teacher does; in one of
calls it is called and thanked again and again, and hands go up in another one. What that took is in stage.jsonl."""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from lab.child import Failure
from lab.says import lines_of
from support.websocket import WebSocket

GUEST = "guest"
DISPLAY_SIZE = "640x360x24"
EVERY_S = 2.5  # between a call and its thanks: less than what the camera and the class need would tell nothing of either
SLOT = 2  # that the first guest has


def guest_options(clip):
    """Of recv, for a classroom that has the lesson's own film for camera and microphone."""
    return ["--set=recv.speak=called", f"--set=network.name={GUEST}", "--set=send.source=file", f"--set=send.file={clip.path}",
            "--set=send.loop=true"]


class Screen:
    """A display for a classroom whose keys are to be pressed."""

    def __init__(self, folder):
        reading, writing = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-noreset", "-nolisten", "tcp", "-screen", "0",
                                         DISPLAY_SIZE], pass_fds=[writing], stdout=subprocess.DEVNULL,
                                        stderr=open(folder / "screen.log", "wb"))
        os.close(writing)
        with os.fdopen(reading) as file:
            self.display = f":{file.readline().strip()}"
        if self.display == ":":
            raise Failure("Xvfb does not start")

    def press(self, key):
        subprocess.run(["xdotool", "key", key], check=True, env=dict(os.environ, DISPLAY=self.display))

    def close(self):
        self.process.terminate()
        self.process.wait()


class Stage(threading.Thread):
    """What a teacher does: without tokens anybody may. Its times are of the moment before the relay or a key is told."""

    def __init__(self, namespace, port, room, path, seconds, screen):
        super().__init__(daemon=True)
        self.namespace, self.port, self.room, self.path = namespace, port, room, path
        self.seconds, self.screen = seconds, screen

    def socket(self):
        return WebSocket(self.port, f"/rooms/{self.room}/events")

    def find_guest(self, seconds=30):
        """Once it can be called on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            socket = self.socket()
            for one in socket.event()["participants"]:
                if one["name"] == GUEST and one.get("ready"):
                    socket.close()
                    return one["id"]
            socket.close()
            time.sleep(0.2)
        raise Failure("the guest cannot be called on")

    def say(self, *guests):
        socket = self.socket()
        message = {"type": "stage", "guests": [{"id": one, "muted": False} if one else None for one in guests]}
        began = time.time()
        socket.send(1, json.dumps(message).encode())
        socket.wait_for(type="stage")
        socket.close()
        return began

    def call_now(self):
        """And for good."""
        failures = []

        def act():
            self.namespace.enter()
            try:
                self.say(self.find_guest(), None)
            except Failure as failure:
                failures.append(failure)
        caller = threading.Thread(target=act)
        caller.start()
        caller.join()
        if failures:
            raise failures[0]

    def run(self):
        self.namespace.enter()
        guest = self.find_guest()
        deadline = time.monotonic() + self.seconds
        with open(self.path, "w") as file:
            while time.monotonic() < deadline - 2 * EVERY_S:
                for what, act in (("called", lambda: self.say(guest, None)), ("hand", self.raise_hand),
                                  ("thanked", lambda: self.say(None, None)), ("lowered", self.raise_hand)):
                    file.write(json.dumps({"now_s": act(), "what": what}) + "\n")
                    file.flush()
                    time.sleep(EVERY_S / 2)

    def raise_hand(self):
        """Or lower it."""
        began = time.time()
        self.screen.press("h")
        return began


def waits(acts, what, happened):
    """Milliseconds from each such act to the first of those moments before the next act of that kind."""
    times = [act["now_s"] for act in acts if act["what"] == what]
    found = []
    for time_s, next_s in zip(times, [*times[1:], float("inf")]):
        after = [moment - time_s for moment in happened if time_s <= moment < next_s]
        if after:
            found.append(round(min(after) * 1000))
    return found, len(times)


def figures(folder):
    """None where nobody is called again and again."""
    path = folder / "stage.jsonl"
    if not path.exists():
        return None
    acts = [json.loads(line) for line in path.read_text().splitlines()]
    result = {}
    for name, what, log, pattern in (("call", "called", "recv-2.log", rf"pictures: seen=\d+ largest={SLOT}\b"),
                                     ("hand", "hand", "send.log", r"hand participant=")):
        moments = [moment for moment, _ in lines_of(folder / log, pattern)]
        result[f"{name}_ms"], result[f"{name}s"] = waits(acts, what, moments)
    return result
