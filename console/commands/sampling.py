"""callbox sampling: which calls people listen to, and how far the month's duty is."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from console.commands.shared import add_config, day_of, settings_of
from console.output import complain, say, table
from hw.messages import Message, UserError, terminal_language


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("sampling", help="which calls people listen to / 抽样计划")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    plan = actions.add_parser("plan", help="plan a day's calls for every inspector and give them out / 生成当日计划")
    plan.add_argument("--day", required=True, metavar="YYYY-MM-DD")
    plan.add_argument("--seed", type=int, help="the same seed gives the same picks")
    show = actions.add_parser("show", help="the plans of a day, and why each call / 查看当日计划及理由")
    show.add_argument("--day", required=True, metavar="YYYY-MM-DD")
    progress = actions.add_parser("progress", help="how far every agent's monthly duty is / 月度进度")
    progress.add_argument("--month", required=True, metavar="YYYY-MM")
    weights = actions.add_parser("weights", help="the weights as TOML; with a changed FILE: keep them as the next version")
    weights.add_argument("file", nargs="?", type=Path, metavar="FILE")
    for action, run in ((plan, run_plan), (show, run_show), (progress, run_progress), (weights, run_weights)):
        add_config(action)
        action.set_defaults(run=run)


def run_plan(arguments: argparse.Namespace) -> int:
    """Plan; 1 when the duty asks for more than the inspectors have hours for."""
    from quality.sampling.plans import Plans

    settings = settings_of(arguments)
    made = Plans(Path(settings.store.path), settings.site.timezone).make(day_of(arguments.day), "console", arguments.seed)
    say("\n".join(f"{sheet.inspector}: {sheet.given}" for sheet in made.sheets))
    if made.short:
        en = f"{made.short} calls more are due today than the inspectors have hours for"
        complain(Message(en, f"今日应抽数量超出质检员可用工时 {made.short} 通"))
    return 1 if made.short else 0


def run_show(arguments: argparse.Namespace) -> int:
    """Every call of the day's plans with its reason."""
    from quality.access.users import Users
    from quality.reviewing.assignments import Assignments
    from quality.sampling.plans import Plans

    settings, language = settings_of(arguments), terminal_language()
    store = Path(settings.store.path)
    sheets = {sheet.id: sheet for sheet in Plans(store, settings.site.timezone).sheets(day_of(arguments.day))}
    if not sheets:
        raise UserError(f"{arguments.day} is not planned: callbox sampling plan --day {arguments.day}", f"{arguments.day} 尚无计划")
    rows = [
        (sheets[a.plan_id].inspector, a.agent_id, a.call_id, a.why.text(language), a.state)
        for user in Users(store).list() if user.role == "inspector"
        for a in Assignments(store).of_inspector(user.id, open_only=False) if a.plan_id in sheets
    ]  # fmt: skip
    heads = ("质检员", "工号", "通话", "抽样原因", "状态") if language == "zh" else ("inspector", "agent", "call", "why", "state")
    say(table(heads, rows))
    return 0


def run_progress(arguments: argparse.Namespace) -> int:
    """The month's duty, an agent a line; 1 when one is not met."""
    from quality.sampling.plans import duty_progress

    settings = settings_of(arguments)
    lines = duty_progress(Path(settings.store.path), _month(arguments.month), settings.site.timezone)
    if not lines:
        say(f"no calls in {arguments.month}", f"{arguments.month} 没有通话")
        return 0
    zh = terminal_language() == "zh"
    heads = ("agent", "name", "calls", "duty", "given", "done", "left")
    heads = ("工号", "姓名", "通话", "应评", "已分配", "已评", "尚欠") if zh else heads
    rows = [(x.agent, x.name, str(x.calls), str(x.duty), str(x.given), str(x.done), str(x.left)) for x in lines]
    say(table(heads, rows))
    return 1 if any(line.left for line in lines) else 0


def run_weights(arguments: argparse.Namespace) -> int:
    """Print the weights, or take them."""
    from quality.sampling.weightsfile import take_weights, weights_toml

    store = Path(settings_of(arguments).store.path)
    if arguments.file is None:
        say(weights_toml(store))
        return 0
    try:
        text = arguments.file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        en = f"{arguments.file} is not UTF-8: save it as such."
        raise UserError(en, f"{arguments.file} 不是 UTF-8 编码，请另存为 UTF-8。") from None
    version = take_weights(store, text, "console")
    say(f"kept as version {version}; the next plan uses it", f"已保存为版本 {version}，下次生成计划时生效")
    return 0


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise UserError(f"“{text}” is no month; write 2026-08", f"“{text}”不是月份，请写成 2026-08") from None
