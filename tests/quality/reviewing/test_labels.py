from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.reviewing.labels import COLUMNS, Label, Labels, labels_csv
from tests.quality.department import user
from tests.quality.improving.test_cases import long_call


def test_corrections_are_kept_and_the_latest_holds(own_centre: Path) -> None:
    labels, one, two = Labels(own_centre), user(own_centre, "inspector", 0), user(own_centre, "inspector", 1)
    call = long_call(own_centre)
    wrong = Label(call, 2.0, 4.0, "customer", "emotion", "neutral", "angry")
    labels.add(wrong, one, now=1000.0)
    labels.add(replace(wrong, after="sad"), two, now=2000.0)
    labels.add(Label(call, 2.0, 4.0, "customer", "text", "我要罪款", "我要退款"), one, now=1500.0)
    held = labels.of_call(call)
    assert [(x.field, x.after, x.by) for x in held] == [("emotion", "sad", two.name), ("text", "我要退款", one.name)]
    assert labels.every("emotion") == [held[0]]
    rows = list(csv.DictReader(io.StringIO(labels_csv(held).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[1]["before"], rows[1]["after"], rows[1]["at"]) == ("我要罪款", "我要退款", "1970-01-01T00:25:00.000Z")


@pytest.mark.parametrize(
    "change",
    [{"after": "furious"}, {"after": "neutral"}, {"field": "colour"}, {"side": "boss"}, {"end_s": 1.0}, {"call_id": "none"},
     {"field": "hit", "after": "maybe"}],
)  # fmt: skip
def test_what_nothing_can_be_learned_from_is_refused(own_centre: Path, change: dict[str, object]) -> None:
    label = Label(long_call(own_centre), 2.0, 4.0, "customer", "emotion", "neutral", "angry")
    with pytest.raises(UserError):
        Labels(own_centre).add(replace(label, **change), user(own_centre, "inspector"))  # type: ignore[arg-type]
    assert Labels(own_centre).every() == []


def test_agents_do_not_correct(own_centre: Path) -> None:
    label = Label(long_call(own_centre), 2.0, 4.0, "customer", "emotion", "neutral", "angry")
    with pytest.raises(UserError, match="Agents"):
        Labels(own_centre).add(label, user(own_centre, "agent"))
