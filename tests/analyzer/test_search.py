"""What was said is found: one character, two, a phrase, a word of English, and what was misheard."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index import exact_query, index_row, sound_query
from analyzer.search import Found, terms
from analyzer.store import AnalysisStore
from tests.analyzer.analyses import analysis
from tests.analyzer.searching import search


@pytest.fixture
def store(tmp_path: Path) -> Path:
    results = AnalysisStore(tmp_path)
    results.save("call-1", analysis("您好,请问有什么可以帮您?", "我要退款,不然我打12315投诉。"), False, 0.0)
    results.save("call-2", analysis("您好", "我要罪款"), False, 0.0)
    results.save("call-3", analysis("Thank you for calling", "Hello, my iPhone 8 is broken. It's bad"), False, 0.0)
    results.save("call-4", analysis("我要买鞋", ""), False, 0.0)
    results.close()
    return tmp_path


def _calls(store: Path, query: str) -> list[str]:
    return list(search(store, query))


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("退", ["call-1"]),
        ("鞋", ["call-4"]),
        ("您好", ["call-2", "call-1"]),
        ("我要", ["call-4", "call-2", "call-1"]),
        ("要我", []),
        ("12315", ["call-1"]),
        ("hello", ["call-3"]),
        ("THANK YOU", ["call-3"]),
        ("iphone 8", ["call-3"]),
        ("it's", ["call-3"]),
        ("我要 投诉", ["call-1"]),
        ("您好 退款", ["call-2", "call-1"]),
        ('"我要退款"', ["call-2", "call-1"]),
        ("我要退款,不然", ["call-1"]),
        ("", []),
        ("???", []),
        ('" OR * NEAR(', []),
        ("characters:退", []),
    ],
)
def test_calls_are_found(store: Path, query: str, calls: list[str]) -> None:
    assert _calls(store, query) == calls


def test_what_only_sounds_like_it_comes_marked(store: Path) -> None:
    found = search(store, "退款")
    assert [place.sounds_like for place in found["call-1"]] == [False]
    assert [place.sounds_like for place in found["call-2"]] == [True]
    assert _calls(store, "推款") == ["call-2", "call-1"]


def test_a_place_says_where_and_when(store: Path) -> None:
    (place,) = search(store, "投诉")["call-1"]
    assert isinstance(place, Found)
    assert (place.seq, place.side) == (1, "customer")
    assert place.text[place.at : place.at + place.length] == "投诉"
    # The tenth letter or so of the second utterance: its words begin at 5 s, one every 0.2 s.
    assert place.start == pytest.approx(5.0 + 0.2 * place.text.index("投诉"), abs=0.21)
    assert "投诉" in place.snippet


def test_a_match_over_punctuation_is_marked_whole(store: Path) -> None:
    (place,) = search(store, "退款不然")["call-1"]
    assert place.text[place.at : place.at + place.length] == "退款,不然"


def test_a_fresh_box_finds_nothing(tmp_path: Path) -> None:
    assert search(tmp_path, "退款") == {}


def test_terms_are_words_and_quoted_phrases() -> None:
    assert terms('退款 "thank you" ， “保证 收益”') == ["退款", "thank you", "保证 收益"]


@given(st.text(max_size=30))
def test_no_query_breaks_the_index(tmp_path_factory: pytest.TempPathFactory, query: str) -> None:
    global _SHARED  # noqa: PLW0603  one store for all examples
    if _SHARED is None:
        _SHARED = tmp_path_factory.mktemp("search")
        AnalysisStore(_SHARED).save("c", analysis("您好,我要退款", "Hello"), False, 0.0)
    search(_SHARED, query)


_SHARED: Path | None = None


@given(st.text(alphabet="退款投诉我要不是您好女略abc 1", min_size=1, max_size=12))
def test_characters_and_sounds_stay_in_step(text: str) -> None:
    characters, sounds = index_row(text)
    assert len(characters.split()) == len(sounds.split())


def test_queries_for_nothing_are_empty() -> None:
    assert exact_query("。,") == ""
    assert sound_query("退") == ""  # one syllable sounds like half the dictionary
    assert sound_query("hello there") == ""
