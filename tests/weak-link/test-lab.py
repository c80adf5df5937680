#!/usr/bin/env python3
"""The arithmetic behind the laboratory's tables, on series made for it."""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import unittest

from lab import browser_says, figures, link, machine, report, says, screen, settled, stage
from lab.witness import Captures, Picture
from support import tap

STEP_US = 200_000
STEPS = "rate=0:1000;20:150;40:1000,delay=60,queue=300"


def line(now_us, kbps=0, rate=1000, wait_ms=0, turned_away=0, **more):
    """One of the emulator's, each STEP_US."""
    return {"direction": "down", "now_us": now_us, "rate_kbps": rate, "passed_bytes": int(kbps * STEP_US / 8000),
            "kinds": {}, "fates": {"queue": turned_away}, "queue_ms": {"p95": wait_ms}, "waits_ms": [[wait_ms, 1]],
            "late": 0, "flows": {}, **more}


def lines(seconds, of_second):
    """of_second(second) gives the keywords of line()."""
    return [line(at + STEP_US, **of_second(at / 1e6)) for at in range(0, seconds * 1_000_000, STEP_US)]


def pictures(seconds, height=lambda second: 720, shown=lambda second: True):
    return [(at / 25, height(at / 25)) for at in range(seconds * 25) if shown(at / 25)]


class Link(unittest.TestCase):
    def test_waits_are_of_packets_not_of_moments(self):
        found = [line(0, waits_ms=[[0, 98], [300, 1]]), line(0, waits_ms=[[200, 1]])]
        self.assertEqual(link.waits_percentile(found, 95), 0)
        self.assertEqual(link.waits_percentile(found, 99), 200)
        self.assertEqual(link.waits_percentile(found, 100), 300)
        self.assertIsNone(link.waits_percentile([], 95))

    def test_utilisation_follows_the_rate(self):
        found = lines(20, lambda second: {"rate": 1000 if second < 10 else 200, "kbps": 500 if second < 10 else 200})
        self.assertAlmostEqual(link.utilisation(found, 0), 7 / 12, places=3)
        self.assertIsNone(link.utilisation(lines(1, lambda second: {"rate": 0, "kbps": 100}), 0))

    def test_fairness(self):
        self.assertEqual(link.jain([5, 5]), 1)
        self.assertEqual(link.jain([1, 0]), 0.5)
        self.assertEqual(link.jain([3, 1]), 0.8)
        self.assertIsNone(link.jain([0, 0]))

    def test_shares_of_two_classrooms_and_a_download(self):
        found = [line(0, flows={"udp-1": 300, "tcp-9": 700, "udp-2": 100}), line(0, flows={"udp-2": 200, "tcp-9": 100, "tcp-8": 50})]
        self.assertEqual(link.shares(found, 2, False), {"jain": 1, "of_link": None})
        self.assertEqual(link.shares(found, 1, True), {"jain": None, "of_link": round(300 / 1100, 4)})
        self.assertEqual(link.shares(found, 1, False), {"jain": None, "of_link": None})

    def test_kinds_go_by_the_payload_types_of_the_stack(self):
        kinds = {"rtp-96": [10, 1500, 8, 1000, 200], "rtp-97": [1, 200, 1, 125, 25], "rtp-111": [20, 1000, 20, 1000, 400], "stun": [1, 100, 1, 100, 60]}
        found = link.link_figures([line(1_000_000, kinds=kinds, late=1)], 0, 1_000_000, 500, {})
        self.assertEqual(found["kbps"], {"offered": 22.4, "delivered": 17.8, "headers": 5.5, "video": 6.4, "video_sent": 12.0,
                                         "repair": 1.6, "voice": 4.0, "stun": 0.3})  # voice: 100 bytes of it were copies
        self.assertEqual(found["late"], round(1 / 32, 4))
        swapped = {"payload_types": {"video": [97], "repair": [96], "voice": [111]}}
        self.assertEqual(link.link_figures([line(1_000_000, kinds=kinds)], 0, 1_000_000, 600, swapped)["kbps"]["video"], 0.8)


