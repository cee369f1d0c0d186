"""Single calls: the listing of a day or week, the worst and the best."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.calls.filter import day_start
from quality.calls.rows import CORRECTED
from quality.figures.faultrows import problem_class
from quality.forms.machinescores import machine_scores
from quality.reports.facts import Facts
from quality.reports.model import Column, Table, Value
from quality.store import reading
from recorder.times import from_text

LISTED = 10_000
"""Calls a listing holds; a report of more says where they are listed."""
JUDGED = 2000
"""Calls whose machine form score is worked out for a report, a few milliseconds each; those of earlier reports are kept."""
SHOWN = 10
SHORTEST_BEST_S = 15.0  # seconds; a call of a few words has nothing to lose points on (domain.md: listening starts at 15 s)

_SCORES = ("compliance", "experience", "risk")
_AFTER = ", ".join(f"coalesce(k.{name}, r.{name}) AS {name}" for name in _SCORES)
"""What the machine gave, as people's corrections have left it."""
_SQL = f"""
SELECT c.id, c.started_at, c.duration_s, c.direction, c.state, c.line, c.agent_id, a.name AS agent, c.team, c.caller_number,
    c.called_number, {_AFTER}, coalesce(k.high_priority, r.high_priority, 0) AS high,
    k.call_id IS NOT NULL AS corrected, m.score AS machine,
    r.call_id IS NOT NULL AND m.call_id IS NULL AS unjudged, v.total, v.passed, v.comment, u.name AS reviewer, v.id AS review,
    CASE WHEN k.call_id IS NOT NULL THEN
        (SELECT json_group_array(DISTINCT rule) FROM (SELECT rule FROM review.corrected_hits WHERE call_id = c.id ORDER BY seq))
    WHEN r.call_id IS NOT NULL THEN
        (SELECT json_group_array(DISTINCT rule) FROM (SELECT rule FROM analysis.hits WHERE call_id = c.id ORDER BY seq))
    END AS rules
FROM calls.calls c LEFT JOIN calls.agents a ON a.id = c.agent_id LEFT JOIN analysis.results r ON r.call_id = c.id
    {CORRECTED}
    LEFT JOIN review.machine_scores m
        ON m.call_id = c.id AND m.form_id = :form AND m.form_version = :version AND m.analyzed_at = r.analyzed_at
    LEFT JOIN review.reviews v
        ON v.call_id = c.id AND v.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
    LEFT JOIN review.users u ON u.id = v.reviewer_id
WHERE c.started_at >= :begin AND c.started_at < :end AND c.state <> 'recording'
"""  # noqa: S608  pieces of ours
_MEAN = "(" + " + ".join(f"coalesce(k.{name}, r.{name})" for name in _SCORES) + ")"

_YES, _NO = Message("yes", "是"), Message("no", "否")
_DIRECTIONS = {"in": Message("in", "呼入"), "out": Message("out", "呼出")}
_COLUMNS = (
    Column(Message("Start", "开始时间"), "instant", 20), Column(Message("Duration", "时长"), "duration", 10),
    Column(Message("Direction", "方向"), "text", 9), Column(Message("Answered", "接听"), "text", 9),
    Column(Message("Line", "线路"), "text", 10), Column(Message("Agent ID", "工号"), "text", 10),
    Column(Message("Agent", "座席"), "text", 12), Column(Message("Team", "班组"), "text", 12),
    Column(Message("Caller", "主叫号码"), "text", 16), Column(Message("Called", "被叫号码"), "text", 16),
    Column(Message("Compliance", "合规分"), "one", 11), Column(Message("Experience", "体验分"), "one", 11),
    Column(Message("Risk", "风险分"), "one", 9), Column(Message("Machine form score", "机器表单分"), "one", 12),
    Column(Message("Form score", "表单分"), "one", 11), Column(Message("Passed", "合格"), "text", 8),
    Column(Message("Reviewer", "质检员"), "text", 12), Column(Message("High priority", "高优先"), "text", 9),
    Column(Message("Rules broken", "违反规则"), "text", 60), Column(Message("Call id", "通话编号"), "text", 38),
)  # fmt: skip
_BRIEF = ("Start", "Duration", "Agent ID", "Agent", "Team", "Caller", "Compliance", "Experience", "Risk", "Form score",
          "Rules broken", "Call id")  # fmt: skip


