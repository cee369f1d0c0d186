"""callbox rules: look at the rulebook, try another on past calls, make it live, go back."""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import Progress, facts, note, say, say_json, table
from hw.arguments import wrong_value
from hw.messages import UserError, terminal_language

if TYPE_CHECKING:
    from analyzer.rules.library import Rulebooks
    from analyzer.rules.rulebook import Rule, Rulebook
    from analyzer.rules.trial import Difference, Trial
    from recorder.settings.sections import Settings

MOST = 10_000_000
LISTEN = 5
"""Calls named for each rule that changes: so many a person is willing to hear."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with rules."""
    parser = subparsers.add_parser("rules", help="the rules of good service: list, check, try, adopt / 规则")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the rules that are live / 当前规则")
    show = actions.add_parser("show", help="one rule in full / 查看一条规则")
    show.add_argument("rule", metavar="ID")
    check = actions.add_parser("check", help="whether a rulebook has errors, each with its line / 检查规则文件")
    trial = actions.add_parser("try", help="what another rulebook would change on past calls / 在历史通话上试运行")
    for action in (check, trial):
        action.add_argument("rulebook", type=Path, metavar="FILE|FOLDER")
    trial.add_argument("--since", type=_day, default=None, metavar="YYYY-MM-DD", help="calls from that day on")
    trial.add_argument("--json", action="store_true", help="print JSON, with every call")
    adopt = actions.add_parser("adopt", help="make a rulebook live; a copy of it is kept / 启用规则文件")
    adopt.add_argument("rulebook", type=Path, metavar="FILE|FOLDER")
    history = actions.add_parser("history", help="which rulebooks were live when / 启用历史")
    back = actions.add_parser("back", help="make the rulebook live that was so before / 恢复上一版本")
    rescore = actions.add_parser(
        "rescore", help="judge past calls by the live rulebook now; the analyzer does it by itself when idle / 按当前规则重新评分"
    )
    runs = (run_list, run_show, run_check, run_try, run_adopt, run_history, run_back, run_rescore)
    for action, run in zip((listing, show, check, trial, adopt, history, back, rescore), runs, strict=True):
        add_config(action)
        action.set_defaults(run=run)