class Settled(unittest.TestCase):
    def find(self, found, shown, conditions=STEPS, seconds=60):
        return [entry["settled_s"] for entry in settled.figures(conditions, seconds, found, shown, 0)]

    def test_changes_are_those_within_the_window(self):
        self.assertEqual(list(settled.changes(STEPS, 60)), [("fall", 20, 40, 150), ("rise", 40, 60, 1000)])
        self.assertEqual(list(settled.changes(STEPS, 30)), [("fall", 20, 30, 150)])
        self.assertEqual(list(settled.changes(STEPS, 20)), [])
        self.assertEqual(list(settled.changes("rate=300,delay=150", 60)), [])

    def test_a_fall_is_over_when_the_queue_is_gone(self):
        def carried(second):
            if second < 20 or second >= 40:
                return {"kbps": 900}
            return {"rate": 150, "kbps": 140, "wait_ms": 250 if second < 22 else 20}
        self.assertEqual(self.find(lines(60, carried), pictures(60)), [2.0, 0])

    def test_a_queue_that_comes_back_begins_it_anew(self):
        def carried(second):
            return {"kbps": 140, "wait_ms": 250 if 20 <= second < 21 or 23 <= second < 24 else 20}
        self.assertEqual(self.find(lines(40, carried), pictures(40), seconds=40), [4.0])

    def test_what_is_turned_away_counts_as_a_queue(self):
        found = lines(40, lambda second: {"kbps": 140, "turned_away": int(second < 25)})
        self.assertEqual(self.find(found, pictures(40), seconds=40), [5.0])

    def test_a_frozen_picture_has_not_settled(self):
        found = lines(40, lambda second: {"kbps": 140})
        self.assertEqual(self.find(found, pictures(40, shown=lambda second: not 20 <= second < 23), seconds=40), [2.6])
        self.assertEqual(self.find(found, pictures(40, shown=lambda second: second < 20), seconds=40), [None])
        self.assertEqual(self.find(found, pictures(40, shown=lambda second: second % 1 < 0.2), seconds=40), [None])

    def test_a_rise_is_over_when_rate_and_picture_are_what_they_come_to(self):
        def carried(second):
            return {"kbps": 900 if second >= 44 or second < 20 else 140}
        shown = pictures(60, lambda second: 720 if second >= 46 or second < 20 else 180)
        self.assertEqual(self.find(lines(60, carried), shown)[1], 6.0)
        self.assertAlmostEqual(self.find(lines(60, carried), pictures(60))[1], 3.6, delta=0.4)  # 85 % on average of 3 s

    def test_a_queue_that_never_goes(self):
        self.assertEqual(self.find(lines(60, lambda second: {"kbps": 900, "wait_ms": 300}), pictures(60)), [None, None])


class Screen(unittest.TestCase):
    def find(self, shown, began_s=10, until_s=22):
        """shown: (time, likeness)"""
        return screen.waits([time_s for time_s, _ in shown], lambda n: shown[n][1], began_s, until_s)

    def test_first_picture_of_each_level(self):
        shown = [(9, 0.99), (10.5, 0.4), (11, 0.96), (12, 0.94), (13.5, 0.98), (14, 0.999)]
        self.assertEqual(self.find(shown), [1, 3.5])
        self.assertEqual(self.find([(12, 0.99)]), [2, 2])

    def test_not_before_the_next_change(self):
        self.assertEqual(self.find([(9, 1), (12, 0.96), (22, 0.99)]), [2, None])
        self.assertEqual(self.find([]), [None, None])


class Lesson(unittest.TestCase):
    def test_gaps_and_freezes(self):
        shown = [Picture(at, number, 1280, 720, -1) for number, at in enumerate((100_000, 300_000, 1_300_000, 1_900_000))]
        taught = Captures([Picture(at - 50_000, number, 1280, 720, -1) for number, at in enumerate((100_000, 300_000, 1_300_000, 1_900_000))])
        seen = type("Seen", (), {"pictures": shown})
        found = figures.picture_figures(seen, taught, 0, 2_000_000)
        self.assertEqual((found["fps"], found["freeze"], found["worst_gap_ms"], found["age_p50_ms"]), (2, 0.8, 1000, 50))

    def test_switches_within_ten_seconds(self):
        self.assertEqual(figures.most_in([0, 4e6, 9e6, 10e6, 30e6], 10e6), 3)
        self.assertEqual(figures.most_in([], 10e6), 0)

    def test_back_after_an_outage(self):
        facts = {"down": "rate=1000,outage=10-20;40-50"}
        frame = figures.VoiceFrame
        frames = [frame(at, "h" if at < 10e6 or at >= 20.4e6 else "d", 1, 100) for at in range(0, 36_000_000, 20_000)]
        seen = type("Seen", (), {"pictures": [Picture(at, number, 0, 0, -1) for number, at in enumerate(range(0, 36_000_000, 40_000)) if at < 10e6 or at >= 21e6]})
        found, = figures.recovery_figures(facts, frames, seen, 0, 36_000_000)
        self.assertEqual((found["voice_back_ms"], found["picture_back_ms"]), (500, 1000))
        self.assertEqual(found["picture_gap_ms"], 11040 - 40)
        self.assertEqual(report.away("voice")({"recovery": [found]}), 0.5)

    def test_where_udp_is_blocked_the_gap_counts(self):
        entry = {"kind": "block-udp", "voice_gap_ms": 3500, "voice_back_ms": 0}
        self.assertEqual(report.away("voice")({"recovery": [entry]}), 3.5)
        self.assertIsNone(report.away("voice")({"recovery": []}))

    def test_what_a_browser_counts(self):
        def said(now_us, samples, concealed, name="A"):
            return {"now_us": now_us, "entries": [{"type": "inbound-rtp", "kind": "audio", "id": name, "ssrc": 1,
                                                   "totalSamplesReceived": samples, "concealedSamples": concealed}]}
        found = [said(0, 48000, 4800), said(1_000_000, 96000, 9600), said(2_000_000, 144000, 9600), said(3_000_000, 4800, 480, "B"),
                 {"now_us": 3_500_000, "entries": []}, said(9_000_000, 960000, 960000, "B")]
        self.assertEqual(browser_says.browser_says(found, 1_000_000, 4_000_000), {"played_ms": 1990, "concealed_ms": 110})


