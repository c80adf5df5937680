"""A Wayland desktop of a test's own (sway without a monitor), with the desktop portal and PipeWire by which programs may
have its picture. Here the portal asks nobody."""
import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
OUTPUT = "HEADLESS-1"
SCREENCOPY_WITHOUT_GPU = os.environ.get("SCREENCOPY_WITHOUT_GPU")
SECONDS = 90  # for any of its parts to begin
# sway does not run as root: there it gets a user of its own name only, whose files are still root's.
AS_USER = ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class WaylandDisplay:
    def __init__(self, folder, width, height):
        self.folder = folder
        os.makedirs(folder, mode=0o700)
        self.children = []
        self.socket = self.path("sway.sock")
        self.env = {"WAYLAND_DISPLAY": "wayland-1"}  # the first one in a folder of its own
        self.all = dict(os.environ, **self.env, HOME=folder, XDG_RUNTIME_DIR=folder, XDG_CONFIG_HOME=self.path("config"),
                        XDG_STATE_HOME=self.path("state"), XDG_DATA_HOME=self.path("data"), XDG_CURRENT_DESKTOP="sway",
                        XDG_SESSION_TYPE="wayland", WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1",
                        SWAYSOCK=self.socket, GIO_USE_VFS="local", LC_ALL="C.UTF-8")
        for variable in ("DISPLAY", "PULSE_SERVER", "PIPEWIRE_REMOTE"):
            self.all.pop(variable, None)
        try:
            self.start(width, height)
        except BaseException:
            self.close()
            raise

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def run(self, name, *command, **keywords):
        with open(self.path(name + ".log"), "ab") as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.all,
                                     preexec_fn=die_with_parent, **keywords)
        self.children.append(child)
        return child

    def wait_for_file(self, child, name):
        deadline = time.monotonic() + SECONDS
        while not os.path.exists(self.path(name)):
            if child.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{child.args[0]} does not begin\n{self.logs()}")
            time.sleep(0.02)

    def start(self, width, height):
        self.write("config/xdg-desktop-portal-wlr/config", f"[screencast]\nchooser_type=none\noutput_name={OUTPUT}\n")
        # Of all places for services this one comes first.
        self.write("dbus-1/services/org.freedesktop.impl.portal.desktop.wlr.service", "[D-BUS Service]\nName=org.freedesktop.impl.portal.desktop.wlr\n"
                   f"Exec=/usr/bin/env LD_PRELOAD={SCREENCOPY_WITHOUT_GPU} /usr/libexec/xdg-desktop-portal-wlr --loglevel=INFO\n")
        config = self.write("sway.conf", f"xwayland disable\noutput {OUTPUT} resolution {width}x{height} position 0 0\n")
        sway = self.run("sway", *AS_USER, "sway", "--config", config)
        self.wait_for_file(sway, "wayland-1")
        self.wait_for_file(sway, "sway.sock")
        while OUTPUT not in self.say("swaymsg", "--socket", self.socket, "--type", "get_outputs"):
            time.sleep(0.02)
        address = "unix:path=" + self.path("bus")
        self.all["DBUS_SESSION_BUS_ADDRESS"] = self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        bus = self.run("bus", "dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address)
        self.wait_for_file(bus, "bus")
        pipewire = self.run("pipewire", "pipewire")
        self.wait_for_file(pipewire, "pipewire-0")
        self.run("wireplumber", "wireplumber")
        self.wait_for_portal()

    def wait_for_portal(self):
        """xdg-desktop-portal-wlr overlooks a message that comes while it begins, and xdg-desktop-portal waits for the answer for
        25 s. So it begins before the other, mostly in time."""
        self.ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.StartServiceByName",
                 "string:org.freedesktop.impl.portal.desktop.wlr", "uint32:0")
        self.ask("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.DBus.Properties.GetAll",
                 "string:org.freedesktop.portal.ScreenCast")

    def ask(self, name, path, *call):
        return self.say("dbus-send", "--session", "--print-reply=literal", f"--reply-timeout={SECONDS * 1000}", "--dest=" + name, path, *call)

    def say(self, *command):
        return subprocess.run(command, check=True, env=self.all, capture_output=True, text=True).stdout

    def show(self, picture):
        """On its whole ground."""
        self.say("swaymsg", "--socket", self.socket, "output", OUTPUT, "background", picture, "fill")

    def kill_portal(self):
        """As a crash would; the bus starts it again for who asks for it."""
        said = self.ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.GetConnectionUnixProcessID",
                        "string:org.freedesktop.portal.Desktop")
        os.kill(int(said.split()[-1]), signal.SIGKILL)

    def logs(self):
        texts = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(self.path(name), errors="replace") as file:
                    texts += [f"{name[:-4]}| {line}" for line in file.read().split("\n")[-30:]]
        return "\n".join(texts)

    def close(self):
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
