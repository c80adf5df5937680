"""The machine that is measured on: its cores, its limits, and whether it is quiet."""
import os
import pathlib
import platform
import subprocess

BUSY_LOAD = 0.3  # a load average above this, before we begin, is somebody else's
SOCKET_BUFFER = 16 << 20
SYSCTLS = ("net.core.rmem_max", "net.core.wmem_max")


def say(text):
    print(text, flush=True)


def sysctl_path(name):
    return pathlib.Path("/proc/sys", *name.split("."))


def raise_socket_buffers():
    """What was done about the kernel's limits, as sentences for people and for bench.json."""
    notes = []
    for name in SYSCTLS:
        path = sysctl_path(name)
        before = int(path.read_text())
        if before >= SOCKET_BUFFER:
            notes.append(f"{name} = {before}")
            continue
        try:
            path.write_text(str(SOCKET_BUFFER))
            notes.append(f"{name} raised from {before} to {SOCKET_BUFFER}")
        except OSError:
            notes.append(f"{name} = {before}: may not be raised; root may: sysctl {name}={SOCKET_BUFFER}")
    return notes


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def version(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "?"
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.stdout or done.stderr else "?"


class Machine:
    """Gives one core to the candidate and the rest to the generator and ourselves."""

    def __init__(self, root):
        cores = sorted(os.sched_getaffinity(0))
        self.candidate_cores = {cores[-1]}
        self.own_cores = set(cores[:-1]) or {cores[-1]}
        self.warnings = []
        self.n_disturbed = 0
        self.n_retaken = 0
        if len(cores) < 2:
            self.warnings.append("only one core: generator and candidate share it, and the figures mean little")
        load = os.getloadavg()[0]
        if load > BUSY_LOAD:
            self.warnings.append(f"the machine was busy before we began: load average {load:.2f}")
        self.facts = {
            "cpu": cpu_model(), "cores": len(cores), "kernel": platform.release(),
            "openssl": version("openssl", "version"),
            "commit": version("git", "-C", str(root), "describe", "--always", "--dirty"),
            "load_before": load, "candidate_core": min(self.candidate_cores),
        }

    def prepare(self):
        os.sched_setaffinity(0, self.own_cores)
        self.facts["notes"] = raise_socket_buffers()
        say("machine: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in self.facts.items()
                                    if key != "notes"))
        for note in self.facts["notes"]:
            say(f"machine: {note}")
        for warning in self.warnings:
            say(f"WARNING: {warning}")