def measured(case="narrow", peer="recv", busy=0.3, damaged=0.01, late=0, **more):
    return {"case": case, "title": case, "both": False, "peer": peer, "machine_busy": busy, "recovery": [], "settled": [],
            "voice": {"damaged": damaged, "recv_says": {}}, "picture": {}, "link": {"late": late, "kbps": {}}, **more}


class Stage(unittest.TestCase):
    def test_waits(self):
        """The first of what happened after each act and before the next one; what never did is not counted as quick."""
        acts = [{"what": "called", "now_s": 10}, {"what": "thanked", "now_s": 12}, {"what": "called", "now_s": 20},
                {"what": "called", "now_s": 30}]
        self.assertEqual(stage.waits(acts, "called", [9.5, 10.25, 10.5, 30.125]), ([250, 125], 3))
        self.assertEqual(stage.waits(acts, "hand", [1]), ([], 0))

    def test_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "send.log")
            self.assertEqual(says.lines_of(log, "hand"), [])
            log.write_text("1970-01-01T00:00:01.500Z INFO  send: hand participant=c1\n1970-01-01T00:00:02.000Z INFO  send: other\n"
                           "no time at all hand participant=c1\n")
            found = says.lines_of(log, r"hand participant=(?P<id>\w+)")
            self.assertEqual([(time_s, match["id"]) for time_s, match in found], [(1.5, "c1")])


class Report(unittest.TestCase):
    def rows(self, figures_of):
        found = [[cell.strip() for cell in row.split("|")[1:-1]] for row in report.table(figures_of).splitlines() if row.startswith("|")]
        return [dict(zip(found[0], row)) for row in found[2:]]

    def test_peers_side_by_side_in_the_order_of_the_cases(self):
        found = self.rows([measured("thin", "janus"), measured("thin"), measured("clean", "chromium")])
        self.assertEqual([(row["Link"], row[""]) for row in found],
                         [("clean", "Chromium, classcast relay"), ("thin", "classcast recv"), ("thin", "Chromium, Janus")])

    def test_median_and_range(self):
        row, = self.rows([measured(damaged=share) for share in (0.01, 0.03, 0.02)])
        self.assertEqual(row["voice damaged %"], "2.0 (1.0–3.0)")
        self.assertEqual(row["runs"], "3")

    def test_a_busy_machine_does_not_count(self):
        row, = self.rows([measured(damaged=0.01), measured(damaged=0.5, busy=0.99), measured(damaged=0.5, late=0.1)])
        self.assertEqual((row["voice damaged %"], row["runs"]), ("1.0", "1 of 3, else too busy"))
        row, = self.rows([measured(busy=0.99)])
        self.assertEqual(row["runs"], "1, machine too busy: does not count")

    def test_disturbance(self):
        self.assertEqual(machine.disturbance(measured(busy=0.45)), 0.5)
        self.assertEqual(machine.disturbance(measured(late=0.02)), 2)

    def test_columns_that_nobody_needs_are_left_out(self):
        self.assertNotIn("Jain", self.rows([measured()])[0])
        self.assertEqual(self.rows([measured(link={"late": 0, "kbps": {}, "jain": 0.9})])[0]["Jain"], "0.90")

    def test_video_under_losses_without_a_bottleneck(self):
        found = [measured(case, link={"late": 0, "kbps": {"video_sent": kbps}}) for case, kbps in (("open", 800), ("open30", 600))]
        self.assertIn("video is sent at 75 % of the rate without", report.table(found))
        self.assertNotIn("bottleneck", report.table(found[:1]))


if __name__ == "__main__":
    tap.main()
