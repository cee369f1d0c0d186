"""What becomes of a review: seen, appealed against, decided; coaching, training, and the looks afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.users import User, Users
from quality.calls.holds import Holds
from quality.centre.make import read_truths
from quality.changes import list_changes
from quality.forms.documents import load_form, read_form
from quality.forms.store import Forms
from quality.improving.coaching import CoachingTasks
from quality.improving.problems import Count, Grade, find, grades, z_score
from quality.improving.trainings import Trainings
from quality.reviewing.appeals import Appeals
from quality.reviewing.assignments import Assignments
from quality.reviewing.check import Marks
from quality.reviewing.notes import Notes
from quality.reviewing.reviews import Review, Reviews
from quality.store import reading, writing
from tests.quality.department import ZONE, user

DAY_S = 86_400.0
FORM = load_form()
GOOD = dict.fromkeys(FORM.items, "good")


class Floor:
    """A centre with one reviewed call, its agent and two leads."""

    def __init__(self, store: Path) -> None:
        self.store = store
        with reading(store) as connection:
            sql = """SELECT r.call_id, u.id FROM reviews r JOIN calls.calls c ON c.id = r.call_id JOIN users u
                ON u.agent_id = c.agent_id
                WHERE r.id NOT IN (SELECT review_id FROM acknowledgements) AND c.duration_s > 60 ORDER BY r.call_id LIMIT 1"""
            self.call, agent = connection.execute(sql).fetchone()
        self.agent = next(u for u in _users(store, "agent") if u.id == agent)
        self.other = next(u for u in _users(store, "agent") if u.id != agent)
        self.lead, self.admin = user(store, "manager"), user(store, "admin")
        self.reviews, self.appeals = Reviews(store), Appeals(store, ZONE)

    @property
    def review(self) -> Review:
        found = self.reviews.latest(self.call)
        assert found is not None
        return found


def _users(store: Path, role: str) -> list[User]:
    return [u for u in Users(store).list() if u.role == role]


@pytest.fixture
def floor(own_centre: Path) -> Floor:
    return Floor(own_centre)


def test_from_acknowledgement_to_a_decided_appeal(floor: Floor) -> None:
    before = floor.review
    floor.appeals.acknowledge(floor.call, floor.agent, "看过", before.reviewed_at + 60)
    assert floor.appeals.acknowledgement(before.id) is not None
    appeal = floor.appeals.file(floor.call, floor.agent, "客户先挂的电话", before.reviewed_at + DAY_S)
    assert (appeal.state, floor.appeals.open()) == ("open", [appeal])
    assert [h.kind for h in Holds(floor.store).of_call(floor.call)] == ["appeal"]
    marks = Marks(GOOD, {}, (), "申诉成立")
    decided = floor.appeals.uphold(appeal, "录音证实", floor.lead, marks, before.reviewed_at + 2 * DAY_S)
    after = floor.review
    assert (decided.state, decided.decided_review, after.version, after.total) == ("upheld", after.id, before.version + 1, 80)
    assert floor.reviews.history(floor.call)[1] == before
    assert Holds(floor.store).of_call(floor.call) == []
    assert {"appeal.file", "appeal.upheld", "review.save"} <= {c.action for c in list_changes(floor.store, floor.call)}


def test_of_two_people_who_decide_at_once_one_loses_clearly_and_changes_nothing(floor: Floor) -> None:
    appeal = floor.appeals.file(floor.call, floor.agent, "不同意", floor.review.reviewed_at)
    floor.appeals.reject(appeal, "评分无误", floor.lead)
    before = floor.reviews.history(floor.call)
    with pytest.raises(UserError, match="主管 has decided this appeal already"):
        floor.appeals.uphold(appeal, "成立", floor.admin, Marks(GOOD, {}, (), ""))
    assert floor.reviews.history(floor.call) == before
    assert floor.appeals.get(appeal.id).state == "rejected"


def test_an_appeal_after_the_last_day_is_refused_with_the_date(floor: Floor) -> None:
    last = floor.appeals.last_day(floor.review)
    with pytest.raises(UserError, match=str(last)) as caught:
        floor.appeals.file(floor.call, floor.agent, "不同意", floor.review.reviewed_at + 6 * DAY_S + 1)
    assert str(last) in caught.value.message.zh
    assert floor.appeals.of_call(floor.call) == []
    floor.appeals.file(floor.call, floor.agent, "不同意", floor.review.reviewed_at + 4 * DAY_S)


def test_who_may_do_what(floor: Floor) -> None:
    at = floor.review.reviewed_at
    for who in (floor.other, floor.lead):
        with pytest.raises(UserError, match="Only the agent"):
            floor.appeals.file(floor.call, who, "不同意", at)
    appeal = floor.appeals.file(floor.call, floor.agent, "不同意", at)
    with pytest.raises(UserError, match="already"):
        floor.appeals.file(floor.call, floor.agent, "再申诉", at)
    with pytest.raises(UserError, match="Only a lead"):
        floor.appeals.reject(appeal, "无误", user(floor.store, "inspector"))
    with pytest.raises(UserError, match="Say why"):
        floor.appeals.reject(appeal, " ", floor.lead)
    assert appeal.is_late(appeal.decide_by + timedelta(days=1))


def test_a_form_edited_while_it_is_being_graded_keeps_the_version_it_was_begun_on(floor: Floor) -> None:
    inspector = user(floor.store, "inspector")
    with reading(floor.store) as connection:
        sql = "SELECT id FROM calls.calls WHERE duration_s > 60 AND id NOT IN (SELECT call_id FROM reviews) LIMIT 1"
        call = connection.execute(sql).fetchone()[0]
    given = Assignments(floor.store).give(call, inspector, floor.lead)
    begun = Assignments(floor.store).start(given.id, inspector)
    Forms(floor.store).add(read_form({**FORM.document, "version": "9.0"}), floor.lead.name)
    again = Assignments(floor.store).start(given.id, inspector)
    assert again.form == begun.form == ("A", FORM.version)
    saved = floor.reviews.save(call, *begun.form, GOOD, user=inspector)
    assert saved.form_version == FORM.version
    assert Assignments(floor.store).get(given.id).state == "submitted"
    assert Forms(floor.store).current("A").version == "9.0"


def test_notes_stand_at_their_moment(floor: Floor) -> None:
    notes = Notes(floor.store)
    late, early = notes.add(floor.call, 30.0, "打断客户", floor.lead), notes.add(floor.call, 5.0, "招呼语好", floor.lead)
    assert [n.id for n in notes.of_call(floor.call)] == [early.id, late.id]
    for at_s, text in ((-1, "a"), (1e6, "a"), (1, " "), (1, "x" * 2001)):
        with pytest.raises(UserError):
            notes.add(floor.call, at_s, text, floor.lead)
    with pytest.raises(UserError, match="not yours"):
        notes.remove(late.id, floor.agent)
    notes.remove(late.id, floor.lead)
    assert [n.id for n in notes.of_call(floor.call)] == [early.id]


def test_coaching_is_done_followed_up_and_settled(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks, inspector = CoachingTasks(floor.store), user(floor.store, "inspector")
    agent = floor.agent.agent_id or ""
    task = tasks.set(agent, "听三通优秀录音", date.today() + timedelta(days=7), floor.lead, item="warm", call_id=floor.call)
    assert "coaching" in [h.kind for h in Holds(floor.store).of_call(floor.call)]
    with pytest.raises(UserError, match="done"):
        tasks.follow_up(task.id, inspector, floor.lead, seed=1)
    monkeypatch.setattr("quality.improving.coaching.time.time", lambda: floor.review.reviewed_at)  # the centre's calls are later
    with pytest.raises(UserError, match="another agent"):
        tasks.done(task.id, floor.other)
    assert tasks.of_agent(agent) == [task]
    tasks.done(task.id, floor.agent)
    given = tasks.follow_up(task.id, inspector, floor.lead, seed=1)
    assert (given.agent_id, given.reason) == (agent, "recheck")
    with pytest.raises(UserError, match="not reviewed yet"):
        tasks.settle(task.id, floor.lead)
    floor.reviews.save(given.call_id, "A", FORM.version, GOOD | {"warm": "poor"}, user=inspector)
    assert tasks.settle(task.id, floor.lead).state == "not_improved"
    with pytest.raises(UserError, match="Somebody else"):
        tasks.settle(task.id, floor.lead)


def test_coaching_that_makes_no_sense_is_refused(floor: Floor) -> None:
    tasks, later = CoachingTasks(floor.store), date.today() + timedelta(days=3)
    for task, day, item in (("", later, ""), ("听录音", date(2020, 1, 1), ""), ("听录音", later, "colour")):
        with pytest.raises(UserError):
            tasks.set("8001", task, day, floor.lead, item=item)


def graded(team: str, agent: str, item: str, calls: int, poor: int) -> list[Grade]:
    return [Grade(team, agent, "A", item, n < poor) for n in range(calls)]


def test_a_problem_of_many_is_the_group_s_and_of_one_the_agent_s() -> None:
    every = [g for agent in "abcd" for g in graded("one", agent, "thanks", 20, 6)]
    every += graded("two", "e", "thanks", 20, 8) + [g for agent in "fgh" for g in graded("two", agent, "thanks", 20, 0)]
    found = find(every)
    assert [(p.team, p.agent, p.common) for p in found if p.item] == [("one", "", True), ("two", "e", False)]
    assert ("two", "e", "") in [(p.team, p.agent, p.item) for p in found]


def test_few_calls_prove_nothing() -> None:
    assert find(graded("one", "a", "thanks", 4, 4)) == []


def test_the_z_score_is_that_of_two_proportions() -> None:
    # Worked by hand: 30/100 against 15/100, pooled 0.225, error sqrt(0.225 * 0.775 * 0.02) = 0.05906.
    assert z_score(Count(100, 30), Count(100, 15)) == pytest.approx(2.540, abs=0.001)


def test_the_planted_problem_is_found_once_and_its_training_cured_it(own_centre: Path) -> None:
    truths, trainings = read_truths(own_centre), Trainings(own_centre, ZONE)
    held = trainings.list()[0]
    first = date(2026, 8, 1)
    trained = date.fromisoformat(str(truths["trained_on"]))
    common = [(p.team, p.item) for p in find(_grades(own_centre, first, trained - timedelta(days=1))) if p.common]
    assert common == [(truths["problem_team"], truths["problem_item"])]
    assert trainings.open_needs(first, trained) == []  # it has one already
    assert trainings.check(held.id, date(2026, 9, 30)).state == "cured"


def test_what_was_before_a_training_opens_no_need_after_it(own_centre: Path) -> None:
    trainings = Trainings(own_centre, ZONE)
    held = trainings.list()[0]
    assert held.held_on is not None
    assert trainings.recheck(held.held_on + timedelta(days=20)) == []  # too early to tell
    assert [t.state for t in trainings.recheck(held.held_on + timedelta(days=21))] == ["cured"]
    assert trainings.recheck(held.held_on + timedelta(days=28)) == []
    first, last = held.held_on - timedelta(days=21), held.held_on + timedelta(days=7)
    assert ("hold_apology", True) in [(p.item, p.common) for p in find(_grades(own_centre, first, last))]
    assert trainings.open_needs(first, last) == []


def _grades(store: Path, since: date, until: date) -> list[Grade]:
    return grades(store, since, until, ZONE)


def test_a_need_goes_its_way_and_is_judged_only_on_enough_calls(own_centre: Path) -> None:
    trainings, lead = Trainings(own_centre, ZONE), user(own_centre, "manager")
    with writing(own_centre) as database:
        database.execute("DELETE FROM trainings")  # as if nobody had trained anything yet
    need = trainings.open_needs(date(2026, 8, 1), date(2026, 8, 31))[0]
    assert need.state == "needed"
    with pytest.raises(UserError, match="not held"):
        trainings.check(need.id, date(2026, 9, 30))
    assert trainings.plan(need.id, date(2026, 9, 29), "培训师", "演练", lead).state == "planned"
    trainings.held(need.id, date(2026, 9, 29), lead)
    with pytest.raises(UserError, match="are needed"):
        trainings.check(need.id, date(2026, 9, 30))
    with pytest.raises(UserError, match="already"):
        trainings.plan(need.id, date(2026, 9, 30), "培训师", "", lead)
