"""Which calls of the columns fit a CallFilter."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analyzer.schema import MOODS, SIDES
from quality.callindex import numbers
from quality.callindex.columns import FAILED, FAULTY, HIGH, NO_SCORE, PASSED, RULES, Places
from quality.callindex.index import CallIndex
from quality.callindex.load import rule_bit
from quality.calls import problems as callproblems
from quality.calls.filter import CallFilter, Condition, day_span, digits

Mask = NDArray[np.bool_]


def select(
    connection: sqlite3.Connection, index: CallIndex, wanted: CallFilter, zone: ZoneInfo, among: Places | None = None
) -> Places:
    """The places of the calls that fit, in order of time; `among`: of these alone. Raises UserError on an unknown score."""
    first, end = _span(index, wanted, zone)
    mask: Mask | None = None
    for part in (_on_call, _on_numbers, _on_analysis, _on_review):
        for fits in part(index, wanted, slice(first, end)):
            mask = fits if mask is None else mask & fits
    for few in _few(connection, index, wanted, among):
        here = few[(few >= first) & (few < end)] - first
        kept = here if mask is None else here[mask[here]]
        mask = np.zeros(end - first, bool)
        mask[kept] = True
    # Most lists are of all calls or of one run of days: nothing is compared then.
    places = np.arange(first, end) if mask is None else np.flatnonzero(mask) + first
    for condition in _by_hand(index, wanted):
        places = _checked(connection, index, places, condition)
    return places


def _few(connection: sqlite3.Connection, index: CallIndex, wanted: CallFilter, among: Places | None) -> Iterator[Places]:
    if wanted.ids is not None:
        yield index.places_of(connection, sorted(wanted.ids))
    if wanted.draft_of is not None:
        drafts = connection.execute("SELECT call_id FROM review.review_drafts WHERE user_id = ?", (wanted.draft_of,))
        yield index.places_of(connection, [row[0] for row in drafts])
    if among is not None:
        yield among


def _span(index: CallIndex, wanted: CallFilter, zone: ZoneInfo) -> tuple[int, int]:
    """Calls lie in order of time: days are a run of them."""
    since, until = day_span(wanted, zone)
    started = index.columns["started"]
    first = 0 if since is None else int(np.searchsorted(started, round(since * 1000)))
    end = len(started) if until is None else int(np.searchsorted(started, round(until * 1000)))
    return first, max(first, end)


def _on_call(index: CallIndex, wanted: CallFilter, span: slice) -> Iterator[Mask]:
    columns = index.columns
    asked = {
        "agent": wanted.agent, "team": wanted.team, "line": wanted.line, "direction": wanted.direction, "state": wanted.state,
        "hung_up": wanted.hung_up_by,
    }  # fmt: skip
    for name, value in asked.items():
        if value:
            yield _is(index, name, value, span)
    if wanted.scope.agent is not None:
        yield _is(index, "agent", wanted.scope.agent, span) & (columns["agent"][span] != 0)
    if wanted.scope.groups is not None:
        yield _is_one_of(index, "team", wanted.scope.groups, span)
    if wanted.min_duration_s is not None:
        yield columns["duration"][span] >= np.float32(wanted.min_duration_s)
    if wanted.max_duration_s is not None:
        yield columns["duration"][span] <= np.float32(wanted.max_duration_s)
    if wanted.ended is not None:
        recording = _is(index, "state", "recording", span)
        yield ~recording if wanted.ended else recording
    if wanted.answered is not None:
        untaken = _is(index, "state", "unanswered", span)
        yield ~(untaken | _is(index, "state", "recording", span)) if wanted.answered else untaken


def _on_numbers(index: CallIndex, wanted: CallFilter, span: slice) -> Iterator[Mask]:
    if not wanted.number:
        return
    piece = digits(wanted.number)
    planes = index.columns.planes[:, :, span]
    found = numbers.find(planes[0], piece) | numbers.find(planes[1], piece)
    odd = [row for row, both in index.names.odd_numbers.items() if any(piece in text for text in both)]
    places = index.columns.places(odd) - span.start
    found[places[(places >= 0) & (places < len(found))]] = True
    yield found


def _on_analysis(index: CallIndex, wanted: CallFilter, span: slice) -> Iterator[Mask]:
    columns = index.columns
    if wanted.rule:
        number = index.names.of["rule"].known(wanted.rule)
        yield columns["rules"][span] & np.uint64(0 if number is None else rule_bit(number)) != 0
    if wanted.priority is not None:
        yield _flag(index, HIGH, span, wanted.priority)
    if wanted.faulty is not None:
        yield _flag(index, FAULTY, span, wanted.faulty)
    if wanted.analysis:
        yield _analysis(index, wanted.analysis, span)
    if wanted.scored and wanted.score != "form":
        yield _between(index, wanted.score_column, wanted, span)
    if wanted.mood:
        yield columns["moods"][span] & np.uint16(_mood_bits(wanted.mood, wanted.mood_side)) != 0
    if wanted.min_silence_s is not None:
        yield columns["silence"][span] >= np.float32(wanted.min_silence_s)


def _on_review(index: CallIndex, wanted: CallFilter, span: slice) -> Iterator[Mask]:
    if wanted.reviewed is not None:
        yield _mask((index.columns["form"][span] != NO_SCORE) == wanted.reviewed)
    if wanted.reviewer:
        yield _is(index, "reviewer", wanted.reviewer, span)
    if wanted.scored and wanted.score == "form":
        yield _between(index, "form", wanted, span)
    if wanted.passed is not None:
        yield _flag(index, PASSED if wanted.passed else FAILED, span, True)


def _by_hand(index: CallIndex, wanted: CallFilter) -> Iterator[Condition]:
    """What no column tells: asked of the databases, of the calls that fit so far."""
    number = index.names.of["rule"].known(wanted.rule or "")
    if wanted.rule and number is not None and number >= RULES:
        yield Condition("EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = c.id AND rule = ?)", (wanted.rule,))
    if wanted.problem is not None:
        yield Condition(*callproblems.condition(wanted.problem))


def _checked(connection: sqlite3.Connection, index: CallIndex, places: Places, condition: Condition) -> Places:
    if "review." in condition.sql:  # only reviewed calls can fit: far fewer than there are
        places = places[index.columns["form"][places] != NO_SCORE]
    rows = json.dumps(index.columns["row"][places].tolist())
    sql = f"SELECT c.rowid FROM json_each(?) j CROSS JOIN calls.calls c ON c.rowid = j.value WHERE {condition.sql}"  # noqa: S608
    return np.sort(index.columns.places(row[0] for row in connection.execute(sql, (rows, *condition.values))))


def _is(index: CallIndex, name: str, value: str, span: slice) -> Mask:
    number = index.names.of[name].known(value)
    column = index.columns[name][span]
    return np.zeros(len(column), bool) if number is None else _mask(column == number)


def _is_one_of(index: CallIndex, name: str, values: frozenset[str], span: slice) -> Mask:
    known = index.names.of[name]
    fits = np.zeros(len(known.names), bool)
    fits[[number for value in values if (number := known.known(value)) is not None]] = True
    return fits[index.columns[name][span]]


def _flag(index: CallIndex, flag: int, span: slice, set_: bool) -> Mask:
    return _mask((index.columns["flags"][span] & np.uint8(flag) != 0) == set_)


def _analysis(index: CallIndex, state: str, span: slice) -> Mask:
    """As quality.calls.rows.analysis_state has it."""
    if state in ("done", "failed", "parked", "put_off"):
        return _is(index, "job", state, span)
    calls = {"recording": "recording", "none": "unanswered"}
    untouched = index.columns["job"][span] == 0
    if state in calls:
        return _mask(untouched & _is(index, "state", calls[state], span))
    return _mask(untouched & ~_is(index, "state", "recording", span) & ~_is(index, "state", "unanswered", span))


def _between(index: CallIndex, column: str, wanted: CallFilter, span: slice) -> Mask:
    """Columns hold hundredths; bounds may be anything."""
    low = 0.0 if wanted.min_score is None else wanted.min_score
    high = 100.0 if wanted.max_score is None else wanted.max_score
    points = index.columns[column][span]
    return _mask((points >= math.ceil(round(low * 100, 6))) & (points <= math.floor(round(high * 100, 6))) & (points != NO_SCORE))


def _mask(fits: Any) -> Mask:
    """numpy's types do not say that a comparison of an array is one."""
    return cast(Mask, fits)


def _mood_bits(mood: str, side: str | None) -> int:
    if mood not in MOODS:
        return 0
    sides = [place for place, name in enumerate(SIDES) if side in (None, name)]
    return sum(1 << len(MOODS) * place + MOODS.index(mood) for place in sides)
