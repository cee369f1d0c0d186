"""`callbox evaluate rules FOLDER`: whole calls with known faults, analysed and compared.

Each call is a sound file (.flac or .wav) with a JSON file of the same name beside it. "must" lists the rules that have to fire and
"must_not" those that may not; other rules are not judged. Facts of the call (ring_s, hung_up_by, direction) and its language stand
under "facts" or at the top. Its words stand under "turns" (analyzer.rules.truth.evidence_of): by them the rules can be measured
without sound, in milliseconds, and with words misheard on purpose; then a label file without sound is a call, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.result import Analysis, CallFacts, Hit
from analyzer.rules import engine
from analyzer.rules.rulebook import Rulebook, load
from analyzer.rules.truth import evidence_of, garbled
from hw.messages import UserError

Analyze = Callable[[Path, CallFacts], Analysis]
SOUND_SUFFIXES = (".flac", ".wav")


@dataclass
class Tally:
    """How a rule, or all of them, did: fired and had to, had to and did not, fired and must not."""

    hit: int = 0
    missed: int = 0
    false: int = 0

    def figures(self) -> dict[str, object]:
        """Recall over must; precision over the fired rules that are listed; null where nothing was asked."""
        return {
            "must": self.hit + self.missed,
            "hit": self.hit,
            "missed": self.missed,
            "false": self.false,
            "recall": _share(self.hit, self.hit + self.missed),
            "precision": _share(self.hit, self.hit + self.false),
        }


@dataclass
class Report:
    """What adds up over the calls."""

    total: Tally = field(default_factory=Tally)
    by_rule: dict[str, Tally] = field(default_factory=dict)
    misses: list[dict[str, object]] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    unlisted: int = 0


def evaluate_rules(folder: Path, analyze: Analyze) -> dict[str, object]:
    """Recall and precision of the rules over every labelled call under `folder`. Raises UserError when there is none, or a label
    file cannot be read."""
    report, rulebook = Report(), load()
    calls = labelled_calls(folder)
    for sound, label in calls:
        truth = _truth(label)
        _judge(report, rulebook, str(sound.relative_to(folder)), truth, analyze(sound, facts_of(truth)).hits)
    return _figures(report, len(calls))


def evaluate_words(folder: Path, rulebook: Rulebook, confuse: float = 0.0, seed: int = 1) -> dict[str, object]:
    """The same over the words that the label files give, without sound. confuse: share of the characters replaced by ones
    that sound the same or nearly so; the same seed gives the same ones. Raises UserError as evaluate_rules does."""
    report, count = Report(), 0
    for label in sorted(folder.rglob("*.json")) if folder.is_dir() else ():
        truth = _truth(label)
        turns = _turns(truth, confuse, f"{seed} {label.stem}")
        if turns:
            count += 1
            hits = engine.check(rulebook, evidence_of(turns, facts_of(truth)))
            _judge(report, rulebook, str(label.relative_to(folder)), truth, hits)
    if not count:
        raise UserError(
            f"No written calls under {folder}: put NAME.json there, with turns, must and must_not.",
            f"{folder} 下没有文字通话：请放入含 turns、must 与 must_not 的 NAME.json。",
        )
    return _figures(report, count)


def _turns(truth: dict[str, object], confuse: float, seed: str) -> list[dict[str, object]]:
    """The turns of a label file that are usable, misheard where asked for."""
    given = truth.get("turns")
    turns = [t for t in given if isinstance(t, dict) and "side" in t and "text" in t] if isinstance(given, list) else []
    if not confuse:
        return turns
    return [{**turn, "text": garbled(str(turn["text"]), confuse, f"{seed} {n}")} for n, turn in enumerate(turns)]


def _figures(report: Report, count: int) -> dict[str, object]:
    return {
        "n": count,
        **report.total.figures(),
        "unlisted": report.unlisted,
        "misses": report.misses,
        "rules": {rule: tally.figures() for rule, tally in sorted(report.by_rule.items())},
        "unknown_rules": report.unknown,
    }


def _judge(report: Report, rulebook: Rulebook, call: str, truth: dict[str, object], hits: Sequence[Hit]) -> None:
    known = set(rulebook.ids())
    _count(report, call, hits, *(_ids(truth, name, known, report, call) for name in ("must", "must_not")))


def labelled_calls(folder: Path) -> list[tuple[Path, Path]]:
    """Sound files with a label file beside them, at any depth, in order of name."""
    labels = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    found = [
        (label.with_suffix(suffix), label) for label in labels for suffix in SOUND_SUFFIXES if label.with_suffix(suffix).is_file()
    ]
    if not found:
        raise UserError(
            f"No labelled calls under {folder}: put NAME.flac (or .wav) and NAME.json side by side.",
            f"{folder} 下没有带标注的通话：请把 NAME.flac（或 .wav）与 NAME.json 放在一起。",
        )
    return found


def facts_of(truth: dict[str, object]) -> CallFacts:
    """The facts a label file gives, under "facts" or at its top."""
    under = truth.get("facts")
    given = {**truth, **under} if isinstance(under, dict) else truth
    ring, side = given.get("ring_s"), given.get("hung_up_by")
    return CallFacts(
        language=str(given.get("language") or "zh"),
        ring_s=float(ring) if isinstance(ring, int | float) else None,
        hung_up_by=str(side) if side in ("agent", "customer") else None,
        direction=str(given.get("direction") or "unknown"),
    )


def _truth(label: Path) -> dict[str, object]:
    try:
        truth = json.loads(label.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise UserError(f"{label} cannot be read as JSON: {why}", f"无法按 JSON 读取 {label}：{why}") from why
    if not isinstance(truth, dict):
        raise UserError(
            f"{label} must hold a JSON object with must and must_not.", f"{label} 应为含 must 与 must_not 的 JSON 对象。"
        )
    for name in ("must", "must_not"):
        if not isinstance(truth.get(name, []), list):
            raise UserError(f"{label}: {name} must be a list of rule ids.", f"{label}：{name} 应为规则编号的列表。")
    return truth


def _ids(truth: dict[str, object], name: str, known: set[str], report: Report, call: str) -> set[str]:
    listed = truth.get(name)
    ids = {str(i) for i in listed} if isinstance(listed, list) else set()
    for rule in sorted(ids - known):
        report.unknown.setdefault(rule, []).append(Path(call).name)
    return ids


def _count(report: Report, call: str, hits: Sequence[Hit], must: set[str], must_not: set[str]) -> None:
    fired = {h.rule for h in hits}
    report.unlisted += len(fired - must - must_not)
    for rule in sorted(must | must_not):
        tally = report.by_rule.setdefault(rule, Tally())
        for counted in (report.total, tally):
            counted.hit += rule in must and rule in fired
            counted.missed += rule in must and rule not in fired
            counted.false += rule in must_not and rule in fired
        if (rule in must) != (rule in fired):
            kind = "missed" if rule in must else "false"
            evidence = [{"start": h.start, "text": h.evidence, "confidence": h.confidence} for h in hits if h.rule == rule]
            report.misses.append({"call": call, "rule": rule, "kind": kind, "evidence": evidence})


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
