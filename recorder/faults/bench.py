"""`callbox bench faults`: everything that can happen to a recording box, done to a real recorder, and what it cost."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from hw.messages import Message, UserError
from recorder.faults import kills, powercut, trouble
from recorder.faults.remains import Remains
from recorder.faults.rig import NotHereError

MOST_LOST_S = 1.0
"""Seconds of a call that a stop of the box may cost at its end."""

Progress = Callable[[Message, float, float], None]
"""Told what is being done, how many faults are behind and how many there will be."""

Share = Callable[[float], None]
Outcome = tuple[Remains, dict[str, object]]


@dataclass(frozen=True)
class _Stage:
    """One kind of fault. weight: how long it takes, beside the others. run: does it in an empty folder, telling the share done."""

    name: str
    words: Message
    weight: float
    run: Callable[[Path, Share], Outcome]


def bench_faults(
    *,
    lines: int = 8,
    killed: int = 200,
    cuts: int = 40,
    seed: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Do every fault to a recorder of `lines` pair lines that all talk, in real time, and count what was lost.

    killed: SIGKILLs at random moments; cuts: power cuts. folder: on the disk to be tried; a temporary one when None. "ok" of a
    fault: nothing is missing but the last second of what was being written, and what a gap row tells. A fault that cannot be done
    here says why in "not_done". Raises UserError when the recorder does not start.
    """
    if not 1 <= lines <= 12 or killed < 1 or cuts < 1:
        raise UserError("Give 1 to 12 lines and at least one kill and cut.", "线路数应为 1 到 12,强杀与断电次数至少为 1。")
    tell = progress or (lambda _what, _done, _total: None)
    stages = list(_stages(lines, killed, cuts, seed))
    total = sum(stage.weight for stage in stages)
    figures: dict[str, object] = {"lines": lines, "seed": seed}
    done, fine = 0.0, True
    for stage in stages:
        outcome = _run(stage, folder, partial(_tell_share, tell, stage, done, total))
        figures[stage.name] = outcome
        fine = fine and bool(outcome.get("ok", True))
        done += stage.weight
    return figures | {"ok": fine}


def _stages(lines: int, killed: int, cuts: int, seed: int) -> Iterator[_Stage]:
    def kill(folder: Path, told: Share) -> Outcome:
        return kills.kill_again_and_again(folder, lines, killed, seed, told)

    def cut(folder: Path, told: Share) -> Outcome:
        return powercut.cut_again_and_again(folder, lines, cuts, seed, told)

    def fill(folder: Path, _told: Share) -> Outcome:
        return trouble.full_disk(folder, lines, seed), {}

    yield _Stage("sigkill", Message("killing the recorder", "强杀录音进程"), killed, kill)
    yield _Stage("power_cut", Message("cutting the power", "模拟断电"), 2 * cuts, cut)
    yield _Stage("disk_full", Message("filling the disk", "写满磁盘"), 4, fill)
    for name, harm in trouble.WHILE_RECORDING.items():
        yield _Stage(name, trouble.WORDS[name], 4, partial(_harm, trouble.while_recording, harm, lines, seed))
    for name, harm in trouble.WHILE_STOPPED.items():
        yield _Stage(name, trouble.WORDS[name], 3, partial(_harm, trouble.while_stopped, harm, lines, seed))


def _harm(how: trouble.How, harm: trouble.Harm, lines: int, seed: int, folder: Path, _told: Share) -> Outcome:
    return how(folder, lines, harm, seed), {}


def _tell_share(tell: Progress, stage: _Stage, done: float, total: float, share: float) -> None:
    tell(stage.words, done + share * stage.weight, total)


def _run(stage: _Stage, folder: Path | None, told: Share) -> dict[str, object]:
    told(0.0)
    with tempfile.TemporaryDirectory(prefix="callbox-faults-", dir=folder) as work:
        try:
            remains, more = stage.run(Path(work), told)
        except NotHereError as error:
            return {"not_done": str(error)}
    told(1.0)
    return _figures(remains) | more


def _figures(remains: Remains) -> dict[str, object]:
    counts = asdict(remains)
    lost = counts.pop("lost_s")
    worst = max(lost, default=0.0)
    return {
        "ok": remains.clean and worst <= MOST_LOST_S,
        "calls_cut": len(lost),
        "worst_lost_s": round(worst, 3),
        "median_lost_s": round(statistics.median(lost), 3) if lost else 0.0,
    } | {name: round(value, 3) for name, value in counts.items()}
