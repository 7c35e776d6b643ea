"""Draw docs/bench/batch.svg and write the tables beside it from bench/results.

python -m bench.chart
"""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any

from bench.accounting import read

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
DRAWN = ROOT / "docs" / "bench"

OURS = ("thalweg", "thalweg with margins")
COLOURS = {
    "thalweg": "#00507a",
    "thalweg with margins": "#3c8dbc",
    "postgis": "#b3541e",
    "postgis 4-D box": "#d99a6c",
    "sedonadb": "#7a5195",
    "duckdb": "#8a8a00",
    "strtree": "#4d7c3a",
    "strtree per time slab": "#2f9e6e",
    "strtree per time and height slab": "#7fbf7b",
}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 520, 70, 250, 50, 60
LABEL_STEP = 17.0

MARKS = ("<!-- ratios: filled by python -m bench.chart -->", "<!-- end of ratios -->")  # in README.md
LARGE = 100_000

Record = dict[str, Any]


def draw(machine: Record, records: list[Record]) -> str:
    """CPU seconds against count on two logarithmic axes, each line named at its end."""
    counts = sorted({r["count"] for r in records})
    low = math.floor(math.log10(min(r["cpu_s"] for r in records)))
    high = math.ceil(math.log10(max(r["cpu_s"] for r in records)))

    def x(count: float) -> float:
        span = math.log10(counts[-1] / counts[0]) or 1.0
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(count / counts[0]) / span

    def y(cpu_s: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(cpu_s)) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#222">',
        "<title>Processor seconds to find every conflicting pair, by number of declarations</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" font-weight="600">'
        "Processor seconds to find every conflicting pair (less is better)</text>",
    ]
    for power in range(low, high + 1):
        parts.append(_line(LEFT, y(10.0**power), WIDTH - RIGHT, y(10.0**power), "#ddd"))
        parts.append(f'<text x="{LEFT - 8}" y="{y(10.0**power) + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for count in counts:
        parts.append(_line(x(count), TOP, x(count), HEIGHT - BOTTOM, "#eee"))
        parts.append(f'<text x="{x(count):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count:,}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    under = HEIGHT - BOTTOM + 40
    parts.append(f'<text x="{middle:.0f}" y="{under}" text-anchor="middle">declarations</text>')
    ends = []
    for subject in _subjects(records):
        points = [(x(r["count"]), y(r["cpu_s"])) for r in _of(records, subject)]
        colour = COLOURS.get(subject, "#666")
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        wide = 3.5 if subject in OURS else 1.8
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{wide}"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{wide}" fill="{colour}"/>' for a, b in points]
        if points[-1][0] < x(counts[-1]):  # measured no further: named where it stops
            stop_x, stop_y = points[-1]
            parts.append(f'<text x="{stop_x + 6:.1f}" y="{stop_y + 18:.1f}" fill="{colour}">{escape(subject)}</text>')
        else:
            ends.append((points[-1], subject, colour))
    at = TOP - LABEL_STEP
    for (end_x, end_y), subject, colour in sorted(ends, key=lambda end: end[0][1]):
        at = max(at + LABEL_STEP, end_y)
        parts.append(_line(end_x + 5, end_y, WIDTH - RIGHT + 14, at, colour, dash="2 3"))
        weight = "700" if subject in OURS else "400"
        parts.append(
            f'<text x="{WIDTH - RIGHT + 18}" y="{at + 4:.1f}" fill="{colour}" font-weight="{weight}">'
            f"{escape(subject)}</text>"
        )
    told = f"{_when(records)}, {machine['cores']} cores of {machine['cpu']}"
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 6}" font-size="11" fill="#666">{escape(told)}</text></svg>\n')
    return "\n".join(parts)


def ratios(machine: Record, records: list[Record]) -> str:
    """A Markdown table: processor seconds, and how many times Thalweg's."""
    counts = sorted({r["count"] for r in records})
    ours = {r["count"]: r["cpu_s"] for r in _of(records, "thalweg")}
    lines = [
        "| CPU seconds (times Thalweg's) | " + " | ".join(f"{count:,}" for count in counts) + " |",
        "|---|" + "---:|" * len(counts),
    ]
    for subject in _subjects(records):
        spent = {r["count"]: r["cpu_s"] for r in _of(records, subject)}
        cells = []
        for count in counts:
            if count not in spent:
                cells.append("not run")
            elif count in ours and subject != "thalweg":
                cells.append(f"{spent[count]:.3g} ({spent[count] / ours[count]:.3g}×)")
            else:
                cells.append(f"{spent[count]:.3g}")
        lines.append(f"| {subject} | " + " | ".join(cells) + " |")
    peaks = {r["count"]: r["peak_mb"] for r in _of(records, "thalweg")}
    if peaks:
        lines.append("| thalweg, peak memory | " + " | ".join(f"{peaks[c]:,.0f} MB" for c in counts) + " |")
    pairs = {r["count"]: r["pairs"] for r in records if r["subject"] != "thalweg with margins"}
    lines.append("| pairs found, the same by all | " + " | ".join(f"{pairs[c]:,}" for c in counts) + " |")
    return (
        "\n".join(lines)
        + f"\n\n{_when(records)}, {machine['cores']} cores of {machine['cpu']}, "
        + f"{machine['memory_gb']:g} GB. How this was measured: "
        + "[benchmarks](../explanation/benchmarks.md).\n"
    )


def _when(records: list[Record]) -> str:
    """The latest day and the commit of Thalweg's latest run, or of the latest run where it has none."""
    ours = [r for r in records if r["subject"] in OURS] or records
    latest = max(ours, key=lambda r: str(r["date"]))
    return f"{latest['date']}, commit {latest['commit']}"


def alone(machine: Record, records: list[Record]) -> str:
    """Markdown: the online feed beside PostGIS, explaining, a cold start, and the size."""
    feeds = [r for r in records if r["what"] == "feed"]
    lines = [
        "| online, microseconds | live | clock | p50 | p99 | declare p99 | replace p99 | cancel p99 | tick p99 |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for record in feeds:
        for clock in ("processor", "server", "client"):
            if clock in record:
                of = record[clock]
                cells = [of["all"]["p50_us"], of["all"]["p99_us"]]
                cells += [
                    of[kind]["p99_us"] if kind in of else None for kind in ("declare", "replace", "cancel", "tick")
                ]
                told = " | ".join("" if cell is None else f"{cell:,.0f}" for cell in cells)
                lines.append(f"| {record['subject']} | {record['count']:,} | {_CLOCKS[clock]} | {told} |")
    lines += ["", "| | | |", "|---|---|---|"]
    for record in records:
        match record["what"]:
            case "explain":
                text = f"{record['per_cpu_s']:,} a CPU second ({record['findings']:,} findings)"
                lines.append(f"| findings explained, {record['subject']} | {text} | |")
            case "start":
                bare = record["without_compiled_files"]
                text = f"{record['wall_s']:.2f} s, {record['peak_mb']:.0f} MB"
                lines.append(
                    f"| `thalweg check` of 20 declarations, new process | {text} "
                    f"| without compiled files {bare['wall_s']:.2f} s |"
                )
            case "size":
                largest = ", ".join(f"{name} {mb:.0f}" for name, mb in list(record["largest_mb"].items())[:4])
                lines.append(f"| installed size | {record['added_mb']:.0f} MB | largest: {largest} |")
            case _:
                continue
    runs = ", ".join(sorted({f"{r['date']} ({r['commit']})" for r in records}))
    return "\n".join(lines) + f"\n\n{runs}; {machine['cores']} cores of {machine['cpu']}.\n"


def served(machine: Record, records: list[Record]) -> str:
    """Markdown: the online face in one busy place, and a restart."""
    lines = [
        "| one busy place, processor microseconds | live | conflicts each | compare p50 | p99 | largest "
        "| feed compared p50 | p99 | largest | filling up, largest |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        if record["what"] in ("feed", "feed described"):
            cells = [record[name]["processor"][at] for name in ("compare", "feed_compared") for at in _TOLD]
            cells.append(record["filling"]["processor"]["max_us"])
            told = " | ".join(f"{cell:,.0f}" for cell in cells)
            what = "with references of places" if "described" in record["what"] else "without"
            lines.append(f"| {what} | {record['count']:,} | {record['conflicts_each']:.1f} | {told} |")
    lines += [
        "",
        "| restart | live | open findings | snapshot | taken in | read and restored | processor | peak memory "
        "| compare afterwards, p50 | p99 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        if record["what"] == "restart":
            after = record["compare_afterwards_with_declarations_made_anew"]["processor"]
            lines.append(
                f"| {record['subject']} | {record['count']:,} | {record['open_findings']:,} "
                f"| {record['snapshot_mb']:,.0f} MB | {record['snapshot_s']:.1f} s | {record['restore_s']:.1f} s "
                f"| {record['restore_processor_s']:.1f} s | {record['peak_mb']:,.0f} MB "
                f"| {after['p50_us']:,.0f} µs | {after['p99_us']:,.0f} µs |"
            )
    runs = ", ".join(sorted({f"{r['date']} ({r['commit']})" for r in records}))
    return "\n".join(lines) + f"\n\n{runs}; {machine['cores']} cores of {machine['cpu']}.\n"


def at_work(machine: Record, records: list[Record]) -> str:
    """Markdown: the live desk through HTTP, its streams, and its restart."""
    lines = [
        "| declarations through HTTP | live | a second | waiting p50 | p99 | largest "
        "| other side warned after the answer, p99 | processor of the server each | its share of a core "
        "| bare store, commits a second | load of the machine |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    named = {"closed": "as fast as answered, {} on their way", "open": "at an even rate"}
    for record in records:
        if record["what"] in named:
            wait, bare = record["wait"], record["bare_commits_per_s"]
            yards = f" ({record['server_cpu_yards_each']:.0f} yards)" if "server_cpu_yards_each" in record else ""
            how = named[record["what"]].format(record["in_flight"])
            lines.append(
                f"| {record['store']}, {how} | {record['live']:,} | {record['per_s']:,.0f} "
                f"| {wait['median_ms']:,.0f} ms | {wait['p99_ms']:,.0f} ms | {wait['max_ms']:,.0f} ms "
                f"| {record['warned']['p99_ms']:,.0f} ms | {record['server_cpu_ms_each']:.1f} ms{yards} "
                f"| {record['server_share_of_core']:.0%} | {bare['before']:,} and {bare['after']:,} "
                f"| {record['load_1m']:.0f} |"
            )
    lines += [
        "",
        "| open streams | live | declared | every stream warned after the answer p50 | p99 | largest | memory each "
        "| load of the machine |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        if record["what"] == "streams":
            warned = record["warned"]
            lines.append(
                f"| {record['streams']:,} | {record['live']:,} | {record['declared']} | {warned['median_ms']:,.0f} ms "
                f"| {warned['p99_ms']:,.0f} ms | {warned['max_ms']:,.0f} ms | {record['memory']['each_kb']:.0f} kB "
                f"| {record['load_1m']:.0f} |"
            )
    lines += [
        "",
        "| restart to serving | live | entries | clock | processor | peak memory | snapshots | put away in "
        "| load of the machine |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        if record["what"] == "restart":
            for name, told in (("first", "log folded from its first entry"), ("kept", "from what was put away")):
                run = record[name]
                if name == "first" and not run["passed_over"]:
                    continue  # it had been put away before
                lines.append(
                    f"| {told} | {record['live']:,} | {record['entries']:,} | {run['ready_s']:.1f} s "
                    f"| {run['ready_cpu_s']:.1f} s | {run['peak_mb']:,.0f} MB "
                    f"| {record['snapshots_mb']:,.0f} MB | {run['put_away_s']:.1f} s | {record['load_1m']:.0f} |"
                )
    return "\n".join(lines) + _of_runs(machine, records)


def read_out(machine: Record, records: list[Record]) -> str:
    """Markdown: every reading of a desk, the first time and again."""
    lines = [
        "| `GET`, the first time and again | live | answered in | longest step of the loop | longest wait of another "
        "| processor | bytes | load of the machine |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for record in records:
        runs = (record["first"], record["second"])
        ms = {
            name: ", ".join(f"{run[name]:,.0f}" for run in runs) + " ms"
            for name in ("ms", "step_ms", "held_ms", "cpu_ms")
        }
        status = "" if runs[1]["status"] == 200 else f" ({runs[1]['status']})"
        lines.append(
            f"| `{record['route']}`{status} | {record['live']:,} | {ms['ms']} | {ms['step_ms']} | {ms['held_ms']} "
            f"| {ms['cpu_ms']} | {runs[0]['bytes']:,} | {record['load_1m']:.0f} |"
        )
    return "\n".join(lines) + _of_runs(machine, records)


def _of_runs(machine: Record, records: list[Record]) -> str:
    runs = ", ".join(sorted({f"{r['date']} ({r['commit']})" for r in records}))
    return f"\n\n{runs}; {machine['cores']} cores of {machine['cpu']}.\n"


_TOLD = ("p50_us", "p99_us", "max_us")
_CLOCKS = {
    "processor": "processor time of the thread",
    "server": "wall time inside the server",
    "client": "wall time",
}


def _subjects(records: list[Record]) -> list[str]:
    """Thalweg first, then as measured."""
    named = list(dict.fromkeys(r["subject"] for r in records))
    return [s for s in OURS if s in named] + [s for s in named if s not in OURS]


def _of(records: list[Record], subject: str) -> list[Record]:
    return sorted((r for r in records if r["subject"] == subject), key=lambda r: int(r["count"]))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashed}/>'


def filled(page: str, machine: Record, records: list[Record]) -> str:
    """The page with the ratios of the largest counts between its two marks."""
    before, _, rest = page.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    table = ratios(machine, [r for r in records if r["count"] >= LARGE]).replace("](../", "](docs/")
    return f"{before}{MARKS[0]}\n{table}{MARKS[1]}{after}"


def main() -> None:
    machine, records = read(RESULTS / "peers.json")
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8"), machine, records), encoding="utf-8")
    DRAWN.mkdir(parents=True, exist_ok=True)
    (DRAWN / "batch.svg").write_text(draw(machine, records))
    (DRAWN / "ratios.md").write_text(ratios(machine, records))
    (DRAWN / "engine.md").write_text(alone(*read(RESULTS / "engine.json")))
    (DRAWN / "online.md").write_text(served(*read(RESULTS / "online.json")))
    (DRAWN / "desk.md").write_text(at_work(*read(RESULTS / "desk.json")))
    (DRAWN / "reads.md").write_text(read_out(*read(RESULTS / "reads.json")))


if __name__ == "__main__":
    main()
