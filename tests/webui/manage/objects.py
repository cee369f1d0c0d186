"""What the manager's and the agent's pages are about, made by the department's own functions: of agent 8004 in group 售后."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from quality.access.users import User, Users
from quality.alerting.alerts import raise_alert
from quality.calibrating.calibration import Calibrations
from quality.forms.store import Forms
from quality.improving.cases import Cases, CaseText, Clip
from quality.improving.coaching import CoachingTasks
from quality.mystery.questions import Questions
from quality.reviewing.appeals import Appeals
from quality.reviewing.reviews import Review, Reviews
from quality.store import writing
from recorder.ids import new_id
from recorder.times import to_text
from tests.webui.makebox import TestBox

Values = Mapping[str, str]
TODAY = date.today()


def user(box: TestBox, name: str) -> User:
    """An account by name."""
    return next(one for one in Users(box.store).list() if one.name == name)


def review(box: TestBox, call: str = "rude", grade: str = "good") -> Review:
    """The inspector's review of a call."""
    form = Forms(box.store).current("A")
    grades = dict.fromkeys(form.items, grade)
    return Reviews(box.store).save(
        box.ids[call], form.id, form.version, grades, user=user(box, "inspector"), comment="请多倾听客户"
    )  # fmt: skip


def reviewed(box: TestBox) -> Values:
    """A reviewed call."""
    review(box)
    return {"call_id": box.ids["rude"]}


def appeal(box: TestBox) -> Values:
    """Of the agent against it."""
    review(box)
    made = Appeals(box.store, box.settings.site.timezone).file(box.ids["rude"], user(box, "liu"), "客户一直在打断我")
    return {"key": made.id}


def calibration(box: TestBox) -> Values:
    """Of the call, by two people who see it."""
    raters = [user(box, "inspector"), user(box, "admin")]
    due = TODAY + timedelta(days=7)
    return {"key": Calibrations(box.store).open(box.ids["rude"], raters, due, user(box, "manager")).id}


def task(box: TestBox) -> Values:
    """For the agent."""
    due = TODAY + timedelta(days=7)
    return {"key": CoachingTasks(box.store).set("8004", "听两通安抚的优秀录音", due, user(box, "trainer"), item="patient").id}


def training(box: TestBox) -> Values:
    """A need of the group."""
    key = new_id(0.0)
    with writing(box.store) as database:
        database.table("trainings").insert({
            "id": key, "team": "售后", "form_id": "A", "item": "patient", "state": "needed", "opened_at": to_text(0.0),
            "opened_by": "callbox", "before_share": 0.3, "before_calls": 60,
        })  # fmt: skip
    return {"key": key}


def alert(box: TestBox) -> Values:
    """About the call."""
    with writing(box.store) as database:
        key = raise_alert(database, "priority_call", box.ids["rude"], {"rules": ["shirk"]}, 0.0)
    assert key is not None
    return {"key": key}


def case(box: TestBox, for_agents: bool = True) -> Values:
    """With a clip of the call."""
    text = CaseText("推诿投诉", "客服推诿", "先安抚，再转办", "客户满意", tags=("安抚",), for_agents=for_agents,
                    clips=(Clip(box.ids["rude"], 1.0, 6.0, "客户询问快递"),))  # fmt: skip
    return {"key": Cases(box.store).add(text, user(box, "trainer")).id, "number": "0"}


def hidden_case(box: TestBox) -> Values:
    """The same, not for agents."""
    return case(box, for_agents=False)


def question(box: TestBox) -> Values:
    """Proposed by the trainer."""
    return {"key": Questions(box.store).propose("退款", "退款几天到账？", "三到五个工作日", user(box, "trainer")).id}


def mystery_call(box: TestBox) -> Values:
    """Planned for the agent, and made."""
    asked, key = question(box)["key"], new_id(0.0)
    with writing(box.store) as database:
        database.table("mystery_calls").insert({
            "id": key, "planned_at": to_text(0.0), "agent_id": "8004", "question_id": asked, "caller_number": "13800138000",
            "state": "linked", "call_id": box.ids["rude"],
        })  # fmt: skip
    return {"key": key}
