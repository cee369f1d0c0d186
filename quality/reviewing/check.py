"""What has to be right in a review before it is kept; everything that is not is named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hw.messages import Message, UserError
from quality.access.users import User
from quality.calls.rows import CallRow
from quality.forms.form import NOT_APPLICABLE, Form

MAX_COMMENT = 4000  # characters


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; item: the form item (or taboo) it is about, None for the review as a whole."""

    item: str | None
    message: Message


@dataclass(frozen=True)
class Marks:
    """What a person put on a form: grades by item, comments by item, taboos, the overall comment."""

    grades: Mapping[str, str]
    comments: Mapping[str, str] = field(default_factory=dict)
    taboos: Sequence[str] = ()
    comment: str = ""


class ReviewErrors(UserError):  # noqa: N818  several errors in one
    """A review that cannot be kept, with every reason."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("\n".join(p.message.en for p in found), "\n".join(p.message.zh for p in found))
        self.problems = tuple(found)


def problems(form: Form, call: CallRow, user: User, marks: Marks) -> Iterator[Problem]:
    """Everything that is wrong with a review."""
    yield from _about_call(call, user)
    yield from _about_names(form, marks)
    yield from _about_grades(form, marks)
    if marks.taboos and not marks.comment:
        yield _problem(
            None, "A taboo fails the whole call: say in the overall comment what happened.", "判定服务禁忌须在总体评价中说明情况。"
        )
    for item, text in [*marks.comments.items(), (None, marks.comment)]:
        if len(text) > MAX_COMMENT:
            yield _problem(item, f"A comment is longer than {MAX_COMMENT} characters.", f"评语超过 {MAX_COMMENT} 个字符。")


def _about_call(call: CallRow, user: User) -> Iterator[Problem]:
    if user.role == "agent":
        yield _problem(None, "Agents do not review calls.", "座席不能评审通话。")
    if call.state == "unanswered":
        yield _problem(None, "This call was never picked up: there is nothing to review.", "该来电无人接听，没有可评审的内容。")


def _about_names(form: Form, marks: Marks) -> Iterator[Problem]:
    for item in sorted((marks.grades.keys() | marks.comments.keys()) - form.items.keys()):
        yield _problem(None, f"The form has no item “{item}”.", f"评分表中没有“{item}”这一项。")
    known = {taboo.id for taboo in form.taboos}
    for taboo in sorted(set(marks.taboos) - known):
        yield _problem(None, f"The form has no taboo “{taboo}”.", f"评分表中没有“{taboo}”这一禁忌。")


def _about_grades(form: Form, marks: Marks) -> Iterator[Problem]:
    grades = marks.grades
    for key, item in form.items.items():
        grade = grades.get(key, "")
        if not grade:
            yield _problem(key, f"“{item.name.en}” has no grade.", f"“{item.name.zh}”未评分。")
        elif grade == NOT_APPLICABLE and not item.na:
            yield _problem(key, f"“{item.name.en}” cannot be n/a.", f"“{item.name.zh}”不能为不适用。")
        elif grade != NOT_APPLICABLE and form.share(key, grade) is None:
            yield _no_grade(form, key, grade)
        elif key not in marks.comments:
            yield from _lacks_comment(form, key, grade)
    if grades and all(grades.get(key) == NOT_APPLICABLE for key in form.items):
        yield _problem(None, "Every item is n/a: there is nothing to score.", "所有项目均为不适用，无法计分。")


def _no_grade(form: Form, key: str, grade: str) -> Problem:
    name, points = form.items[key].name, form.items[key].points
    if form.scale == "points":
        return _problem(key, f"“{name.en}”: give 0 to {points:g} points.", f"“{name.zh}”：请给 0 至 {points:g} 分。")
    return _problem(key, f"“{name.en}”: there is no grade “{grade}”.", f"“{name.zh}”：没有“{grade}”这一等级。")


def _lacks_comment(form: Form, key: str, grade: str) -> Iterator[Problem]:
    item, share = form.items[key], form.share(key, grade)
    lowest = form.shares[form.worst_grade] if form.scale == "grades" else 0.0
    if share is not None and share <= lowest:
        said = next((g.name for g in form.grades if g.id == grade), Message(grade, grade))
        yield _problem(key, f"“{item.name.en}” is graded {said.en}: say why.", f"“{item.name.zh}”评为“{said.zh}”，须写明原因。")
    elif item.comment == "always" or (item.comment == "flaw" and share is not None and share < 1):
        yield _problem(key, f"“{item.name.en}” needs a comment.", f"“{item.name.zh}”须填写评语。")


def _problem(item: str | None, en: str, zh: str) -> Problem:
    return Problem(item, Message(en, zh))
