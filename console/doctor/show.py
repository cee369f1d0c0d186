"""The findings on a terminal of 80 columns, in the reader's language."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from console.output import wrapped
from hw.messages import Message
from quality.health.finding import STATES, Finding
from quality.health.meter import bar
from recorder.settings.sections import Settings
from recorder.signals.levels import SideLevels
from recorder.watch.words import SIDES

MARKS = {"ok": Message("ok   ", "正常 "), "warn": Message("warn ", "注意 "), "wrong": Message("WRONG", "异常 ")}
WIDTH = 80
PLAIN = ("#", "|", ".")
"""What a bar is drawn with where the terminal has no other characters."""


def shown(findings: Sequence[Finding], settings: Settings, language: str) -> Iterator[str]:
    """A line a finding, below it what to do; the box first, then each line under its name; last, the sum."""
    for finding in findings:
        if not finding.line:
            yield from _finding(finding, language)
    for line in settings.line:
        mine = [finding for finding in findings if finding.line == line.name]
        if mine:
            extension = f" ({Message('ext.', '分机').text(language)} {line.extension})" if line.extension else ""
            yield ""
            yield Message(f"line {line.name}{extension}", f"线路 {line.name}{extension}").text(language)
            for finding in mine:
                yield from _finding(finding, language)
    yield ""
    yield _sum(findings).text(language)


def level_line(sides: Sequence[SideLevels], language: str) -> str:
    """One second of a live test: a bar and a figure a side."""
    parts = [f"{SIDES[side.side].text(language)} {_bar(side)} {side.rms_db:4.0f}" for side in sides]
    return "  ".join(parts) if parts else "–"


def _finding(finding: Finding, language: str) -> Iterator[str]:
    mark = MARKS[finding.state].text(language)
    text = finding.seen.text(language)
    drawn = finding.figures.get("bar")
    first, *rest = wrapped(text, WIDTH - 6)
    yield f"{mark} {first}"
    yield from (f"      {more}" for more in rest)
    if isinstance(drawn, str):
        yield f"      {drawn if _draws() else drawn.translate(str.maketrans('█·', '#.'))}"
    if finding.advice is not None:
        first, *rest = wrapped(finding.advice.text(language), WIDTH - 8)
        yield f"      {'→' if _draws() else '>'} {first}"
        yield from (f"        {more}" for more in rest)


def _bar(side: SideLevels) -> str:
    return bar(side) if _draws() else bar(side, PLAIN)


def _draws() -> bool:
    """Whether a bar's usual characters can be written here."""
    try:
        "█·→".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _sum(findings: Sequence[Finding]) -> Message:
    wrong, warn = (sum(finding.state == state for finding in findings) for state in reversed(STATES[1:]))
    if not wrong and not warn:
        return Message("everything is as it should be", "一切正常")
    return Message(f"{wrong} wrong, {warn} to look at", f"{wrong} 项异常,{warn} 项注意")
