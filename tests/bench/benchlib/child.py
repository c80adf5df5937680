"""Child processes: on their cores, with their output in a file, and none left behind."""
import atexit
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
STOP_S = 5
PRIORITY = -15
AUTOGROUP = "/proc/self/autogroup"

libc = ctypes.CDLL(None)
running = []


class Failure(Exception):
    """Something did not start, or did not do what it should; the text is for people."""


def raise_priority():
    """Before the rest of the machine, generator and candidates alike. False if we may not. Where the kernel groups
    by session (sched(7), autogroups), the group's priority is the one that counts beside other sessions."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
        if os.path.exists(AUTOGROUP):
            pathlib.Path(AUTOGROUP).write_text(str(PRIORITY))
        return True
    except OSError:
        return False


@atexit.register
def kill_all():
    for child in list(running):
        child.kill()


class Child:
    def __init__(self, name, command, folder, cores=None, env=None, stdin=subprocess.DEVNULL):
        self.name = name
        self.path = pathlib.Path(folder, f"{name}-{time.monotonic_ns()}.log")

        def prepare():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if cores:
                os.sched_setaffinity(0, cores)
            raise_priority()

        with open(self.path, "wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=stdin, stdout=log, stderr=subprocess.STDOUT,
                env=dict(os.environ, **(env or {})), start_new_session=True, preexec_fn=prepare)
        running.append(self)

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        return self.path.read_text(errors="replace")

    def tail(self, lines=12):
        return "\n".join(f"    {line}" for line in self.said().splitlines()[-lines:])

    def wait_for(self, pattern, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            match = re.search(pattern, self.said())
            if match:
                return match
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise Failure(f"{self.name} did not say {pattern!r}; its last lines:\n{self.tail()}")

    def wait(self, seconds):
        """The exit code, or None if it still runs."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def threads(self):
        try:
            return len(os.listdir(f"/proc/{self.pid}/task"))
        except OSError:
            return 0

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            if self.wait(STOP_S) is None:
                self.kill()
        self.forget()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.forget()

    def forget(self):
        if self.process.stdin:
            self.process.stdin.close()
        if self in running:
            running.remove(self)
