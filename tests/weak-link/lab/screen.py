"""A screen beside the lesson: pages of text follow each other on it, and what it took until the classroom saw each of
them well."""
import json
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from support.display import Display, draw_page
from support.shown import Shown

WIDTH, HEIGHT = 1280, 720
PAGES = 4
EVERY_S = 12
LEVELS = (0.95, 0.98)  # of SSIM: what is there can be read; it is sharp


class Desk:
    """The teacher's display, on which each page is a window that covers all of it."""

    def __init__(self, folder):
        self.server = Display(WIDTH, HEIGHT)
        self.display = self.server.name
        for number in range(PAGES):
            draw_page(page_path(folder, number), number, WIDTH, HEIGHT)
            self.server.open_window(page_path(folder, number), title(number), 0, 0)
        self.turn_to(0)

    def turn_to(self, number):
        self.server.run("xdotool", "search", "--name", title(number), "windowraise")

    def close(self):
        self.server.close()


def page_path(folder, number):
    return folder / f"page-{number}.png"


def title(number):
    return f"Page {number}."


class Changer(threading.Thread):
    def __init__(self, desk, path, seconds):
        super().__init__(daemon=True)
        self.desk, self.path = desk, path
        self.order = [i % PAGES for i in range(1, int(seconds) // EVERY_S + 1)]

    def run(self):
        with open(self.path, "w") as file:
            for number in self.order:
                file.write(json.dumps({"now_s": time.monotonic(), "page": number}) + "\n")
                file.flush()
                self.desk.turn_to(number)
                time.sleep(EVERY_S)


def waits(pictures, likeness, began_s, until_s):
    """Seconds from a change to the first picture of each of LEVELS; None where there is none before the next change.
    pictures: their times; likeness: gives the nth one's."""
    found = [None] * len(LEVELS)
    for n, time_s in enumerate(pictures):
        if not began_s <= time_s < until_s:
            continue
        alike = likeness(n)
        found = [time_s - began_s if wait is None and alike >= level else wait for wait, level in zip(found, LEVELS)]
        if None not in found:
            break
    return found


def figures(folder, tools):
    """None without a screen; seconds for each change."""
    path = folder / "screen.jsonl"
    if not path.exists():
        return None
    shown = Shown(folder, "recv", tools.parent / "bench/compare-luma")
    pictures = shown.pictures()
    took = []
    for change in map(json.loads, path.read_text().splitlines()):
        page = page_path(folder, change["page"])
        took.append(waits([picture[0] for picture in pictures],
                          lambda n: shown.similarity(page, WIDTH, HEIGHT, pictures[n]),
                          change["now_s"], change["now_s"] + EVERY_S))
    found = {"changes": len(took)}
    for level, all_s in zip(LEVELS, zip(*took)):
        seen = [round(wait, 2) for wait in all_s if wait is not None]
        name = f"{level:g}".replace("0.", "ssim_")
        found[name] = {"p50_s": statistics.median(seen) if seen else None, "worst_s": max(seen, default=None),
                       "all_s": [wait if wait is None else round(wait, 2) for wait in all_s], "unseen": len(took) - len(seen)}
    return found
