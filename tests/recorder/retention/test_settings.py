"""No setting may delete what the law wants kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.settings.loader import SettingsError, load

LINE = '[[device]]\nname = "tap"\n[[line]]\nname = "1"\ndevice = "tap"\nchannels = [0]\n'


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "callbox.toml"
    path.write_text(LINE + text, "utf-8")
    try:
        load([path])
    except SettingsError as error:
        assert all(problem.zh != problem.en for problem in error.problems)
        return [problem.en for problem in error.problems]
    return []


@pytest.mark.parametrize("text", [
    "[retention]\ndays = 29\n",
    '[retention]\ndays = 90\n[[retention_rule]]\ndirection = "out"\ndays = 7\n',
    '[[retention_rule]]\ndirection = "unknown"\ndays = 7\n',
    '[[retention_rule]]\nline = "1"\ndays = 7\n',
    '[retention]\ndays = 7\n[[retention_rule]]\ndirection = "out"\ndays = 30\n',
])  # fmt: skip
def test_less_than_thirty_days_of_outbound_calls_is_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert "the law wants audio of outbound calls kept" in problem
    assert 'direction = "in"' in problem


@pytest.mark.parametrize("text", [
    "[retention]\ndays = 30\n",
    '[[retention_rule]]\ndirection = "in"\ndays = 7\n',
    '[retention]\ndays = 90\n[[retention_rule]]\nline = "1"\ndirection = "in"\ndays = 1\n',
    '[retention]\ndays = 7\n[[retention_rule]]\ndirection = "out"\ndays = 30\n'
    '[[retention_rule]]\ndirection = "unknown"\ndays = 31\n',
])  # fmt: skip
def test_what_keeps_them_long_enough_is_taken(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(("text", "said"), [
    ('[[retention_rule]]\nline = "9"\n', "'9' is not the name of a [[line]]"),
    ("[retention]\nfree_gib = 20\n", "must not be below free_gib"),
    ('[[retention_rule]]\ndirection = "sideways"\n', "must be one of"),
    ('[retention]\ntranscripts = "burn"\n', "must be one of"),
    ("[retention]\ndays = -1\n", "must be from 0"),
])  # fmt: skip
def test_what_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    assert [said in problem for problem in problems(tmp_path, text)] == [True]
