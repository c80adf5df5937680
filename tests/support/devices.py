"""Cameras and microphones of a test's own that can be unplugged: those of tests/support/pluggable.h, and microphones of a
PulseAudio that nobody else uses."""
import os
import pathlib
import subprocess

from support.program import Program

MODULE = os.environ.get("TEST_DEVICES")


class Plugs:
    """The folder of pluggable.h. `env`: for a program that is to find what is plugged in."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.env = {"GST_PLUGIN_PATH": os.path.dirname(MODULE), "CLASSCAST_TEST_DEVICES": str(folder),
                    "GST_REGISTRY": os.path.expanduser("~/.cache/classcast-tests-registry-devices.bin")}

    def plug(self, device, text=""):
        # At once: a device is never seen half written.
        part = self.folder / ("part-" + device)
        part.write_text(text)
        part.rename(self.folder / device)

    def pull(self, device):
        (self.folder / device).unlink()


class SoundServer(Program):
    """PulseAudio with a microphone "desk" that hears a tone. `env`: for a program that is to use it."""

    def __init__(self, home):
        socket = os.path.join(home, "sound")
        self.env = {"PULSE_SERVER": "unix:" + socket}
        super().__init__(home, "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit",
                         "--log-target=stderr", "--log-level=info",
                         f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1",
                         "--load=module-null-sink sink_name=air", "--load=module-sine sink=air frequency=440",
                         name="pulseaudio", binary="pulseaudio")
        self.wait_for(r"Daemon startup complete")
        self.plug()

    def control(self, *command):
        return subprocess.run(["pactl", *command], env=dict(os.environ, **self.env), check=True, stdout=subprocess.PIPE, text=True).stdout

    def plug(self):
        self.module = self.control("load-module", "module-remap-source", "master=air.monitor", "source_name=desk",
                                   "source_properties=device.description=desk").strip()

    def pull(self):
        self.control("unload-module", self.module)

    def stop(self, seconds=None):
        self.kill()
