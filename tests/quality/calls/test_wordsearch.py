"""Words over all calls: complete, or saying how far it has looked."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.result import Analysis, Scores, Utterance
from analyzer.store import AnalysisStore
from quality.access.users import User
from quality.calls import wordsearch
from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.reviewing.labels import Label, Labels
from quality.store import reading
from recorder.store.schema import CALLS_DB
from recorder.store.schema import MIGRATIONS as CALLS_MIGRATIONS
from recorder.times import to_text
from tests.quality.factory import MONDAY, opened

CALM = {"neutral": 1.0}


def ident(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def analysis(*texts: str) -> Analysis:
    said = tuple(Utterance(2.0 * n, 2.0 * n + 1, "agent", text, 0.9, CALM, -20.0) for n, text in enumerate(texts))
    return Analysis(60.0, 2, said, (), (), Scores(100.0, 100.0, 100.0), {}, 1.0, 1.0, "1", "1")


class Talk:
    """A store whose calls say what a test wants."""

    def __init__(self, store: Path) -> None:
        self.store, self.views = store, Views(store)
        self.analyses = AnalysisStore(store)

    def call(self, number: int, *texts: str) -> str:
        with opened(self.store / CALLS_DB, CALLS_MIGRATIONS) as database:
            database.execute(
                "INSERT OR IGNORE INTO calls (id, line, layout, language, direction, state, started_at, duration_s)"
                " VALUES (?, 'line1', 'pair', 'zh', 'in', 'closed', ?, 60)",
                (ident(number), to_text(MONDAY + number)),
            )
        self.analyses.save(ident(number), analysis(*texts), False, MONDAY)
        return ident(number)

    def found(self, words: str, **asked: object) -> list[int]:
        rows = self.views.list_calls(CallFilter(words=words, **asked), limit=500, patience_s=60).rows  # type: ignore[arg-type]
        return [int(row.id[-12:]) for row in rows]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def test_every_call_with_a_very_common_word_is_found(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordsearch, "SLICE", 7)
    for number in range(60):
        talk.call(number, "您好，请问", "好的再见" if number % 3 else "我要退款")
    assert talk.found("您好") == list(range(59, -1, -1))
    assert talk.found("退款 您好") == list(range(57, -1, -3))
    page = talk.views.list_calls(CallFilter(words="退款"), patience_s=60)
    assert (page.total, page.total_exact, page.reach) == (20, True, wordsearch.Reach(60, 60))


def test_what_people_put_right_is_found_by_the_right_words(talk: Talk) -> None:
    one = talk.call(1, "您好", "我要罪款")
    talk.call(2, "您好", "再见")
    inspector = User("u1", "ying", "inspector", None, None, False, 0.0, 0.0)
    labels = Labels(talk.store)
    labels.add(Label(one, 2.0, 3.0, "agent", "text", "我要罪款", "我要 100% 的退货OK"), inspector)
    assert talk.found("退货") == talk.found("退货 您好") == talk.found("退货ok 100%") == [1]
    assert talk.found("罪款") == [1]
    assert talk.found("退货 再见") == talk.found("100%款") == []
    page = talk.views.list_calls(CallFilter(words="退货"), patience_s=60)
    (place,) = page.found[one]
    assert (place.start, place.text[place.at : place.at + place.length], page.total_exact) == (2.0, "退货", True)
    assert talk.views.count(CallFilter(words="退货"), patience_s=60) == (1, True)
    labels.add(Label(one, 2.0, 3.0, "agent", "text", "我要 100% 的退货OK", "我要睡觉"), inspector, now=9e9)
    assert talk.found("退货") == []


def test_what_was_not_looked_at_is_said_and_looked_at_next(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordsearch, "SLICE", 10)
    for number in range(30):
        talk.call(number, "您好", "再见")
    looked = [talk.views.list_calls(CallFilter(words="再见"), patience_s=1e-9) for _ in range(8)]
    totals = [page.total for page in looked]
    assert totals[:3] == [5, 10, 15]
    assert totals[-1] == 30
    for page in looked:
        assert page.reach
        assert page.total == page.reach.looked
        assert page.total_exact == page.reach.complete == (page.total == 30)


def test_new_words_are_found_and_replaced_ones_are_not(talk: Talk) -> None:
    for number in range(4):
        talk.call(number, "我想查订单", "好的")
    assert talk.found("订单") == [3, 2, 1, 0]
    talk.call(1, "我想问发票", "好的")
    talk.call(9, "订单呢")
    assert talk.found("订单") == [9, 3, 2, 0]
    assert talk.found("发票") == [1]
    assert talk.found("好的") == [3, 2, 1, 0]


def test_what_sounds_alike_comes_too_unless_only_the_written_is_wanted(talk: Talk) -> None:
    talk.call(1, "我要退款")
    talk.call(2, "我要罪款")
    assert talk.found("退款") == [2, 1]
    assert talk.found("退款", exact=True) == [1]
    page = talk.views.list_calls(CallFilter(words="退款"), patience_s=60)
    assert {call: places[0].sounds_like for call, places in page.found.items()} == {ident(1): False, ident(2): True}


def test_words_and_filters_together(talk: Talk) -> None:
    talk.call(1, "退款")
    talk.call(2, "退款")
    assert talk.found("退款", ids=frozenset({ident(2)})) == [2]
    assert talk.found("退款", min_score=100.5) == []
    assert talk.views.count(CallFilter(words="退款")) == (2, True)
    assert talk.found("") == [2, 1]
    assert talk.found("。！") == []


def test_the_place_is_the_first_in_its_own_call(talk: Talk) -> None:
    talk.call(1, "您好", "退款", "退款")
    talk.call(2, "您好", "好的", "退款")
    page = talk.views.list_calls(CallFilter(words="退款"), patience_s=60)
    assert {call: [f.start for f in places] for call, places in page.found.items()} == {ident(1): [2.0], ident(2): [4.0]}


def test_a_box_without_words_finds_none(tmp_path: Path) -> None:
    page = Views(tmp_path).list_calls(CallFilter(words="退款"))
    assert (page.total, page.reach) == (0, wordsearch.Reach(0, 0))


def test_forgotten_words_are_found_no_more(talk: Talk) -> None:
    talk.call(1, "退款")
    assert talk.found("退款") == [1]
    with reading(talk.store) as connection:
        assert connection.execute("SELECT count(*) FROM analysis.utterances").fetchone()[0] == 1
    talk.analyses.forget_words(ident(1), 1, MONDAY)
    assert talk.found("退款") == []
