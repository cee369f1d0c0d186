"""The tap board's pages say what code and netlist say, and every picture and page they point to is there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firmware import wiring
from hw.board import measure
from hw.board.simulate import as_json
from hw.board.spice import NETLIST, Bench

PAPERS = NETLIST.parent
PAGES = sorted(PAPERS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("drawing", sorted(PAPERS.glob("drawings/*.svg")), ids=lambda path: path.name)
def test_a_drawing_is_whole_titled_bilingual_and_used(drawing: Path) -> None:
    root = ElementTree.parse(drawing).getroot()  # noqa: S314  our own file
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert re.search(r"[一-鿿]", title.text or "")
    assert any(f"drawings/{drawing.name}" in page.read_text("utf-8") for page in PAGES)


def test_the_pins_of_the_page_are_the_firmwares() -> None:
    page = (PAPERS / "connectors.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\d, to]+?) \| .*?([A-Z]+(?:_[A-Z]+)+)", page, re.MULTILINE)
    assert {name: re.findall(r"\d+", numbers) for numbers, name in rows} == {
        "UART_TX": [str(wiring.UART_TX)],
        "UART_RX": [str(wiring.UART_RX)],
        "SELECT_PINS": [str(pin) for pin in wiring.SELECT_PINS],
        "ADC_PIN": [str(wiring.ADC_PIN)],
        "GROUND_CHANNEL": [str(wiring.GROUND_CHANNEL)],
        "FIRST_LINE_CHANNEL": [str(wiring.FIRST_LINE_CHANNEL), str(wiring.FIRST_LINE_CHANNEL + wiring.INPUTS - 1)],
        "REFERENCE_CHANNEL": [str(wiring.REFERENCE_CHANNEL)],
        "MIDDLE_CHANNEL": [str(wiring.MIDDLE_CHANNEL)],
    }


def test_the_figures_on_the_boards_page_are_those_of_the_simulation() -> None:
    """Of the quick ones, to the digits printed there."""
    page = (PAPERS / "README.md").read_text("utf-8")
    with Bench() as bench:
        figures = {figure.key: figure.value for run in (measure.load, measure.insertion, measure.passband) for figure in run(bench)}
        surge = {figure.key: figure.value for figure in measure.STRAINED[2](bench)}
    assert f"| {figures['dc_load_mohm']:.1f} MΩ |" in page
    assert f"| {figures['insertion_loss_db']:.3f} dB |" in page
    assert f"| {figures['flatness_db']:.2f} dB |".replace("-", "−") in page
    shares = [f"{surge[key]:.0f}" for key in ("surge_wires", "surge_earth", "surge_wire")]
    assert f"| {', '.join(shares)} % |" in page


def test_both_languages_of_the_wiring_guide_have_the_same_parts() -> None:
    def heads(name: str) -> list[int]:
        return [len(line.split()[0]) for line in (PAPERS / name).read_text("utf-8").splitlines() if line.startswith("#")]

    def pictures(name: str) -> list[str]:
        return re.findall(r"\((drawings/[^)]+)\)", (PAPERS / name).read_text("utf-8"))

    assert heads("wiring.md") == heads("wiring.zh-CN.md")
    assert pictures("wiring.md") == pictures("wiring.zh-CN.md")


def test_json_says_when_a_limit_is_not_kept() -> None:
    with Bench({"RS": "100k"}) as bench:
        told = as_json(list(measure.load(bench)))
    assert told["ok"] is False
