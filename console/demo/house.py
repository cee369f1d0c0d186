"""The demo's house: a store of its own, the tap and the settings, made anew for each run."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from console.demo.plan import CHANNELS, LINES, DemoLine, Plan
from hw.messages import UserError
from hw.simulated.tap import Tap, TapCall, build_tap
from recorder.settings.cli import show
from recorder.settings.sections import (
    Agent,
    Assignment,
    CallRecordSettings,
    Device,
    Line,
    LineSenseSettings,
    SerialConsole,
    Settings,
    Simulation,
    Site,
    Store,
    Web,
)
from recorder.times import to_text

GET_READY_S = 4.0
"""Real seconds between building the house and the tap's first frame."""

MARK = ".callbox-demo"
"""A file that says: this folder is a demo's and may be emptied."""

AGENTS = {
    "1001": ("李晓敏", "投资一组"),
    "1002": ("王强", "投资一组"),
    "1003": ("陈静", "零售组"),
    "1004": ("赵磊", "零售组"),
    "1005": ("孙悦", "生活服务组"),
    "1006": ("周婷", "生活服务组"),
    "1007": ("吴敏", "零售组"),
    "1008": ("Dana Smith", "Repairs"),
}


@dataclass(frozen=True)
class House:
    """Where the demo's things are. start: simulated instant of the tap's first frame, which comes at the real instant `anchor`."""

    store: Path
    config: Path
    tap: Tap
    settings: Settings
    start: float
    anchor: float


def default_store() -> Path:
    """Where demos live: the user's data folder, or CALLBOX_DEMO."""
    chosen = os.environ.get("CALLBOX_DEMO")
    data = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return Path(chosen) if chosen else data / "callbox-demo"


def refuse_foreign(store: Path) -> None:
    """Raises UserError when `store` holds something that is not a demo's, or is no folder that can be looked into."""
    try:
        if not store.exists() or not any(store.iterdir()) or (store / MARK).exists():
            return
    except OSError as error:
        raise UserError(f"{store} cannot be used: {error.strerror}", f"无法使用 {store}:{error.strerror}") from error
    raise UserError(
        f"{store} holds something that is not a demo's; name another folder with --store",
        f"{store} 中有非演示数据;请用 --store 指定其他目录",
    )


def empty(store: Path) -> None:
    """Make `store` an empty folder for the demo. Raises UserError for a folder that holds something else."""
    refuse_foreign(store)
    shutil.rmtree(store, ignore_errors=True)
    try:
        store.mkdir(parents=True)
        (store / MARK).touch()
    except OSError as error:
        raise UserError(f"{store} cannot be made: {error.strerror}", f"无法创建 {store}:{error.strerror}") from error


def build(store: Path, plan: Plan, speed: float, port: int, *, live: bool = False) -> House:
    """Write the tap and callbox.toml. The tap starts a few seconds from now, for the services to be there first; simulated time
    starts in the past, so that it catches up with real time at the tap's end and no call lies in the future. live: lines are
    understood while calls go on."""
    tap = build_tap([TapCall(one.starts_at, one.call.audio, one.line.channels) for one in plan.placed], store / "tap", CHANNELS)
    anchor = time.time() + GET_READY_S
    start = anchor - plan.ends_at * (1 - 1 / speed)
    simulation = Simulation(speed=speed, start=to_text(start), anchor=to_text(anchor), stop_after_s=plan.ends_at)
    settings = _settings(store, tap, simulation, port, live)
    config = store / "callbox.toml"
    config.write_text(show(settings), encoding="utf-8")
    return House(store, config, tap, settings, start, anchor)


def _settings(store: Path, tap: Tap, simulation: Simulation, port: int, live: bool) -> Settings:
    return Settings(
        site=Site(name="callbox 演示"),
        store=Store(path=str(store / "data")),
        device=(Device("tap", tap.pcm, tap.channels, tap.rate),),
        line=tuple(_line(line, live) for line in LINES),
        agent=tuple(Agent(number, name, team) for number, (name, team) in AGENTS.items()),
        assignment=tuple(Assignment(line.agent, line=line.name) for line in LINES),
        line_sense=LineSenseSettings(port=str(store / "dev" / "tapboard")),
        call_records=CallRecordSettings(port=str(store / "dev" / "pbx")),
        web=Web(port=port, workers=1),
        console=SerialConsole(port=str(store / "dev" / "console-box")),
        simulation=simulation,
    )


def _line(line: DemoLine, live: bool) -> Line:
    release = "reversed" if line.sense >= 0 else "none"
    return Line(
        name=line.name,
        device="tap",
        channels=line.channels,
        extension=line.extension,
        trunk=line.trunk,
        sense=line.sense,
        language=line.language,
        release=release,
        live=live,
    )


