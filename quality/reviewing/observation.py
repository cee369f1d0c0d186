"""状态观察记录表: four periods a day, three marks (语言规范, 情绪状态, 服务意识), by people where they look and by the machine's
measures where not; the data of weekly and monthly curves."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.access.roles import STAFF, require, require_agent
from quality.access.users import User
from quality.calls.filter import day_start
from quality.calls.rows import CORRECTED
from quality.changes import record
from quality.store import reading, writing
from recorder.times import from_text, to_text

PERIODS = ((0, 11), (11, 14), (14, 17), (17, 24))
"""Local hours, from and to (not included)."""

MARKS = {
    "language": Message("language", "语言规范"), "mood": Message("mood", "情绪状态"), "service": Message("service", "服务意识"),
}  # fmt: skip
RULES = {
    "language": ("opening", "closing", "courtesy", "forbidden_phrase", "filler_words", "speech_rate", "insult", "repeated_script"),
    "mood": ("agent_tone", "argue", "insult", "talk_over", "monologue"),
    "service": ("apology", "thanks", "shirk", "hold_notice", "dead_air", "verify_identity", "agent_hung_up_first"),
}
"""Which of the machine's rules speak for which mark; only the agent's side counts."""
MACHINE = "machine"


@dataclass(frozen=True)
class Observation:
    """value: 0–100; the machine's is 100 × the share of analysed calls of the period without a fault of the mark. calls: it stands
    for. by: a user's name, or "machine"."""

    agent_id: str
    day: date
    period: int
    mark: str
    value: float
    calls: int
    by: str


class Observations:
    """The sheets of one box. timezone: IANA."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store, self._zone = store, ZoneInfo(timezone)

    def fill(self, day: date) -> list[Observation]:
        """Let the machine fill a local day in, for every agent with analysed calls; filling again replaces its own marks, never a
        person's. What has no calls has no mark."""
        made = self._machine(day)
        now = to_text(time.time())
        with writing(self._store) as database:
            database.execute("DELETE FROM observations WHERE day = ? AND by = ?", (day.isoformat(), MACHINE))
            rows = [(o.agent_id, day.isoformat(), o.period, o.mark, o.value, o.calls, MACHINE, now) for o in made]
            database.conn.executemany("INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            record(database, "callbox", "observation.fill", day.isoformat(), {"marks": len(rows)})
        return made

    def mark(self, agent_id: str, day: date, period: int, mark: str, value: float, user: User) -> None:  # noqa: PLR0917
        """A person's mark, beside the machine's; their later one replaces their earlier. Raises UserError on a mark, period or
        value there is not, an agent there is not, and when an agent marks."""
        require(user, STAFF)
        require_agent(self._store, agent_id)
        if mark not in MARKS or period not in range(1, len(PERIODS) + 1) or not 0 <= value <= 100:
            raise UserError("A mark is 0–100, in one of four periods.", "评分为 0–100，时段为 1–4。")
        with writing(self._store) as database:
            row = (agent_id, day.isoformat(), period, mark, value, 1, user.name, to_text(time.time()))
            database.execute("INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            record(database, user.name, "observation.mark", agent_id, {"day": day.isoformat(), "period": period, mark: value})

    def sheet(self, agent_id: str, first: date, last: date) -> list[Observation]:
        """Everything of an agent from `first` to `last`, in order; a period may have a person's and the machine's mark."""
        sql = "SELECT * FROM review.observations WHERE agent_id = ? AND day BETWEEN ? AND ? ORDER BY day, period, mark, by"
        with reading(self._store) as connection:
            rows = connection.execute(sql, (agent_id, first.isoformat(), last.isoformat())).fetchall()
        return [
            Observation(r["agent_id"], date.fromisoformat(r["day"]), r["period"], r["mark"], r["value"], r["calls"], r["by"])
            for r in rows
        ]  # fmt: skip

    def curve(self, agent_id: str, first: date, last: date) -> dict[str, list[tuple[date, float | None]]]:
        """A point a day by mark: people's marks of the day where there are some, else the machine's, weighted by calls; None on a
        day that has neither."""
        seen = self.sheet(agent_id, first, last)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return {mark: [(day, _point([o for o in seen if (o.mark, o.day) == (mark, day)])) for day in days] for mark in MARKS}

    def _machine(self, day: date) -> list[Observation]:
        rules = "SELECT group_concat(DISTINCT rule) FROM {} WHERE call_id = c.id AND side = 'agent'"
        machine, corrected = rules.format("analysis.hits"), rules.format("review.corrected_hits")
        sql = f"""SELECT c.agent_id, c.started_at, CASE WHEN k.call_id IS NULL THEN ({machine}) ELSE ({corrected}) END AS rules
            FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id {CORRECTED}
            WHERE c.started_at >= ? AND c.started_at < ? AND c.agent_id IS NOT NULL"""  # noqa: S608  a piece of ours
        bounds = (day_start(day, self._zone), day_start(day + timedelta(days=1), self._zone))
        calls: dict[tuple[str, int], list[set[str]]] = defaultdict(list)
        with reading(self._store) as connection:
            for row in connection.execute(sql, bounds):
                calls[row["agent_id"], self._period(row["started_at"])].append(set((row["rules"] or "").split(",")))
        return [
            Observation(agent, day, period, mark, round(100 * sum(not rules & set(RULES[mark]) for rules in own) / len(own), 1),
                        len(own), MACHINE)
            for (agent, period), own in sorted(calls.items()) for mark in MARKS
        ]  # fmt: skip

    def _period(self, at: str) -> int:
        hour = datetime.fromtimestamp(from_text(at), self._zone).hour
        return next(n for n, (_, end) in enumerate(PERIODS, 1) if hour < end)


def _point(of_day: Sequence[Observation]) -> float | None:
    own = [o for o in of_day if o.by != MACHINE] or list(of_day)
    calls = sum(o.calls for o in own)
    return round(sum(o.value * o.calls for o in own) / calls, 1) if calls else None
