"""Two network namespaces and the weak link between them. They live as long as a process of ours in them, so that
nothing is left behind whatever happens."""
import ctypes
import os
import pathlib
import subprocess

from lab.child import Child

CLONE_NEWNET = 0x40000000
NEAR, FAR = "10.77.0.1", "10.77.0.%d"

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


class Here:
    """The namespace that this process is in."""
    path = f"/proc/{os.getpid()}/ns/net"
    prefix = []

    def run(self, *command):
        subprocess.run(command, check=True)

    def close(self):
        pass


class Network:
    """`near` has relay and teacher, `far` the classroom. Several links of one `near` have numbers."""

    def __init__(self, folder, near=None, number=0):
        self.folder = pathlib.Path(folder)
        self.name = f"{number}" if number else ""
        self.near = near or Namespace(folder, "near")
        self.far = Namespace(folder, f"far{self.name}")
        self.far_address = FAR % (2 + number)
        self.emulator = None
        self.origin_us = None

    def connect(self, tools, down, up, seed):
        self.emulator = Child(
            self.folder, f"emulator{self.name}",
            [tools / "link-emulator", "--near", self.near.path, "--far", self.far.path, "--device", f"weak{self.name}",
             "--down", down, "--up", up, "--seed", seed, "--statistics", self.folder / f"link{self.name}.jsonl"], stdin=subprocess.PIPE)
        self.emulator.need("ready")
        be_on_time(self.emulator.process.pid)
        for namespace, here, there in ((self.near, NEAR, self.far_address), (self.far, self.far_address, NEAR)):
            namespace.run("ip", "address", "add", here, "peer", there, "dev", f"weak{self.name}")
            namespace.run("ip", "link", "set", f"weak{self.name}", "up", "txqueuelen", "2000")

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
