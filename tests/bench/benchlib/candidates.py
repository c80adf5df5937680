"""What is compared: the floor, classcast, and Janus in two settings. Each starts fresh for each figure, on the
candidate's core, with a configuration of its own, on ports that nobody else has."""
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

from benchlib.child import Child, Failure

JANUS_UDP = "40000-60000"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Candidate:
    """`peer` is how lesson-load speaks to it; `child` is the process that is watched."""
    peer = None

    def __init__(self, bench):
        self.bench = bench
        self.child = None
        self.url = None

    def start(self, profile):
        raise NotImplementedError

    def load_arguments(self):
        return ["--url", self.url]

    def launch(self, name, command, **keywords):
        return Child(name, command, self.bench.folder, self.bench.machine.candidate_cores, **keywords)

    def stop(self):
        if self.child:
            self.child.stop()


class Floor(Candidate):
    """Waits as a shell until the sinks are there, and becomes the floor program then: the generator must know
    its process before that."""
    peer = "sink"

    def __init__(self, bench, *options):
        super().__init__(bench)
        self.options = options

    def start(self, profile):
        self.port = free_port(socket.SOCK_DGRAM)
        self.sinks = pathlib.Path(self.bench.folder, f"sinks-{self.port}")
        program = self.bench.build / "tests/bench/relay-floor"
        self.child = self.launch("floor", [
            "sh", "-c", 'read go && exec "$@"', "sh", program, "--port", self.port, "--sinks", self.sinks,
            "--profile", profile, *self.options], stdin=subprocess.PIPE)

    def load_arguments(self):
        return ["--sink-file", str(self.sinks), "--sink-target", f"127.0.0.1:{self.port}"]

    def go(self):
        self.child.process.stdin.write(b"go\n")
        self.child.process.stdin.flush()
        self.child.wait_for(r"receivers=\d+")


class Classcast(Candidate):
    peer = "classcast"

    def __init__(self, bench, workers=None, preload=None, program=None, feedback=True):
        super().__init__(bench)
        self.workers = workers
        self.preload = preload
        self.program = program or bench.build / "classcast"
        self.feedback = feedback

    def load_arguments(self):
        return super().load_arguments() + ([] if self.feedback else ["--no-feedback"])

    def start(self, profile):
        keys = {
            "http-address": "127.0.0.1", "http-port": 0, "udp-address": "127.0.0.1", "udp-port": 0,
            "max-rooms": 10000, "max-sessions": 60000, "max-sessions-per-room": 60000,
            "socket-buffer-kib": 16384, "max-load": 100, "max-requests-per-s": 100000,
        }
        if self.workers:
            keys["workers"] = self.workers
        config = pathlib.Path(self.bench.folder, "classcast.conf")
        text = "[relay]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
        config.write_text(text + "[auth]\nmode = open\n")
        config.chmod(0o600)
        home = str(self.bench.folder)
        env = {"HOME": home, "XDG_CONFIG_HOME": home, "CLASSCAST_SYSTEM_CONFIG": "/dev/null", "LC_ALL": "C.UTF-8"}
        if self.preload:
            env["LD_PRELOAD"] = str(self.preload)
        self.child = self.launch("classcast", [self.program, "relay", "--config", config], env=env)
        said = self.child.wait_for(r"relay: listening http=(\d+)")
        self.url = f"http://127.0.0.1:{said[1]}"


class Janus(Candidate):
    """Debian's Janus with nothing loaded but videoroom and HTTP. `event_loops`: None leaves Janus's default, a
    thread for each participant."""
    peer = "janus"

    def __init__(self, bench, event_loops=1):
        super().__init__(bench)
        self.event_loops = event_loops

    def start(self, profile):
        port = free_port()
        folder = pathlib.Path(self.bench.folder, f"janus-{port}")
        self.write_settings(folder, port)
        self.child = self.launch("janus", ["/usr/bin/janus", "--configs-folder", folder, "--disable-colors"])
        self.url = f"http://127.0.0.1:{port}"
        self.wait_for_answer()

    def wait_for_answer(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.child.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/janus/info", timeout=2) as answer:
                    answer.read()
                return
            except OSError:
                time.sleep(0.02)
        raise Failure(f"Janus does not answer; its last lines:\n{self.child.tail()}")

    def write_settings(self, folder, port):
        for name in ("plugins", "transports", "events", "loggers"):
            (folder / name).mkdir(parents=True)
        for kind, library in (("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_http.so")):
            found = sorted(pathlib.Path("/usr/lib").glob(f"*/janus/{kind}/{library}"))
            if not found:
                raise Failure(f"Janus's {library} is not there; script/setup bench installs it")
            os.symlink(found[0], folder / kind / library)
        loops = f"event_loops = {self.event_loops}" if self.event_loops else ""
        (folder / "janus.jcfg").write_text(f"""
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}/events"
    loggers_folder = "{folder}/loggers"
    debug_level = 3
    session_timeout = 0
    server_name = "bench"
    {loops}
}}
media: {{
    ipv6 = false
    rtp_port_range = "{JANUS_UDP}"
}}
nat: {{
    ice_lite = true
    ice_enforce_list = "lo,127.0.0.1"
    nice_debug = false
}}
events: {{ broadcast = false }}
""")
        (folder / "janus.transport.http.jcfg").write_text(f"""
general: {{
    json = "compact"
    base_path = "/janus"
    http = true
    port = {port}
    ip = "127.0.0.1"
    https = false
}}
admin: {{ admin_http = false }}
""")
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")


MAKERS = {
    "floor": Floor,
    "classcast": Classcast,
    "classcast-no-feedback": lambda bench: Classcast(bench, feedback=False),
    "against": lambda bench: Classcast(bench, program=bench.options.against),
    "against-no-feedback": lambda bench: Classcast(bench, program=bench.options.against, feedback=False),
    "janus": Janus,
    "janus-default": lambda bench: Janus(bench, event_loops=None),
}
NAMES = {
    "floor": "floor",
    "classcast": "classcast",
    "classcast-no-feedback": "classcast, no feedback",
    "against": "the other build",
    "against-no-feedback": "the other build, no feedback",
    "janus": "Janus, event_loops = 1",
    "janus-default": "Janus, default",
}


def make(name, bench):
    return MAKERS[name](bench)
