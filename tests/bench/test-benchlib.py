#!/usr/bin/env python3
"""The arithmetic behind script/bench's tables and plot."""
import pathlib
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import unittest

from benchlib import allocations, classes, experiments, figures, plot, report
from support import tap

SVG = "{http://www.w3.org/2000/svg}"


def result(cost, lost=0, **more):
    return {"expected": 1000, "lost": lost, "forwarded_pps": 10000, "latency_us": {"all": {"p99": 2000}},
            "cpu": {"us_per_packet": cost, "share": cost / 100, "process_ns": 1000, "core_busy_ns": 1000}, **more}


def cost_records(costs):
    """{candidate: one cost a run}, at N=100 and twice as dear at N=300."""
    records = figures.Records()
    for name, runs in costs.items():
        for run, cost in enumerate(runs):
            for receivers, factor in ((100, 1), (300, 2)):
                records.add("cost", name, "gcm", receivers, run, result(cost * factor))
    return records


class Figures(unittest.TestCase):
    def test_spread(self):
        self.assertEqual(figures.spread([3, None, 1, 2]).as_json(), {"median": 2, "min": 1, "max": 3, "runs": 3})
        self.assertIsNone(figures.spread([None]))

    def test_ratios_are_taken_within_a_run(self):
        # The second run was twice as slow for both: the ratio of the medians would be 8 / 3.
        records = cost_records({"floor": [2, 4], "classcast": [4, 12]})
        ratio = records.ratios("classcast", "floor", experiment="cost", profile="gcm", receivers=300)
        self.assertEqual(ratio.values, [2, 3])

    def test_a_run_without_a_floor_has_no_ratio(self):
        records = cost_records({"floor": [2], "classcast": [4, 12]})
        self.assertEqual(records.ratios("classcast", "floor", experiment="cost", receivers=100).values, [2])

    def test_shares(self):
        self.assertEqual(figures.core_percent(result(5)), 5)
        self.assertEqual(figures.lost_percent(result(5, lost=10)), 1)
        busy = result(50)
        busy["cpu"]["core_busy_ns"] = 1500
        self.assertEqual(figures.disturbed_percent(busy), 25)

    def test_doubts(self):
        self.assertEqual(list(experiments.doubts(result(5))), [])
        bad = result(5, lost=10, damaged=2, generator={"limited": True, "why": ["late", "full"]})
        self.assertEqual(list(experiments.doubts(bad)),
                         ["the generator was the limit: late; full", "1.000 % were lost", "2 packets were damaged"])


class Output(unittest.TestCase):
    def test_tables(self):
        lines = "\n".join(report.cost_tables(cost_records({"floor": [2, 4], "classcast": [4, 12]}))).splitlines()
        self.assertIn("| classcast | 8.00 (4.00–12.00) | 16.00 (8.00–24.00) |", lines)
        self.assertIn("| classcast | 2.50 (2.00–3.00) | 2.50 (2.00–3.00) |", lines)

    def test_plot(self):
        drawing = plot.svg(cost_records({"floor": [2, 4], "classcast": [4, 12], "janus": [20, 30]}))
        root = xml.etree.ElementTree.fromstring(drawing)
        lines = {group.get("class"): group.find(f"{SVG}polyline").get("points") for group in root.iter(f"{SVG}g")
                 if group.find(f"{SVG}polyline") is not None}
        self.assertEqual(set(lines), {"floor", "classcast", "janus"})
        heights = {name: [float(point.split(",")[1]) for point in points.split()] for name, points in lines.items()}
        self.assertLess(heights["janus"][0], heights["classcast"][0])
        self.assertLess(heights["classcast"][0], heights["floor"][0])
        # Twice the cost is the same distance everywhere on a logarithmic axis.
        steps = {round(begin - end) for begin, end in heights.values()}
        self.assertEqual(len(steps), 1)

    def test_nothing_to_plot(self):
        self.assertIsNone(plot.svg(figures.Records()))

    def test_ticks_enclose(self):
        for least, most in ((2.5, 22), (0.09, 0.11), (1, 1)):
            found = plot.ticks(least, most)
            self.assertLessEqual(found[0], least)
            self.assertGreaterEqual(found[-1], most)


class Allocations(unittest.TestCase):
    def test_newest_complete_answer(self):
        text = ("relay: listening\nallocations begin\nallocations 5 media 0\nallocations end\n"
                "allocations begin\nallocations 7 media 0\nallocations 2 pool\nallocations 3 pool\nallocations end\n"
                "allocations begin\nallocations 9 med")
        self.assertEqual(allocations.read_counts(text), ({"media 0": 7, "pool": 5}, 2))
        self.assertEqual(allocations.read_counts("allocations begin\n"), ({}, 0))
        self.assertEqual(allocations.rate((2, 100), (7, 150)), 10)


class Classes(unittest.TestCase):
    def test_words(self):
        result = {"seconds": 2, "relay_cpu": 0.1, "forwarded": 20000, "published": 4000, "p50_us": 250, "p99_us": 3000,
                  "expected_voice": 1000, "lost_voice": 1, "expected_video": 1000, "lost_video": 0, "expected_grid": 0, "lost_grid": 0}
        words = classes.words(29, result)
        for said in ("29 classrooms", "10.0 % of a core", "2000 packets a second in and 10000 out", "10.00 µs a packet",
                     "p50 0.25 ms, p99 3.00 ms", "of voices 0.100 %", "pictures 0.000 %", "grid's –"):
            self.assertIn(said, words)


if __name__ == "__main__":
    tap.main()
