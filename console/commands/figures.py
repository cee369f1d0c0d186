"""callbox figures: the 23 operating figures, with targets and trends, and the tables only people can fill."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.commands.shared import add_config, settings_of
from console.output import complain, facts, say, say_json, table
from hw.messages import UserError, terminal_language

if TYPE_CHECKING:
    from quality.figures.book import Figure
    from quality.figures.sheet import Sheet, Subject
    from quality.periods import Period


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("figures", help="the 23 operating figures / 运营指标")
    _add_choice(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    explain = actions.add_parser("explain", help="what a figure is and how it is worked out / 指标说明")
    explain.add_argument("figure", nargs="?", metavar="ID", help="left out: all 23")
    take = actions.add_parser(
        "import", help="take a table from CSV: shifts, aftercall, costs, leavers / 导入班次、事后处理、成本、离职表"
    )
    take.add_argument("table", metavar="TABLE")
    take.add_argument("file", type=Path)
    take.add_argument("--good-only", action="store_true", help="leave bad rows out and take the others")
    give = actions.add_parser("export", help="write a table as CSV / 导出表格")
    give.add_argument("table", metavar="TABLE")
    give.add_argument("file", type=Path)
    targets = actions.add_parser("targets", help="limits and targets as TOML; a changed FILE is the next version / 目标与阈值")
    targets.add_argument("file", nargs="?", type=Path, metavar="FILE")
    add_config(parser)
    parser.set_defaults(run=run_show)
    for action, run in ((explain, run_explain), (take, run_import), (give, run_export), (targets, run_targets)):
        # Without a default of its own, so that one given before the action holds.
        action.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="settings file / 设置文件")
        action.set_defaults(run=run)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="default: the last whole week")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD")
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--week", metavar="YYYY-Www")
    parser.add_argument("--by", choices=("centre", "group", "agent"), default="centre")
    parser.add_argument("--trend", type=int, metavar="N", help="periods in the trend")
    parser.add_argument("--figure", action="append", metavar="ID", help="only this one; may be repeated")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", type=Path, metavar="FILE", help="write CSV")


def run_show(arguments: argparse.Namespace) -> int:
    """The figures of a period."""
    from quality.figures.files import sheet_csv, sheet_json
    from quality.figures.rulestore import figure_rules
    from quality.figures.sheet import figure_sheet
    from quality.files import write_atomically

    settings = settings_of(arguments)
    store, zone = Path(settings.store.path), settings.site.timezone
    kept = figure_rules(store)
    figures = [_known(name, {f.id: f for f in kept.figures}) for name in arguments.figure] if arguments.figure else kept.figures
    sheet = figure_sheet(
        store, period_of_arguments(arguments, zone), zone, by=arguments.by, trend=arguments.trend, rules=kept.rules, figures=figures
    )  # fmt: skip
    if arguments.json:
        say_json(sheet_json(sheet))
    elif arguments.csv:
        write_atomically(arguments.csv, sheet_csv(sheet, terminal_language()))
        say(f"{arguments.csv} written", f"已写入 {arguments.csv}")
    else:
        _tell(sheet)
    return 0


def _known(name: str, figures: dict[str, Figure]) -> Figure:
    if name not in figures:
        ids = ", ".join(figures)
        raise UserError(f"There is no figure “{name}”. There are: {ids}", f"没有指标“{name}”，可用：{ids}")
    return figures[name]


def period_of_arguments(arguments: argparse.Namespace, timezone: str) -> Period:
    """The period a person chose with --from, --to, --month or --week; the last whole week by default. Raises UserError."""
    from quality.periods import period_of, span_of
    from quality.weekly.week import Week

    given = [bool(arguments.first or arguments.last), bool(arguments.month), bool(arguments.week)]
    if sum(given) > 1:
        raise UserError("give --from and --to, or --month, or --week", "--from/--to、--month、--week 只能选其一")
    if arguments.month:
        return period_of("month", _day(f"{arguments.month}-01"))
    if arguments.week:
        return period_of("week", Week.parse(arguments.week).first)
    today = datetime.now(ZoneInfo(timezone)).date()
    if not any(given):
        return period_of("week", today - timedelta(days=7))
    first = _day(arguments.first or arguments.last)
    return span_of(first, _day(arguments.last) if arguments.last else first)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}” is no date; write 2026-08-01", f"“{text}”不是日期，请写成 2026-08-01") from None


def _tell(sheet: Sheet) -> None:
    from quality.figures.standing import standings

    zh, period = terminal_language() == "zh", sheet.period
    say(f"{period.name} ({period.first} – {period.last})")
    if not sheet.over:
        say("not over yet: figures up to now", "尚未结束：数据截至目前")
    if not sheet.subjects:
        say("nothing is known of these days", "这些日子没有任何数据")
    found = standings(sheet, [line.figure for line in sheet.subjects[0].lines]) if sheet.subjects else {}
    out = {(s.subject.key, name): s for name, own in found.items() for s in own if s.out}
    for subject in sheet.subjects:
        if sheet.level != "centre":
            say(f"\n{subject.key} {subject.name if subject.name != subject.key else ''}".rstrip() or "\n–")
        _tell_subject(subject, {name for key, name in out if key == subject.key}, zh)
    say(
        "\n* usual in the field, not set by you · ! differs from the period before by more than chance · # stands out",
        "\n* 业内常用值，并非贵方设定 · ! 与上期的差异超出偶然 · # 明显不同于其他班组或座席",
    )


def _tell_subject(subject: Subject, out: set[str], zh: bool) -> None:
    from quality.figures import words

    language, rows = "zh" if zh else "en", []
    for line in subject.lines:
        figure, value = line.figure, line.value
        rows.append((
            figure.name.text(language), words.shown(figure, value.value, language) + (" #" if figure.id in out else ""),
            words.interval(figure, value), words.target_text(figure), {True: "✓", False: "✗", None: ""}[line.met],
            words.change_text(figure, line.change), words.sparkline([v.value for v in line.trend]), figure.id,
        ))  # fmt: skip
    heads = ("指标", "数值", "95% 区间", "目标", "达标", "较上期", "趋势", "编号") if zh else (
        "figure", "value", "95 % interval", "target", "met", "change", "trend", "id")  # fmt: skip
    say(table(heads, rows))
    for line in subject.lines:
        said = line.value.why or line.value.note
        if said:
            say(f"  {line.figure.name.text(language)}: {said.text(language)}")


def run_explain(arguments: argparse.Namespace) -> int:
    """One figure in full, or all."""
    from quality.figures.book import SOURCES
    from quality.figures.rulestore import figure_rules
    from quality.figures.words import UNITS, target_text

    known = {figure.id: figure for figure in figure_rules(Path(settings_of(arguments).store.path)).figures}
    language = terminal_language()
    for figure in [_known(arguments.figure, known)] if arguments.figure else known.values():
        say(f"{figure.number}. {figure.name.zh} · {figure.name.en} ({figure.id})")
        unit = UNITS[figure.unit].text(language)
        usual = bool(figure.target and figure.target.usual)
        shown = {
            "定义" if language == "zh" else "what": figure.what.text(language),
            "公式" if language == "zh" else "formula": figure.formula.text(language),
            "来源" if language == "zh" else "source": ", ".join(SOURCES[s].text(language) for s in figure.source),
            "目标" if language == "zh" else "target": f"{target_text(figure)} {unit}".replace(" *", "")
            + ((" （业内常用值）" if language == "zh" else " (usual in the field)") if usual else ""),
        }
        say(facts(shown) + "\n")
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Import; 1 when rows were left out."""
    from quality.figures.tablecsv import import_table

    store = Path(settings_of(arguments).store.path)
    done = import_table(store, arguments.table, arguments.file.read_bytes(), "console", arguments.good_only)
    for problem in done.problems:
        complain(problem.message)
    left = len({p.row for p in done.problems})
    say(
        f"{done.new} rows new, {done.changed} changed, {done.unchanged} as before, {left} left out",
        f"新增 {done.new} 行，更改 {done.changed} 行，未变 {done.unchanged} 行，未导入 {left} 行",
    )
    return 1 if done.problems else 0


def run_export(arguments: argparse.Namespace) -> int:
    """Export."""
    from quality.figures.tablecsv import export_table
    from quality.files import write_atomically

    store = Path(settings_of(arguments).store.path)
    write_atomically(arguments.file, export_table(store, arguments.table, terminal_language()))
    say(f"{arguments.file} written", f"已写入 {arguments.file}")
    return 0


def run_targets(arguments: argparse.Namespace) -> int:
    """Print limits and targets, or take them."""
    from quality.figures.targetsfile import take_targets, targets_toml

    store = Path(settings_of(arguments).store.path)
    if arguments.file is None:
        say(targets_toml(store))
        return 0
    version = take_targets(store, arguments.file.read_text("utf-8"), "console")
    say(f"kept as version {version}", f"已保存为第 {version} 版")
    return 0
