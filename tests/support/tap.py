"""Runs a file's unittest cases and prints TAP: one line a test, diagnostics behind it.

A test file ends with `tap.main()`; `FILE.py NAME…` runs only the tests whose names contain NAME.
Each test has a deadline of its own (`seconds`, 200 unless its class or method says otherwise): a
hanging test fails with the place where it hangs instead of taking the whole file with it.
"""
import signal
import sys
import time
import traceback
import unittest

DEFAULT_SECONDS = 200  # a slow machine with sanitizers is ten times as slow as a good one


class Deadline(Exception):
    pass


def seconds(limit):
    """Decorates a test that may take longer."""
    def decorate(function):
        function.seconds = limit
        return function
    return decorate


def on_alarm(number, frame):
    raise Deadline("the test took too long")


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def run(test):
    """Returns the unittest result of one test under its deadline."""
    result = unittest.TestResult()
    method = getattr(test, test._testMethodName, None)
    limit = getattr(method, "seconds", getattr(test, "seconds", DEFAULT_SECONDS))
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(limit)
    try:
        test.run(result)
    except Deadline:
        result.errors.append((test, traceback.format_exc()))
    finally:
        signal.alarm(0)
    return result


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    wanted = sys.argv[1:]
    tests = [test for test in tests_of(suite) if not wanted or any(name in test.id() for name in wanted)]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        began = time.monotonic()
        result = run(test)
        name = test.id().removeprefix("__main__.")
        took = f"{time.monotonic() - began:.1f} s"
        problems = [text for _, text in result.failures + result.errors]
        if problems:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in "\n".join(problems).splitlines():
                print(f"# {line}")
        elif result.skipped:
            print(f"ok {number} - {name} # SKIP {result.skipped[0][1]}")
        else:
            print(f"ok {number} - {name}")
        print(f"# {took}", flush=True)
    sys.exit(1 if failed else 0)
