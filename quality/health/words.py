"""Words for states, efforts, alarms and instants of the box: the same on the command line, the serial console and the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.health.status import BoxStatus
from recorder.times import from_text
from recorder.watch.alarmkinds import kind_of

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
    "put_off": Message("not transcribed yet (too busy)", "暂未转写（繁忙）"),
}
EFFORTS = {
    "narrow_beam": Message("REDUCED: narrower search, texts may have more mistakes", "已降低：搜索较窄，文字错误可能略多"),
    "speech_only": Message("REDUCED: no words for now, they follow by themselves", "已降低：暂不转写，有空时自动补做"),
}
LIVE = {
    "following": Message("calls understood while they go on", "通话进行中即时识别"),
    "behind": Message("NOT KEEPING UP: no time for all that is said", "跟不上：无法识别全部内容"),
    "hot": Message("OFF: the box is hot", "已停止：设备过热"),
}
CAUSES = {
    "behind": Message("too much waits", "积压过多"),
    "hot": Message("the box is hot", "设备过热"),
    "load": Message("other programs take the CPU", "其他程序占用 CPU"),
}


def state_name(state: str, language: str) -> str:
    """A state in the reader's language; one we have no word for reads as it is."""
    return STATES[state].text(language) if state in STATES else state


def alarm_name(kind: str, language: str) -> str:
    """An alarm's kind in the reader's language; one we have no word for reads as it is."""
    return kind_of(kind).name.text(language)


def local(instant: str, timezone: str) -> str:
    """A UTC instant as the clock on the wall shows it, to the second."""
    return datetime.fromtimestamp(from_text(instant), UTC).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def when(instant: str | None, status: BoxStatus) -> str:
    """An instant of the status for a person; what is no instant reads as it is."""
    try:
        return local(instant, status.timezone) if instant else "–"
    except ValueError:
        return str(instant)


def disk(megabytes: float) -> str:
    """Free space, in the unit that reads well."""
    return f"{megabytes / 1024:.1f} GB" if megabytes >= 1024 else f"{megabytes:.0f} MB"
