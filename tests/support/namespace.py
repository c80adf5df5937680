"""A network of the test's own: nothing but a loopback device."""
import ctypes
import os
import subprocess

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
