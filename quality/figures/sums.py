"""The additive parts of all figures: counted once a day, group and agent, and only ever added up from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter


@dataclass(slots=True)
class Sums:
    """Times are whole milliseconds, so that sums agree to the last one; names ending in s2 are sums of squared seconds.

    Calls: calls (recorded, both directions and unknown), answered of them; undirected: direction not known. incoming: recorded and
    incoming, answered_in of them. left_queue: given up before any line rang, told by the PBX alone. offered = incoming +
    left_queue.
    busy: turned away, told by the PBX; busy_base = offered + busy where records tell busy; arrived = offered + busy.

    Waiting: short_abandons, abandoned (all others nobody answered), abandon_base = offered - short_abandons; abandon_waits,
    abandon_ms: of the abandoned whose waiting is known. waited, wait_ms: answered incoming whose ringing is known; queue_in_wait:
    those whose queue time is in it. judged: offered that can be judged for the service level, in_time of them in time. rung, rings:
    answered incoming whose rings are counted.

    Talk: audio_calls, audio_ms: answered calls with their length; hold_heard: those in which a hold would be known; held, hold_ms:
    with a hold; talk_ms: length less hold. decided, resolved: first-call resolution.

    Records: records (answered or not, of calls), queue_known, queued, queue_ms; transfer_known, transferred.

    Work: work_calls, work_ms (on calls, after-call work included) and logged_ms of agent-days whose hours are known; tabled_ms:
    the part of logged_ms from the shifts table. signed_ms, planned_ms; shifts_planned, shifts_worked; acw_calls, acw_ms. cost_fen:
    in hundredths of a yuan; cost_calls: answered incoming calls of a group on days it has costs; cost_all_fen, cost_all_calls: of
    anybody on days whose costs are known for the whole centre. staff_days, leavers.

    Quality: reviewed, review_points (sum of totals), passed; analysed, compliance, experience, risk (sums), high_priority (calls),
    hits (faults found), faulty (calls with a fault of the agent): what the machine found, after people's corrections.
    """

    calls: int = 0
    answered: int = 0
    undirected: int = 0
    incoming: int = 0
    answered_in: int = 0
    left_queue: int = 0
    offered: int = 0
    busy: int = 0
    busy_base: int = 0
    arrived: int = 0
    short_abandons: int = 0
    abandoned: int = 0
    abandon_base: int = 0
    abandon_waits: int = 0
    abandon_ms: int = 0
    abandon_s2: float = 0.0
    waited: int = 0
    wait_ms: int = 0
    wait_s2: float = 0.0
    queue_in_wait: int = 0
    judged: int = 0
    in_time: int = 0
    rung: int = 0
    rings: int = 0
    rings2: int = 0
    audio_calls: int = 0
    audio_ms: int = 0
    audio_s2: float = 0.0
    hold_heard: int = 0
    held: int = 0
    hold_ms: int = 0
    hold_s2: float = 0.0
    talk_ms: int = 0
    talk_s2: float = 0.0
    decided: int = 0
    resolved: int = 0
    records: int = 0
    queue_known: int = 0
    queued: int = 0
    queue_ms: int = 0
    queue_s2: float = 0.0
    transfer_known: int = 0
    transferred: int = 0
    work_calls: int = 0
    work_ms: int = 0
    logged_ms: int = 0
    tabled_ms: int = 0
    signed_ms: int = 0
    planned_ms: int = 0
    shifts_planned: int = 0
    shifts_worked: int = 0
    acw_calls: int = 0
    acw_ms: int = 0
    cost_fen: int = 0
    cost_calls: int = 0
    cost_all_fen: int = 0
    cost_all_calls: int = 0
    staff_days: int = 0
    leavers: int = 0
    reviewed: int = 0
    review_points: float = 0.0
    review_s2: float = 0.0
    passed: int = 0
    analysed: int = 0
    compliance: float = 0.0
    experience: float = 0.0
    risk: float = 0.0
    compliance_s2: float = 0.0
    experience_s2: float = 0.0
    risk_s2: float = 0.0
    high_priority: int = 0
    hits: int = 0
    faulty: int = 0

    def values(self) -> tuple[float, ...]:
        """All fields in their order."""
        found: tuple[float, ...] = _VALUES(self)
        return found


NAMES = tuple(field.name for field in fields(Sums))
_VALUES = attrgetter(*NAMES)


def total(parts: Iterable[Sums]) -> Sums:
    """Everything added up."""
    return Sums(*map(sum, zip(*(part.values() for part in parts), strict=True)))
