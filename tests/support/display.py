"""An X display of a test's own (Xvfb), and pages of text to be shown on it."""
import os
import random
import subprocess

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WORDS = "the lesson of today light travels in straight lines mirror angle equals experiment 光沿直线传播 反射角等于入射角 同学们请看".split()


def draw_page(path, number, width, height):
    """A page of text, another one for each number."""
    chosen = random.Random(number)
    command = ["convert", "-size", f"{width}x{height}", "xc:white", "-font", FONT, "-fill", "#103060",
               "-pointsize", "44", "-annotate", "+40+70", f"第{number}课 Lesson {number}", "-fill", "black", "-pointsize", "24"]
    for y in range(130, height - 30, 46):
        line = " ".join(chosen.choice(WORDS) for _ in range(width // 140))
        command += ["-annotate", f"+50+{y}", "• " + line]
    subprocess.run([*command, path], check=True)


class Display:
    def __init__(self, width, height):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as said:
            self.name = ":" + said.readline().strip()
        self.env = {"DISPLAY": self.name}
        self.children = []

    def run(self, *command):
        subprocess.run(command, check=True, env=dict(os.environ, **self.env))

    def show(self, picture):
        """On its whole ground. `display` says 1 of that, done or not: who looks will know."""
        subprocess.run(["display", "-window", "root", picture], env=dict(os.environ, **self.env))

    def open_window(self, picture, title, left=40, top=30):
        child = subprocess.Popen(["display", "-immutable", "-borderwidth", "0", "-title", title, picture], env=dict(os.environ, **self.env))
        self.children.append(child)
        self.move_window(title, left, top)
        return child

    def move_window(self, title, left, top):
        self.run("timeout", "60", "xdotool", "search", "--sync", "--onlyvisible", "--name", title, "windowmove", str(left), str(top))

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        self.server.terminate()
        self.server.wait()
