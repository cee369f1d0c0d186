"""The status in words and columns, in both languages: what the command line prints and the serial console answers."""

from __future__ import annotations

from collections import Counter

from analyzer.behind import Behind
from analyzer.live.state import LiveState
from console.output import facts, table
from hw.messages import Message
from quality.health.status import BoxStatus
from quality.health.words import CAUSES, EFFORTS, LIVE, disk, local, state_name, when
from recorder.live import LineStatus
from recorder.watch.alarmkinds import SEVERITIES


def status_lines(status: BoxStatus, language: str) -> list[str]:
    """The whole status, a line each."""
    values = {
        _t(language, "time", "时间"): f"{local(status.at, status.timezone)} ({status.timezone})",
        _t(language, "recorder", "录音服务"): _running(status.recorder_running, language),
        _t(language, "analyzer", "分析服务"): _running(status.analyzer_running, language),
        _t(language, "web pages", "网页服务"): _running(status.pages_answer, language),
        _t(language, "lines", "线路"): _busy(status, language),
        _t(language, "calls", "通话"): _counted(status.calls, language),
        _t(language, "analysis", "分析"): _counted(status.jobs, language),
        _t(language, "waiting", "待分析"): _waiting(status, language),
        _t(language, "last call", "最近通话"): when(status.last_call_at, status),
        _t(language, "alarms", "告警"): _alarm_count(status, language),
        _t(language, "free disk", "剩余磁盘"): disk(status.free_disk_mb),
        _t(language, "last backup", "最近备份"): _backup(status, language),
        _t(language, "store", "数据目录"): status.store,
    }
    if status.behind is not None and status.behind.effort != "full":
        values[_t(language, "effort", "分析投入")] = _effort(status.behind, language)
    if status.live is not None:
        values[_t(language, "live", "即时识别")] = _live(status.live, language)
    trouble = [f"{_t(language, 'PROBLEM', '问题')}  {problem.text(language)}" for problem in status.problems]
    return facts(values).splitlines() + trouble


def _backup(status: BoxStatus, language: str) -> str:
    made = status.last_backup
    return _t(language, "none yet", "尚无") if made is None else f"{when(made.made_at, status)} ({made.folder})"


def _effort(behind: Behind, language: str) -> str:
    causes = [CAUSES[cause].text(language) for cause in behind.causes.split(",") if cause in CAUSES]
    effort = EFFORTS[behind.effort].text(language) if behind.effort in EFFORTS else behind.effort
    return f"{effort} ({', '.join(causes)})" if language == "en" else f"{effort}（{'、'.join(causes)}）"


def _live(live: LiveState, language: str) -> str:
    """How many lines are understood while calls go on, how quickly, and what keeps it from being all of them."""
    deaf = [line for line in live.lines if line.why]
    parts = [LIVE[live.state].text(language) if live.state in LIVE else live.state]
    heard, lines = len(live.lines) - len(deaf), len(live.lines)
    parts.append(_t(language, f"{heard} of {lines} lines heard", f"{lines} 条线路中 {heard} 条在听"))
    if live.delay_s is not None:
        parts.append(_t(language, f"{live.delay_s:.0f} s after it is said", f"说完后 {live.delay_s:.0f} 秒"))
    if live.late:
        parts.append(_t(language, f"{live.late} utterances left to the full analysis", f"{live.late} 句留待完整分析"))
    why = next((_t(language, line.why, line.why_zh) for line in deaf), "")
    return "; ".join([*parts, *[why] * bool(why)]) if language == "en" else "；".join([*parts, *[why] * bool(why)])


def _waiting(status: BoxStatus, language: str) -> str:
    """How many calls, how many of them people wait for, and when the analyzer will have caught up: none is left out."""
    behind = status.behind
    if behind is None or not behind.calls or behind.catch_up_s is None:
        return str(status.waiting)
    minutes = max(1, round(behind.catch_up_s / 60))
    audio = round(behind.audio_s / 60)
    order = Message("newest first", "先分析最新通话")
    if behind.first:
        order = Message(
            f"{behind.first} sampled or on alert go first, then the newest", f"先分析 {behind.first} 通抽检或预警通话,再按最新"
        )
    return _t(
        language,
        f"{status.waiting} ({audio} min of audio, {minutes} min of work; {order.en})",
        f"{status.waiting}(录音 {audio} 分钟,约需 {minutes} 分钟;{order.zh})",
    )


def line_lines(status: BoxStatus, language: str) -> list[str]:
    """Every tapped line: its state, since when, how loud."""
    if not status.lines:
        return [_t(language, "no line reports: the recorder is not running", "没有线路信息:录音服务未运行")]
    heads = ("线路", "状态", "开始", "电平 dBFS") if language == "zh" else ("line", "state", "since", "level dBFS")
    rows = [(one.line, _line_state(one, language), when(one.since, status), _level(one.level_db)) for one in status.lines]
    heard = [
        _t(language, f"{one.by} listens to line {one.line} since {since}", f"{one.by} 自 {since} 监听线路 {one.line}")
        for one, since in ((one, when(one.since, status)) for one in status.listeners if not one.program)
    ]
    return table(heads, rows).splitlines() + heard


def _line_state(line: LineStatus, language: str) -> str:
    name = state_name(line.state, language)
    return name if line.paused_since is None else name + _t(language, f", paused by {line.paused_by}", f",由 {line.paused_by} 暂停")


def _t(language: str, en: str, zh: str) -> str:
    return Message(en, zh).text(language)


def _running(running: bool, language: str) -> str:
    return _t(language, "running", "运行中") if running else _t(language, "NOT RUNNING", "未运行")


def _alarm_count(status: BoxStatus, language: str) -> str:
    """How many stand, the worst first, and how many of them nobody has seen to."""
    counts = Counter(alarm.severity for alarm in status.alarms)
    parts = [f"{counts[severity]} {name.text(language)}" for severity, name in SEVERITIES.items() if counts[severity]]
    unseen = sum(not alarm.acknowledged_by for alarm in status.alarms)
    if not parts:
        return "0"
    return _t(language, f"{', '.join(parts)}; {unseen} not acknowledged", f"{'、'.join(parts)};{unseen} 项未确认")


def _busy(status: BoxStatus, language: str) -> str:
    if not status.lines:
        return "–"
    busy, count = sum(1 for line in status.lines if line.state != "idle"), len(status.lines)
    return _t(language, f"{busy} of {count} busy", f"共 {count} 条,{busy} 条占用")


def _counted(counts: dict[str, int], language: str) -> str:
    return ", ".join(f"{state_name(state, language)} {count}" for state, count in sorted(counts.items())) or "–"


def _level(level_db: float | None) -> str:
    return "–" if level_db is None else f"{level_db:.0f}"
