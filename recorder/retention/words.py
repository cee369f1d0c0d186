"""What retention has to say when room runs out: the details of its alarms."""

from __future__ import annotations

from hw.messages import Message
from recorder.retention.plan import FLOOR, HELD, UNANALYSED, Plan
from recorder.retention.policy import GIB, OUTBOUND_FLOOR_DAYS

KEPT = {
    HELD: Message("on hold", "被保留"),
    FLOOR: Message(f"may be outbound, younger than {OUTBOUND_FLOOR_DAYS} days", f"可能是外呼且不足 {OUTBOUND_FLOOR_DAYS} 天"),
    UNANALYSED: Message("not analysed yet", "尚未分析"),
}
"""Why calls are kept though room is wanted."""


def room(plan: Plan) -> Message:
    """How much is free, and for how long that is enough."""
    free = f"{plan.free / GIB:.1f} GiB"
    if plan.days_left is None:
        return Message(f"{free} free", f"剩余 {free}")
    days = f"{plan.days_left:g}"
    return Message(f"{free} free, about {days} days until the oldest has to go", f"剩余 {free}，约 {days} 天后须删除最旧的录音")


def not_freed(plan: Plan) -> Message:
    """How much is wanted, and what stands in the way."""
    wanted, kept = f"{plan.short / GIB:.1f} GiB", sorted(plan.kept.items())
    english = ", ".join(f"{count} {KEPT[why].en}" for why, count in kept) or "no audio at all"
    chinese = "，".join(f"{count} 通{KEPT[why].zh}" for why, count in kept) or "没有任何录音"
    return Message(f"{wanted} cannot be freed: {english}", f"无法腾出 {wanted}：{chinese}")
