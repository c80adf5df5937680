"""The real binary as a child process whose log lines can be waited for."""
import atexit
import ctypes
import os
import re
import signal
import subprocess
import threading
import time

CLASSCAST = os.environ.get("CLASSCAST", "classcast")
PR_SET_PDEATHSIG = 1
PATIENCE = 90  # seconds for what takes one or two; a slow machine that is busy as well needs many more
LEAK_EXIT_CODE = 123  # what no command ends with by itself

running = set()


def is_quark_leak(lines):
    """GLib leaks its table of quarks whenever that grows, on purpose (lookups take no lock): tables of
    16 KiB, 32 KiB, … No suppression can name them, for the frames have no symbols."""
    report = "\n".join(line for line in lines if line)
    leaks = re.findall(r"(?:Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\).*\n((?: +#.*\n)*)", report)
    return (len(leaks) == 1 and "ERROR: AddressSanitizer" not in report and "runtime error" not in report
            and int(leaks[0][0]) == 16384 * int(leaks[0][1]) * (int(leaks[0][1]) + 1) // 2
            and leaks[0][2].count("#") == 2 and "in g_malloc " in leaks[0][2])


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@atexit.register
def kill_all():
    for program in list(running):
        program.kill()


class Program:
    """`home`: a directory of the test's own, where the child finds no settings but its test's. `prefix`: a command that runs
    another. `stdin`: for one that is to be pressed keys, a terminal. `binary`: another program than classcast."""

    def __init__(self, home, *arguments, name=None, env=None, prefix=(), stdin=subprocess.DEVNULL, binary=None):
        self.name = name or arguments[0]
        self.lines = []
        self.changed = threading.Condition()
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_RUNTIME_DIR=home,
                           XDG_CACHE_HOME=os.path.join(home, "cache"),
                           CLASSCAST_SYSTEM_CONFIG="/dev/null", LC_ALL="C.UTF-8", LANGUAGE="C")
        environment["LSAN_OPTIONS"] = f"{os.environ.get('LSAN_OPTIONS', '')}:exitcode={LEAK_EXIT_CODE}"
        for variable in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "http_proxy", "https_proxy"):
            environment.pop(variable, None)
        environment["PULSE_SERVER"] = "unix:" + os.path.join(home, "no-sound")  # else one may be started
        # One registry of GStreamer plugins for all children: making it takes seconds.
        environment.setdefault("GST_REGISTRY", os.path.expanduser("~/.cache/classcast-tests-registry.bin"))
        environment.update(env or {})
        self.began = time.monotonic()
        self.child = subprocess.Popen([*prefix, binary or CLASSCAST, *map(str, arguments)], stdin=stdin,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                                      preexec_fn=die_with_parent)
        running.add(self)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for raw in self.child.stdout:
            with self.changed:
                self.lines.append(raw.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)  # the end
            self.changed.notify_all()

    def mark(self):
        """A place in the log, for wait_for(after=…)."""
        with self.changed:
            return len(self.lines)

    def find(self, pattern, after=0):
        with self.changed:
            return self.search(re.compile(pattern), after)

    def find_all(self, pattern, after=0):
        with self.changed:
            matches = [re.search(pattern, line) for line in self.lines[after:] if line is not None]
        return [match for match in matches if match]

    def search(self, pattern, after):
        for line in self.lines[after:]:
            match = pattern.search(line) if line is not None else None
            if match:
                return match
        return None

    def wait_for(self, pattern, seconds=PATIENCE, after=0):
        """The first match in the log behind `after`; fails at the deadline or when the child has ended."""
        compiled = re.compile(pattern)
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                match = self.search(compiled, after)
                if match:
                    return match
                ended = self.lines and self.lines[-1] is None
                left = deadline - time.monotonic()
                if ended or left <= 0:
                    break
                self.changed.wait(left)
        why = "ended without saying" if ended else f"did not say within {seconds} s"
        raise AssertionError(f"{self.name} {why} {pattern!r}\n{self.tail()}")

    def tail(self, n=40):
        with self.changed:
            lines = [line for line in self.lines if line is not None][-n:]
        return "\n".join(f"{self.name}| {line}" for line in lines)

    def signal(self, number):
        self.child.send_signal(number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """As a power cut would."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        running.discard(self)

    def wait(self, seconds=PATIENCE):
        try:
            code = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} has not ended within {seconds} s\n{self.tail()}") from None
        running.discard(self)
        self.reader.join(5)
        return 0 if code == LEAK_EXIT_CODE and is_quark_leak(self.lines) else code

    def stop(self, seconds=PATIENCE):
        """Politely; anything but exit code 0 (a crash, a leak found by a sanitizer) is a failure."""
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        if code != 0:
            raise AssertionError(f"{self.name} ended with {code}\n{self.tail(80)}")

    def is_running(self):
        return self.child.poll() is None
