"""Results as tables of text, which are Markdown too."""

import json
import sys


def tell(text):
    """Says something to whoever waits."""
    print(text, file=sys.stderr, flush=True)


def write(folder, name, result, text):
    """Prints a table and keeps it, with all that was measured beside it as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / f"{name}.md").write_text(text)
    print(text)
    print(f"Kept as {folder / name}.md and .json")


def markdown(head, rows):
    """A table with its columns in line; the first to the left, the others to the right."""
    cells = [list(map(str, row)) for row in [head, *rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    lines = [
        [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in cells
    ]
    rule = ["-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]]) + "\n"


def milliseconds(time):
    """A time with about three digits."""
    if time is None:
        return "-"
    return f"{time:.0f}" if time >= 100 else f"{time:.1f}" if time >= 10 else f"{time:.2f}"


def times(ratio):
    """How many times as long, or as much."""
    return "-" if ratio is None else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def dump(result):
    """Times of each shape over Parquet files in milliseconds."""
    export = result["export"]
    size = f"{export['files']} files, {export['bytes'] / result['events']:.1f} bytes per event"
    made = f"exported in {export['seconds']:.1f} s with {export['peak_bytes'] / 2**20:,.0f} MiB"
    parts = [about(result), f"{size}, {made}.\n", side_by_side(result, list(result["versions"]))]
    return "\n".join([*parts, *wrong(result)])


def about(result):
    """What was measured where."""
    return (
        f"{result['events']:,} events, {result['threads']} threads, {result['machine']['processor']}. "
        f"Medians of {result['runs']} warm runs in milliseconds.\n"
    )


def side_by_side(result, names):
    """Times of each shape."""
    rows = []
    for each in result["shapes"]:
        found = [milliseconds(each["measured"].get(name, {}).get("median_ms")) for name in names]
        rows.append([each["shape"], each["rows"], *found, each["fastest"] or "-", times(each["ratio"])])
    rows.append(["geometric mean", "", *[""] * len(names), "", times(result["geometric_mean"])])
    return markdown(["shape", "rows", *names, "fastest peer", "ratio"], rows)


def wrong(result):
    """Answers that differ, and peers that failed."""
    found = result["differences"] + result["failures"]
    return ["\n".join(f"- {line}" for line in found) + "\n"] if found else []


def comparison(result):
    """Times of each shape in milliseconds, then what loading took."""
    names = [name for name in result["versions"] if name in result["load"]]
    loads = [[name, *_load(result["load"][name], result["events"])] for name in names]
    parts = [about(result), side_by_side(result, names), markdown(["", "version", "load s", "events/s", "bytes per event", "peak MiB"],
             [[row[0], result["versions"][row[0]], *row[1:]] for row in loads])]  # fmt: skip
    return "\n".join([*parts, *wrong(result)])


def _load(load, events):
    if not load:
        return ["-"] * 4
    return [
        f"{load['seconds']:.1f}",
        f"{events / load['seconds']:,.0f}",
        f"{load['bytes'] / events:.1f}",
        f"{load['peak_bytes'] / 2**20:,.0f}",
    ]
