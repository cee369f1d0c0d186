"""Figures, reports and alerts as the API tells of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from quality.alerting.alerts import KINDS
from webui.api.shapes.base import Asked, Instant, Shape, Text

PERIOD_FORM = r"20[0-9]{2}-(?:(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?|W(?:0[1-9]|[1-4][0-9]|5[0-3])|Q[1-4])"
PeriodName = Annotated[str, StringConstraints(pattern=f"^{PERIOD_FORM}$")]
PERIOD = "A day (2026-11-20), week (2026-W47), month (2026-11) or quarter (2026-Q4)"
Number = int | float
if TYPE_CHECKING:
    AlertKind = str
else:
    AlertKind = Literal[tuple(KINDS)]
"""Those of quality.alerting.alerts.KINDS."""


class PeriodShape(Shape):
    """first and last: local days, both included."""

    kind: Literal["day", "week", "month", "quarter", "span"]
    name: str
    first: date
    last: date


class FigureQuery(Asked):
    """Which figures."""

    period: PeriodName = Field(description=PERIOD)
    by: Literal["centre", "group", "agent"] = "centre"


class Target(Shape):
    """At least low, at most high, in the figure's unit. usual: it is usual in the field, nobody here has set it."""

    low: float | None
    high: float | None
    usual: bool


class Figure(Shape):
    """value: null when it cannot be known; why says why not. volume: how many calls, shifts or days it rests on. low, high: it lies
    between them with 95 % confidence. met: whether the target is."""

    id: str
    name: Text
    unit: str
    value: float | None
    volume: float
    low: float | None
    high: float | None
    why: Text | None
    note: Text | None
    target: Target | None
    met: bool | None
    before: float | None
    difference: float | None
    more_than_chance: bool | None


class Subject(Shape):
    """Whose figures; key: the group's name or the agent's number."""

    level: Literal["centre", "group", "agent"]
    key: str
    name: str
    team: str
    figures: tuple[Figure, ...]


class Figures(Shape):
    """over: whether the period is."""

    period: PeriodShape
    over: bool
    subjects: tuple[Subject, ...]


class ReportKind(Shape):
    """periods: kinds of period it can be made of."""

    id: str
    title: Text
    periods: tuple[str, ...]


class ReportKinds(Shape):
    """The reports there are, and as what they come."""

    kinds: tuple[ReportKind, ...]
    formats: tuple[str, ...]


class ReportQuery(Asked):
    """language: of the file; JSON has both."""

    format: Literal["json", "xlsx", "pdf", "csv"] = "json"
    language: Literal["zh", "en"] = "zh"


class Column(Shape):
    """kind: how its values are read: text, count, percent (0–1), duration (seconds), day, instant …"""

    name: Text
    kind: str


class Table(Shape):
    """rows hold one value a column; null is not known."""

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text | str | Number | None, ...], ...]
    note: Text | None


class Section(Shape):
    """A chapter."""

    title: Text
    text: tuple[Text, ...]
    tables: tuple[Table, ...]


class KeyFigure(Shape):
    """What the report opens with. before: the period before's."""

    id: str
    name: Text
    value: float | None
    before: float | None
    kind: str


class Report(Shape):
    """notes: what the reader has to know first; method: how the figures are made."""

    kind: str
    title: Text
    period: PeriodShape
    site: str
    timezone: str
    made_at: Instant
    calls: int
    notes: tuple[Text, ...]
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    method: tuple[Text, ...]


class AlertQuery(Asked):
    """open: only those that nobody has closed."""

    kind: AlertKind | None = None
    open: Literal["yes", "no"] = "yes"
    limit: int = Field(100, ge=1, le=500)


class AlertEvent(Shape):
    """action: "seen", "done" or "closed"."""

    at: Instant
    by: str
    action: str
    text: str


class Alert(Shape):
    """subject: a call's id, a group, an agent's number, a word or a name, by its kind. detail: figures behind it."""

    id: str
    kind: str
    subject: str
    opened_at: Instant
    closed_at: Instant | None
    detail: dict[str, object]
    events: tuple[AlertEvent, ...]


class Alerts(Shape):
    """The newest first."""

    alerts: tuple[Alert, ...]
