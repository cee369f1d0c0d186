from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analyzer.livestore import LiveHit, LiveReader, LiveSaid
from analyzer.store import AnalysisStore
from tests.analyzer.analyses import analysis

NOW = 1_795_000_000.0
INSULT = LiveHit("insult", "agent", 1.2, 1.9, "滚", 0.9, alert=True)


def said(call_id: str, start: float, *, urgent: bool = False) -> LiveSaid:
    hits = (INSULT,) if urgent else ()
    return LiveSaid(call_id, "1", "agent", start, start + 1, "您好", 0.8, {"angry": 0.1}, hits, urgent, NOW, NOW + 3)


def test_what_is_said_is_read_back_in_order_and_followed(tmp_path: Path) -> None:
    store = AnalysisStore(tmp_path)
    store.say([said("a", 0), said("b", 1)])
    with LiveReader(tmp_path) as reader:
        first, second = reader.since(0)
        assert first == replace(said("a", 0), number=1)
        store.say([said("a", 2, urgent=True)])
        assert [(row.call_id, row.number) for row in reader.since(second.number)] == [("a", 3)]
        assert [row.start_s for row in reader.call("a")] == [0, 2]
        assert [row.start_s for row in reader.call("a", limit=1)] == [2]
        assert [row.hits for row in reader.urgent()] == [(INSULT,)]
        assert reader.last() == 3


def test_the_full_result_takes_its_place_and_no_number_comes_again(tmp_path: Path) -> None:
    store = AnalysisStore(tmp_path)
    store.say([said("b", 0), said("a", 0)])
    store.save("a", analysis(), False, NOW)
    store.unsay("b")
    with LiveReader(tmp_path) as reader:
        assert reader.since() == []
        assert reader.last() == 2
        store.say([said("c", 0)])
        assert [row.number for row in reader.since(2)] == [3]


def test_the_words_go_with_the_audio(tmp_path: Path) -> None:
    store = AnalysisStore(tmp_path)
    store.say([said("a", 0)])
    store.forget_words("a", 1, NOW)
    with LiveReader(tmp_path) as reader:
        assert reader.call("a") == []


def test_a_change_is_seen_without_a_query(tmp_path: Path) -> None:
    store = AnalysisStore(tmp_path)
    with LiveReader(tmp_path) as reader:
        before = reader.changes()
        assert reader.changes() == before
        store.say([said("a", 0)])
        assert reader.changes() != before


def test_a_store_without_analyses_is_empty(tmp_path: Path) -> None:
    with LiveReader(tmp_path) as reader:
        assert (reader.since(), reader.urgent(), reader.call("a"), reader.last(), reader.changes()) == ([], [], [], 0, 0)
