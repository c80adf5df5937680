#!/usr/bin/env python3
"""`classcast check` against the real relay: on a good way, with wrong tokens, during a lesson, and where UDP or
everything is blocked. What it says is judged, not how fast this machine is."""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "weak-link")]

import json
import subprocess
import tempfile
import unittest

from lab.child import Child
from lab.lesson import environment
from lab.network import NEAR, Network
from support import tap
from support.lesson import SECRET, LessonCase
from support.program import CLASSCAST, PATIENCE, Program

TOOLS = pathlib.Path(os.environ.get("WEAK_LINK_TOOLS", "."))
ALL = ["dns", "server", "certificate", "clock", "room", "lesson", "udp", "tcp", "delay", "jitter", "loss", "down", "up"]
LOCAL = ["loudspeaker", "screen", "microphone", "camera", "decoder"]


class Check(LessonCase):
    def check(self, url, *arguments, auth=None, expected=(0, 1)):
        """{id: finding}, and all of it."""
        config = self.client_config("check", url, None, auth=auth or {})
        program = self.started(Program(self.home, "check", "--config", config, "--json", *arguments))
        code = program.wait(PATIENCE)
        self.programs.remove(program)
        said = json.loads("\n".join(line for line in program.lines if line is not None))
        self.assertEqual(said["exit_code"], code, said)
        self.assertIn(code, expected, said)
        return {finding["id"]: finding for finding in said["findings"]}, said

    def verdicts(self, found, *names):
        return [found[name]["verdict"] for name in names]

    def test_good(self):
        relay = self.start_relay()
        found, said = self.check(relay.url, "--network-only")
        self.assertEqual(list(found), ALL)
        self.assertEqual(set(self.verdicts(found, "dns", "server", "clock", "room", "lesson", "udp", "tcp")), {"green"})
        self.assertEqual(found["udp"]["values"]["port"], relay.udp_port)
        self.assertGreater(found["loss"]["values"]["answered"], 45, "most questions are answered")
        for way in ("down", "up"):
            self.assertGreater(found[way]["values"]["kbps"], 0, found[way])
        self.assertIn(f"relay-url = {relay.url}", said["settings"])
        self.assertIsNone(relay.room(), "it leaves nothing behind")
        self.assertEqual(relay.drops("link-check-refused"), 0)

    def test_this_pc(self):
        """Here there may be no loudspeaker: that, too, is found."""
        found, said = self.check(self.start_relay().url, "--set=recv.headless=true", "--set=video.hardware=off")
        self.assertEqual(list(found), ALL + LOCAL)
        self.assertEqual(self.verdicts(found, "loudspeaker", "screen"), ["grey", "grey"])
        self.assertIn(found["decoder"]["verdict"], ("green", "amber"), found["decoder"])

    def test_for_people(self):
        """In words, line by line as it goes, and no line too long for a terminal."""
        relay = self.start_relay()
        program = self.started(Program(self.home, "check", "--relay", relay.url, "--network-only", "math"))
        self.assertIn(program.wait(), (0, 1))
        self.programs.remove(program)
        program.wait_for(r'good +Room +the relay lets this PC into "math"')
        program.wait_for(r"The lesson can begin|All is well")
        self.assertTrue(all(len(line) <= 80 for line in program.lines if line), program.tail())

    def test_tokens(self):
        relay = self.start_relay(auth={"mode": "token", "secrets": SECRET})
        secrets = self.write_config("secrets.conf", {"auth": {"secrets": SECRET}})

        def token(room, *more):
            made = subprocess.run([CLASSCAST, "token", "--config", secrets, "--room", room, "--role", "viewer", *more],
                                  capture_output=True, text=True, check=True, timeout=PATIENCE)
            return {"token": made.stdout.strip()}

        found, _ = self.check(relay.url, "--network-only", expected=(77,))
        self.assertIn("there is none here", found["room"]["text"])
        self.assertNotIn("udp", found, "what cannot be measured is left out")
        found, _ = self.check(relay.url, "--network-only", auth=token("art"), expected=(77,))
        self.assertIn('"art"', found["room"]["text"])
        found, _ = self.check(relay.url, "--network-only", auth={"token": "nonsense"}, expected=(77,))
        self.assertIn("no token", found["room"]["text"])
        found, _ = self.check(relay.url, "--network-only", auth=token("math", "--expires", "2d"))
        self.assertEqual(found["room"]["verdict"], "amber", "it expires soon")
        self.assertEqual(self.verdicts(found, "udp", "tcp"), ["green", "green"], "who may only watch may measure")

    def test_nobody_there(self):
        relay = self.start_relay()
        relay.stop()
        self.programs.remove(relay)
        found, said = self.check(relay.url, "--network-only", expected=(69,))
        self.assertEqual(list(found), ["dns", "server"])
        self.assertIn(f"TCP port {relay.port}", found["server"]["text"])
        self.assertEqual(said["settings"], "")

    def test_during_a_lesson(self):
        relay = self.start_relay()
        self.start_send(relay)
        recv = self.start_recv(relay)
        recv.wait_for(r"receiving +\d+ pictures")
        found, _ = self.check(relay.url, "--network-only")
        self.assertTrue(found["lesson"]["values"]["on"])
        self.assertEqual(found["lesson"]["values"]["others"], 1, "it does not count itself, nor is it seen")
        for way in ("down", "up"):
            self.assertLess(found[way]["values"]["kbps"], 400, "it does not crowd the lesson out")


class Blocked(unittest.TestCase):
    """Between two networks with the laboratory's link, which lets no UDP through."""

    def setUp(self):
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            self.skipTest("needs /dev/net/tun")

    def test_udp_blocked(self):
        with tempfile.TemporaryDirectory(prefix="classcast-check-") as folder:
            network = Network(folder)
            try:
                blocked = "rate=3000,delay=20,block-udp=0-1000"
                network.connect(TOOLS, blocked, blocked, 1)
                relay = self.begin_relay(network, folder)
                network.begin(0)
                said = json.loads(subprocess.run(
                    [*network.far.prefix, CLASSCAST, "check", "--json", "--network-only", "--relay", f"http://{NEAR}:8480",
                     "math"], env=environment(pathlib.Path(folder), TOOLS), capture_output=True, text=True,
                    timeout=PATIENCE).stdout)
                relay.stop()
            finally:
                network.close()
        found = {finding["id"]: finding for finding in said["findings"]}
        self.assertEqual((found["udp"]["verdict"], found["tcp"]["verdict"]), ("amber", "green"), said)
        self.assertIn("UDP port 8489", found["udp"]["next"])
        self.assertGreaterEqual(found["delay"]["values"]["median_ms"], 40, "measured over TCP")
        self.assertGreater(found["down"]["values"]["kbps"], 0)
        self.assertIn("enable-udp = false", said["settings"])

    def begin_relay(self, network, folder):
        config = pathlib.Path(folder, "relay.conf")
        config.write_text(f"[relay]\nhttp-address = {NEAR}\nhttp-port = 8480\nudp-address = {NEAR}\nudp-port = 8489\n"
                          "[auth]\nmode = open\n")
        relay = Child(folder, "relay", [*network.near.prefix, CLASSCAST, "relay", "--config", config],
                      env=environment(pathlib.Path(folder), TOOLS))
        relay.need("listening", PATIENCE)
        return relay


if __name__ == "__main__":
    tap.main()
