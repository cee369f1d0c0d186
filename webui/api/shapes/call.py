"""Calls as the API tells of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from webui.api.shapes.base import Asked, Instant, Shape, Text
from webui.search.filters import MOOD_CHOICES

Side = Literal["agent", "customer", "mixed", "both", "-", ""]
Words = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
Points = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000)]
YesNo = Literal["yes", "no"]
if TYPE_CHECKING:
    Mood = str
else:
    Mood = Literal[MOOD_CHOICES]
Day = Annotated[date, AfterValidator(lambda day: min(max(day, date(1970, 1, 2)), date(9998, 12, 31)))]
"""Any day; beyond what a clock can tell there are no calls anyway."""


class CallQuery(Asked):
    """Filters of the list, as on the page of calls; what is left out asks nothing."""

    q: Words = Field("", description="Words said by anybody, also such as sound alike")
    agent: Words | None = Field(None, description="Agent number (工号)")
    team: Words | None = Field(None, description="Group")
    line: Words | None = None
    number: Words | None = Field(None, description="Digits that occur in either number")
    since: Day | None = Field(None, description="First day, in the box's time zone")
    until: Day | None = Field(None, description="Last day, included")
    min_duration: Seconds | None = None
    max_duration: Seconds | None = None
    rule: Words | None = Field(None, description="Id of a rule that was broken")
    score: Literal["compliance", "experience", "risk", "form"] = Field("compliance", description="The one min_score means")
    min_score: Points | None = None
    max_score: Points | None = None
    reviewed: YesNo | None = None
    priority: YesNo | None = None
    answered: YesNo | None = Field(None, description="Somebody took it")
    ended: YesNo | None = Field(None, description="It is not being recorded any more")
    passed: YesNo | None = Field(None, description="The review that holds passed it")
    faulty: YesNo | None = Field(None, description="A rule was broken on the agent's side")
    hung_up: Literal["agent", "customer"] | None = None
    mood: Mood | None = Field(None, description="Somebody surely had it: side and mood")
    min_silence: Seconds | None = Field(None, description="Seconds of the longest silence")
    exact: Literal["1"] | None = Field(None, description="1: words as written only, not what sounds like them")
    direction: Literal["in", "out", "unknown"] | None = None
    analysis: Literal["waiting", "done", "failed", "parked", "put_off"] | None = None
    sort: Literal["newest", "oldest", "longest", "shortest", "compliance", "experience", "risk", "priority"] = "newest"
    limit: int = Field(50, ge=1, le=200)
    after: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None, description="next_cursor of the page before; with it, the other parameters have to stay as they were"
    )


class AnalysisState(Shape):
    """How far the analyzer is with the call; reason: why it failed, was given up or put off."""

    state: Literal["waiting", "done", "failed", "parked", "put_off", "recording", "none"]
    reason: str
    attempts: int
    finished_at: Instant | None


class Scores(Shape):
    """0–100, 100 best: a risk score of 100 means no risk found."""

    compliance: float
    experience: float
    risk: float


class ReviewBrief(Shape):
    """The review that holds. total: 0–100."""

    id: str
    version: int
    form_id: str
    form_version: str
    total: float
    passed: bool
    reviewer: str
    reviewed_at: Instant


class Call(Shape):
    """A call as the list has it. rules: those broken, each once; rule_hits: how often."""

    id: str
    started_at: Instant
    ended_at: Instant | None
    answered_at: Instant | None
    duration_s: float | None
    ring_s: float | None
    line: str
    layout: Literal["mono", "pair"]
    language: str
    direction: Literal["in", "out", "unknown"]
    state: Literal["recording", "closed", "interrupted", "unanswered"]
    caller_number: str
    called_number: str
    extension: str
    agent_id: str | None
    agent_name: str
    team: str
    hung_up_by: str | None
    analysis: AnalysisState
    scores: Scores | None
    high_priority: bool
    hits: int
    rules: tuple[str, ...]
    rule_hits: dict[str, int]
    review: ReviewBrief | None


class CallList(Shape):
    """A page. next_cursor: for the next one; null at the end. total: how many calls fit; not total_exact: at least so many."""

    calls: tuple[Call, ...]
    next_cursor: str | None
    total: int
    total_exact: bool


class Part(Shape):
    """A piece of the call's audio. start_s: where it begins on the call's time line. sha256: of the file, once it is whole."""

    id: str
    seq: int
    started_at: Instant
    start_s: float
    duration_s: float | None
    rate: int
    channels: int
    state: str
    sha256: str | None


class Gap(Shape):
    """Audio known to be lost. start_s: on the call's time line, null when it lies in no part."""

    at: Instant
    start_s: float | None
    duration_s: float
    reason: str


