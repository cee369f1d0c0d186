"""Effort falls by choice while the box is too busy, is said, and what was left out is done when there is time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.asr.interface import Transcript
from analyzer.asr.lexicon import Lexicon
from analyzer.asr.named import NamedRecognizer
from analyzer.behind import Behind, Meter, read_behind
from analyzer.economy import Choice, Economy, Effort, Limits, Load, choose
from analyzer.result import Survey
from analyzer.sensors import MachineSensors
from analyzer.store import AnalysisReader, AnalysisStore
from analyzer.worker import Worker
from console.report import status_lines
from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.health.status import collect
from recorder.retention.holds import settled
from recorder.settings.sections import Settings, Store
from tests.analyzer.recordings import Recordings
from tests.analyzer.test_priorities import _assign
from tests.analyzer.test_worker import FakeAnalyst

NOW = 1_795_100_000.0
LIMITS = Limits(1000.0, 80.0, 60.0)
FULL, NARROW, SPEECH = Effort


class FakeSensors:
    """Says what it is told to."""

    def __init__(self, celsius: float | None = None, pressure: float | None = None) -> None:
        self.celsius, self.pressed = celsius, pressure

    def temperature_c(self) -> float | None:
        return self.celsius

    def pressure(self) -> float | None:
        return self.pressed


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    made = Recordings(tmp_path)
    yield made
    made.close()


def _run(loads: list[Load], limits: Limits = LIMITS) -> list[Choice]:
    choice, found = Choice(), []
    for load in loads:
        choice = choose(choice, load, limits)
        found.append(choice)
    return found


def test_falls_a_step_at_a_time_and_rises_only_well_below_the_limit() -> None:
    waiting = [999, 1000, 1500, 2000, 1401, 1399, 701, 699]
    efforts = [c.effort for c in _run([Load(s) for s in waiting])]
    assert efforts == [FULL, NARROW, NARROW, SPEECH, SPEECH, NARROW, NARROW, FULL]
    assert [c.effort for c in _run([Load(9e9)] * 3)] == [NARROW, SPEECH, SPEECH]


def test_heat() -> None:
    choices = _run([Load(0, t) for t in (79.9, 80, 84.9, 85, 81, 79, 76, 74)])
    assert [c.effort for c in choices] == [FULL, NARROW, NARROW, SPEECH, SPEECH, NARROW, NARROW, FULL]
    assert choices[4].causes == ("hot",) and choices[-1].causes == ()


def test_other_load_counts_only_while_the_queue_grows() -> None:
    assert _run([Load(100, pressure=99)])[0] == Choice()
    assert _run([Load(250, pressure=60)])[0] == Choice(NARROW, ("load",))
    assert _run([Load(250, pressure=59)])[0] == Choice()
    assert _run([Load(500, pressure=60)] * 2)[1].effort is SPEECH


def test_nothing_measured_and_limits_of_nought_change_nothing() -> None:
    assert _run([Load(999, None, None)])[0] == Choice()
    assert _run([Load(1e9, 129, 100)] * 3, Limits(0, 0, 0))[2] == Choice()


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 120), st.floats(0, 100)), max_size=30))
def test_effort_is_lower_only_for_a_cause_and_never_jumps_down(loads: list[tuple[float, float, float]]) -> None:
    before = FULL
    for choice in _run([Load(*load) for load in loads]):
        assert bool(choice.effort) == bool(choice.causes)
        assert choice.effort <= before + 1
        before = choice.effort


def test_calls_people_wait_for_get_words_unless_the_box_is_hot() -> None:
    assert Choice(SPEECH, ("behind",)).for_call(True) is NARROW
    assert Choice(SPEECH, ("behind",)).for_call(False) is SPEECH
    assert Choice(SPEECH, ("behind", "hot")).for_call(True) is SPEECH
    assert Choice().for_call(True) is FULL


def test_sensors_of_a_machine(tmp_path: Path) -> None:
    sensors = MachineSensors(tmp_path)
    assert (sensors.temperature_c(), sensors.pressure()) == (None, None)
    for n, said in enumerate(("41000\n", "67500\n", "-274000\n", "what\n", None)):
        zone = tmp_path / "sys" / "class" / "thermal" / f"thermal_zone{n}"
        zone.mkdir(parents=True)
        if said is not None:
            (zone / "temp").write_text(said, encoding="ascii")
    cpu = tmp_path / "proc" / "pressure" / "cpu"
    cpu.parent.mkdir(parents=True)
    cpu.write_text(
        "some avg10=4.77 avg60=15.50 avg300=30.00 total=13\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", encoding="ascii"
    )
    assert (sensors.temperature_c(), sensors.pressure()) == (67.5, 15.5)
    cpu.write_text("nonsense", encoding="ascii")
    assert sensors.pressure() is None


class _Beam:
    """A recogniser that can be narrowed."""

    def __init__(self) -> None:
        self.is_narrow = False

    def transcribe(self, clips: list[np.ndarray], language: str) -> list[Transcript]:  # noqa: ARG002
        return []

    def language_of(self, clips: list[np.ndarray]) -> str:  # noqa: ARG002
        return "zh"

    def narrow(self, narrow: bool) -> bool:
        self.is_narrow = narrow
        return narrow


def test_names_are_no_hindrance_to_narrowing() -> None:
    inner = _Beam()
    assert NamedRecognizer(inner, Lexicon(("某某",))).narrow(True) and inner.is_narrow  # type: ignore[arg-type]


def _worker(store: Path, analyst: FakeAnalyst, sensors: FakeSensors, limits: Limits, meter: Meter | None = None) -> Worker:
    economy = Economy(limits, sensors)
    return Worker(store, AnalysisStore(store), analyst, version="2", attempts=3, economy=economy, meter=meter)


def _states(store: Path, calls: list[str]) -> list[str]:
    with AnalysisReader(store) as reader:
        return [job.state if (job := reader.job(call)) else "waiting" for call in calls]


def test_a_hot_box_puts_calls_off_and_does_them_when_it_has_cooled(tmp_path: Path, recordings: Recordings) -> None:
    calls = [recordings.add() for _ in range(3)]
    analyst, sensors = FakeAnalyst(), FakeSensors(90.0)
    settings = Settings(store=Store(path=str(tmp_path)))
    meter = Meter(tmp_path / "run")
    worker = _worker(tmp_path, analyst, sensors, LIMITS, meter)
    assert [worker.step(NOW + n) for n in range(4)] == [True, True, True, False]
    assert _states(tmp_path, calls) == ["put_off", "put_off", "done"]
    assert analyst.narrow == [True]  # the first call of the heat only had its search narrowed
    told = read_behind(tmp_path / "run")
    assert told is not None and (told.effort, told.causes) == ("speech_only", "hot")
    assert settled(tmp_path, calls) == {calls[2]}  # retention waits for the others
    assert not worker.is_idle()
    page = Views(tmp_path, "Asia/Shanghai").list_calls(CallFilter(analysis="put_off"))
    assert {row.id for row in page.rows} == set(calls[:2])
    assert all(
        row.scores is None and "not transcribed: the box was too busy (3 s of speech" in row.analysis.reason for row in page.rows
    )
    lines = "\n".join(status_lines(collect(settings, NOW), "zh"))
    assert "暂未转写（繁忙） 2" in lines

    sensors.celsius = 60.0
    again = _worker(tmp_path, analyst, sensors, LIMITS)  # the service has been started anew meanwhile
    while again.step(NOW + 60):
        pass
    assert _states(tmp_path, calls) == ["done"] * 3
    assert analyst.narrow == [True, False, False] and again.is_idle()


def test_behind_what_people_wait_for_is_transcribed_all_the_same(tmp_path: Path, recordings: Recordings) -> None:
    calls = [recordings.add(np.zeros((80000 + 8000 * n, 2), np.int16)) for n in range(8)]
    for n in (0, 1):
        _assign(tmp_path, calls[n])
    analyst = FakeAnalyst()
    worker = _worker(tmp_path, analyst, FakeSensors(), Limits(1.0, 80.0, 60.0))
    worker.step(NOW)  # finds the calls
    while worker.step(NOW):
        pass
    assert _states(tmp_path, calls) == ["done"] * 8
    assert analyst.surveyed and not {10.0, 11.0} & set(analyst.surveyed)
    at = [seconds for seconds, _ in analyst.heard]
    assert [analyst.narrow[at.index(seconds)] for seconds in (11.0, 10.0)] == [False, True]  # at first none was known to wait
    assert not any(analyst.narrow[at.index(seconds)] for seconds in analyst.surveyed)  # later, with everything


def test_a_result_is_never_replaced_by_less(tmp_path: Path, recordings: Recordings) -> None:
    call = recordings.add()
    _worker(tmp_path, FakeAnalyst(), FakeSensors(), LIMITS).step(NOW)
    AnalysisStore(tmp_path).put_off(call, "3", Survey(1.0, 2, {}, 0.1), NOW)
    with AnalysisReader(tmp_path) as reader:
        assert reader.analysis(call) is not None
    assert _states(tmp_path, [call]) == ["done"]


def test_the_status_says_so_in_both_languages(tmp_path: Path) -> None:
    status = collect(Settings(store=Store(path=str(tmp_path))), NOW)
    behind = Behind(NOW, 5, 600.0, 0.1, 60.0, 2, "narrow_beam", "behind,load")
    shown = dataclasses.replace(status, behind=behind, waiting=5)
    english, chinese = ("\n".join(status_lines(shown, language)) for language in ("en", "zh"))
    assert "REDUCED: narrower search" in english and "(too much waits, other programs take the CPU)" in english
    assert "2 sampled or on alert go first" in english
    assert "已降低：搜索较窄" in chinese and "积压过多" in chinese and "先分析 2 通抽检或预警通话" in chinese
    assert "REDUCED" not in "\n".join(status_lines(status, "en"))
