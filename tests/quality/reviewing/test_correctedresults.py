"""Scores after correction: by the rulebook's own points, beside the machine's, and in everything that is counted from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from analyzer.result import CallFacts
from analyzer.rules.library import Rulebooks
from analyzer.rules.stored import StoredCall
from analyzer.scores import score
from analyzer.store import AnalysisReader, AnalysisStore
from analyzer.verdicts import Verdict
from quality.calls.rows import CallView
from quality.calls.views import Views
from quality.figures.faultrows import fault_rows
from quality.figures.kept import DayKeeper
from quality.forms.machinescores import machine_scores
from quality.forms.store import Forms
from quality.periods import parse
from quality.reports.facts import Box, gather
from quality.reports.parts.calls import listing
from quality.reviewing.correctedresults import CorrectedResult, CorrectedResults
from quality.reviewing.labels import Label, Labels
from quality.reviewing.observation import Observations
from quality.reviewing.rejudging import rejudge
from quality.store import reading
from quality.weekly.page import weekly_summary
from tests.quality.department import SMALL, ZONE, user

INSULT = "你这个人有病吧，傻逼"


def faulty(store: Path, hits: int = 3) -> CallView:
    """A call with words and at least so many findings, all of the agent."""
    sql = """SELECT call_id FROM analysis.hits h GROUP BY call_id HAVING count(*) >= ? AND min(side) = 'agent'
        AND max(side) = 'agent' AND EXISTS (SELECT 1 FROM analysis.utterances WHERE call_id = h.call_id) ORDER BY call_id"""
    with reading(store) as connection:
        found = connection.execute(sql, (hits,)).fetchone()
    return of(store, found[0])


def of(store: Path, call_id: str) -> CallView:
    call = Views(store, ZONE).call(call_id)
    assert call is not None
    return call


def say(store: Path, call: CallView, field: str, after: str, *, hit: int = -1, said: int = -1, before: str = "") -> None:
    about = call.hits[hit] if hit >= 0 else call.utterances[said]
    before = before or (call.hits[hit].rule if hit >= 0 else getattr(call.utterances[said], field, ""))
    end = max(about.end, about.start + 0.1)
    Labels(store).add(Label(call.row.id, about.start, end, about.side, field, before, after), user(store, "inspector"))


def after(store: Path, call: CallView) -> CorrectedResult | None:
    return CorrectedResults(store).of_call(call, Labels(store).of_call(call.row.id))


def test_without_corrections_there_is_nothing_but_the_machines_own(own_centre: Path) -> None:
    call = faulty(own_centre)
    assert after(own_centre, call) is None and call.row.corrected is None
    assert call.row.judged and call.row.judged.scores == call.row.scores


def test_a_hit_that_was_struck_out_takes_no_points(own_centre: Path) -> None:
    call = faulty(own_centre)
    say(own_centre, call, "hit", "wrong", hit=0)
    found = after(own_centre, call)
    book = Rulebooks(own_centre).live()
    assert found is not None and found.hits == call.hits[1:] and found.struck(0) and not found.struck(1)
    assert (found.scores, list(found.deductions)) == score(book, call.hits[1:])
    again = of(own_centre, call.row.id)
    assert (again.hits, again.deductions, again.row.scores, again.row.hits) == (
        call.hits, call.deductions, call.row.scores, call.row.hits,
    )  # fmt: skip
    assert again.row.corrected and again.row.corrected.scores == found.scores
    assert sum(again.row.corrected.rule_hits.values()) == call.row.hits - 1


def test_a_verdict_taken_back_leaves_the_machines_own(own_centre: Path) -> None:
    call = faulty(own_centre)
    say(own_centre, call, "hit", "wrong", hit=0)
    assert after(own_centre, call)
    say(own_centre, call, "hit", "right", hit=0)
    assert after(own_centre, call) is None and of(own_centre, call.row.id).row.corrected is None


def test_a_fault_that_people_heard_costs_what_the_rulebook_says(own_centre: Path) -> None:
    call = faulty(own_centre)
    place = next(n for n, said in enumerate(call.utterances) if said.side == "agent")
    say(own_centre, call, "hit", "missed", said=place, before="insult")
    found = after(own_centre, call)
    points = {rule.id: rule for rule in Rulebooks(own_centre).live().rules}["insult"].points
    assert found is not None and found.high_priority and None in found.machine
    added = found.hits[found.machine.index(None)]
    assert (added.rule, added.side, added.evidence) == ("insult", "agent", call.utterances[place].text)
    assert {off.score: off.points for off in found.deductions if off.rule == "insult"} == points
    say(own_centre, call, "hit", "wrong", said=place, before="insult")
    assert after(own_centre, call) is None


def test_the_rules_are_run_on_what_was_said_and_by_whom(own_centre: Path) -> None:
    call = faulty(own_centre)
    agent = next(n for n, said in enumerate(call.utterances) if said.side == "agent" and n)
    say(own_centre, call, "text", INSULT, said=agent)
    found = after(own_centre, call)
    assert found is not None and "insult" in {hit.rule for hit in found.hits}
    # It was the customer: then it is no insult of the agent's.
    say(own_centre, call, "side", "customer", said=agent)
    other = after(own_centre, call)
    assert other is None or "insult" not in {hit.rule for hit in other.hits if hit.side == "agent"}


def test_a_fault_that_only_the_machines_words_had_is_gone_with_them(own_centre: Path) -> None:
    """The machine heard an insult; the words put right have none. Only the corrections make the difference."""
    call = faulty(own_centre)
    agent = next(n for n, said in enumerate(call.utterances) if said.side == "agent" and n)
    worse = tuple(replace(said, text=INSULT) if n == agent else said for n, said in enumerate(call.utterances))
    with AnalysisReader(own_centre) as results:
        analysis = results.analysis(call.row.id)
    assert analysis is not None
    book = Rulebooks(own_centre).live()
    stored = StoredCall(call.row.id, call.row.started_at, replace(analysis, utterances=worse), _facts(call))
    machine = rejudge(book, replace(stored, analysis=analysis), [_text(call, agent, INSULT)])
    heard = replace(stored, analysis=replace(stored.analysis, hits=tuple(one.hit for one in machine.findings)))
    assert any(hit.rule == "insult" for hit in heard.analysis.hits)
    put_right = rejudge(book, heard, [_text(call, agent, call.utterances[agent].text)])
    assert {one.hit for one in put_right.findings} == set(call.hits) and put_right.differs
    kept = [_text(call, agent, call.utterances[agent].text), *_right(heard)]
    assert not rejudge(book, heard, kept).differs  # whoever says that it is a fault is believed


def _facts(call: CallView) -> CallFacts:
    return CallFacts(call.row.language, call.row.ring_s, call.row.hung_up_by, call.row.direction)


def _text(call: CallView, place: int, text: str) -> Label:
    said = call.utterances[place]
    return Label(call.row.id, said.start, said.end, said.side, "text", "…", text, by="li")


def _right(stored: StoredCall) -> list[Label]:
    return [
        Label(stored.id, hit.start, max(hit.end, hit.start + 0.1), "agent", "hit", hit.rule, "right", by="li")
        for hit in stored.analysis.hits
    ]  # fmt: skip


def test_a_new_analysis_makes_it_void_and_it_is_worked_out_anew(own_centre: Path) -> None:
    call = faulty(own_centre)
    say(own_centre, call, "hit", "wrong", hit=0)
    assert after(own_centre, call)
    assert call.row.scores is not None
    verdict = Verdict(call.hits, call.deductions, call.row.scores, call.row.high_priority, "other+0")
    store = AnalysisStore(own_centre)
    store.rescore(call.row.id, verdict, 0.0)
    store.close()
    assert of(own_centre, call.row.id).row.corrected is None
    assert CorrectedResults(own_centre).renew_due() == 1 and CorrectedResults(own_centre).renew_due() == 0
    assert of(own_centre, call.row.id).row.corrected is not None


def test_what_was_struck_out_stands_in_no_report(own_centre: Path) -> None:
    """Nor in the weekly page, the observation sheet or the days that were kept before."""
    call = faulty(own_centre, hits=1)
    day = datetime.fromtimestamp(call.row.started_at, ZoneInfo(ZONE)).date()
    week = parse("week", f"{day.isocalendar().year}-W{day.isocalendar().week:02d}")
    now = datetime.combine(SMALL.last, datetime.max.time(), ZoneInfo(ZONE)).timestamp() + 20 * 86400
    keeper = DayKeeper(own_centre, ZONE)
    keeper.look(now)
    keeper.keep([day], now)
    before = _counted(own_centre, call, day, week.name)
    for place in range(len(call.hits)):
        say(own_centre, call, "hit", "wrong", hit=place)
    box = Box(own_centre, timezone=ZONE, now=now + 100)
    facts = gather(box, week)
    rows = {row[-1]: row for row in listing(facts).rows}
    assert rows[call.row.id][-2].zh == "" and rows[call.row.id][10:13] == (100.0, 100.0, 100.0)  # type: ignore[union-attr]
    note = listing(facts).note
    assert note and note.en.startswith("The machine's scores and rules of 1 calls")
    now_ = _counted(own_centre, call, day, week.name)
    assert now_[:2] == (before[0] - len(call.hits), before[1] - len(call.hits)) and now_[2] < before[2]
    keeper.look(now + 100)
    assert keeper.due(day, day, now + 100) == [day]


def _counted(store: Path, call: CallView, day: date, week: str) -> tuple[int, int, int]:
    """Faults of the agent on that day; in the week; calls with one over all marks of the observation sheet."""
    agent = call.row.agent_id or ""
    rows = [row for row in fault_rows(store, day, day, ZONE).rules if row.agent == agent]
    group = next(one for one in weekly_summary(store, week, ZONE).agents if one.key == agent)
    sheet = [one for one in Observations(store, ZONE).fill(day) if one.agent_id == agent]
    marked = sum(round(one.calls * (100 - one.value) / 100) for one in sheet)
    return sum(row.hits for row in rows), group.figures.hits, marked


def test_the_form_score_follows_words_and_hits(own_centre: Path) -> None:
    call, form = faulty(own_centre), Forms(own_centre).current()
    before = machine_scores(own_centre, form, [call.row.id])[call.row.id]
    for place in range(len(call.hits)):
        say(own_centre, call, "hit", "wrong", hit=place)
    CorrectedResults(own_centre).renew_due()
    now = machine_scores(own_centre, form, [call.row.id])[call.row.id]
    assert before is not None and now is not None and now > before
