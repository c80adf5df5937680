"""What the link carried: rates by kind, waiting, how full it was, and who got how much of it."""
# As classcast offers them; other stacks say theirs in run.json.
PAYLOAD_TYPES = {"video": (96, 98, 100), "repair": (97, 99, 101, 112, 64), "voice": (111, 63)}


def kind_of(name, payload_types):
    if not name.startswith("rtp-"):
        return name
    number = int(name[4:])
    return next((kind for kind, numbers in payload_types.items() if number in numbers), "other")


def towards_classroom(lines, begin, end):
    return [line for line in lines if line["direction"] == "down" and begin < line["now_us"] <= end]


def waits_percentile(lines, percent):
    """Milliseconds that this share of all packets waited at most for the link."""
    steps = {}
    for line in lines:
        for wait_ms, count in line["waits_ms"]:
            steps[wait_ms] = steps.get(wait_ms, 0) + count
    rest = sum(steps.values()) * percent / 100
    for wait_ms in sorted(steps):
        rest -= steps[wait_ms]
        if rest <= 0:
            return wait_ms
    return None


def utilisation(lines, begin):
    """Share of what could have passed the bottleneck that did; None without one. What is lost behind it counts."""
    passed = room = 0
    last = begin
    for line in lines:
        if line["rate_kbps"] > 0:
            passed += line["passed_bytes"] * 8
            room += line["rate_kbps"] * (line["now_us"] - last) / 1000
        last = line["now_us"]
    return round(passed / room, 4) if room else None


def flow_sums(lines):
    """Delivered bytes by flow, the largest first."""
    sums = {}
    for line in lines:
        for name, size in line["flows"].items():
            sums[name] = sums.get(name, 0) + size
    return sorted(sums.items(), key=lambda item: -item[1])


def jain(shares):
    """Jain's fairness index: 1 if all get the same, 1/n if one gets all."""
    squares = sum(share * share for share in shares)
    return round(sum(shares) ** 2 / (len(shares) * squares), 4) if squares else None


def shares(lines, classrooms, download):
    """Between classrooms, and between lesson and download; None where there is nothing to share with."""
    flows = flow_sums(lines)
    lessons = [size for name, size in flows if name.startswith("udp-")][:classrooms]
    taken = max((size for name, size in flows if name.startswith("tcp-")), default=0)
    return {"jain": jain(lessons) if classrooms > 1 and len(lessons) == classrooms else None,
            "of_link": round(sum(lessons) / (sum(lessons) + taken), 4) if download and taken else None}


def link_figures(lines, begin, end, encoded, facts):
    """Wire rates in kbit/s, IP headers included. Voice beyond what was encoded is repair: blocks of earlier packets."""
    payload_types = facts.get("payload_types", PAYLOAD_TYPES)
    lines = towards_classroom(lines, begin, end)
    split, fates = {}, {}
    late = packets = 0
    for line in lines:
        late += line["late"]
        for fate, count in line["fates"].items():
            fates[fate] = fates.get(fate, 0) + count
        for name, (count, offered, _, delivered, headers) in line["kinds"].items():
            kind = kind_of(name, payload_types)
            packets += count
            split["offered"] = split.get("offered", 0) + offered
            split["delivered"] = split.get("delivered", 0) + delivered
            split["headers"] = split.get("headers", 0) + headers
            split[kind] = split.get(kind, 0) + delivered - headers
            if kind == "video":
                split["video_sent"] = split.get("video_sent", 0) + offered
    again = max(0, split.get("voice", 0) - encoded)
    split["voice"] = split.get("voice", 0) - again
    split["repair"] = split.get("repair", 0) + again
    seconds = (end - begin) / 1e6
    return {"kbps": {kind: round(size * 8 / 1000 / seconds, 1) for kind, size in split.items()},
            "packets": fates, "late": round(late / packets, 4) if packets else 0,
            "queue_p95_ms": waits_percentile(lines, 95), "utilisation": utilisation(lines, begin),
            **shares(lines, facts.get("classrooms", 1), facts.get("download", False))}
