"""The tap board's circuit in ngspice, and that its papers say what the netlist says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firmware.scale import FULL_SCALE_MV, line_mv
from hw.board import measure, tolerance
from hw.board.parts import LINES, Part, markdown, parts
from hw.board.simulate import as_json, as_lines, main, simulate
from hw.board.spice import NETLIST, Bench, design_values, missing, number, with_overrides
from hw.board.stress import Strain, elements_of
from hw.messages import UserError

PAPERS = NETLIST.parent


@pytest.fixture(scope="module")
def figures() -> dict[str, measure.Figure]:
    if (wrong := missing()) is not None:
        pytest.fail(wrong.message.en)
    return {figure.key: figure for figure in simulate()}


LIMITED = [
    "dc_load_mohm", "insertion_loss_db", "flatness_db", "earpiece_flatness_db", "microphone_flatness_db", "ring_shown_db",
    "peak_0dbm0", "peak_6dbm0", "noise_dbm0", "hum_rejection_floating_db", "hum_rejection_held_db", "speech_rejection_held_db",
    "hook_wrong", "ring", "mains", "surge_wires", "surge_earth", "surge_wire", "surge_barrier",
]  # fmt: skip


def test_no_limit_is_forgotten(figures: dict[str, measure.Figure]) -> None:
    limited = [key for key, figure in figures.items() if figure.low is not None or figure.high is not None]
    assert sorted(limited) == sorted(LIMITED)


@pytest.mark.parametrize("key", LIMITED)
def test_the_design_keeps_its_limits(figures: dict[str, measure.Figure], key: str) -> None:
    assert figures[key].ok, f"{key}: {figures[key].value} {figures[key].unit}"


def test_the_limits_are_those_the_board_was_asked_for(figures: dict[str, measure.Figure]) -> None:
    assert figures["dc_load_mohm"].low == 5.0
    assert figures["insertion_loss_db"].high == 0.1
    assert (figures["flatness_db"].low, figures["flatness_db"].high) == (-1.0, 1.0)
    assert tolerance.DRAWS >= 200
    assert (tolerance.ON_HOOK_V, tolerance.OFF_HOOK_V) == ((40.0, 60.0), (4.0, 14.0))


@pytest.mark.parametrize(
    ("part", "value", "measured", "key"),
    [
        ("RS", "500k", measure.load, "dc_load_mohm"),
        ("CCABLE", "50n", measure.insertion, "insertion_loss_db"),
        ("CA", "820p", measure.passband, "flatness_db"),
        ("CCABLE", "5n", measure.passband, "flatness_db"),
        ("CFM", "47p", measure.passband, "microphone_flatness_db"),
        ("CG", "150n", measure.passband, "ring_shown_db"),
        ("RF", "1.5Meg", measure.levels, "peak_0dbm0"),
        ("RA", "100Meg", measure.noise, "noise_dbm0"),
        ("CBARRIER", "47n", measure.hum, "hum_rejection_floating_db"),
        ("RG", "40k", measure.hook, "hook_wrong"),
        ("RG", "110k", measure.hook, "hook_wrong"),
    ],
)  # fmt: skip
def test_a_wrong_part_is_found(part: str, value: str, measured: object, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerance, "DRAWS", 40)
    with Bench({part: value}) as bench:
        found = {figure.key: figure for figure in measured(bench)}  # type: ignore[operator]
    assert not found[key].ok, f"{key} is {found[key].value}"


@pytest.mark.parametrize(
    ("part", "value", "key"),
    [("RA", "47k", "surge_wire"), ("CA", "100p", "surge_wire"), ("RS", "15k", "surge_wires")],
)
def test_parts_that_would_not_survive_are_found(part: str, value: str, key: str) -> None:
    with Bench({part: value}) as bench:
        strained = {told[0]: told for told in measure.strain_table(bench, "surge")}
    _, surge, _, found = strained[key]
    assert max(strain.share(surge) for strain in found) > 1


def test_wide_tolerances_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerance, "RESISTOR", 0.05)
    with Bench() as bench:
        assert tolerance.judge(tolerance.draw(bench, draws=50)).wrong > 0


def test_the_same_seed_draws_the_same_boards_and_another_other_ones() -> None:
    with Bench() as bench:
        first, again, other = (tolerance.draw(bench, draws=5, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.told_mv, again.told_mv)
    assert not np.array_equal(first.told_mv, other.told_mv)


def test_the_firmwares_scale_is_the_circuits() -> None:
    values = design_values()
    assert pytest.approx(values["VDD"] / 2 * (3 * values["RS"] + values["RL"]) / values["RG"] * 1000, rel=2e-3) == FULL_SCALE_MV
    assert line_mv(65535, 32768) == pytest.approx(FULL_SCALE_MV, rel=1e-3)
    assert line_mv(32768 - 8000, 32768) == pytest.approx(-FULL_SCALE_MV * 8000 / 32768, rel=1e-3)


def test_the_bill_and_the_netlist_have_the_same_values() -> None:
    values = design_values()
    for part in parts():
        if part.value_name:
            assert number(part.value) == pytest.approx(values[part.value_name]), part.refs
    named = {part.value_name for part in parts()}
    assert {name for name in values if name[0] in "RC"} - named == {"CCABLE", "CBARRIER", "RBARRIER"}


def test_every_part_of_a_line_in_the_netlist_is_in_the_bill_as_often() -> None:
    elements = [element.name for element in elements_of("x1", measure.PORTS.split()) if not element.name.startswith("ccable")]
    billed = [part for part in parts() if part.per in ("line", "lead")]
    for part in billed:
        prefix = part.refs.split("-")[0].rstrip("0123456789").lower()
        assert len([name for name in elements if name.rstrip("0123456789") == prefix]) == part.count(), part.refs
    assert len(elements) == sum(part.count() for part in billed)


def test_what_stands_the_line_is_made_for_it() -> None:
    """Parts that see the line's voltage are high-voltage kinds, three in series, and what crosses the barrier is reinforced."""
    bill = {part.refs: part for part in parts()}
    for refs in ("RA1-RA6", "RS1-RS6", "RH1-RH6"):
        assert bill[refs].part.startswith("RV1206")
        assert bill[refs].count() == 6
    assert all((part.v_short or 0) >= 5000 for part in parts() if part.per == "barrier")
    assert LINES == 8


