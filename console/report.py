"""The status in words and columns, in both languages: what the command line prints and the serial console answers."""

from __future__ import annotations

from console.output import facts, table
from console.status import BoxStatus
from hw.messages import Message
from recorder.live import LineStatus

STATES = {
    "idle": Message("idle", "空闲"),
    "ringing": Message("ringing", "振铃"),
    "talking": Message("talking", "通话"),
    "recording": Message("recording", "录音中"),
    "closed": Message("recorded", "已录音"),
    "interrupted": Message("interrupted", "中断"),
    "unanswered": Message("unanswered", "未接"),
    "done": Message("analysed", "已分析"),
    "failed": Message("to be tried again", "待重试"),
    "parked": Message("given up", "已搁置"),
}


def status_lines(status: BoxStatus, language: str) -> list[str]:
    """The whole status, a line each."""
    values = {
        _t(language, "time", "时间"): status.at,
        _t(language, "recorder", "录音服务"): _running(status, language),
        _t(language, "lines", "线路"): _busy(status.lines, language),
        _t(language, "calls", "通话"): _counted(status.calls, language),
        _t(language, "analysis", "分析"): _counted(status.jobs, language),
        _t(language, "waiting", "待分析"): status.waiting,
        _t(language, "last call", "最近通话"): status.last_call_at or "–",
        _t(language, "alarms", "告警"): len(status.alarms),
        _t(language, "free disk", "剩余磁盘"): f"{status.free_disk_mb:.0f} MB",
        _t(language, "store", "数据目录"): status.store,
    }
    return facts(values).splitlines()


def line_lines(status: BoxStatus, language: str) -> list[str]:
    """Every tapped line: its state, since when, how loud."""
    if not status.lines:
        return [_t(language, "no line reports: the recorder is not running", "没有线路信息:录音服务未运行")]
    heads = ("线路", "状态", "开始", "电平 dBFS") if language == "zh" else ("line", "state", "since", "level dBFS")
    rows = [(one.line, state_name(one.state, language), one.since, _level(one.level_db)) for one in status.lines]
    return table(heads, rows).splitlines()


def alarm_lines(status: BoxStatus, language: str) -> list[str]:
    """Every alarm that stands."""
    if not status.alarms:
        return [_t(language, "no alarms", "没有告警")]
    heads = ("自", "告警", "对象", "说明") if language == "zh" else ("since", "alarm", "subject", "detail")
    return table(heads, [(alarm.raised_at, alarm.kind, alarm.subject, alarm.detail) for alarm in status.alarms]).splitlines()


def state_name(state: str, language: str) -> str:
    """A state in the reader's language; one we have no word for reads as it is."""
    return STATES[state].text(language) if state in STATES else state


def _t(language: str, en: str, zh: str) -> str:
    return Message(en, zh).text(language)


def _running(status: BoxStatus, language: str) -> str:
    return _t(language, "running", "运行中") if status.recorder_running else _t(language, "NOT RUNNING", "未运行")


def _busy(lines: tuple[LineStatus, ...], language: str) -> str:
    talking = sum(1 for line in lines if line.state != "idle")
    return _t(language, f"{talking} of {len(lines)} busy", f"共 {len(lines)} 条,{talking} 条占用")


def _counted(counts: dict[str, int], language: str) -> str:
    return ", ".join(f"{state_name(state, language)} {count}" for state, count in sorted(counts.items())) or "–"


def _level(level_db: float | None) -> str:
    return "–" if level_db is None else f"{level_db:.0f}"
