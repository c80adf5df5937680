"""What Chromium's own statistics say of the voice."""
SAMPLES_PER_MS = 48


def inbound_voice(line):
    return next((entry for entry in line["entries"] if entry["type"] == "inbound-rtp" and entry["kind"] == "audio"), None)


def counts(entry):
    concealed = entry.get("concealedSamples", 0)
    return {"played_ms": entry.get("totalSamplesReceived", 0) - concealed, "concealed_ms": concealed}


def browser_says(lines, begin_us, end_us):
    """How its counts grew within the window; a page that begins anew begins with other counters."""
    grown, last = {}, None
    for line in lines:
        entry = inbound_voice(line)
        if entry is None or line["now_us"] > end_us:
            continue
        now = (entry["id"], entry.get("ssrc"), counts(entry))
        before = last[2] if last and last[:2] == now[:2] and last[2]["played_ms"] <= now[2]["played_ms"] else {}
        if line["now_us"] >= begin_us:
            for name, count in now[2].items():
                grown[name] = grown.get(name, 0) + count - before.get(name, 0)
        last = now
    return {name: round(count / SAMPLES_PER_MS) for name, count in grown.items()}
