"""callbox clusters: what callers ask, complain about and come back with, and calls that went badly without a complaint."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.figures import period_of_arguments
from console.commands.shared import add_config, settings_of
from console.output import say, say_json, say_message, table
from hw.messages import terminal_language

if TYPE_CHECKING:
    from quality.clusters.report import Clusters
    from quality.clusters.topics import Example, Share

SHOWN = 20  # topics; --json gives all


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("clusters", help="topics and silent dissatisfaction, rising ones first / 话题与沉默不满")
    parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="default: the last whole week")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD")
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--week", metavar="YYYY-Www")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """The clusters of a period."""
    from quality.clusters.report import clusters, clusters_json

    settings = settings_of(arguments)
    timezone = settings.site.timezone
    found = clusters(Path(settings.store.path), period_of_arguments(arguments, timezone), timezone)
    if arguments.json:
        say_json(clusters_json(found))
    else:
        _tell(found, terminal_language() == "zh")
    return 0


def _tell(found: Clusters, zh: bool) -> None:
    period, before = found.period, found.period.before
    say(
        f"{period.name}: {found.transcribed} calls with words (before, {before.name}: {found.transcribed_before})",
        f"{period.name}：有文字的通话 {found.transcribed} 通（上期 {before.name}：{found.transcribed_before} 通）",
    )
    for message in found.why:
        say_message(message)
    _tell_topics(found, zh)
    _tell_silent(found, zh)
    say("\n↑ more than before, by more than chance · share now (before)", "\n↑ 较上期上升且超出偶然 · 本期占比（上期）")


def _tell_topics(found: Clusters, zh: bool) -> None:
    if not found.topics:
        return
    heads = ("话题", "通话", "占比", "抱怨", "三日内再来电", "示例") if zh else (
        "topic", "calls", "share", "complaints", "called again", "example")  # fmt: skip
    rows = [
        (t.text, str(t.calls.hits), _text(t.calls), _text(t.complaints), _text(t.again), _example(t.examples))
        for t in found.topics[:SHOWN]
    ]
    say("\n" + table(heads, rows))
    left = len(found.topics) - SHOWN
    if left > 0:
        say(f"and {left} more (--json)", f"另有 {left} 个（--json）")


def _tell_silent(found: Clusters, zh: bool) -> None:
    if found.usual.pauses is None:
        return
    if not found.silent:
        say("\nno silent dissatisfaction", "\n没有沉默不满的通话")
        return
    say(
        "\nSilent dissatisfaction: pauses, hurried or flagging customers, no complaint, not reviewed",
        "\n沉默不满：停顿多、客户语速急促或渐弱、无投诉、未评审",
    )
    heads = ("班组", "通话", "占比", "话题", "示例") if zh else ("group", "calls", "share", "topics", "example")
    rows = [
        (s.team or "–", str(s.calls.hits), _text(s.calls), ", ".join(f"{text} {n}" for text, n in s.topics[:2]) or "–",
         _example(s.examples))
        for s in found.silent
    ]  # fmt: skip
    say(table(heads, rows))


def _text(share: Share) -> str:
    before = "–" if share.before is None else f"{share.before:.1%}"
    return f"{share.share:.1%} ({before}){' ↑' if share.rising else ''}"


def _example(examples: tuple[Example, ...]) -> str:
    return f"{examples[0].call} {int(examples[0].at) // 60}:{int(examples[0].at) % 60:02d}" if examples else "–"
