"""One lesson over one link: starts relay, teacher and classroom, lets them run, and leaves what was seen and heard in
a folder: send.* and recv.* of the witness, link.jsonl of the emulator, rooms.jsonl of the relay, run.json."""
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.request

from lab.child import Child
from lab.network import NEAR, Network

PATIENCE_S = 15  # for the first picture: on some links it never comes
TAIL_S = 1
ROOM = "math"


def environment(folder, tools, witness=None):
    env = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder), CLASSCAST_SYSTEM_CONFIG="/dev/null",
               LC_ALL="C.UTF-8", LANGUAGE="C", GST_REGISTRY=str(tools / "registry.bin"), GST_PLUGIN_PATH=str(tools),
               GST_REGISTRY_UPDATE="no")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER", "http_proxy", "https_proxy"):
        env.pop(name, None)
    # Leaks are the other loopback tests' business, which know the one that GLib makes on purpose.
    env["ASAN_OPTIONS"] = f"{env.get('ASAN_OPTIONS', '')}:detect_leaks=0"
    if witness:
        env.update(GST_TRACERS="lessonwitness", WEAK_LINK_WITNESS=str(folder / witness))
    return env


def busy_seconds():
    """Processor seconds that the whole machine has worked."""
    with open("/proc/stat") as file:
        fields = [int(value) for value in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


class RoomWatch(threading.Thread):
    """What the relay says of the room, twice a second."""

    def __init__(self, namespace, url, path):
        super().__init__(daemon=True)
        self.namespace, self.url, self.path = namespace, url, path
        self.ended = threading.Event()

    def run(self):
        self.namespace.enter()
        with open(self.path, "w") as file:
            while not self.ended.wait(0.5):
                try:
                    with urllib.request.urlopen(f"{self.url}/api/rooms", timeout=2) as answer:
                        rooms = json.load(answer)
                except (OSError, ValueError):
                    continue
                file.write(json.dumps({"now_us": time.monotonic_ns() // 1000, **rooms}) + "\n")

    def stop(self):
        self.ended.set()
        self.join()


class Lesson:
    def __init__(self, folder, classcast, tools, clip, send_options=(), recv_options=()):
        self.folder, self.tools = pathlib.Path(folder), tools
        self.classcast, self.clip = classcast, clip
        self.send_options, self.recv_options = send_options, recv_options
        self.children = []
        self.folder.mkdir(parents=True, exist_ok=True)

    def start(self, namespace, name, *arguments, witness=None):
        child = Child(self.folder, name, [*namespace.prefix, self.classcast, name, *arguments],
                      env=environment(self.folder, self.tools, witness))
        self.children.append(child)
        return child

    def begin_relay(self, network):
        relay = self.start(network.near, "relay", "--open", "--http-port", 0, "--udp-port", 0)
        port = relay.need(r"listening http=(\d+)")[1]
        self.start(network.near, "send", "--relay", f"http://127.0.0.1:{port}", "--file", self.clip, "--loop",
                   "--set=video.hardware=off", *self.send_options, ROOM, witness="send")
        relay.need(r"lesson room=\S+ state=on")
        return port

    def begin_classroom(self, network, port):
        recv = self.start(network.far, "recv", "--relay", f"http://{NEAR}:{port}", "--headless",
                          "--set=video.hardware=off", *self.recv_options, ROOM, witness="recv")
        recv.need("first-audio", 60)
        recv.wait_for("first-picture", PATIENCE_S)

    def run(self, case, seconds, settle_s, both=False, seed=1):
        """Returns what run.json has."""
        network = Network(self.folder)
        down, up = case.conditions(both)
        try:
            network.connect(self.tools, down, up, seed)
            port = self.begin_relay(network)
            self.begin_classroom(network, port)
            watch = RoomWatch(network.near, f"http://127.0.0.1:{port}", self.folder / "rooms.jsonl")
            watch.start()
            network.begin(settle_s)
            time.sleep(settle_s)
            facts = self.let_run(network, seconds)
            watch.stop()
        finally:
            for child in reversed(self.children):
                child.stop()
            network.close()
        facts.update(case=case.name, title=case.title, down=down, up=up, seed=seed, seconds=seconds, settle_s=settle_s,
                     both=both)
        (self.folder / "run.json").write_text(json.dumps(facts, indent=1))
        return facts

    def let_run(self, network, seconds):
        watched = [*self.children, network.emulator]
        before, busy = [child.cpu_now() for child in watched], busy_seconds()
        time.sleep(seconds)
        share = {child.name: round((child.cpu_now() - cpu) / seconds, 3) for child, cpu in zip(watched, before)}
        machine = (busy_seconds() - busy) / seconds / os.cpu_count()
        time.sleep(TAIL_S)  # what was sent in time may still arrive
        return {"origin_us": network.origin_us, "epoch_s": round(time.time() - time.monotonic(), 3), "cpu": share, "machine_busy": round(machine, 3)}
