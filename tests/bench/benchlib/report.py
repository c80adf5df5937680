"""The tables, as Markdown that reads as plain text too, and bench.json."""
import json

from benchlib import candidates, figures


def table(heads, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)


def text(value, digits=2):
    return value.text(digits) if value else "–"


def middle(value, digits=1):
    return f"{value.median:.{digits}f}" if value else "–"


def seen(records, key, experiment):
    """In the order of their first appearance."""
    return list(dict.fromkeys(entry[key] for entry in records.find(experiment=experiment)))


def cost_tables(records):
    parts = []
    for profile in seen(records, "profile", "cost"):
        numbers = sorted({entry["receivers"] for entry in records.find(experiment="cost", profile=profile)})
        names = list(dict.fromkeys(entry["candidate"] for entry in records.find(experiment="cost", profile=profile)))
        cipher = "AES-GCM" if profile == "gcm" else "AES-CM with HMAC-SHA1"

        def where(name, number):
            return dict(experiment="cost", profile=profile, candidate=name, receivers=number)

        rows = [[candidates.NAMES[name], *(text(records.values(figures.cost_us, **where(name, number)))
                                           for number in numbers)] for name in names]
        parts.append(f"CPU µs per forwarded packet, {cipher}\n\n"
                     + table(["", *(f"N={number}" for number in numbers)], rows))
        rows = []
        for name in names:
            if name != "floor" and "floor" in names:
                rows.append([candidates.NAMES[name], *(
                    text(records.ratios(name, "floor", experiment="cost", profile=profile, receivers=number))
                    for number in numbers)])
        if rows:
            parts.append(f"The same as a multiple of the floor of the same run, {cipher}\n\n"
                         + table(["", *(f"N={number}" for number in numbers)], rows))
        parts.append(f"Latency, loss and size, {cipher}\n\n" + detail_table(records, names, numbers, where))
    return parts


def detail_table(records, names, numbers, where):
    rows = []
    for name in names:
        for number in numbers:
            wanted = where(name, number)
            if not records.find(**wanted):
                continue
            rows.append([
                candidates.NAMES[name], number,
                text(records.values(lambda r: figures.latency_ms(r, "p50"), **wanted)),
                text(records.values(figures.latency_ms, **wanted)),
                text(records.values(lambda r: figures.latency_ms(r, "max"), **wanted), 1),
                text(records.values(figures.lost_percent, **wanted), 3),
                text(records.values(figures.core_cost_us, **wanted)),
                middle(records.values(figures.core_percent, **wanted), 0),
                middle(records.values(lambda r: figures.dig(r, "memory", "per_receiver_kib"), **wanted)),
                middle(records.values(lambda r: r.get("threads"), **wanted), 0)])
    return table(["", "N", "p50 ms", "p99 ms", "max ms", "lost %", "whole core µs", "core %", "KiB a receiver", "threads"], rows)


def memory_table(records):
    rows = []
    for entry in records.find(experiment="memory"):
        size = entry["result"].get("memory") or {}
        rows.append([candidates.NAMES[entry["candidate"]], entry["receivers"], size.get("rss_kib_before"),
                     size.get("rss_kib_joined"), size.get("rss_kib_end"), f"{size.get('per_receiver_kib') or 0:.1f}"])
    return "Resident memory in KiB, before, with all connected, at the end\n\n" + table(
        ["", "receivers", "before", "joined", "end", "a receiver"], rows)


def joins_table(records):
    rows = []
    for entry in records.find(experiment="joins"):
        churn = entry["result"].get("churn") or {}
        gap = figures.dig(entry["result"], "gap_ms", "max")
        rows.append([candidates.NAMES[entry["candidate"]], entry["run"] + 1, churn.get("attempted"),
                     churn.get("failed"), churn.get("refused_503"),
                     *(f"{value:.1f}" if value is not None else "–"
                       for value in (churn.get("p50_ms"), churn.get("p99_ms"), gap)), f"{figures.lost_percent(entry['result']) or 0:.3f}"])
    return "300 more join each second for 10 s while 300 watch, 100 + 24 kbit/s\n\n" + table(
        ["", "run", "joins", "failed", "refused", "p50 ms", "p99 ms", "longest gap ms", "lost %"], rows)


def workers_table(records):
    rows = [[name, text(records.values(figures.cost_us, experiment="workers", candidate=name)),
             text(records.ratios(name, "1 worker", experiment="workers")),
             text(records.values(figures.latency_ms, experiment="workers", candidate=name))]
            for name in seen(records, "candidate", "workers")]
    return "Workers on one core, 2 rooms of 150\n\n" + table(["", "µs a packet", "× one worker", "p99 ms"], rows)


def scale_table(records, ends):
    rows = []
    for entry in records.find(experiment="scale"):
        result = entry["result"]
        rows.append([candidates.NAMES[entry["candidate"]], entry["shape"], entry["receivers"], figures.dig(result, "connected"),
                     f"{figures.dig(result, 'forwarded_pps') or 0:.0f}", *(
                         f"{value:.{digits}f}" if value is not None else "–" for value, digits in (
                             (figures.cost_us(result), 2), (figures.core_percent(result), 0),
                             (figures.latency_ms(result, "p50"), 1), (figures.latency_ms(result), 1),
                             (figures.lost_percent(result), 3)))])
    return ("100 + 24 kbit/s to each classroom, one core\n\n" + table(
        ["", "", "receivers", "connected", "packets/s", "µs a packet", "core %", "p50 ms", "p99 ms", "lost %"], rows)
        + "".join(f"\n\n{shape}: {why}" for shape, why in ends.items()))


def variants_table(records):
    rows = [[name, text(records.values(figures.cost_us, experiment="variants", candidate=name)),
             text(records.ratios(name, "floor", experiment="variants")),
             text(records.values(figures.latency_ms, experiment="variants", candidate=name)),
             text(records.values(figures.lost_percent, experiment="variants", candidate=name), 3)]
            for name in seen(records, "candidate", "variants")]
    return "The floor's variants, N=300, AES-GCM\n\n" + table(
        ["", "µs a packet", "× default", "p99 ms", "lost %"], rows)


def tables(bench):
    records = bench.records
    parts = cost_tables(records)
    makers = {"memory": memory_table, "joins": joins_table, "workers": workers_table, "variants": variants_table}
    parts += [make(records) for name, make in makers.items() if records.find(experiment=name)]
    if records.find(experiment="scale"):
        parts.append(scale_table(records, bench.ends))
    parts += bench.allocations
    parts += bench.classes
    return "\n\n".join(parts)


def write_json(bench, path):
    path.write_text(json.dumps({
        "machine": bench.machine.facts, "warnings": bench.machine.warnings, "problems": bench.problems,
        "ends": bench.ends, "allocations": bench.allocations, "classes": bench.classes, "figures": bench.records.entries}, indent=1) + "\n")