def _day(text: str) -> float:
    """The beginning of a day, local time, in epoch seconds."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").astimezone().timestamp()
    except ValueError:
        raise wrong_value(f"{text}: write a day as 2026-11-22", f"{text}：日期请写作 2026-11-22") from None


def _rulebooks(settings: Settings) -> Rulebooks:
    from analyzer.rules.library import Rulebooks

    return Rulebooks(Path(settings.store.path), settings.analysis.rulebook)


def run_list(arguments: argparse.Namespace) -> int:
    """List the live rules."""
    book = _rulebooks(settings_of(arguments)).live()
    chinese = terminal_language() == "zh"
    heads = ("规则", "名称", "对象", "扣分", "优先") if chinese else ("rule", "name", "side", "points", "urgent")
    say(f"{book.identity}")
    say(table(heads, [_row(rule, chinese) for rule in book.rules]))
    return 0


def _row(rule: Rule, chinese: bool) -> tuple[str, ...]:
    name = rule.name_zh if chinese else rule.name_en
    return rule.id, name, rule.side, _points(rule.points), "*" if rule.high_priority else ""


def _points(points: Mapping[str, float]) -> str:
    return " ".join(f"{name} {value:g}" for name, value in points.items())


def run_show(arguments: argparse.Namespace) -> int:
    """One rule: what it means and what its checks are."""
    book = _rulebooks(settings_of(arguments)).live()
    try:
        rule = book.rule(arguments.rule)
    except KeyError:
        ids = ", ".join(book.ids())
        raise UserError(f"There is no rule {arguments.rule}. There are: {ids}", f"没有规则 {arguments.rule}。现有：{ids}") from None
    kinds = [f"{type(one.kind).__name__.lower()} ({one.language}, {one.direction})" for one in rule.checks]
    shown = {
        "id": rule.id,
        "name": f"{rule.name_zh} · {rule.name_en}",
        "what": f"{rule.explain_zh} {rule.explain_en}",
        "side": rule.side,
        "points": _points(rule.points),
        "cap": _points(rule.cap) or "-",
        "high_priority": rule.high_priority,
        "checks": "; ".join(kinds),
        "rulebook": book.identity,
    }
    say(facts(shown))
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """Read a rulebook; its errors are told all at once."""
    book = _read(arguments.rulebook)
    say(f"{book.identity}: {len(book.rules)} rules, no errors", f"{book.identity}：{len(book.rules)} 条规则，没有错误")
    return 0


def _read(path: Path) -> Rulebook:
    from analyzer.rules.rulebook import load

    return load(path)


def run_try(arguments: argparse.Namespace) -> int:
    """Both rulebooks on the calls there are."""
    from analyzer.rules.stored import stored_calls
    from analyzer.rules.trial import try_rulebook
    from analyzer.store import AnalysisReader

    settings = settings_of(arguments)
    live, wanted = _rulebooks(settings).live(), _read(arguments.rulebook)
    store = Path(settings.store.path)
    with AnalysisReader(store) as results:
        count = len(results.done())
    with Progress("trying", "正在试运行") as progress:
        calls = stored_calls(store, arguments.since or 0.0)
        trial = try_rulebook(live, wanted, calls, settings.site.company, lambda done: progress(done, count, f"{done}/{count}"))
    if arguments.json:
        say_json(_json(trial, live, wanted))
    else:
        _tell(trial)
    return 0


def _json(trial: Trial, live: Rulebook, wanted: Rulebook) -> dict[str, object]:
    def listed(differences: list[Difference]) -> list[dict[str, object]]:
        return [{"call": d.call_id, "rule": d.rule, "start": d.hit.start, "evidence": d.hit.evidence} for d in differences]

    return {
        "live": live.identity,
        "tried": wanted.identity,
        "calls": trial.calls,
        "changed_rules": list(trial.changed),
        "more": listed(trial.more),
        "fewer": listed(trial.fewer),
        "mean_score_change": trial.scores,
    }


def _tell(trial: Trial) -> None:
    from analyzer.rules.evidencewords import told

    language = terminal_language()
    more, fewer = len({d.call_id for d in trial.more}), len({d.call_id for d in trial.fewer})
    say(
        f"{trial.calls} calls looked at. This change would hit {more} more calls, {fewer} fewer.",
        f"共检查 {trial.calls} 通电话。此改动将多命中 {more} 通，少命中 {fewer} 通。",
    )
    if not trial.changed:
        say("No rule differs.", "没有规则发生变化。")
    for rule, (up, down) in trial.by_rule().items():
        say(f"\n{rule}: +{up} -{down}")
        for mark, differences in (("+", trial.more), ("-", trial.fewer)):
            for d in [d for d in differences if d.rule == rule][:LISTEN]:
                say(f"  {mark} {d.call_id}  {d.hit.start:.0f} s  {told(d.hit.evidence).text(language)}")
    changed = ", ".join(f"{name} {value:+.2f}" for name, value in trial.scores.items())
    say(f"\nMean change of the scores: {changed}", f"\n平均分变化：{changed}")
    if trial.more or trial.fewer:
        say("Listen to some of them, then: callbox rules adopt FILE", "请先抽听其中几通，再执行：callbox rules adopt FILE")


def run_adopt(arguments: argparse.Namespace) -> int:
    """Make a rulebook live."""
    from quality.rules.work import adopt

    _live_now(adopt(_rulebooks(settings_of(arguments)), arguments.rulebook))
    return 0


def run_back(arguments: argparse.Namespace) -> int:
    """Make the one before live again."""
    from quality.rules.work import go_back

    _live_now(go_back(_rulebooks(settings_of(arguments))))
    return 0


def _live_now(book: Rulebook) -> None:
    say(
        f"{book.identity} is live: new calls are checked by it, past ones when the analyzer has nothing else to do.",
        f"{book.identity} 已启用：新通话按其检查，历史通话在分析服务空闲时重新评分。",
    )


def run_history(arguments: argparse.Namespace) -> int:
    """What was live when."""
    settings = settings_of(arguments)
    adopted = _rulebooks(settings).history()
    heads = ("时间", "操作人", "规则手册") if terminal_language() == "zh" else ("at", "by", "rulebook")
    rows = [(a.at[:19].replace("T", " "), a.by, a.identity) for a in reversed(adopted)]
    if rows:
        say(table(heads, rows))
    else:
        say(
            "No rulebook has been adopted; the settings' or the shipped one is live.",
            "尚未启用过其他规则手册；使用设置中的或自带的。",
        )
    return 0


def run_rescore(arguments: argparse.Namespace) -> int:
    """Judge past calls again, unless the analyzer is at it."""
    from analyzer.__main__ import alone
    from analyzer.rescoring import Rescorer
    from analyzer.store import AnalysisStore

    settings = settings_of(arguments)
    store, rulebooks = Path(settings.store.path), _rulebooks(settings)
    try:
        with alone(store):
            results = AnalysisStore(store)
            count = len(results.judged_otherwise(rulebooks.live().identity, MOST))
            rescorer = Rescorer(store, results, rulebooks, settings.site.company)
            with Progress("judging again", "正在重新评分") as progress:
                while rescorer.step(time.time()):
                    progress(rescorer.judged, count, f"{rescorer.judged}/{count}")
            results.close()
    except UserError as busy:
        if "analyzer is already working" not in busy.message.en:
            raise
        note(
            "The analyzer is at work on this store: it judges past calls again by itself when no new call waits.",
            "分析服务正在运行：没有新通话时会自动重新评分。",
        )
        return 0
    done = rescorer.judged
    say(f"{done} calls judged again by {rulebooks.live().identity}", f"已按 {rulebooks.live().identity} 重新评分 {done} 通")
    return 0
