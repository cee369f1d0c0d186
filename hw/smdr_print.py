"""A call record as the PBX of a layout would print it: for its simulated twin, and to prove that what is printed is read back.

[write] of a layout's file has a template for each field that is not printed as it is, and tables of templates for single directions
and conditions, which go before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime, tzinfo

from hw.interfaces import CallRecord
from hw.smdr_layout import UNTALKED, Layout

SPANS = ("duration", "ring", "queue")


def print_record(layout: Layout, record: CallRecord, zone: tzinfo) -> str:
    """The line, without its line end. zone: of the PBX's clock. What does not fit into its columns is cut off."""
    cells = {name: _cell(layout, name, record, zone) for name in layout.fields}
    if layout.kind == "csv":
        return _csv_line(layout, cells)
    line = ""
    for name, (first, last) in sorted(layout.fields.items(), key=lambda item: item[1]):
        room = last - first + 1
        text = cells[name][:room]
        line = line.ljust(first - 1) + (text.rjust(room) if name in layout.write.get("right", ()) else text)
    return line.rstrip()


def _cell(layout: Layout, name: str, record: CallRecord, zone: tzinfo) -> str:
    if name in ("date", "time"):
        printed = record.started_at + ((record.duration_s or 0.0) if layout.time.means == "end" else 0.0)
        patterns = layout.time.dates if name == "date" else layout.time.clocks
        return datetime.fromtimestamp(printed, zone).strftime(patterns[0]) if patterns else ""
    if name in SPANS:
        return _span(layout, name, _seconds(layout, name, record))
    template = _template(layout, name, record)
    return template.format(
        extension=record.extension, trunk=record.trunk, number=record.number, account=record.account, condition=record.condition
    )


def _template(layout: Layout, name: str, record: CallRecord) -> str:
    """The most particular of the templates: for the condition, the direction, all records, or the field as it is."""
    for table in (layout.write.get(record.condition or "ordinary"), layout.write.get(record.direction), layout.write):
        if isinstance(table, Mapping) and isinstance(table.get(name), str):
            return str(table[name])
    return f"{{{name}}}" if name in ("extension", "trunk", "number", "account") else ""


def _seconds(layout: Layout, name: str, record: CallRecord) -> float | None:
    if name == "duration" and record.condition in UNTALKED:
        if layout.untalked_is_ring:
            return record.ring_s
        return record.duration_s if layout.write.get("untalked_duration", True) else None
    return {"duration": record.duration_s, "ring": record.ring_s, "queue": record.queue_s}[name]


def _span(layout: Layout, name: str, seconds: float | None) -> str:
    if seconds is None:
        return ""
    pattern: str = layout.write[name]
    whole = round(seconds)
    minutes, s = divmod(whole, 60) if "{m" in pattern else (0, whole)
    hours, m = divmod(minutes, 60)
    return pattern.format(h=hours, m=m if "{h" in pattern else min(minutes, 9), s=s, t=s // 6)


def _csv_line(layout: Layout, cells: Mapping[str, str]) -> str:
    row = [""] * max(place for place, _ in layout.fields.values())
    for name, (place, _) in layout.fields.items():
        row[place - 1] = cells[name]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(row)
    return out.getvalue()
