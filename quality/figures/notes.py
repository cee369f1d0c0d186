"""What a figure leaves out, said beside it."""

from __future__ import annotations

from collections.abc import Callable

from hw.messages import Message
from quality.figures.sums import Sums


def note_of(figure: str, sums: Sums) -> Message | None:
    """What the reader of the figure has to know, None when nothing is missing."""
    found = [said for note in _NOTES.get(figure, ()) if (said := note(sums))]
    return Message("; ".join(m.en for m in found), "；".join(m.zh for m in found)) if found else None


def _undirected(sums: Sums) -> Message | None:
    n = sums.undirected
    return Message(f"{n} calls whose direction is not known are left out", f"未计入 {n} 通方向未知的电话") if n else None


def _queue(sums: Sums) -> Message | None:
    if sums.queue_in_wait == sums.waited:
        return None
    if not sums.queue_in_wait:
        return Message("ringing alone: the PBX tells no queue times", "仅含振铃：话单没有排队时间")
    n, m = sums.queue_in_wait, sums.waited
    return Message(f"the queue is in it for {n} of {m} calls", f"{m} 通中有 {n} 通含排队时间")


def _after_call(sums: Sums) -> Message | None:
    return None if sums.acw_calls else Message("without after-call work, which no table tells", "不含事后处理（无事后处理表）")


def _hours(sums: Sums) -> Message | None:
    if sums.tabled_ms == sums.logged_ms:
        return None
    share = round(100 * (1 - sums.tabled_ms / sums.logged_ms))
    return Message(
        f"{share} % of the hours are from an agent's first to last call of the day, for want of a shifts table",
        f"{share}% 的工时因没有班次记录，按当天首通至末通电话计",
    )


def _held(sums: Sums) -> Message | None:
    n, m = sums.hold_heard, sums.answered
    return None if n == m else Message(f"holds were looked for in {n} of {m} answered calls", f"{m} 通接通电话中检查了 {n} 通")


def _decided(sums: Sums) -> Message | None:
    n, m = sums.decided, sums.answered_in
    return None if n == m else Message(f"{n} of {m} answered calls can be judged", f"{m} 通接听电话中有 {n} 通可判断")


def _recorded(sums: Sums) -> Message | None:
    n, m = sums.transfer_known, sums.answered
    return None if n == m else Message(f"known of {n} of {m} answered calls", f"{m} 通接通电话中有 {n} 通可知")


def _queues_known(sums: Sums) -> Message | None:
    n, m = sums.queue_known, sums.offered
    return None if n == m else Message(f"known of {n} of {m} incoming calls", f"{m} 通接入电话中有 {n} 通可知")


def _busy_unknown(sums: Sums) -> Message | None:
    return None if sums.busy_base else Message("without busy signals, of which the PBX tells nothing", "不含忙音（话单未报告忙音）")


def _reviewed(sums: Sums) -> Message:
    n, m = sums.reviewed, sums.answered
    return Message(f"{n} of {m} answered calls were reviewed", f"{m} 通接通电话中评审 {n} 通")


_NOTES: dict[str, tuple[Callable[[Sums], Message | None], ...]] = {
    "call_time": (_after_call,),
    "occupancy": (_after_call, _hours),
    "calls_per_hour": (_hours,),
    "answer_speed": (_queue, _undirected),
    "service_level": (_queue, _undirected),
    "hold_time": (_held,),
    "talk_time": (_held,),
    "first_call_resolution": (_decided, _undirected),
    "transfer_rate": (_recorded,),
    "queue_time": (_queues_known,),
    "queue_rate": (_queues_known,),
    "abandon_rate": (_undirected,),
    "answer_rate": (_undirected,),
    "rings": (_undirected,),
    "total_calls": (_busy_unknown, _undirected),
    "monitoring_score": (_reviewed,),
}
