"""What a technician may look at without the PIN."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from analyzer.models import folder, known
from console.doctor.listen import follow
from console.doctor.show import level_line, shown
from console.output import table, wrapped
from console.report import line_lines, status_lines
from console.technician import machine
from console.technician.conversation import WIDTH, Command, Session
from hw.messages import Message, UserError
from quality.health.examine import examine, gather
from quality.health.meter import bar
from quality.health.status import BoxStatus
from quality.health.words import alarm_name, local, state_name, when
from recorder.live import read_status
from recorder.settings.sections import Line, Settings
from recorder.signals.levels import SideLevels
from recorder.store.reader import CallReader
from recorder.watch.alarmkinds import SEVERITIES
from recorder.watch.clock import synchronised

CALLS_SHOWN = 15
LIVE_S = 300
"""Seconds that live levels go on when nobody presses a key."""

TEST_S = 10
PLAIN = ("#", "|", ".")
"""What bars are drawn with: every terminal has these."""

Look = Callable[[], BoxStatus]


def looks(settings: Settings, look: Look) -> list[Command]:
    """The commands that change nothing."""

    def status(_words: list[str], session: Session) -> Iterable[str]:
        return status_lines(look(), session.language)

    def lines(words: list[str], session: Session) -> Iterable[str]:
        return _live(settings, session) if words == ["live"] else _lines(settings, look(), session)

    def line(words: list[str], session: Session) -> Iterable[str]:
        return _test(settings, words, session)

    def alarms(_words: list[str], session: Session) -> Iterable[str]:
        return _alarms(look(), session)

    def calls(_words: list[str], session: Session) -> Iterable[str]:
        return _calls(settings, session)

    def models(_words: list[str], _session: Session) -> Iterable[str]:
        return _models(settings)

    def clock(_words: list[str], session: Session) -> Iterable[str]:
        return machine.time_lines(look(), synchronised(), session.language)

    return [
        Command("status", "", Message("the box at a glance", "总体状态"), status),
        Command(
            "lines",
            "[live]",
            Message("every line with its levels; live: until a key is pressed", "线路与电平；live 实时，按键结束"),
            lines,
        ),
        Command("line", "NAME test", Message("listen to a line's levels for 10 s", "试听一条线路 10 秒"), line),
        Command("calls", "", Message("the latest calls; numbers after login", "最近通话；登录后显示号码"), calls),
        Command("alarms", "", Message("what is wrong now", "当前告警"), alarms),
        Command(
            "doctor", "", Message("why isn't it recording?", "自检：为何未录音"), lambda _, session: _doctor(settings, session)
        ),
        Command(
            "disk",
            "",
            Message("room and wear", "磁盘空间与磨损"),
            lambda _, session: machine.disk_lines(settings, session.language),
        ),
        Command("net", "", Message("addresses", "网络地址"), lambda _, session: machine.net_lines(session.language)),
        Command("time", "", Message("the clock and who sets it", "时钟与校准"), clock),
        Command("models", "", Message("speech models", "语音模型"), models),
        Command(
            "services", "", Message("the box's services", "各项服务"), lambda _, session: machine.service_lines(session.language)
        ),
    ]


def _alarms(status: BoxStatus, session: Session) -> Iterator[str]:
    """Each alarm in a few lines: a table with what is wrong in it would be too wide for the port's eighty columns."""
    if not status.alarms:
        yield session.text("no alarms", "没有告警")
    for alarm in status.alarms:
        severity, name = SEVERITIES[alarm.severity].text(session.language), alarm_name(alarm.kind, session.language)
        seen = (
            session.text(f", seen by {alarm.acknowledged_by}", f"，{alarm.acknowledged_by} 已确认") if alarm.acknowledged_by else ""
        )
        head = f"{alarm.id}  {severity}  {when(alarm.raised_at, status)}  {name}  {alarm.subject}{seen}"
        yield from wrapped(head, WIDTH - 1)
        yield from wrapped(alarm.seen.text(session.language), WIDTH - 1, "   ")


