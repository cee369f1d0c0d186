"""Lines without a sense: how many calls are found whole, and how many records find them. Made-up days, seed by seed.

`python -m recorder.bench.voiceline` prints the figures; docs/measurements.md has those that were seen. Real: segmenter, matching,
the layout's printing and reading. Made up: when somebody speaks, and when the PBX prints.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hw.interfaces import CallRecord
from hw.smdr_layoutfile import load_layout
from hw.smdr_print import print_record
from recorder.line.actions import Drop, End, Start
from recorder.line.segmenter import Segmenter
from recorder.line.timing import timing_of
from recorder.pbx.clock import PbxClock, match_by_clock
from recorder.pbx.matching import Kept, LineNames, Match
from recorder.settings.sections import Segmentation
from recorder.signals.voice import FRAME_S, Heard
from recorder.store.calls import Call

START = 1_795_309_200.0
ZONE = ZoneInfo("Asia/Shanghai")
RATE = 8000
BLOCK_S = 0.2
SETTLE_S = 2.0
NEAR_S = 3.0
"""Seconds by which a call that was found may differ from the true one and is whole."""


@dataclass(frozen=True)
class Office:
    """dead: share of calls with dead air in them, of dead_s seconds. rest_s: between two calls. lost: share of the records;
    after_s: when the PBX prints. internal: share of calls that the PBX prints no record of."""

    dead: float = 0.12
    dead_s: tuple[float, float] = (9.0, 50.0)
    rest_s: tuple[float, float] = (9.0, 120.0)
    lost: float = 0.02
    after_s: tuple[float, float] = (0.5, 4.0)
    internal: float = 0.02


@dataclass(frozen=True)
class Talk:
    """A true call. speech: from, to, in seconds of the line. printed_at: None when no record comes."""

    start: float
    end: float
    speech: tuple[tuple[float, float], ...]
    direction: str
    printed_at: float | None


def day(seed: int, office: Office, hours: float) -> list[Talk]:
    """One line's calls."""
    rng, talks, at = random.Random(seed), list[Talk](), 20.0
    while at < hours * 3600:
        lasts = rng.uniform(6, 20) if rng.random() < 0.2 else min(1500.0, max(8.0, rng.lognormvariate(4.3, 0.8)))
        dead = rng.uniform(*office.dead_s) if rng.random() < office.dead and lasts > 15 else 0.0
        speech = tuple(_speech(rng, at, lasts, dead))
        end = speech[-1][1] + rng.uniform(0.2, 1.5)
        silent = rng.random() < office.lost + office.internal
        talks.append(Talk(at, end, speech, rng.choice(["in", "in", "out"]), None if silent else end + rng.uniform(*office.after_s)))
        at = end + rng.uniform(*office.rest_s)
    return talks


def _speech(rng: random.Random, at: float, lasts: float, dead: float) -> Iterator[tuple[float, float]]:
    """Somebody speaks for 1 to 6 s, then for 0.2 to 2 s nobody; once, somewhere within, for `dead` seconds."""
    now, until, dead_at = at + rng.uniform(0.3, 1.5), at + lasts, at + lasts * rng.uniform(0.2, 0.8)
    while now < until:
        stop = now + rng.uniform(1, 6)
        yield now, stop
        now = stop + rng.uniform(0.2, 2)
        if dead and now > dead_at:
            now, until, dead = now + dead, until + dead, 0.0


@dataclass(frozen=True)
class Found:
    """A recorded call, and when it was known to be over."""

    call: Call
    known_at: float


def recorded(name: str, talks: Sequence[Talk], settings: Segmentation, *, told: bool) -> list[Found]:
    """What the segmenter makes of a line. told: whether it hears of the records."""
    segmenter, found = Segmenter(timing_of(settings, RATE, 1.0), "none"), list[Found]()
    printed = sorted((talk.printed_at, talk.end - talk.start) for talk in talks if talk.printed_at is not None) if told else []
    spoken = [span for talk in talks for span in talk.speech]
    start, end = 0.0, 0.0
    while end < talks[-1].end + 90:
        end = round(end + BLOCK_S, 3)
        while printed and printed[0][0] <= end:
            at, lasted = printed.pop(0)
            segmenter.record(round(at * RATE), float(round(lasted)))
        while spoken and spoken[0][1] < end - BLOCK_S:
            spoken.pop(0)
        pieces = [end - BLOCK_S + FRAME_S * (n + 1) for n in range(round(BLOCK_S / FRAME_S))]
        speech = tuple(round(at * RATE) for at in pieces if spoken and spoken[0][0] <= at <= spoken[0][1])
        for action in segmenter.audio(Heard(round(end * RATE), speech)):
            match action:
                case Start(frame):
                    start = frame / RATE
                case End(frame):
                    marks = [start, *(at / RATE for cut in action.cuts for at in (cut.end, cut.next_start)), frame / RATE]
                    for first, last in zip(marks[::2], marks[1::2], strict=True):
                        found.append(Found(_call(name, len(found), first, last), end))
                case Drop():
                    pass
    return found