def listing(facts: Facts) -> Table:
    """Every call of the period, oldest first; when they are more than LISTED, none, and the words that say where they are."""
    title = Message("Calls", "通话明细")
    if facts.total().calls > LISTED:
        empty = Message(
            f"More than {LISTED} calls: each day's are in its daily listening detail.",
            f"通话超过 {LISTED} 通：请见各日的《每日监听明细》。",
        )
        return Table(title, _COLUMNS, (), printed=0, empty=empty)
    rows = _judged(facts, "ORDER BY c.started_at, c.id")
    return Table(title, _COLUMNS, tuple(_row(facts, row) for row in rows), note=_note(rows), printed=0)


def _note(rows: Sequence[sqlite3.Row]) -> Message | None:
    told = [*_corrected(rows), *_left_out(rows)]
    return Message(" ".join(one.en for one in told), "".join(one.zh for one in told)) if told else None


def _corrected(rows: Sequence[sqlite3.Row]) -> Iterator[Message]:
    corrected = sum(row["corrected"] for row in rows)
    if corrected:
        yield Message(
            f"The machine's scores and rules of {corrected} calls are as people have corrected them; its own stand on the calls' "
            "pages.",
            f"其中 {corrected} 通的机器得分和违反规则按人工更正后列出，机器原结果见通话页。",
        )


def _left_out(rows: Sequence[sqlite3.Row]) -> Iterator[Message]:
    missing = sum(row["unjudged"] for row in rows)
    if not missing:
        return
    yield Message(
        f"The machine form score of {missing} analysed calls is not worked out yet; the daily listening detail of their days does "
        "it.",
        f"{missing} 通已分析通话的机器表单分尚未计算，生成当日《每日监听明细》时会计算。",
    )


def worst(facts: Facts) -> Table:
    """The calls with the lowest mean of the three scores; of a tie the later first."""
    rows = _select(facts, f"AND {_MEAN} < 300 ORDER BY {_MEAN}, c.started_at DESC LIMIT {SHOWN}")
    return _brief(facts, Message("Worst calls", "最差通话"), rows)


def best(facts: Facts) -> Table:
    """The calls with the highest, long enough to have had a chance to lose points; none of the worst."""
    low = {row["id"] for row in _select(facts, f"AND {_MEAN} < 300 ORDER BY {_MEAN}, c.started_at DESC LIMIT {SHOWN}")}
    wanted = f"AND r.call_id IS NOT NULL AND c.duration_s >= {SHORTEST_BEST_S} ORDER BY {_MEAN} DESC, c.started_at DESC"
    rows = [row for row in _select(facts, f"{wanted} LIMIT {2 * SHOWN}") if row["id"] not in low]
    return _brief(facts, Message("Best calls", "最佳通话"), rows[:SHOWN])


def listened(facts: Facts) -> Table:
    """Every call people listened to: who graded it how, with the worst items and remarks."""
    rows = _judged(facts, "AND v.id IS NOT NULL ORDER BY c.started_at, c.id")
    faults = _faults(facts, [row["review"] for row in rows])
    told = tuple(_listened(facts, row, faults.get(row["review"], [])) for row in rows)
    columns = (
        Column(Message("Start", "通话时间"), "instant", 19), Column(Message("Duration", "时长"), "duration", 9),
        Column(Message("Agent", "座席"), "text", 16), Column(Message("Group", "班组"), "text", 13),
        Column(Message("Inspector", "质检员"), "text", 13), Column(Message("Score", "得分"), "one", 10),
        Column(Message("Machine", "机器分"), "one", 11), Column(Message("Passed", "合格"), "text", 9),
        Column(Message("Problems found", "发现的问题"), "text", 50), Column(Message("Remarks", "评语"), "text", 30),
        Column(Message("Call id", "通话编号"), "text", 38),
    )  # fmt: skip
    empty = Message("Nobody listened to a call of this day.", "当日通话尚无人工监听。")
    return Table(Message("Calls listened to", "监听明细"), columns, told, empty=empty)


def _judged(facts: Facts, wanted: str) -> list[sqlite3.Row]:
    rows = _select(facts, wanted)
    fresh = [row["id"] for row in rows if row["unjudged"]]
    if not fresh or len(fresh) > JUDGED:
        return rows
    machine_scores(facts.box.store, facts.form, fresh)
    return _select(facts, wanted)