def _lines(settings: Settings, status: BoxStatus, session: Session) -> Iterator[str]:
    yield from line_lines(status, session.language)
    live = read_status(settings)
    for one in live.lines if live is not None and status.recorder_running else ():
        for side in one.sides:
            yield f"{one.line:<12.12} {side.side:<9}{bar(side, PLAIN)} {side.rms_db:4.0f}"


def _live(settings: Settings, session: Session) -> Iterator[str]:
    """One line a second for each tapped line's louder side; any key ends it."""
    session.live = True
    yield session.text("any key ends it", "按任意键结束")
    for _ in range(LIVE_S):
        live = read_status(settings)
        if live is None:
            yield session.text("the recorder is not running", "录音服务未运行")
            return
        shown = [(one.line, max(one.sides, key=lambda side: side.rms_db)) for one in live.lines if one.sides]
        for name, side in shown:
            yield f"{name:<12.12} {bar(side, PLAIN)} {side.rms_db:4.0f}"
        yield ""
        time.sleep(1.0)


def _test(settings: Settings, words: list[str], session: Session) -> Iterator[str]:
    if len(words) < 2 or words[-1].casefold() != "test":
        yield "line NAME test"
        return
    line = _named(settings, " ".join(words[:-1]))
    heard, session.live = False, True
    for sides in follow(settings, line, TEST_S):
        heard = True
        yield level_line(sides, session.language) if session.language == "zh" else _plain(sides)
    if not heard:
        yield session.text("nothing heard: the recorder is not running", "没有声音：录音服务未运行")


def _plain(sides: Iterable[SideLevels]) -> str:
    return "  ".join(f"{side.side} {bar(side, PLAIN)} {side.rms_db:4.0f}" for side in sides)


def _named(settings: Settings, name: str) -> Line:
    """By name, or by number from 1 as `lines` lists them."""
    found = [line for line in settings.line if line.name.casefold() == name.casefold()]
    if not found and name.isdecimal() and 1 <= int(name) <= len(settings.line):
        found = [settings.line[int(name) - 1]]
    if not found:
        names = ", ".join(line.name for line in settings.line)
        raise UserError(f"There is no line {name}. Lines: {names}", f"没有线路 {name}。现有：{names}")
    return found[0]


def _calls(settings: Settings, session: Session) -> Iterable[str]:
    number = "CASE direction WHEN 'out' THEN called_number ELSE caller_number END AS number"
    question = f"SELECT line, started_at, duration_s, direction, {number}, state FROM calls ORDER BY started_at DESC LIMIT ?"  # noqa: S608
    with CallReader(Path(settings.store.path)) as reader:
        rows = [
            (
                local(row["started_at"], settings.site.timezone), row["line"], _seconds(row["duration_s"]), row["direction"],
                (row["number"] or "–") if session.logged_in else _masked(row["number"]), state_name(row["state"], session.language),
            )
            for row in reader.rows(question, CALLS_SHOWN)
        ]  # fmt: skip
    heads = session.text("start|line|s|way|number|state", "开始|线路|时长|方向|号码|状态").split("|")
    return table(heads, rows).splitlines() if rows else [session.text("no calls yet", "还没有通话")]


def _seconds(duration: float | None) -> str:
    return "–" if duration is None else f"{duration:.0f}"


def _masked(number: str | None) -> str:
    """The last two digits: enough to find a call by, too few to call back."""
    return "*" * max(0, len(number) - 2) + number[-2:] if number else "–"


def _doctor(settings: Settings, session: Session) -> Iterable[str]:
    return shown(list(examine(gather(settings))), settings, session.language)


def _models(settings: Settings) -> Iterable[str]:
    rows = [
        (
            model.name, model.engine, model.language, f"{model.megabytes:.0f}", "+" if model.path else "-",
            "*" if model.name == settings.analysis.model else "",
        )
        for model in known(folder(settings.analysis))
    ]  # fmt: skip
    return table(("model", "engine", "language", "MB", "here", "used"), rows).splitlines()
