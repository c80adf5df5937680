#!/usr/bin/env python3
"""script/count-tests: what is counted, and what a second run may forgive."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "script/count-tests"
RACE = "ERROR: AddressSanitizer: heap-use-after-free"


class CountTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="classcast-test-")
        self.addCleanup(folder.cleanup)
        self.first = pathlib.Path(folder.name)
        self.again = self.first / "again"
        self.again.mkdir()

    @staticmethod
    def loopback(folder, result="OK", said="", **tests):
        """What meson leaves of one file, `lesson`, whose tests have passed or not."""
        cases = "".join(f'<testcase name="{name}" classname="classcast.classcast:loopback / lesson">'
                        f'{"" if passed else "<failure/>"}</testcase>' for name, passed in tests.items())
        (folder / "b-loopback.xml").write_text('<testsuites><testsuite name="classcast.classcast:loopback / lesson">'
                                               f"{cases}<system-out>{said}</system-out></testsuite></testsuites>")
        (folder / "b-loopback.json").write_text(
            json.dumps({"name": "classcast:loopback / lesson", "result": result, "stdout": said}) + "\n")

    @staticmethod
    def browser(folder, text, code):
        (folder / "browser.tap").write_text(text)
        (folder / "browser.exit").write_text(f"{code}\n")

    def count(self):
        ended = subprocess.run([SCRIPT, self.first], capture_output=True, text=True)
        lines = ended.stdout.splitlines()
        self.assertEqual(ended.returncode == 0, " 0 failed" in lines[-1] and not lines[-1].startswith("0 "), ended)
        return lines

    def failed(self, suite):
        return subprocess.run([SCRIPT, "--failed", self.first, suite], capture_output=True, text=True).stdout.split()

    def test_all_passed(self):
        self.loopback(self.first, a=True, b=True)
        self.assertEqual(self.count(), ["2 passed, 0 failed"])
        self.assertEqual(self.failed("loopback"), [])

    def test_nothing_counted(self):
        self.assertEqual(self.count(), ["0 passed, 0 failed"])

    def test_passed_when_run_again(self):
        self.loopback(self.first, "ERROR", a=True, b=False)
        self.assertEqual(self.failed("loopback"), ["lesson"])
        self.assertEqual(self.count()[-1], "1 passed, 1 failed")
        self.loopback(self.again, a=True, b=True)
        said, total = self.count()
        self.assertTrue(said.startswith("UNSTEADY ") and said.endswith(" b: failed at first, passed when run again"), said)
        self.assertEqual(total, "2 passed, 0 failed")

    def test_failed_twice(self):
        self.loopback(self.first, "ERROR", a=True, b=False)
        self.loopback(self.again, "ERROR", a=False, b=False)
        lines = self.count()
        self.assertEqual(lines[-1], "1 passed, 1 failed")
        self.assertIn("UNSTEADY classcast.classcast:loopback / lesson a: passed at first, failed when run again", lines)

    def test_other_test_failed_at_the_second_time(self):
        self.loopback(self.first, "ERROR", a=False)
        self.loopback(self.again, "ERROR", b=True)
        self.assertEqual(self.count()[-1], "1 passed, 1 failed", "a was not run again")
        self.loopback(self.again, "TIMEOUT", a=True)
        self.assertEqual(self.count()[-1], "0 passed, 1 failed", "the file did not end")

    def test_sanitizer_is_believed_at_once(self):
        self.loopback(self.first, "ERROR", RACE, a=False)
        self.assertEqual(self.failed("loopback"), [])
        self.loopback(self.again, a=True)
        self.assertEqual(self.count()[-1], "0 passed, 1 failed")
        self.loopback(self.first, "ERROR", a=False, b=True)
        self.loopback(self.again, "ERROR", RACE, a=True, b=False)
        self.assertEqual(self.count()[-1].split(", ")[1], "1 failed")

    def test_file_that_did_not_end(self):
        self.loopback(self.first, "TIMEOUT", a=True)
        self.assertEqual(self.count()[-1], "1 passed, 1 failed")
        self.assertEqual(self.failed("loopback"), ["lesson"])
        self.loopback(self.again, a=True, b=True)
        self.assertEqual(self.count()[-1], "2 passed, 0 failed", "also what the first run did not come to")
        self.loopback(self.again, "ERROR", a=True, b=False)
        self.assertEqual(self.count()[-1], "1 passed, 2 failed")

    def test_browser(self):
        bad = "  ---\n  duration_ms: 2\n  location: '/here/teach.test.js:70:1'\n  ...\n"
        self.browser(self.first, f"ok 1 - x\nnot ok 2 - y\n{bad}ok 3 - z # SKIP no\n", 1)
        self.assertEqual(self.failed("browser"), ["teach.test.js"])
        self.assertEqual(self.count()[-1], "1 passed, 1 failed, 1 skipped")
        self.browser(self.again, "ok 1 - y\n", 0)
        self.assertEqual(self.count()[-1], "2 passed, 0 failed, 1 skipped")
        self.browser(self.again, f"not ok 1 - y\n{bad}", 1)
        self.assertEqual(self.count()[-1], "1 passed, 1 failed, 1 skipped")

    def test_browser_file_that_crashed(self):
        self.browser(self.first, "not ok 1 - /here/c.test.js\n  ---\n  location: '/here/c.test.js:1:1'\n  ...\n", 1)
        self.assertEqual(self.failed("browser"), ["c.test.js"])
        self.browser(self.again, "ok 1 - y\n", 0)
        self.assertEqual(self.count()[-1], "1 passed, 0 failed")

    def test_script_alone(self):
        (self.first / "install.exit").write_text("0\n")
        (self.first / "clang-build.exit").write_text("1\n")
        self.assertEqual(self.count(), ["FAILED clang-build (the whole file): exit code 1", "1 passed, 1 failed"])


if __name__ == "__main__":
    tap.main()