def _select(facts: Facts, wanted: str) -> list[sqlite3.Row]:
    with reading(facts.box.store) as connection:
        return connection.execute(f"{_SQL} {wanted}", _values(facts)).fetchall()


def _values(facts: Facts) -> dict[str, object]:
    zone = ZoneInfo(facts.box.timezone)
    begin, end = day_start(facts.period.first, zone), day_start(facts.period.last + timedelta(days=1), zone)
    return {"begin": begin, "end": end, "form": facts.form.id, "version": facts.form.version}


def _brief(facts: Facts, title: Message, rows: Sequence[sqlite3.Row]) -> Table:
    kept = [index for index, column in enumerate(_COLUMNS) if column.name.en in _BRIEF]
    told = (_row(facts, row) for row in rows)
    columns = tuple(_COLUMNS[index] for index in kept)
    return Table(title, columns, tuple(tuple(values[index] for index in kept) for values in told))


def _row(facts: Facts, row: sqlite3.Row) -> tuple[Value, ...]:
    return (
        _start(facts, row), _lasted(row), _DIRECTIONS.get(row["direction"]), _NO if row["state"] == "unanswered" else _YES,
        row["line"], row["agent_id"], row["agent"] or None, row["team"] or None, row["caller_number"] or None,
        row["called_number"] or None, row["compliance"], row["experience"], row["risk"], row["machine"], row["total"],
        None if row["passed"] is None else _YES if row["passed"] else _NO, row["reviewer"], _YES if row["high"] else _NO,
        _both("、", ", ", [facts.rule_name(rule) for rule in json.loads(row["rules"] or "[]")]), row["id"],
    )  # fmt: skip


def _listened(facts: Facts, row: sqlite3.Row, faults: Sequence[Message]) -> tuple[Value, ...]:
    name = facts.agent_name(row["agent_id"]) if row["agent_id"] else None
    return (
        _start(facts, row), _lasted(row), name, row["team"] or None, row["reviewer"], row["total"], row["machine"],
        _YES if row["passed"] else _NO, _both("；", "; ", faults), row["comment"] or None, row["id"],
    )  # fmt: skip


_GRADES = """
SELECT i.review_id, r.form_id, i.item, i.grade FROM review.review_items i JOIN review.reviews r ON r.id = i.review_id
WHERE i.review_id IN (SELECT value FROM json_each(?)) ORDER BY i.rowid
"""
_TABOOS = "SELECT review_id, taboo FROM review.review_taboos WHERE review_id IN (SELECT value FROM json_each(?)) ORDER BY rowid"


def _faults(facts: Facts, reviews: Sequence[str]) -> dict[str, list[Message]]:
    """Taboos and poor items of these reviews, the taboos first."""
    with reading(facts.box.store) as connection:
        taboos = connection.execute(_TABOOS, (json.dumps(reviews),)).fetchall()
        graded = connection.execute(_GRADES, (json.dumps(reviews),)).fetchall()
    found: dict[str, list[Message]] = {}
    names = {taboo.id: taboo.name for form in facts.faults.forms.values() for taboo in form.taboos}
    for row in taboos:
        name = names.get(row["taboo"], Message(row["taboo"], row["taboo"]))
        found.setdefault(row["review_id"], []).append(Message(f"A {name.en}", f"A {name.zh}"))
    for row in graded:
        form = facts.faults.forms.get(row["form_id"])
        mark = problem_class(form, row["item"], row["grade"]) if form else ""
        if form and mark:
            name = form.items[row["item"]].name
            found.setdefault(row["review_id"], []).append(Message(f"{mark} {name.en}", f"{mark} {name.zh}"))
    return found


def _both(zh: str, en: str, parts: Sequence[Message]) -> Message:
    return Message(en.join(part.en for part in parts), zh.join(part.zh for part in parts))


def _start(facts: Facts, row: sqlite3.Row) -> datetime:
    return datetime.fromtimestamp(from_text(row["started_at"]), ZoneInfo(facts.box.timezone)).replace(tzinfo=None)


def _lasted(row: sqlite3.Row) -> timedelta | None:
    return None if row["duration_s"] is None else timedelta(seconds=row["duration_s"])
