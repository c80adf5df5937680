"""Whether the machine left the laboratory alone: what is measured while it is too busy says little of the link."""
import os
import pathlib
import subprocess

BUSY_MOST = 0.9  # of all processors, without what runs at a lower priority
LATE_MOST = 0.01  # of the packets left the emulator late


def busy_seconds():
    """(all, at a lower priority) processor seconds that the whole machine has worked."""
    with open("/proc/stat") as file:
        fields = [int(value) for value in file.readline().split()[1:9]]
    ticks = os.sysconf("SC_CLK_TCK")
    return (sum(fields) - fields[3] - fields[4]) / ticks, fields[1] / ticks


def busy_share(before, after, seconds):
    return round((after[0] - before[0] - (after[1] - before[1])) / seconds / os.cpu_count(), 3)


def tree(pid):
    """The process and all that it has started."""
    found = [pid]
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # it has ended
            continue
        found += [process for child in children for process in tree(int(child))]
    return found


def cpu_seconds(pid):
    """Of its processor so far; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def disturbance(measured):
    """0 to 1 is as it should be; above, the figures are not to be counted."""
    return max(measured["machine_busy"] / BUSY_MOST, measured["link"]["late"] / LATE_MOST)


def version(root):
    try:
        done = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True)
    except OSError:
        return "?"
    return done.stdout.strip() or "?"
