"""What is compared on the same links with the same clip: who teaches, what relays, who watches. Each leaves send.*
and recv.* in the lesson's folder, as ../witness.c writes them."""
import json
import pathlib
import subprocess
import time

from lab import janus
from lab.child import Failure
from lab.network import NEAR

PATIENCE_S = 15  # for the first picture: on some links it never comes
WARM_S = 10  # Chromium's encoder begins small and takes its time
ROOM = "math"
PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
BROWSER_TESTS = PEERS.parent.parent / "browser"
# What classcast send publishes by default.
LAYERS = ((1, 900), (2, 250), (4, 80))  # scaled down by, kbit/s
JANUS_ROOM = 1000
VOICE_KBPS = 50  # with its headers
SPARE = 0.2  # of the link, for what is lost and sent again


def install_browser_client():
    """Playwright, as tests/browser/run does it."""
    lock, done = BROWSER_TESTS / "package-lock.json", BROWSER_TESTS / "node_modules/.package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=BROWSER_TESTS, check=True,
                       stdout=subprocess.DEVNULL)
        done.touch()


class Recv:
    name = "recv"
    title = "classcast recv"

    def prepare(self):
        """Before the first lesson."""

    def begin(self, lesson, network, case):
        self.witnesses = {} if not case.stage else {"send": ("send", "heard"), "recv": ("said", "recv")}
        port = self.begin_relay(lesson, network)
        self.begin_classrooms(lesson, network, port, case.classrooms)
        lesson.watch_rooms(network.near, f"http://127.0.0.1:{port}")

    def begin_relay(self, lesson, network):
        """The relay and the teacher."""
        relay = lesson.program(network.near, "relay", "--open", "--http-port", 0, "--udp-port", 0)
        port = relay.need(r"listening http=(\d+)")[1]
        lesson.program(network.near, "send", "--relay", f"http://127.0.0.1:{port}", "--file", lesson.clip.path, "--loop",
                       "--set=video.hardware=off", *lesson.send_options, ROOM, witness=self.witnesses.get("send", ("send",)), screen=lesson.desk)
        relay.need(r"lesson room=\S+ state=on")
        return port

    def begin_classrooms(self, lesson, network, port, count):
        arguments = ["--relay", f"http://{NEAR}:{port}", "--headless", "--set=video.hardware=off", *lesson.recv_options, ROOM]
        children = [lesson.program(network.far, "recv", *arguments, *lesson.first_options,
                                   witness=self.witnesses.get("recv", ("recv",)))]
        others = [one for one in arguments if not (lesson.screen and one == "--headless")]
        children += [lesson.program(network.far, "recv", *others, log=f"recv-{n}", screen=lesson.screen)
                     for n in range(2, count + 1)]
        for recv in children:
            recv.need("first-audio", 60)
            recv.wait_for("first-picture", PATIENCE_S)

    def facts(self):
        return {}


class Browser:
    """Something with Chromium in it."""

    def __init__(self):
        self.watching = []

    def prepare(self):
        install_browser_client()

    def start(self, lesson, namespace, role, witness, name=None, **options):
        options = json.dumps({"role": role, "prefix": str(lesson.folder / witness), **options})
        return lesson.child(namespace, name or witness, "node", PEERS / "peer.js", options, stdin=subprocess.PIPE)

    def start_teacher(self, lesson, network, role, encodings, **options):
        clip = lesson.clip.for_browsers()
        return self.start(lesson, network.near, role, "send", camera=str(clip.camera), voice=str(clip.voice),
                          size={"width": lesson.clip.width, "height": lesson.clip.height}, encodings=encodings, **options)

    def start_classrooms(self, lesson, network, count, role, **options):
        self.watching = [self.start(lesson, network.far, role, "recv", **options)]
        self.watching += [self.start(lesson, network.far, role, f"recv-{n}", **options) for n in range(2, count + 1)]

    def wait_for_classrooms(self):
        for recv in self.watching:
            recv.need("first-audio", 120)
            recv.wait_for("first-picture", PATIENCE_S)
        time.sleep(WARM_S)

    def facts(self):
        found = self.watching[0].find(r"payload-types (\{.*\})")
        return {"payload_types": json.loads(found[1])} if found else {}


class Chromium(Browser, Recv):
    name = "chromium"
    title = "Chromium, classcast relay"

    def begin_classrooms(self, lesson, network, port, count):
        self.start_classrooms(lesson, network, count, "watch-page", url=f"http://{NEAR}:{port}/watch/{ROOM}")
        self.wait_for_classrooms()


def encoding(scale, kbps, rid=None):
    return {"scaleResolutionDownBy": scale, "maxBitrate": kbps * 1000, "maxFramerate": 25, **({"rid": rid} if rid else {})}


class Direct(Browser):
    name = "libwebrtc"
    title = "Chromium to Chromium"

    def begin(self, lesson, network, case):
        if case.classrooms > 1:
            raise Failure("one encoder serves one classroom")
        send = self.start_teacher(lesson, network, "teach-direct", [{}])
        offer = send.need(r"offer (.*)", 60)[1]
        self.start_classrooms(lesson, network, 1, "watch-direct")
        recv = self.watching[0]
        self.tell(recv, offer)
        self.tell(send, recv.need(r"answer (.*)", 60)[1])
        self.wait_for_classrooms()

    def tell(self, child, line):
        child.process.stdin.write(line.encode() + b"\n")
        child.process.stdin.flush()


class Janus(Browser):
    name = "janus"
    title = "Chromium, Janus"
    simulcast = False

    def begin(self, lesson, network, case):
        folder = janus.write_settings(lesson.folder / "janus", NEAR)
        server = lesson.child(network.near, "janus", "/usr/bin/janus", "--configs-folder", folder, "--disable-colors")
        server.need(r"HTTP webserver started")
        url = f"http://{NEAR}:{janus.PORT}"
        send = self.start_teacher(lesson, network, "teach-janus", self.encodings(), janus=url, room=JANUS_ROOM)
        feed = int(send.need(r"feed (\d+)", 60)[1])
        send.need("state .*connected", 30)
        self.start_classrooms(lesson, network, case.classrooms, "watch-janus", janus=url, room=JANUS_ROOM, feed=feed,
                              substream=self.substream(case))
        self.wait_for_classrooms()

    def encodings(self):
        return [encoding(*LAYERS[0])]

    def substream(self, case):
        return None


class JanusSimulcast(Janus):
    """A viewer that knows its link asks for the largest layer that fits: more than pages do."""
    name = "janus-simulcast"
    title = "Chromium, Janus with simulcast"

    def encodings(self):
        return [encoding(*layer, rid) for layer, rid in zip(LAYERS, "hml")]

    def substream(self, case):
        rate = case.rate_kbps()
        fitting = [n for n, (_, kbps) in enumerate(reversed(LAYERS)) if rate is None or kbps + VOICE_KBPS <= rate * (1 - SPARE)]
        return max(fitting, default=0)


BY_NAME = {peer.name: peer for peer in (Recv, Chromium, Janus, JanusSimulcast, Direct)}
