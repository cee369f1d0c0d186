"""What of the machine's suggestions the form shows: before and after people's corrections, and to whom when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quality.calls.rows import CallView
from quality.forms.assess import Assessment, assess
from quality.forms.form import Form
from quality.forms.showing import AFTER_OWN, AT_ONCE, NEVER, showing_to
from quality.reviewing.check import Marks
from quality.reviewing.correctedresults import CorrectedResult, corrected_view
from quality.reviewing.labels import Label
from webui.context import box, person


@dataclass(frozen=True)
class Suggested:
    """way: one of quality.forms.showing.WAYS that holds for who looks. machine: its own. after: with people's corrections; the same
    where there are none."""

    form: Form
    way: str
    machine: Assessment
    after: Assessment

    def prefilled(self) -> Marks:
        """The marks a form without any begins with."""
        if self.way != AT_ONCE:
            return Marks({})
        return Marks({item: one.grade for item, one in self.after.suggestions.items() if one.grade})

    def context(self, filled: Marks) -> dict[str, object]:
        """The template's variables. filled: the form as it stands; whose items have a mark may have their suggestions seen."""
        marked = {item for item in self.form.items if filled.grades.get(item)}
        shown = {AT_ONCE: set(self.form.items), NEVER: set[str]()}.get(self.way, marked)
        whole = len(shown) == len(self.form.items)
        return {
            "suggestions": self.machine.suggestions, "after": self.after.suggestions, "suggestions_of": shown,
            "machine": self.machine.score if whole else None, "machine_after": self.after.score, "covered": self.machine.coverage,
            "covered_after": self.after.coverage, "taboo_suggestions": self.after.taboos if whole else {},
            "reveals": self.way == AFTER_OWN,
        }  # fmt: skip


def suggested(
    form: Form, call: CallView, labels: Sequence[Label], held: CorrectedResult | None, *, may_review: bool
) -> Suggested:  # fmt: skip
    """For the person who asks. Who may not review sees what was suggested: it leads nobody's marks."""
    way = showing_to(box().store, person().account.id, call.row.id) if may_review else AT_ONCE
    machine = assess(form, call)
    return Suggested(form, way, machine, assess(form, corrected_view(call, held, labels)) if labels else machine)
