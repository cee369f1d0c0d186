"""What the analyzer would say of a made call: faults, scores, measures, and for a part of the calls their words."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import timedelta

from analyzer.result import Analysis, Deduction, Hit, Scores, Utterance
from analyzer.rules.rulebook import Rulebook
from analyzer.scores import score
from quality.centre.cast import Cast, MadeAgent
from quality.centre.onhold import Holds
from quality.centre.traffic import MadeCall

PIPELINE_VERSION = "made-centre"
HEARD_SHARE = 0.25  # calls whose words are kept; every call about the product in its week is

_RATES = {
    "opening": 0.05, "closing": 0.05, "verify_identity": 0.02, "courtesy": 0.04, "apology": 0.02, "thanks": 0.03,
    "forbidden_phrase": 0.03, "overpromise": 0.012, "shirk": 0.012, "argue": 0.008, "filler_words": 0.04, "dead_air": 0.05,
    "hold_notice": 0.03, "talk_over": 0.04, "speech_rate": 0.03, "monologue": 0.02, "insult": 0.0004, "agent_tone": 0.008,
}  # fmt: skip
"""How often an ordinary agent's call breaks a rule."""
_CUSTOMER = {"sensitive_word": 0.025, "customer_anger": 0.03}
_BAD_AGENT, _PRODUCT_WEEK = 4.0, 14.0  # times as often
_NEW_AGENT = 1.35  # in the first three months
_WORDS = {
    "forbidden_phrase": "这个我不清楚", "overpromise": "我保证百分之百没有问题", "shirk": "这个不归我管，你找别的部门",
    "argue": "我不是跟你说了吗", "insult": "你神经病吧", "sensitive_word": "我要投诉，必须给我退款", "apology":
    "我等了三天了，你们怎么回事",
}  # fmt: skip
_QUESTIONS = {
    "订单查询": "我想查一下我的订单到哪里了", "退换货": "我买的东西想换一个颜色", "账单": "这个月的账单怎么多了二十块",
    "安装": "请问安装师傅什么时候来", "密码": "我的密码忘记了登录不了", "云盘": "云盘的文件打不开，同步一直失败",
}  # fmt: skip
_MOODS = {
    False: {"angry": 0.05, "happy": 0.2, "neutral": 0.65, "sad": 0.1},
    True: {"angry": 0.78, "happy": 0.02, "neutral": 0.15, "sad": 0.05},
}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A made call's analysis. words: whether its utterances are kept."""

    analysis: Analysis
    high_priority: bool


