"""A deck beside the lesson: pages are turned while it runs, now to the next one and now to one far away, and what
that took until the classroom saw the page."""
import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from lab.says import lines_of
from support.websocket import WebSocket

PAGES = 12
EVERY_S = 10


def make(folder, tools):
    """The PDF that is shown."""
    path = folder / "lesson.pdf"
    subprocess.run([tools.parent / "deck/make-pdf", path, str(PAGES)], check=True)
    return path


def turns(n):
    """Pages in the order in which they are shown: the next one, then one far away, and so on."""
    page, order = 0, []
    for i in range(n):
        page = (page + (1 if i % 2 == 0 else PAGES // 2 + 1)) % PAGES
        order.append(page)
    return order


class Turner(threading.Thread):
    """Whoever may teach may turn: here without a token."""

    def __init__(self, namespace, port, room, path, seconds):
        super().__init__(daemon=True)
        self.namespace, self.port, self.room, self.path = namespace, port, room, path
        self.order = turns(max(int(seconds) // EVERY_S, 1))

    def run(self):
        self.namespace.enter()
        socket = WebSocket(self.port, f"/rooms/{self.room}/events")
        deck = socket.wait_for(type="deck", seconds=60)["deck"]["id"]
        socket.close()
        with open(self.path, "w") as file:
            for i, page in enumerate(self.order):
                socket = WebSocket(self.port, f"/rooms/{self.room}/events")
                socket.send(1, json.dumps({"type": "page", "deck": deck, "page": page}).encode())
                file.write(json.dumps({"now_s": time.time(), "page": page + 1, "next": i % 2 == 0}) + "\n")
                file.flush()
                time.sleep(EVERY_S)
                socket.close()


def seen(path):
    """[(seconds since 1970, page)]"""
    return [(time_s, int(match["page"])) for time_s, match in lines_of(path, r"page shown page=(?P<page>\d+)")]


def figures(folder):
    """None without a deck; milliseconds from the turn to the page on the screen, for those that were seen before the next turn."""
    path = folder / "slides.jsonl"
    if not path.exists():
        return None
    shown = seen(folder / "recv.log")
    took = {True: [], False: []}
    turned = [json.loads(line) for line in path.read_text().splitlines()]
    for turn in turned:
        after = [when - turn["now_s"] for when, page in shown if page == turn["page"] and 0 <= when - turn["now_s"] < EVERY_S]
        if after:
            took[turn["next"]].append(round(min(after) * 1000))
    return {"next_ms": statistics.median(took[True]) if took[True] else None,
            "far_ms": statistics.median(took[False]) if took[False] else None,
            "all_next_ms": took[True], "all_far_ms": took[False],
            "unseen": len(turned) - len(took[True]) - len(took[False])}
