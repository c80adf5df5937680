"""A network of the test's own: nothing but a loopback device."""
import ctypes
import os
import subprocess

from support.program import die_with_parent

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags):
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become_root_inside(user, group):
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def enter_own_network():
    """Moves this process, and all that it starts from now on, for good. OSError if that is not permitted here."""
    user, group = os.geteuid(), os.getegid()
    try:
        unshare(CLONE_NEWNET)
    except PermissionError:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        become_root_inside(user, group)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def set_mtu(mtu):
    subprocess.run(["ip", "link", "set", "lo", "mtu", str(mtu)], check=True)


class Elsewhere:
    """Another network at the other end of a cable (`enter_own_network` first)."""

    def __init__(self, here, there):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 100000"],
                                       stdout=subprocess.PIPE, preexec_fn=die_with_parent)
        self.holder.stdout.readline()
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]
        self.address = None
        subprocess.run(["ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns",
                        str(self.holder.pid)], check=True)
        subprocess.run(["ip", "address", "add", f"{here}/24", "dev", "cable"], check=True)
        subprocess.run(["ip", "link", "set", "cable", "up"], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "set", "cable", "up")
        self.move(there)

    def run(self, *command):
        subprocess.run([*self.prefix, *command], check=True)

    def move(self, address):
        """Has another address from now on, as after a change of network."""
        if self.address:
            self.run("ip", "address", "del", f"{self.address}/24", "dev", "cable")
        self.run("ip", "address", "add", f"{address}/24", "dev", "cable")
        self.address = address

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        subprocess.run(["ip", "link", "del", "cable"], check=False, stderr=subprocess.DEVNULL)
