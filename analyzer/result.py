"""What the analyzer says of a call. These types are the words of `callbox analyze --json` and the rows of analysis.db."""

from __future__ import annotations

from dataclasses import dataclass, field

from hw.messages import Message

SIDES = ("agent", "customer", "mixed")
EMOTIONS = ("angry", "happy", "neutral", "sad")


@dataclass(frozen=True)
class Word:
    """A recognised word (a character or a few in Chinese): start and end in seconds from the call's first frame, confidence 0–1."""

    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True)
class Utterance:
    """A stretch of speech by one side.

    start, end: seconds from the call's first frame. confidence: 0–1. emotion: probability by label, summing to 1; empty when
    too short to tell. level_db: dBFS (RMS). words: empty when the engine gives no word times. role_confidence: 0–1, how sure
    it is that this side spoke; None where each side has a channel of its own. problem: why its words are
    missing, where the engine failed. heard: the text before its numbers were put in digits, which `words` spell; empty where
    they are the same.
    """

    start: float
    end: float
    side: str
    text: str
    confidence: float
    emotion: dict[str, float] = field(default_factory=dict)
    level_db: float = -90.0
    words: tuple[Word, ...] = ()
    role_confidence: float | None = None
    problem: Message | None = None
    heard: str = ""

    @property
    def as_heard(self) -> str:
        """The text as the recogniser gave it: what rules judge, and what fits `words`."""
        return self.heard or self.text


@dataclass(frozen=True)
class Hit:
    """A rule that fired: a fault found. `evidence` is the words or the measure that decided, `confidence` 0–1."""

    rule: str
    side: str
    start: float
    end: float
    evidence: str
    confidence: float


@dataclass(frozen=True)
class Deduction:
    """Points taken off one of the three scores, and why: `hit` is the index into Analysis.hits."""

    score: str
    rule: str
    points: float
    hit: int


@dataclass(frozen=True)
class Scores:
    """Three views of a call, 0–100 each, 100 best (a risk score of 100 means no risk found)."""

    compliance: float
    experience: float
    risk: float


@dataclass(frozen=True)
class CallFacts:
    """What is known of a call besides its audio; None where nothing told.

    ring_s: seconds from first ring to answer. hung_up_by: "agent" or "customer". language: "zh" or "en". unheard: from and to, in
    seconds, where audio was lost or the recording was paused: that nothing is heard there is no silence.
    """

    language: str = "zh"
    ring_s: float | None = None
    hung_up_by: str | None = None
    direction: str = "unknown"
    unheard: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Analysis:
    """Everything the analyzer knows of one call. acoustics: measures by name, see analyzer.acoustics for names and units. degraded:
    "narrow_beam" where the recogniser searched less than set because the box was too busy, else empty."""

    duration_s: float
    channels: int
    utterances: tuple[Utterance, ...]
    hits: tuple[Hit, ...]
    deductions: tuple[Deduction, ...]
    scores: Scores
    acoustics: dict[str, object]
    cpu_s: float
    wall_s: float
    rulebook_version: str
    pipeline_version: str
    warnings: tuple[Message, ...] = ()
    degraded: str = ""


@dataclass(frozen=True)
class Survey:
    """A call of which is only known who speaks when: the box was too busy for its words. acoustics: see analyzer.acoustics."""

    duration_s: float
    channels: int
    acoustics: dict[str, object]
    wall_s: float

    @property
    def why(self) -> Message:
        """What people are told of it."""
        speech = self.acoustics.get("speech_s")
        heard = round(sum(speech.values()) if isinstance(speech, dict) else 0)
        return Message(
            f"not transcribed: the box was too busy ({heard} s of speech in {round(self.duration_s)} s); the words follow in time",
            f"未转写：设备过于繁忙（通话 {round(self.duration_s)} 秒，其中语音 {heard} 秒）；有空时自动补做",
        )
