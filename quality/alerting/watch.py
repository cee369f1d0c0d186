"""What opens alerts by itself: calls as soon as they are understood (quality.alerting.following, service callbox-alerts, or once
with `callbox alerts watch --now`), days once they are over (`callbox evening`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.alerting.alerts import Alert, Alerts, raise_alert
from quality.alerting.repeats import repeat_rates
from quality.alerting.subjects import rising_subjects
from quality.calibrating.bias import review_bias
from quality.calibrating.missing import missing_calibration
from quality.calls.filter import day_start
from quality.improving.problems import Count, z_score
from quality.store import reading, writing
from recorder.settings.sections import QualityRules
from recorder.times import from_text


@dataclass(frozen=True)
class WatchRules:
    """repeat_rate: of a group's calls, 0–1, on `in_a_row` days one after the other. fault_ratio, fault_z: an agent's share of
    calls with a fault against the others', as a ratio and in standard errors; over `fault_least` calls. calibration_days: of a
    month's end, on which a month without a calibration is told; 0: never."""

    repeat_rate: float = QualityRules.repeat_rate
    in_a_row: int = QualityRules.repeat_days
    repeat_least: int = 20
    fault_ratio: float = 1.5
    fault_z: float = 5.0
    fault_least: int = 30
    calibration_days: int = QualityRules.calibration_remind_days

    @classmethod
    def of(cls, rules: QualityRules) -> WatchRules:
        """As a site has set them."""
        return cls(repeat_rate=rules.repeat_rate, in_a_row=rules.repeat_days, calibration_days=rules.calibration_remind_days)


@dataclass(frozen=True)
class Finding:
    """What is worth an alert."""

    kind: str
    subject: str
    at: float
    detail: Mapping[str, object]


def watch(store: Path, day: date, timezone: str, rules: WatchRules | None = None) -> list[Alert]:
    """Look at a local day that is over, on a Sunday also at the week, near a month's end also at the month, and open what has to
    be. Looking again opens nothing twice. The new alerts."""
    rules, found = rules or WatchRules(), []
    found += list(_calls(store, day, timezone))
    found += list(_repeats(store, day, timezone, rules))
    if day.weekday() == 6:
        found += list(_week(store, day, timezone, rules))
    found += list(_calibration(store, day, timezone, rules))
    return _open(store, found)


def watch_calls(store: Path, days: Iterable[date], timezone: str) -> list[Alert]:
    """Open the alerts of high-priority and stuck calls of these local days, as far as they are analysed: for the days that go on,
    so that a lead need not wait for the evening. The new alerts."""
    return _open(store, [finding for day in days for finding in _calls(store, day, timezone)])


def _open(store: Path, found: Sequence[Finding]) -> list[Alert]:
    if not found:
        return []
    with writing(store) as database:
        keys = [raise_alert(database, f.kind, f.subject, f.detail, f.at) for f in found]
    return [Alerts(store).get(key) for key in keys if key]


_CALLS = """
SELECT c.id, c.started_at, r.high_priority, (SELECT group_concat(DISTINCT rule) FROM analysis.hits WHERE call_id = c.id) AS rules
FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ?
    AND (r.high_priority = 1 OR EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = c.id AND rule = 'repeated_script'))
"""


def _calls(store: Path, day: date, timezone: str) -> Iterator[Finding]:
    zone = ZoneInfo(timezone)
    with reading(store) as connection:
        rows = connection.execute(_CALLS, (day_start(day, zone), day_start(day + timedelta(days=1), zone))).fetchall()
    for row in rows:
        rules = sorted((row["rules"] or "").split(","))
        kind = "priority_call" if row["high_priority"] else "stuck_call"
        yield Finding(kind, row["id"], from_text(row["started_at"]), {"rules": rules})


def _repeats(store: Path, day: date, timezone: str, rules: WatchRules) -> Iterator[Finding]:
    days = [day - timedelta(days=n) for n in reversed(range(rules.in_a_row))]
    rates = {d: {r.team: r for r in repeat_rates(store, d, timezone)} for d in days}
    for team in rates[day]:
        own = [rates[d].get(team) for d in days]
        if all(r and r.calls >= rules.repeat_least and r.rate > rules.repeat_rate for r in own):
            shown = {r.day.isoformat(): round(r.rate, 3) for r in own if r}
            yield Finding("special_review", team, _end_of(day, timezone), {"rates": shown, "threshold": rules.repeat_rate})


def _week(store: Path, sunday: date, timezone: str, rules: WatchRules) -> Iterator[Finding]:
    monday, at = sunday - timedelta(days=6), _end_of(sunday, timezone)
    for agent, own, others in _faults(store, monday, sunday, timezone):
        clear = others.share > 0 and own.share >= rules.fault_ratio * others.share and z_score(own, others) >= rules.fault_z
        if own.calls >= rules.fault_least and clear:
            shares = {"share": round(own.share, 3), "others": round(others.share, 3), "calls": own.calls}
            yield Finding("agent_faults", agent, at, shares)
    for subject in rising_subjects(store, monday, timezone):
        risen = {"share": round(subject.now.share, 3), "before": round(subject.before.share, 3), "calls": list(subject.calls)}
        yield Finding("subject", subject.phrase, at, {"week": monday.isoformat(), **risen})
    for bias in review_bias(store, sunday - timedelta(days=27), sunday, timezone):
        if bias.stands_out:
            yield Finding("inspector_bias", bias.inspector, at, {"points": round(bias.points, 1), "calls": bias.calls})


def _calibration(store: Path, day: date, timezone: str, rules: WatchRules) -> Iterator[Finding]:
    missing = missing_calibration(store, day, timezone, rules.calibration_days)
    if missing:
        at = datetime.combine(missing.since, datetime.min.time(), ZoneInfo(timezone)).timestamp()
        yield Finding("calibration_due", missing.month, at, {"reviewers": missing.reviewers, "reviews": missing.reviews})


_FAULTS = """
SELECT c.agent_id, count(*), sum(EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = c.id AND side = 'agent'))
FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND c.agent_id IS NOT NULL GROUP BY c.agent_id
"""


def _faults(store: Path, first: date, last: date, timezone: str) -> list[tuple[str, Count, Count]]:
    zone = ZoneInfo(timezone)
    with reading(store) as connection:
        rows = connection.execute(_FAULTS, (day_start(first, zone), day_start(last + timedelta(days=1), zone))).fetchall()
    whole = Count(sum(r[1] for r in rows), sum(r[2] for r in rows))
    every = [(r[0], Count(r[1], r[2])) for r in rows]
    return [(a, own, Count(whole.calls - own.calls, whole.problems - own.problems)) for a, own in every if whole.calls > own.calls]


def _end_of(day: date, timezone: str) -> float:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone)).timestamp()
