"""Line by line: is it heard, does the tap board tell of it, when was its last call, is it recorded now?"""

from __future__ import annotations

from collections.abc import Iterator

from hw.messages import Message
from quality.health.case import Case, History
from quality.health.finding import Finding, doubtful, good
from quality.health.meter import level_findings
from quality.health.words import state_name, when
from recorder.live import LineStatus
from recorder.settings.sections import Line
from recorder.times import to_text

VOICE_CALLS = 3
"""Calls on a line with line sense, since the tap board last told anything of it, after which its wire is in doubt."""


def check(case: Case, line: Line) -> Iterator[Finding]:
    """Everything about one line."""
    for status in case.status.lines:
        if status.line == line.name:
            yield _state(case, status)
    yield from _level(case, line)
    history = case.history.get(line.name)
    if history is not None:
        if line.sense >= 0:
            yield _sense(case, line, history)
        yield _calls(case, line, history)


def _state(case: Case, status: LineStatus) -> Finding:
    since = when(status.since, case.status)
    if status.paused_since:
        return doubtful(
            "line.state",
            (
                f"recording, paused by {status.paused_by} since {when(status.paused_since, case.status)}",
                f"录音中,{status.paused_by} 已暂停",
            ),
            ("it goes on with the next resume, or the next call", "恢复或下一通电话后继续"),
            status.line,
        )
    if status.call_id:
        return good("line.state", f"recording a call since {since}", f"正在录音,自 {since}", status.line, {"state": status.state})
    if status.state == "talking":
        return doubtful(
            "line.state",
            (f"off-hook since {since}, and not recorded", f"自 {since} 摘机,但未录音"),
            ("is there room on the disk? journalctl -u callbox-recorder -e", "磁盘是否有空间?journalctl -u callbox-recorder -e"),
            status.line,
        )
    en, zh = state_name(status.state, "en"), state_name(status.state, "zh")
    return good("line.state", f"{en} since {since}", f"{zh},自 {since}", status.line, {"state": status.state})


def _level(case: Case, line: Line) -> Iterator[Finding]:
    sides = case.heard.get(line.name, ())
    yield from level_findings(line.name, sides, case.settings.alarms)
    if sides or line.device in case.refused:
        return
    yield doubtful(
        "line.level",
        ("level: nothing could be heard", "电平:无法收听"),
        ("see the capture device above", "见上方采集设备"),
        line.name,
    )


EVENTS = {
    "ring_start": Message("ringing ", "响铃"), "ring_stop": Message("end of ringing ", "响铃结束"),
    "off_hook": Message("off hook ", "摘机"), "on_hook": Message("on hook ", "挂机"), "flash": Message("flash ", "拍叉"),
    "reversed": Message("reversal ", "反极"), "no_line": Message("no line ", "无线路电压"),
}  # fmt: skip
"""hw.interfaces.LINE_EVENT_KINDS, before when it was."""


def _sense(case: Case, line: Line, history: History) -> Finding:
    last = when(None if history.last_event is None else to_text(history.last_event), case.status)
    gone = any(alarm.kind == "line_sense_gone" for alarm in case.status.alarms)
    kind = EVENTS.get(history.last_event_kind, Message("", ""))
    seen_en, seen_zh = f"line sense {line.sense}: last {kind.en}{last}", f"监听板输入 {line.sense}:最近{kind.zh} {last}"
    if gone:
        advice = (
            "calls are found by voice until the board is back: check its USB cable",
            "恢复前按语音判断通话:请检查监听板 USB 线",
        )
        return doubtful("line.sense", (f"{seen_en}; the board is gone", f"{seen_zh};监听板已断开"), advice, line.name)
    if history.by_voice >= VOICE_CALLS:
        return doubtful(
            "line.sense",
            (f"{seen_en}, {history.by_voice} calls since", f"{seen_zh},此后 {history.by_voice} 通电话"),
            (
                f"the board tells nothing of this line: is its wire on input {line.sense}? lift the handset and look again",
                f"监听板没有该线路的事件:是否接在输入 {line.sense}?请提机后再看",
            ),
            line.name,
        )
    return good("line.sense", seen_en, seen_zh, line.name)


def _calls(case: Case, line: Line, history: History) -> Finding:
    figures: dict[str, object] = {"expected_calls": round(history.expected, 1)}
    if history.last_call is None:
        return good("line.calls", "no call yet", "尚无通话", line.name, figures=figures | {"last_call_at": None})
    at = to_text(history.last_call)
    seen = (f"last call {when(at, case.status)}; usual since then: {history.expected:.0f} calls",
            f"最近通话 {when(at, case.status)};按往常此后应有 {history.expected:.0f} 通")  # fmt: skip
    limit = case.settings.alarms.dead_line_calls
    if not limit or history.expected < limit:
        return good("line.calls", *seen, line.name, figures=figures | {"last_call_at": at})
    advice = (
        f"is the agent away, or the tap unplugged? lift the handset and dial: callbox doctor --line {line.name}",
        f"座席不在,还是监听线脱落?请提机拨号并运行 callbox doctor --line {line.name}",
    )
    return doubtful("line.calls", seen, advice, line.name, figures=figures | {"last_call_at": at})