def _call(name: str, number: int, start: float, end: float) -> Call:
    at = START + start
    lasted = end - start
    return Call(f"{name}-{number}", name, "pair", "zh", "unknown", "closed", at, None, START + end, lasted)


def joined(name: LineNames, talks: Sequence[Talk], found: Sequence[Found]) -> dict[int, Match]:
    """The records of a line, by the place of their call among `talks`, joined as they come."""
    layout, clock, matches, waiting = load_layout("panasonic_ns1000"), PbxClock(), dict[int, Match](), list[Kept]()
    came = [(talk.printed_at, number) for number, talk in enumerate(talks) if talk.printed_at is not None]
    moments = sorted({at + SETTLE_S for at, _ in came} | {one.known_at + SETTLE_S for one in found})
    for now in moments:
        while came and came[0][0] < now:
            at, number = came.pop(0)
            line = print_record(layout, _record(name, talks[number]), ZONE)
            waiting.append(Kept(number, layout.parse(line, ZONE, START + at), came_at=START + at))
        waiting = [kept for kept in waiting if kept.id not in matches][-50:]
        near = [one.call for one in found if one.known_at < now and now + START - 4 * 3600 < one.call.started_at]
        taken = [one for one in matches.values() if now + START - one.call.started_at < 8 * 3600]
        for one in match_by_clock(waiting, near, [name], clock.offset_s, taken):
            matches[one.kept.id] = one
            if not one.segment:
                clock.joined(one.clock_s)
    return matches


def _record(name: LineNames, talk: Talk) -> CallRecord:
    lasted = float(round(talk.end - talk.start))
    return CallRecord("", START + talk.start, lasted, name.extension, "01", talk.direction, "13800001111", 4.0, "")


def figures(office: Office, settings: Segmentation, seeds: Sequence[int], hours: float, *, told: bool) -> dict[str, object]:
    """Of all calls: whole, cut in pieces, run together with another. Of the records that came: joined to a piece of their own
    call, and to another's."""
    name, counts = LineNames("1", "801", ""), dict.fromkeys(("calls", "whole", "cut", "together", "records", "right", "wrong"), 0)
    for seed in seeds:
        talks = day(seed, office, hours)
        found = recorded("1", talks, settings, told=told)
        for talk in talks:
            pieces = [one for one in found if _share(one.call, talk)]
            others = [other for other in talks if other is not talk and any(_share(one.call, other) for one in pieces)]
            length = sum(one.call.duration_s or 0.0 for one in pieces)
            counts["calls"] += 1
            counts["cut"] += len(pieces) > 1
            counts["together"] += bool(others)
            counts["whole"] += len(pieces) == 1 and not others and abs(length - (talk.end - talk.start)) < NEAR_S
            counts["records"] += talk.printed_at is not None
        for number, one in joined(name, talks, found).items():
            own = _share(one.call, talks[number])
            counts["right"] += own
            counts["wrong"] += not own
    return dict(counts)


def _share(call: Call, talk: Talk) -> bool:
    """Whether any of the talk is in the call."""
    start, end = call.started_at - START, (call.ended_at or 0.0) - START
    return any(begins < end and start < ends for begins, ends in talk.speech)


OFFICES = {
    "usual": Office(),
    "no dead air": Office(dead=0.0),
    "much dead air": Office(dead=0.3),
    "10 % of records lost": Office(lost=0.1),
    "a third of the calls internal": Office(internal=0.33),
    "records 5 to 30 s late": Office(after_s=(5.0, 30.0)),
    "calls close together": Office(rest_s=(9.0, 25.0)),
}

WAYS = {"silence alone": False, "records heard": True}


def main() -> None:
    """Print everything."""
    for office_name, office in OFFICES.items():
        for way, told in WAYS.items():
            began = time.process_time()
            row = figures(office, Segmentation(), range(int(sys.argv[1]) if len(sys.argv) > 1 else 4), 9.0, told=told)
            spent = round(time.process_time() - began, 1)
            sys.stdout.write(json.dumps({"office": office_name, "way": way} | row | {"cpu_s": spent}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
