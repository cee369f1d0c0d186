"""Clusters of trouble of a period: topics and silent dissatisfaction, or why nothing can be said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.clusters.silent import Silent, Usual, silent
from quality.clusters.spoken import said
from quality.clusters.topics import Share, Topic, topics
from quality.periods import Period
from quality.store import reading

NO_WORDS = Message(
    "no topics: no customer's words are known of these days; the calls have to be transcribed first (callbox status shows how far "
    "the analysis is)", "没有话题：这些日子没有客户的转写文字；须先完成转写（分析进度见 callbox status）",
)  # fmt: skip
NOT_BEFORE = Message("no trend: nothing is transcribed of the period before", "没有趋势：上一期没有转写文字")
NO_MEASURES = Message(
    "silent dissatisfaction unknown: fewer than 50 analysed calls of 30 s and more, so nothing is usual yet",
    "沉默不满未知：30 秒以上的已分析通话不足 50 通，尚无法确定常态",
)


@dataclass(frozen=True)
class Clusters:
    """Of a period against the one before. transcribed, transcribed_before: calls with customers' words. topics, silent: rising
    first. why: what is not known, and why not."""

    period: Period
    transcribed: int
    transcribed_before: int
    topics: tuple[Topic, ...]
    silent: tuple[Silent, ...]
    usual: Usual
    why: tuple[Message, ...]


def clusters(store: Path, period: Period, timezone: str) -> Clusters:
    """Of the calls that began in a period. timezone: IANA name; the period's days are local to it. Raises UserError when a database
    cannot be read."""
    zone = ZoneInfo(timezone)
    with reading(store) as connection:
        now, before = (said(connection, p, zone) for p in (period, period.before))
        found, about = topics(now, before)
        quiet, usual = silent(connection, period, zone, about)
    checks = ((not now.sentences, NO_WORDS), (not before.sentences, NOT_BEFORE), (usual.pauses is None, NO_MEASURES))
    why = tuple(message for missing, message in checks if missing)
    return Clusters(period, len(now.sentences), len(before.sentences), tuple(found), tuple(quiet), usual, why)


def clusters_json(found: Clusters) -> dict[str, object]:
    """As one JSON document; shares 0–1, times in seconds from the call's start."""
    return {
        "period": {"kind": found.period.kind, "first": str(found.period.first), "last": str(found.period.last)},
        "transcribed": found.transcribed, "transcribed_before": found.transcribed_before,
        "topics": [
            {"text": t.text, "rising": t.rising, "sentences": t.sentences, "calls": _share(t.calls),
             "complaints": _share(t.complaints), "again": _share(t.again), "examples": [asdict(e) for e in t.examples]}
            for t in found.topics
        ],
        "silent": [
            {"team": s.team, "rising": s.calls.rising, "calls": _share(s.calls),
             "topics": [{"text": text, "calls": calls} for text, calls in s.topics], "untold": s.untold,
             "examples": [asdict(e) for e in s.examples]}
            for s in found.silent
        ],
        "usual": asdict(found.usual), "unknown": [{"en": m.en, "zh": m.zh} for m in found.why],
    }  # fmt: skip


def _share(share: Share) -> dict[str, object]:
    before = share.before
    return {**asdict(share), "share": round(share.share, 4), "before": None if before is None else round(before, 4)}
