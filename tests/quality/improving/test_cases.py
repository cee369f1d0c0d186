from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.calls.holds import Holds
from quality.improving.cases import Cases, CaseText, Clip
from quality.store import reading
from tests.quality.department import user


def long_call(store: Path) -> str:
    with reading(store) as connection:
        return str(connection.execute("SELECT id FROM calls.calls WHERE duration_s > 60 LIMIT 1").fetchone()[0])


def test_a_case_is_written_held_browsed_changed_and_removed(own_centre: Path) -> None:
    cases, lead, call = Cases(own_centre), user(own_centre, "manager"), long_call(own_centre)
    clips = (Clip(call, 3.0, 12.5, "等候处"),)
    text = CaseText("等候", "让客户等候未致歉", "先说明再致歉", "投诉减半", tags=("等候", "致歉"), clips=clips)
    made = cases.add(text, lead)
    good = cases.add(CaseText("安抚", "客户情绪激动", "先倾听", good=True), lead)
    assert made.text == text
    assert [h.kind for h in Holds(own_centre).of_call(call)] == ["case"]
    assert cases.browse(tag="致歉") == cases.browse(words="等候 致歉") == [made]
    assert cases.browse(good=True) == [good]
    assert cases.tags() == [("等候", 1), ("致歉", 1)]
    changed = cases.change(made, replace(text, effect="投诉减三成", clips=()), lead)
    assert Holds(own_centre).of_call(call) == []
    with pytest.raises(UserError, match="Somebody else"):
        cases.change(made, text, lead)
    cases.remove(changed, lead)
    assert cases.browse() == [good]


@pytest.mark.parametrize("clip", [(5.0, 5.0), (-1.0, 4.0), (1.0, 1e6)])
def test_a_clip_outside_its_call_is_refused(own_centre: Path, clip: tuple[float, float]) -> None:
    text = CaseText("t", "p", "s", clips=(Clip(long_call(own_centre), *clip),))
    with pytest.raises(UserError, match="does not lie"):
        Cases(own_centre).add(text, user(own_centre, "manager"))


def test_agents_read_and_do_not_write(own_centre: Path) -> None:
    agent, cases = user(own_centre, "agent"), Cases(own_centre)
    with pytest.raises(UserError, match="Agents may read"):
        cases.add(CaseText("t", "p", "s"), agent)
    with pytest.raises(UserError, match="needs 1 to"):
        cases.add(CaseText("t", " ", "s"), user(own_centre, "manager"))
    assert cases.browse() == []