def test_a_part_is_judged_by_what_limits_it_first() -> None:
    part = Part("R1", "line", "", "1k", 1, "", "", "", 100, 200, 0.25, None, "", "")
    assert Strain(part, 50, 0, 0, 0, 0).share(surge=False) == 0.5
    assert Strain(part, 50, 0, 0.2, 0, 0).share(surge=False) == 0.8
    assert Strain(part, 100, 1.5625, 9, 0, 0).share(surge=True) == 1.0
    diode = Part("D1", "line", "", "", None, "", "", "", 75, 85, None, 0.1, "", "")
    assert Strain(diode, 15, 0, 0, 0, 0.2).share(surge=False) == 2.0


def test_the_readable_bill_is_the_bill() -> None:
    assert markdown(parts()) in (PAPERS / "bom.md").read_text("utf-8")


def test_every_value_has_its_reason_beside_it() -> None:
    for line in (NETLIST / "values.cir").read_text("utf-8").splitlines():
        if line.startswith(".param"):
            assert ";" in line or line.split("=")[0] in (".param RBARRIER", ".param CFE", ".param CFM"), line


def test_overrides_name_parts_that_are_there() -> None:
    assert ".param RA=1k\n" in with_overrides(".param RA=180k ; why\n", {"RA": "1k"})
    with pytest.raises(UserError, match="No part of the board is called 'RX'"):
        simulate({"RX": "1"})


def test_the_command_prints_the_figures_and_fails_when_a_limit_is_broken(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hw.board.simulate.measure", lambda bench: list(measure.load(bench)))
    assert main([]) == 0
    assert "direct-current load" in capfd.readouterr().out
    assert main(["--set", "RS=100k"]) == 1
    assert capfd.readouterr().out.startswith("NO")
    for bad in ("RS", "RS=", "RS=1;quit", "ZZ=1"):
        with pytest.raises(SystemExit):
            main(["--set", bad])


def test_a_machine_without_ngspice_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="apt-get install"):
        simulate()


def test_json_and_table_tell_the_same(figures: dict[str, measure.Figure]) -> None:
    told = as_json(list(figures.values()))
    assert told["ok"] is True
    assert set(json.loads(json.dumps(told))["figures"]) == set(figures)
    for language in ("en", "zh"):
        assert len(list(as_lines(list(figures.values()), language))) == len(figures)


def test_the_pictures_can_be_drawn(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from hw.board.spice import Bench; from hw.board import plots, tolerance\ntolerance.DRAWS = 5\n"
    )
    code += f"with Bench() as bench: plots.draw_all(bench, Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["insertion.svg", "passband.svg", "surge.svg", "tolerance.svg"]
