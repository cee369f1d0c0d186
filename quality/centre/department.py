"""review.db of a made centre: people, reviews, calibrations, the training that was held."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from quality.centre.cast import Cast, Spec
from quality.centre.faults import Judged
from quality.centre.reviewing import MadeReview, Reviewing
from quality.centre.rows import Rows, local_midnight, seeded_id
from quality.centre.traffic import MadeCall
from quality.forms.form import Form, score
from quality.forms.suggest import Suggestion, machine_score, suggest
from recorder.times import to_text

STAFF = (("主管", "manager", "supervisor", "M001"), ("培训师", "trainer", "trainer", "T001"), ("管理员", "admin", None, None))
NO_PASSWORD = "!"  # noqa: S105  no password fits it: give one with `callbox users passwd NAME`
CALIBRATED_A_MONTH = 12
_DIFFERENCE = 0.06  # share of items on which two people differ by one grade
_TRUSTED = {"standard_greeting": 0.93, "thanks_for_calling": 0.93, "no_interruption": 0.75, "polite": 0.7}
"""How often people see an item as the machine does; elsewhere they judge for themselves."""


class Department:
    """Writes review.db."""

    def __init__(self, rows: Rows, spec: Spec, cast: Cast, form: Form) -> None:
        self.rows, self.spec, self.cast, self.form = rows, spec, cast, form
        self.rng = random.Random(f"{spec.seed} department")
        self.reviewing = Reviewing(spec, cast, form)
        self.users: dict[str, str] = {}
        self.seen = self.poor = 0  # reviewed calls of the problem's group before its training, and those with the problem

    def people(self) -> None:
        """Accounts and the book of people."""
        began = to_text(local_midnight(self.spec.first, self.spec))
        for place, name in enumerate(self.cast.inspectors, 1):
            self._user(name, "inspector", None, began)
            self._person(f"Q{place:03d}", name, "inspector", "质检组", None)
        for name, role, post, number in STAFF:
            self._user(name, role, None, began)
            if post and number:
                self._person(number, name, post, "", None)
        for agent in self.cast.agents:
            self._user(agent.name, "agent", agent.number, began)
            self._person(agent.number, agent.name, "agent", agent.team, agent.hired_on.isoformat())
            since = max(self.spec.first, agent.hired_on).isoformat()
            self.rows.add("seats", {
                "number": agent.number, "line": agent.line, "extension": "", "since": since, "until": "",
            })  # fmt: skip
        document = json.dumps(self.form.document, ensure_ascii=False, sort_keys=True)
        self.rows.add("forms", {
            "id": self.form.id, "version": self.form.version, "document": document, "stored_at": began, "stored_by": "made",
        })  # fmt: skip

    def reviews(self, calls: Sequence[MadeCall], judged: Mapping[str, Judged]) -> int:
        """Reviews of one month's calls; how many."""
        made = list(self.reviewing.choose(calls))
        for review in made:
            suggestions = self._suggestions(judged.get(review.call.id))
            self._follow_machine(review, suggestions)
            self._review(review, suggestions)
        return len(made)

    def calibrations(self, calls: Sequence[MadeCall]) -> None:
        """One month's calibrations: the same calls graded by every inspector."""
        ordinary = [c for c in calls if (c.duration_s or 0) >= 30 and c.agent.number != self.cast.truths.bad_agent]
        for call in self.rng.sample(ordinary, min(CALIBRATED_A_MONTH, len(ordinary))):
            self._calibration(call)

    def training(self) -> None:
        """The training that cures the common problem, as it was noted down before it was held."""
        truths, spec = self.cast.truths, self.spec
        held = truths.trained_on - timedelta(days=1)
        self.rows.add("trainings", {
            "id": seeded_id(spec.seed, "training", truths.problem_item), "team": truths.problem_team, "form_id": self.form.id,
            "item": truths.problem_item, "opened_at": to_text(local_midnight(held - timedelta(days=14), spec)), "opened_by": "主管",
            "before_share": self.poor / max(self.seen, 1), "before_calls": self.seen, "state": "held",
            "planned_on": held.isoformat(), "held_on": held.isoformat(), "trainer": "培训师", "plan": "等候后致歉：案例与演练",
        })  # fmt: skip

    def _user(self, name: str, role: str, agent_id: str | None, at: str) -> None:
        self.users[name] = seeded_id(self.spec.seed, "user", name)
        self.rows.add("users", {
            "id": self.users[name], "name": name, "name_key": name.casefold(), "role": role, "agent_id": agent_id, "language": "zh",
            "password_hash": NO_PASSWORD, "password_at": at, "created_at": at, "disabled_at": None,
        })  # fmt: skip

    def _person(self, number: str, name: str, role: str, team: str, hired_on: str | None) -> None:
        self.rows.add("people", {"number": number, "name": name, "role": role, "team": team, "hired_on": hired_on, "left_on": None})

    def _suggestions(self, judged: Judged | None) -> dict[str, Suggestion]:
        if judged is None or not judged.analysis.utterances:
            return {}
        analysis = judged.analysis
        return suggest(self.form, analysis.hits, analysis.utterances, analysis.acoustics)

    def _follow_machine(self, review: MadeReview, suggestions: Mapping[str, Suggestion]) -> None:
        for item, share in _TRUSTED.items():
            seen = suggestions.get(item)
            # The bad agent's grades stay: what people hear in that agent's calls is worse than what the machine hears.
            spared = review.call.agent.number == self.cast.truths.bad_agent
            if seen and seen.grade in self.form.shares and not spared and self.rng.random() < share:
                place = {item: self.reviewing.grades.index(seen.grade)}
                review.grades.update(self.reviewing.seen(place, review.inspector))

    def _review(self, review: MadeReview, suggestions: Mapping[str, Suggestion]) -> None:
        call, form = review.call, self.form
        review_id = seeded_id(self.spec.seed, "review", call.id)
        at = call.answered_at + (call.duration_s or 0.0) + review.hours * 3600
        earned = score(form, review.grades) or 0.0
        total = 0.0 if review.taboos else earned
        self.rows.add("reviews", {
            "id": review_id, "call_id": call.id, "version": 1, "form_id": form.id, "form_version": form.version, "earned": earned,
            "total": total, "passed": int(total >= form.pass_line), "machine_score": machine_score(form, suggestions),
            "comment": "与客户抬杠" if review.taboos else "", "reviewer_id": self.users[review.inspector],
            "reviewed_at": to_text(at),
        })  # fmt: skip
        for item in form.items:
            seen = suggestions.get(item)
            self.rows.add("review_items", {
                "review_id": review_id, "item": item, "grade": review.grades[item],
                "comment": "未做到" if review.grades[item] == form.worst_grade else "",
                "suggestion": json.dumps(asdict(seen), ensure_ascii=False) if seen else None,
            })  # fmt: skip
        truths = self.cast.truths
        if call.agent.team == truths.problem_team and call.day < truths.trained_on:
            self.seen += 1
            self.poor += review.grades[truths.problem_item] in self.reviewing.grades[3:]
        for taboo in review.taboos:
            self.rows.add("review_taboos", {"review_id": review_id, "taboo": taboo})
        if self.rng.random() < 0.9:
            at += self.rng.uniform(1, 48) * 3600
            self.rows.add("acknowledgements", {"review_id": review_id, "by": call.agent.name, "at": to_text(at), "comment": ""})

    def _calibration(self, call: MadeCall) -> None:
        key = seeded_id(self.spec.seed, "calibration", call.id)
        opened = call.answered_at + 86_400
        self.rows.add("calibrations", {
            "id": key, "call_id": call.id, "form_id": self.form.id, "form_version": self.form.version, "opened_at": to_text(opened),
            "opened_by": "主管", "due_on": (call.day + timedelta(days=4)).isoformat(), "closed_at": to_text(opened + 3 * 86_400),
            "closed_by": "主管",
        })  # fmt: skip
        latent = self.reviewing.latent(call)
        for inspector in self.cast.inspectors:
            grades = self.reviewing.seen(latent, inspector, noise=_DIFFERENCE)
            rater = self.users[inspector]
            at = to_text(opened + self.rng.uniform(0.2, 2.5) * 86_400)
            self.rows.add("calibration_raters", {
                "calibration_id": key, "rater_id": rater, "submitted_at": at, "total": score(self.form, grades),
            })  # fmt: skip
            for item, grade in grades.items():
                self.rows.add("calibration_grades", {"calibration_id": key, "rater_id": rater, "item": item, "grade": grade})
