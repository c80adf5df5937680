"""What programs write into their logs, with the time."""
import datetime
import re


def lines_of(path, pattern):
    """[(seconds since 1970, match)] of the lines that have it."""
    found = re.finditer(rf"^(\S+Z) \S+ .*?{pattern}", path.read_text(errors="replace") if path.exists() else "", re.M)
    return [(datetime.datetime.fromisoformat(match[1].replace("Z", "+00:00")).timestamp(), match) for match in found]
