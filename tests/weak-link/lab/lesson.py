"""One lesson over one link: starts relay, teacher and classroom, lets them run, and leaves what was seen and heard in
a folder: send.* and recv.* of the witness, link.jsonl of the emulator, rooms.jsonl of the relay, run.json."""
import json
import os
import pathlib
import sys
import threading
import time
import urllib.request

from lab import machine, peers, screen, slides, stage
from lab.child import Child
from lab.network import NEAR, Network

TAIL_S = 1


def environment(folder, tools, witness=(), screen=None, keep_ms=None):
    """witness: prefixes of what is taken and of what is shown, if that is another one; keep_ms: at least so long between
    pictures that are kept."""
    env = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder), CLASSCAST_SYSTEM_CONFIG="/dev/null",
               LC_ALL="C.UTF-8", LANGUAGE="C", GST_REGISTRY=str(tools / "registry.bin"), GST_PLUGIN_PATH=str(tools),
               GST_REGISTRY_UPDATE="no")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "PULSE_SERVER", "http_proxy", "https_proxy"):
        env.pop(name, None)
    # Leaks are the other loopback tests' business, which know the one that GLib makes on purpose.
    env["ASAN_OPTIONS"] = f"{env.get('ASAN_OPTIONS', '')}:detect_leaks=0"
    if witness:
        names = ("WEAK_LINK_WITNESS", "WEAK_LINK_WITNESS_SHOWN")
        env.update(GST_TRACERS="lessonwitness", **{name: str(folder / prefix) for name, prefix in zip(names, witness)})
    if keep_ms is not None:
        env["WEAK_LINK_KEEP_MS"] = str(keep_ms)
    if screen:
        env["DISPLAY"] = screen.display
    return env


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
    def __init__(self, folder, classcast, tools, clip, send_options=(), recv_options=(), peer=None):
        """clip: of lab.clip; peer: of lab.peers, classcast at both ends by default."""
        self.folder, self.tools = pathlib.Path(folder), tools
        self.classcast, self.clip = classcast, clip
        self.send_options, self.recv_options = send_options, recv_options
        self.peer = peer or peers.Recv()
        self.children = []
        self.watch = None
        self.first_options = []  # of the first classroom alone
        self.screen = None  # of the others
        self.desk = None  # the teacher's screen, if it is shown
        self.folder.mkdir(parents=True, exist_ok=True)

    def child(self, namespace, name, *command, **keywords):
        child = Child(self.folder, name, [*namespace.prefix, *command], **keywords)
        self.children.append(child)
        return child

    def program(self, namespace, name, *arguments, witness=(), log=None, screen=None):
        """One of classcast's."""
        keep_ms = 0 if self.desk and name == "recv" else None  # when a page is seen well is to be known exactly
        return self.child(namespace, log or name, self.classcast, name, *arguments,
                          env=environment(self.folder, self.tools, witness, screen, keep_ms))

    def watch_rooms(self, namespace, url):
        self.watch = RoomWatch(namespace, url, self.folder / "rooms.jsonl")
        self.watch.start()

    def run(self, case, seconds, settle_s, both=False, seed=1):
        """Returns what run.json has."""
        network = Network(self.folder)
        down, up = case.conditions(both)
        if case.deck:
            self.send_options = [*self.send_options, "--deck", slides.make(self.folder, self.tools)]
        if case.stage:
            self.first_options = stage.guest_options(self.clip)
        try:
            if case.screen:
                self.desk = screen.Desk(self.folder)
                self.send_options = [*self.send_options, "--screen=monitor"]
            self.screen = stage.Screen(self.folder) if case.stage == "calls" else None
            network.connect(self.tools, down, up, seed)
            self.peer.begin(self, network, case)
            if case.download:
                self.begin_download(network)
            if case.stage == "talk":
                self.make_stage(network, seconds).call_now()
            network.begin(settle_s)
            time.sleep(settle_s)
            if case.stage == "calls":
                self.make_stage(network, seconds).start()
            if case.deck:
                self.turn_pages(network, seconds)
            if case.screen:
                screen.Changer(self.desk, self.folder / "screen.jsonl", seconds).start()
            facts = self.let_run(network, seconds)
        finally:
            if self.watch:
                self.watch.stop()
            for child in reversed(self.children):
                child.stop()
            network.close()
            if self.screen:
                self.screen.close()
            if self.desk:
                self.desk.close()
        facts.update(case=case.name, title=case.title, down=down, up=up, seed=seed, seconds=seconds, settle_s=settle_s,
                     both=both, classrooms=case.classrooms, download=case.download, peer=self.peer.name,
                     **self.peer.facts())
        (self.folder / "run.json").write_text(json.dumps(facts, indent=1))
        return facts

    def port(self):
        relay = next(child for child in self.children if child.name == "relay")
        return int(relay.need(r"listening http=(\d+)")[1])

    def make_stage(self, network, seconds):
        return stage.Stage(network.near, self.port(), peers.ROOM, self.folder / "stage.jsonl", seconds, self.screen)

    def turn_pages(self, network, seconds):
        slides.Turner(network.near, self.port(), peers.ROOM, self.folder / "slides.jsonl", seconds).start()

    def begin_download(self, network):
        program = pathlib.Path(__file__).with_name("download.py")
        server = self.child(network.near, "download-from", sys.executable, program, "serve", NEAR)
        port = server.need(r"port=(\d+)")[1]
        self.child(network.far, "download", sys.executable, program, "fetch", NEAR, port)

    def let_run(self, network, seconds):
        watched = [*self.children, network.emulator]
        before, busy = [child.cpu_now() for child in watched], machine.busy_seconds()
        time.sleep(seconds)
        share = {child.name: round((child.cpu_now() - cpu) / seconds, 3) for child, cpu in zip(watched, before)}
        busy = machine.busy_share(busy, machine.busy_seconds(), seconds)
        time.sleep(TAIL_S)  # what was sent in time may still arrive
        return {"origin_us": network.origin_us, "epoch_s": round(time.time() - time.monotonic(), 3), "cpu": share,
                "machine_busy": busy}
