"""Two network namespaces and the weak link between them. They live as long as a process of ours in them, so that
nothing is left behind whatever happens."""
import ctypes
import os
import pathlib
import subprocess

from lab.child import Child

CLONE_NEWNET = 0x40000000
NEAR, FAR = "10.77.0.1", "10.77.0.2"

libc = ctypes.CDLL(None, use_errno=True)


def be_on_time(pid):
    """The link is no program under test: nobody's work may delay it."""
    try:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(10))
    except OSError:
        pass  # script/weak-link has said what that means


class Namespace:
    def __init__(self, folder, name):
        self.holder = Child(folder, f"namespace-{name}", ["unshare", "--net", "sh", "-c", "echo here; exec sleep 100000"])
        self.holder.need("here")
        self.path = f"/proc/{self.holder.process.pid}/ns/net"
        self.prefix = ["nsenter", f"--net={self.path}", "--"]
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command):
        subprocess.run([*self.prefix, *command], check=True)

    def enter(self):
        """Moves the calling thread, for good."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            if libc.setns(descriptor, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(descriptor)

    def close(self):
        self.holder.stop()


class Network:
    """`near` has relay and teacher, `far` the classroom."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.near = Namespace(folder, "near")
        self.far = Namespace(folder, "far")
        self.emulator = None
        self.origin_us = None

    def connect(self, tools, down, up, seed):
        self.emulator = Child(
            self.folder, "emulator",
            [tools / "link-emulator", "--near", self.near.path, "--far", self.far.path, "--down", down, "--up", up,
             "--seed", seed, "--statistics", self.folder / "link.jsonl"], stdin=subprocess.PIPE)
        self.emulator.need("ready")
        be_on_time(self.emulator.process.pid)
        for namespace, here, there in ((self.near, NEAR, FAR), (self.far, FAR, NEAR)):
            namespace.run("ip", "address", "add", here, "peer", there, "dev", "weak")
            namespace.run("ip", "link", "set", "weak", "up", "txqueuelen", "2000")

    def begin(self, settle_s):
        """Losses begin now, schedules and measuring after settle_s."""
        self.emulator.process.stdin.write(b"begin %g\n" % settle_s)
        self.emulator.process.stdin.flush()
        self.origin_us = int(self.emulator.need(r"began origin_us=(\d+)")[1])

    def close(self):
        if self.emulator:
            self.emulator.process.stdin.close()
            self.emulator.stop()
        self.near.close()
        self.far.close()