class Judge:
    """Judges one call after another. Of one thread."""

    def __init__(self, seed: int, cast: Cast, rulebook: Rulebook) -> None:
        self.rng = random.Random(f"{seed} faults")
        self.holds = Holds(seed)
        self.truths, self.rulebook = cast.truths, rulebook
        self.known = {rule.id for rule in rulebook.rules}
        self.urgent = {rule.id for rule in rulebook.rules if rule.high_priority}

    def judge(self, call: MadeCall) -> Judged:
        """The analysis of an answered call."""
        assert call.duration_s is not None
        failing = call.topic == self.truths.product and self.truths.in_product_week(call.day)
        hits = tuple(self._hits(call, failing))
        scores, deductions = score(self.rulebook, hits)
        heard = failing or self.rng.random() < HEARD_SHARE
        utterances = self._talk(call, hits) if heard else ()
        return Judged(self._analysis(call, hits, scores, deductions, utterances), any(hit.rule in self.urgent for hit in hits))

    def _hits(self, call: MadeCall, failing: bool) -> list[Hit]:
        assert call.duration_s is not None
        factor = fault_factor(call.agent, call, self.truths.bad_agent)
        chances = {rule: rate * factor for rule, rate in _RATES.items()}
        chances |= {rule: rate * (_PRODUCT_WEEK if failing else 1.0) for rule, rate in _CUSTOMER.items()}
        rules = [rule for rule, chance in chances.items() if rule in self.known and self.rng.random() < chance]
        if call.ring_s > 15 and "ring_slow" in self.known:
            rules.append("ring_slow")
        places = sorted(self.rng.uniform(0, 0.85) * call.duration_s for _ in rules)
        return [
            Hit(rule, "customer" if rule in _CUSTOMER else "agent", round(at, 2), round(at + 2, 2), _WORDS.get(rule, rule),
                round(self.rng.uniform(0.6, 0.98), 2))
            for rule, at in zip(rules, places, strict=True)
        ]  # fmt: skip

    def _talk(self, call: MadeCall, hits: tuple[Hit, ...]) -> tuple[Utterance, ...]:
        assert call.duration_s is not None
        said = [
            ("agent", f"您好，云帆科技，工号{call.agent.number}，请问有什么可以帮您"), ("customer", _QUESTIONS[call.topic]),
            ("agent", "好的，请稍等，我帮您查一下"), ("customer", "嗯好的"),
            ("agent", "让您久等了，已经为您登记，请问还有其他问题吗"), ("customer", "没有了谢谢"),
            ("agent", "感谢您的来电，祝您生活愉快，再见"),
        ]  # fmt: skip
        if call.repeat_of:
            said.insert(2, ("customer", "我上次打过电话，问题还没有解决"))
        middle = [(hit.side, _WORDS[hit.rule]) for hit in hits if hit.rule in _WORDS]
        said[4:4] = middle
        angry = any(hit.rule == "customer_anger" for hit in hits)
        step = call.duration_s / len(said)
        return tuple(
            Utterance(round(n * step, 2), round((n + 0.8) * step, 2), side, text, 0.9, _MOODS[angry and side == "customer"], -24.0)
            for n, (side, text) in enumerate(said)
        )

    def _analysis(
        self, call: MadeCall, hits: tuple[Hit, ...], scores: Scores, deductions: list[Deduction], utterances: tuple[Utterance, ...]
    ) -> Analysis:
        duration = call.duration_s or 0.0
        return Analysis(
            duration_s=duration, channels=2, utterances=utterances, hits=hits, deductions=tuple(deductions), scores=scores,
            acoustics=self._measures(duration, hits), cpu_s=round(duration * 0.2, 2), wall_s=round(duration * 0.25, 2),
            rulebook_version=self.rulebook.version, pipeline_version=PIPELINE_VERSION,
        )  # fmt: skip

    def _measures(self, duration: float, hits: tuple[Hit, ...]) -> dict[str, object]:
        agent = self.rng.uniform(0.35, 0.55)
        silent = [h for h in hits if h.rule == "dead_air"]
        silences = [{"start": h.start, "end": round(h.start + 12.0, 2)} for h in silent]
        if self.rng.random() < 0.3:
            at = round(duration * 0.4, 2)
            silences.append({"start": at, "end": round(at + self.rng.uniform(2.5, 8), 2)})
        # Of the analyzer's measures, those that are asked of many calls at once.
        return {
            "speech_s": {"agent": round(duration * agent, 2), "customer": round(duration * (0.85 - agent), 2)},
            "speech_share": {"agent": round(agent, 4), "customer": round(0.85 - agent, 4)},
            "silences": silences, "longest_silence_s": max((float(s["end"]) - float(s["start"]) for s in silences), default=0.0),
            "rate": {"agent": {"overall": round(self.rng.gauss(235, 20))}, "customer": {"overall": round(self.rng.gauss(225, 25))}},
            "music": self.holds.music(duration),
        }  # fmt: skip


def fault_factor(agent: MadeAgent, call: MadeCall, bad_agent: str) -> float:
    """How many times as often as an ordinary agent this one breaks a rule on that day."""
    factor = math.exp(-agent.skill) * (_NEW_AGENT if call.day - agent.hired_on < timedelta(days=91) else 1.0)
    return factor * (_BAD_AGENT if agent.number == bad_agent else 1.0)
