"""Tables, figures and progress on a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import output
from console.output import Progress, facts, report, table


def test_columns_line_up_with_chinese_in_them() -> None:
    assert table(("线路", "n"), [("1", "2"), ("一号线", "3")]).splitlines() == ["线路    n", "1       2", "一号线  3"]


def test_facts_line_up() -> None:
    assert facts({"a": 1, "名称": "x"}).splitlines() == ["a     1", "名称  x"]


def test_figures_are_followed_by_their_tables() -> None:
    rules = {"opening": {"hit": 1}, "insult": {"hit": 0}}
    assert report({"n": 2, "recall": None, "rules": rules, "misses": [], "worst": [{"file": "a"}]}).splitlines() == [
        "n       2", "recall  –", "misses  –", "", "rules", "         hit", "opening  1", "insult   0", "", "worst", "file", "a",
    ]  # fmt: skip


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


def shown(monkeypatch: pytest.MonkeyPatch, steps: Sequence[tuple[float, float]], terminal: bool = False) -> list[str]:
    """What a progress shows; each step: seconds from the start, share done."""
    clock, err = Clock(), io.StringIO()
    monkeypatch.setattr(output, "time", clock)
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setattr(err, "isatty", lambda: terminal)
    with Progress("working") as progress:
        for at, share in steps:
            clock.now = at
            progress(share, 1)
    return err.getvalue().replace("\r\x1b[K", "\n").strip("\n").split("\n")


def test_progress_tells_the_first_and_the_last_and_one_in_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(0, 0), (1, 0.1), (4, 0.2), (6, 0.3), (7, 1)]
    assert shown(monkeypatch, steps) == ["working    0 %  0 s", "working   30 %  6 s", "working  100 %  7 s"]


def test_progress_never_goes_back_nor_repeats_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(0, 0.5), (6, 0.4), (12, 1), (18, 1), (24, 0.2)]
    assert shown(monkeypatch, steps) == ["working   50 %  0 s", "working   50 %  6 s", "working  100 %  12 s"]


def test_nearly_done_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [(0, 0.999)], terminal=True) == ["working   99 %  0 s"]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 2)), min_size=1, max_size=30))
def test_shares_only_rise(steps: list[tuple[float, float]]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        lines = shown(monkeypatch, sorted(steps, key=lambda step: step[0]), terminal=True)
    shares = [int(line.split()[1]) for line in lines]
    assert shares == sorted(shares) and all(0 <= share <= 100 for share in shares)
