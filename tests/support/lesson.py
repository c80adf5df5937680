"""Relay, teacher and classroom for one test, each with its configuration, on ports of their own."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from support import http
from support.program import PATIENCE, Program

SECRET = "a secret of the loopback tests"


def find_clip():
    """A real lecture, from Debian's forensics-samples-files."""
    given = os.environ.get("CLASSCAST_CLIP")
    if given:
        return given
    listing = subprocess.run(["dpkg", "-L", "forensics-samples-files"], capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        if line.endswith("movie-hello.mp4"):
            return line
    raise AssertionError("install the Debian package forensics-samples-files")


class Relay(Program):
    def __init__(self, home, config):
        super().__init__(home, "relay", "--config", config)
        said = self.wait_for(r"relay: listening http=(\d+) udp=(\d+)")
        self.port, self.udp_port = int(said[1]), int(said[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def request(self, method, path, *arguments, **keywords):
        return http.request(self.port, method, path, *arguments, **keywords)

    def room(self, name="math", token=None):
        """The room as /api/rooms shows it, or None."""
        rooms = self.request("GET", "/api/rooms", token=token).json["rooms"]
        return next((room for room in rooms if room["room"] == name), None)

    def metrics(self):
        """{'classcast_dropped_total{reason="rtp-malformed"}': 3, …}"""
        values = {}
        for line in self.request("GET", "/metrics").text.splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def drops(self, reason):
        return self.metrics()[f'classcast_dropped_total{{reason="{reason}"}}']

    def refusals(self, code):
        return self.metrics()[f'classcast_http_refused_total{{code="{code}"}}']


class LessonCase(unittest.TestCase):
    """Gives each test a directory, starts programs in it, and ends them politely afterwards: that too
    is part of the test, for it shows leaks and crashes at the end."""

    # A picture that two busy processors encode in real time even with sanitizers in the way.
    # One size: a recording begins a new file where the picture's size changes.
    video = {"width": 640, "height": 360, "framerate": 25, "bitrate-kbps": 600, "simulcast": False}

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="classcast-test-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.programs = []
        self.addCleanup(self.end_programs)

    def end_programs(self):
        problems = []
        for program in reversed(self.programs):
            try:
                if program.is_running():
                    program.thaw()
                    program.stop()
            except AssertionError as problem:
                program.kill()
                problems.append(str(problem))
        if problems:
            raise AssertionError("\n".join(problems))

    def run(self, result=None):
        failures = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failures:
            logs = "\n".join(program.tail() for program in self.programs)
            entries = result.failures if result.failures else result.errors
            test, text = entries[-1]
            entries[-1] = (test, f"{text}\n{logs}")

    def path(self, name):
        return os.path.join(self.home, name)

    def write_config(self, name, sections):
        """Keys that a test leaves at None are not written."""
        path = self.path(name)
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            for section, keys in sections.items():
                file.write(f"[{section}]\n")
                for key, value in keys.items():
                    if value is not None:
                        text = str(value).lower() if isinstance(value, bool) else value
                        file.write(f"{key.replace('_', '-')} = {text}\n")
        return path

    def started(self, program):
        self.programs.append(program)
        return program

    def relay_config(self, auth=None, ladder=None, **keys):
        relay = {"http-address": "127.0.0.1", "http-port": 0, "udp-address": "127.0.0.1", "udp-port": 0}
        relay.update({key.replace("_", "-"): value for key, value in keys.items()})
        return self.write_config("relay.conf", {"relay": relay, "ladder": ladder or {}, "auth": auth or {"mode": "open"}})

    def start_relay(self, auth=None, **keys):
        return self.started(Relay(self.home, self.relay_config(auth, **keys)))

    def restart_relay(self, dead, auth=None, **keys):
        """On the ports of the dead one."""
        return self.start_relay(auth, http_port=dead.port, udp_port=dead.udp_port, **keys)

    def client_config(self, name, url, network, **sections):
        common = {"relay-url": url, "local-address": "127.0.0.1", "room": "math"}
        common.update({key.replace("_", "-"): value for key, value in (network or {}).items()})
        return self.write_config(f"{name}.conf", {"network": common, **sections})

    def start_send(self, relay, network=None, codec="vp8", source=None, name="send", auth=None, env=None, prefix=(),
                   stdin=subprocess.DEVNULL):
        video = dict(self.video, codec=codec, hardware="off")
        send = source or {"source": "file", "file": find_clip(), "loop": True}
        config = self.client_config(name, getattr(relay, "url", relay), network, video=video,
                                    send=dict(send, preview=False), auth=auth or {})
        return self.started(Program(self.home, "send", "--config", config, name=name, env=env, prefix=prefix, stdin=stdin))

    def start_recv(self, relay, *arguments, network=None, name="recv", auth=None, env=None, prefix=(), send=None, **recv):
        config = self.client_config(name, getattr(relay, "url", relay), network, auth=auth or {},
                                    video={"hardware": "off"}, send=send or {}, recv={"headless": True, **recv})
        return self.started(Program(self.home, "recv", "--config", config, *arguments, name=name, env=env, prefix=prefix))

    def start_lesson(self, *arguments, **relay):
        """A relay, a teacher and a classroom that has picture and sound."""
        server = self.start_relay(**relay)
        teacher = self.start_send(server)
        classroom = self.start_recv(server, *arguments)
        self.wait_for_media(classroom)
        return server, teacher, classroom

    def wait_for_media(self, classroom, seconds=PATIENCE, after=0):
        classroom.wait_for(r"first-audio after_ms=", seconds, after)
        return int(classroom.wait_for(r"first-picture after_ms=(\d+)", seconds, after)[1])

    def wait_until(self, what, condition, seconds=PATIENCE):
        """Asks again until the condition gives something true, which is returned."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {seconds} s")
            time.sleep(0.02)

    def wait_for_packets(self, server, count=100, seconds=PATIENCE, receiver=0):
        """Waits until the relay has sent this many more packets to a receiver."""
        def packets():
            try:
                room = server.room()
            except OSError:
                return None
            if room is None or len(room["receivers"]) <= receiver:
                return None
            return room["receivers"][receiver].get("packets")
        before = packets() or 0
        self.wait_until(f"{count} more packets", lambda: (packets() or 0) >= before + count, seconds)
