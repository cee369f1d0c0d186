"""What a role may not do is refused before anything is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.alerting.alerts import Alerts
from quality.calibrating.calibration import Calibrations
from quality.changes import list_changes
from quality.improving.coaching import CoachingTasks
from quality.improving.trainings import Trainings
from quality.mystery.calls import MysteryCalls
from quality.mystery.plan import Means
from quality.mystery.questions import Questions
from quality.reviewing.assignments import Assignments
from quality.reviewing.observation import Observations
from quality.store import reading
from tests.quality.department import ZONE, user

LATER = date.today() + timedelta(days=3)
TALK = "duration_s > 60"
MEANS = Means(("8001", "8002"), (), ("1", "2"), range(9, 18), ())


def a_call(store: Path, where: str) -> str:
    with reading(store) as connection:
        found: str = connection.execute(f"SELECT id FROM calls.calls WHERE {where} LIMIT 1").fetchone()[0]
    return found


DEEDS: list[Callable[[Path], object]] = [
    lambda s: Calibrations(s).open(a_call(s, TALK), [user(s, "inspector", n) for n in (0, 1)], LATER, user(s, "agent")),
    lambda s: CoachingTasks(s).set("8001", "听录音", LATER, user(s, "agent")),
    lambda s: CoachingTasks(s).set("99999", "听录音", LATER, user(s, "manager")),
    lambda s: CoachingTasks(s).set("8001", "听录音", LATER, user(s, "manager"), call_id=a_call(s, "agent_id = '8002'")),
    lambda s: Questions(s).propose("t", "q", "a", user(s, "agent")),
    lambda s: MysteryCalls(s, ZONE).plan(LATER, MEANS, user(s, "agent")),
    lambda s: Observations(s, ZONE).mark("99999", LATER, 1, "mood", 50, user(s, "manager")),
    lambda s: Observations(s, ZONE).mark("8001", LATER, 1, "mood", 50, user(s, "agent")),
    lambda s: Trainings(s, ZONE).held("any", LATER, user(s, "inspector")),
    lambda s: Alerts(s).close("any", user(s, "agent"), "处理了"),
    lambda s: Assignments(s).give(a_call(s, TALK), user(s, "agent"), user(s, "manager")),
    lambda s: Assignments(s).give(a_call(s, "state = 'unanswered'"), user(s, "inspector"), user(s, "manager")),
]


@pytest.mark.parametrize("deed", DEEDS, ids=range(len(DEEDS)))
def test_it_is_refused_and_nothing_is_kept(centre: Path, deed: Callable[[Path], object]) -> None:
    before = list_changes(centre, limit=1)
    with pytest.raises(UserError) as caught:
        deed(centre)
    assert caught.value.message.zh != caught.value.message.en
    assert list_changes(centre, limit=1) == before
