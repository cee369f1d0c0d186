"""What was seen of a line, in words: the details of its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hw.messages import Message

SIDES = {"agent": Message("agent", "座席"), "customer": Message("customer", "客户"), "mixed": Message("both", "双方")}
"""A side of a line for people."""


def off_hook(open_min: float, hush_min: float) -> Message:
    """Off-hook for so many minutes, the last of them without a word."""
    return Message(
        f"off-hook {open_min:.0f} min, nobody spoke for {hush_min:.0f} min",
        f"摘机 {open_min:.0f} 分钟，已 {hush_min:.0f} 分钟无人说话",
    )


def unrecorded(seconds: float) -> Message:
    """Seconds of speech in the last minute."""
    return Message(f"{seconds:.0f} s of speech in a minute, no call open", f"一分钟内有 {seconds:.0f} 秒讲话，但没有通话在录音")


def silent(sides: Sequence[str]) -> Message:
    """The sides from which nothing comes."""
    names = [SIDES[side] for side in sides]
    english, chinese = " and ".join(name.en for name in names), "和".join(name.zh for name in names)
    return Message(f"nothing from the {english} side", f"{chinese}侧没有声音")


def each(figures: Mapping[str, str]) -> Message:
    """A figure of each side."""
    english = ", ".join(f"{SIDES[side].en} {figure}" for side, figure in figures.items())
    return Message(english, "，".join(f"{SIDES[side].zh} {figure}" for side, figure in figures.items()))


def clipped(shares: Mapping[str, str]) -> Message:
    """Of each side the share of samples at full scale, as "1.25 %"."""
    english = ", ".join(f"{SIDES[side].en} {share} of samples" for side, share in shares.items())
    return Message(english, "，".join(f"{SIDES[side].zh} {share} 的采样" for side, share in shares.items()))
