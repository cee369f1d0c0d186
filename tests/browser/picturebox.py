"""The boxes the handbook's pictures are taken of: a made centre with bundled calls that can be heard, really recognised by the
analyzer, and what a department does with them; and the demo's lines, really recorded and understood live."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

from analyzer.result import CallFacts
from analyzer.store import AnalysisStore
from console.demo.bundle import bundled_calls
from console.demo.house import build, empty
from console.demo.plan import plan
from console.demo.services import Service
from console.demo.twins import Twins
from console.understand import Understanding
from quality.access.users import Users
from quality.alerting.alerts import raise_alert
from quality.alerting.watch import watch, watch_calls
from quality.centre.cast import Spec
from quality.centre.make import make_centre
from quality.forms.store import Forms
from quality.improving.cases import Cases, CaseText, Clip
from quality.improving.coaching import CoachingTasks
from quality.reviewing.appeals import Appeals
from quality.reviewing.assignments import Assignments
from quality.reviewing.notes import Notes
from quality.reviewing.reviews import Reviews
from quality.sampling.plans import Plans
from quality.store import writing
from recorder.ids import new_id
from recorder.live import read_status
from recorder.settings.cli import show
from recorder.settings.sections import Settings, Site, Store, Web
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text
from tests.browser.conftest import Served, free_port, wait_until_up
from tests.webui.makebox import BUNDLE, PASSWORD, TestBox, add_recorded

ZONE = "Asia/Shanghai"
WEEK = "2026-W44"
SPEC = Spec(agents=12, inspectors=3, months=3, first=date(2026, 8, 1))
DAY = date(2026, 10, 30)
HEARD = {"courier_shirk": "8004", "shoes_complaint_handled": "8004", "fund_overpromise": "8001"}
"""Bundled call → the made centre's agent it is given to."""
START = from_text("2026-10-30T07:12:00Z")
LIVE_UNTIL_S = 28.0
"""How long the lines talk before they are looked at: until words have been understood."""


@contextmanager
def centre(folder: Path) -> Iterator[Served]:
    """The made centre, served. ids: of HEARD. Accounts' password: PASSWORD."""
    store, port = folder / "store", free_port()
    make_centre(store, SPEC)
    settings = Settings(site=Site(name="云帆客服"), store=Store(path=str(store)), web=Web("127.0.0.1", port, 1))
    ids = _heard(store, settings)
    box = TestBox(store, settings, ids, [])
    _department(box)
    config = folder / "callbox.toml"
    config.write_text(show(settings), "utf-8")
    server = subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config)], env={**os.environ, "CALLBOX_LANG": "en"})
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address, server)
        yield Served(box, address)
    finally:
        server.terminate()
        server.wait(20)


def _heard(store: Path, settings: Settings) -> dict[str, str]:
    """Add the calls of HEARD, each as the analyzer understands it."""
    understanding, analyses = Understanding(settings), AnalysisStore(store)
    calls = sqlite3.connect(store / CALLS_DB, isolation_level=None)
    ids = {}
    for n, (name, agent) in enumerate(HEARD.items()):
        started = START + 1000.0 * n
        source, ids[name] = BUNDLE / f"{name}.flac", new_id(started)
        add_recorded(store, calls, source, _row(calls, ids[name], started, agent))
        analysis = understanding.analysis_of(source, CallFacts(ring_s=6.0, hung_up_by="customer", direction="in"), "zh")
        analyses.save(ids[name], analysis, name == "courier_shirk", started + 120)
    calls.close()
    analyses.close()
    return ids


def _row(calls: sqlite3.Connection, call_id: str, started: float, agent: str) -> dict[str, object]:
    team, line = calls.execute("SELECT team, line FROM calls WHERE agent_id = ? LIMIT 1", (agent,)).fetchone()
    return {
        "id": call_id, "line": line, "layout": "pair", "language": "zh", "direction": "in", "state": "closed", "ring_s": 6.0,
        "started_at": to_text(started), "caller_number": "13800138000", "called_number": "4008001234", "agent_id": agent,
        "team": team,
    }  # fmt: skip


def _department(box: TestBox) -> None:
    """Passwords, alerts, a plan, a review with its appeal, notes, a case and a task."""
    store, users = box.store, Users(box.store)
    by_role = {user.role: user for user in reversed(users.list())}
    for user in users.list():
        users.set_password(user.name, PASSWORD)
    inspector, manager, trainer = by_role["inspector"], by_role["manager"], by_role["trainer"]
    agent = next(user for user in users.list() if user.agent_id == "8004")
    for days in range(12, -1, -1):
        watch(store, DAY - timedelta(days=days), ZONE)
    watch_calls(store, [DAY], ZONE)
    with writing(store) as database:
        raise_alert(database, "priority_call", box.ids["courier_shirk"], {"rules": ["shirk", "sensitive_word"]}, START + 180)
    for name in ("courier_shirk", "fund_overpromise"):
        Assignments(store).give(box.ids[name], inspector, manager, note="客户投诉" if name == "courier_shirk" else "新产品")
    Plans(store, ZONE).make(DAY, "callbox", seed=1)
    form = Forms(store).current("A")
    grades = dict.fromkeys(form.items, "good") | dict.fromkeys(list(form.items)[:6], "excellent")
    Reviews(store).save(
        box.ids["shoes_complaint_handled"], form.id, form.version, grades, user=inspector, comment="先道歉再解决，处理得当。"
    )
    Appeals(store, ZONE).file(box.ids["shoes_complaint_handled"], agent, "开头已经核对过订单号，录音 0:12 处可以听到。")
    Notes(store).add(box.ids["courier_shirk"], 20.0, "此处应先道歉，再说明由谁处理", inspector)
    today = date.today()
    CoachingTasks(store).set("8004", "听案例库中两通安抚优秀录音，再与培训师演练", today + timedelta(days=7), trainer)
    text = CaseText("丢件投诉的安抚", "客户着急，客服推诿", "先道歉，再说明由谁处理", "客户满意", tags=("安抚",), for_agents=True,
                    clips=(Clip(box.ids["shoes_complaint_handled"], 1.0, 12.0, "先道歉"),))  # fmt: skip
    Cases(store).add(text, trainer)


@contextmanager
def lines(folder: Path) -> Iterator[Served]:
    """The demo's eight lines, recorded in real time, understood live, served."""
    store, port = folder / "box", free_port()
    empty(store)
    timetable = plan(bundled_calls())
    with ExitStack() as stack:
        house = build(store, timetable, 1.0, port, live=True)
        data = Path(house.settings.store.path)
        data.mkdir(parents=True)
        Users(data).add("manager", PASSWORD, "manager")
        twins = Twins(house, timetable)
        twins.start()
        stack.callback(twins.stop)
        config = ["--config", str(house.config)]
        for module, environment in (("recorder", house.tap.environment()), ("analyzer", {}), ("webui", {"CALLBOX_LANG": "en"})):
            stack.callback(Service(module, config, store / f"{module}.log", environment).stop)
        end = time.monotonic() + 120
        while not ((now := read_status(house.settings)) and any(line.call_id for line in now.lines)) and time.monotonic() < end:
            time.sleep(0.2)
        time.sleep(LIVE_UNTIL_S)
        yield Served(TestBox(data, house.settings, {}, []), f"http://127.0.0.1:{port}")
