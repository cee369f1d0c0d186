"""Levels as a picture, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from hw.messages import Message
from quality.health.finding import Finding
from recorder.settings.sections import AlarmLimits
from recorder.signals.levels import SideLevels
from recorder.watch.words import SIDES

WIDTH = 24
LOWEST_DB = -90.0
"""The bar's left end; its right end is full scale."""

NOTHING_DB = -90.0
"""Below it not even a converter's own noise is there: a channel that is not wired to anything, or not the one it should be."""

UNPLUGGED_DB = -80.0
"""Below it a line's own noise is missing: G.712 allows an idle channel -65 dBm0, and a tap's input adds to it."""

STANDS_OUT_DB, SOUNDS_DB = 9.0, -50.0
"""Somebody speaks, or something sounds, when it stands so much above the noise, or is so loud that no line's noise is."""

HUM_IS_NOISE_DB = 6.0
"""Hum is what is heard on a line when the rest of its noise is no louder than this above it."""


def bar(side: SideLevels, characters: tuple[str, str, str] = ("█", "|", "·")) -> str:
    """Full up to the RMS level, a mark at the peak, WIDTH columns from -90 dBFS to full scale."""
    full, mark, empty = characters
    rms, peak = _column(side.rms_db), min(WIDTH - 1, _column(side.peak_db))
    cells = [full if column < rms else empty for column in range(WIDTH)]
    if side.peak_db > LOWEST_DB:
        cells[peak] = mark
    return "".join(cells)


def _column(level_db: float) -> int:
    return round(WIDTH * min(1.0, max(0.0, 1 - level_db / LOWEST_DB)))


def level_findings(line: str, sides: tuple[SideLevels, ...], limits: AlarmLimits) -> Iterator[Finding]:
    """A finding for each side of a line."""
    for side in sides:
        yield level_finding(line, side, limits)


def level_finding(line: str, side: SideLevels, limits: AlarmLimits) -> Finding:
    """What one side's level says."""
    state, verdict, said, advice = _verdict(side, limits)
    name = SIDES[side.side]
    seen = Message(f"{name.en}: {side.rms_db:.0f} dBFS, {said.en}", f"{name.zh}:{side.rms_db:.0f} dBFS,{said.zh}")
    return Finding(state, "line.level", seen, advice, line, asdict(side) | {"verdict": verdict, "bar": bar(side)})


def _verdict(side: SideLevels, limits: AlarmLimits) -> tuple[str, str, Message, Message | None]:
    """State, verdict for programs, verdict for people, advice: the first that fits, from the worst on."""
    sounds = side.rms_db - side.noise_db >= STANDS_OUT_DB or side.rms_db >= SOUNDS_DB
    hums = side.hum_db >= limits.hum_dbfs and side.noise_db - side.hum_db <= HUM_IS_NOISE_DB
    low = side.speech_db if side.speech_db is not None and side.speech_db <= limits.low_dbfs else None
    table: tuple[tuple[bool, str, str, Message, Message | None], ...] = (
        (side.peak_db <= NOTHING_DB, "wrong", "nothing", Message("nothing at all", "完全无声"), NOT_WIRED),
        (100 * side.clipped >= limits.clip_percent, "warn", "clipping", Message("clipped, too loud", "削波,过大"), TOO_LOUD),
        (hums, "warn", "hum", _with("mains hum", "电源哼声", side.hum_db), HUMS),
        (side.rms_db < UNPLUGGED_DB, "warn", "silence", Message("silence", "静音"), UNPLUGGED),
        (low is not None, "warn", "low", _with("speech too quiet,", "语音过小", low or 0.0), TOO_QUIET),
        (sounds, "ok", "sound", Message("sound", "有声音"), None),
        (True, "ok", "noise", Message("line noise", "线路底噪"), None),
    )
    return next(row[1:] for row in table if row[0])


def _with(en: str, zh: str, level_db: float) -> Message:
    return Message(f"{en} {level_db:.0f} dBFS", f"{zh} {level_db:.0f} dBFS")


def loudest(heard: Sequence[tuple[SideLevels, ...]]) -> tuple[SideLevels, ...]:
    """Each side's loudest second of a test, with the last noise, hum and speech."""
    last = heard[-1]
    best = [max((sides[place] for sides in heard if len(sides) > place), key=_rms) for place in range(len(last))]
    return tuple(
        replace(one, noise_db=now.noise_db, hum_db=now.hum_db, speech_db=now.speech_db) for one, now in zip(best, last, strict=True)
    )


def _rms(side: SideLevels) -> float:
    return side.rms_db


NOT_WIRED = Message(
    "is the tap in the socket of this channel ([[line]] channels)? is the input muted or set to another source (alsamixer, F4)?",
    "监听线是否插在该声道([[line]] channels)?输入是否静音或选错音源(alsamixer,F4)?",
)
TOO_LOUD = Message("turn the capture level down (alsamixer, F4)", "请调低采集音量(alsamixer,F4)")
HUMS = Message(
    "keep the tap's cable away from mains cables; use its isolating transformer; one socket strip for box and PBX",
    "请让监听线远离电源线;使用隔离变压器;盒子与交换机共用插座",
)
UNPLUGGED = Message(
    "less than a line's own noise: is the tap plugged in at both ends? lift the handset: callbox doctor --line NAME shows it live",
    "低于线路底噪:监听线两端是否插好?请提机并运行 callbox doctor --line 名称 实时查看",
)
TOO_QUIET = Message(
    "turn the capture level up (alsamixer, F4); is the tap's plug all the way in?",
    "请调高采集音量(alsamixer,F4);监听线插头是否插到底?",
)