class CallDetail(Shape):
    """Everything but its words. acoustics: measures by name. warnings: what may make the analysis less sure."""

    call: Call
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    warnings: tuple[Text, ...]
    acoustics: dict[str, object]
    pipeline_version: str
    rulebook_version: str


class Word(Shape):
    """start, end: seconds from the call's first frame."""

    start: float
    end: float
    text: str
    confidence: float


class Utterance(Shape):
    """A stretch of speech of one side. emotion: probability by label, empty when too short to tell."""

    start: float
    end: float
    side: Side
    text: str
    confidence: float
    emotion: dict[str, float]
    words: tuple[Word, ...]


class Transcript(Shape):
    """Who said what, as the recogniser heard it; empty until the analysis is done."""

    call_id: str
    analysis: AnalysisState
    language: str
    pipeline_version: str
    utterances: tuple[Utterance, ...]


class Hit(Shape):
    """A rule that fired: evidence is the words or the measure that decided."""

    rule: str
    name: Text
    side: Side
    start: float
    end: float
    evidence: str
    confidence: float


class Hits(Shape):
    """The machine's faults, in order of time."""

    call_id: str
    analysis: AnalysisState
    rulebook_version: str
    hits: tuple[Hit, ...]


class Deduction(Shape):
    """Points taken off a score; hit: index into the call's hits."""

    score: Literal["compliance", "experience", "risk"]
    rule: str
    points: float
    hit: int


class AfterCorrection(Shape):
    """What the machine's verdict becomes by people's corrections, by the same rulebook. rule_hits: faults that hold, by rule."""

    scores: Scores
    high_priority: bool
    rule_hits: dict[str, int]


class CallScores(Shape):
    """The machine's scores with the evidence behind every point, and the review that holds. corrected: null where people's
    corrections make no difference."""

    call_id: str
    analysis: AnalysisState
    scores: Scores | None
    high_priority: bool
    deductions: tuple[Deduction, ...]
    corrected: AfterCorrection | None
    review: ReviewBrief | None


class ReviewItem(Shape):
    """grade: excellent, good, fair, poor, bad or na."""

    grade: str
    comment: str


class Review(Shape):
    """One version. total: 0–100; earned: before a taboo took all. machine_score: the machine's own at that moment."""

    id: str
    version: int
    form_id: str
    form_version: str
    items: dict[str, ReviewItem]
    taboos: tuple[str, ...]
    comment: str
    earned: float
    total: float
    passed: bool
    machine_score: float | None
    reviewer: str
    reviewed_at: Instant


class Reviews(Shape):
    """Every version, the newest first: that one holds."""

    call_id: str
    reviews: tuple[Review, ...]


class VconQuery(Asked):
    """inline: put the FLAC files into it (needs the scope audio:read); without, they are named by their hashes."""

    inline: Literal["yes", "no"] = "no"


class Vcon(Asked):
    """A conversation container, draft-ietf-vcon-vcon-core."""

    model_config = ConfigDict(extra="allow", frozen=True)

    vcon: str
    uuid: str
    created_at: str
    parties: list[dict[str, object]]
    dialog: list[dict[str, object]]
    analysis: list[dict[str, object]]
