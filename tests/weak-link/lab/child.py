"""A program as a child whose lines go into a file and can be waited for. It dies with this process."""
import atexit
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

from lab.machine import cpu_seconds, tree

PR_SET_PDEATHSIG = 1
running = set()


class Failure(Exception):
    pass


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@atexit.register
def kill_all():
    for child in list(running):
        child.stop(signal.SIGKILL)


class Child:
    def __init__(self, folder, name, command, env=None, stdin=subprocess.DEVNULL):
        self.name = name
        self.log = pathlib.Path(folder, f"{name}.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(part) for part in command], stdin=stdin, stdout=log,
                                            stderr=subprocess.STDOUT, env=env, preexec_fn=die_with_parent)
        running.add(self)

    def find(self, pattern):
        return re.search(pattern, self.log.read_text(errors="replace"))

    def wait_for(self, pattern, seconds=20):
        """The first match; None if it does not come in time. Failure if the child ends without having said it."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            found = self.find(pattern)
            if found:
                return found
            if ended:
                raise Failure(f"{self.name} has ended; its last lines:\n{self.tail()}")
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)

    def need(self, pattern, seconds=20):
        found = self.wait_for(pattern, seconds)
        if not found:
            raise Failure(f"{self.name} did not say {pattern!r}; its last lines:\n{self.tail()}")
        return found

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def cpu_now(self):
        """Seconds of processor so far, its children's included."""
        return sum(cpu_seconds(pid) for pid in tree(self.process.pid))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        running.discard(self)
        return self.process.returncode
