"""A search of the words, as the pages make one (quality.calls.wordsearch), without the columns of all calls around it."""

from __future__ import annotations

from pathlib import Path

from analyzer.search import Found, found_in
from quality.calls.wordsearch import FURTHER_S, WordSearch
from quality.store import reading


def search(store: Path, query: str) -> dict[str, list[Found]]:
    """The calls in which every term of the query was said, newest first, each with its places, as written before as heard."""
    with reading(store) as connection:
        looked = WordSearch().look(connection, query, False, None, FURTHER_S)
        rows = {row["id"]: row for row in connection.execute("SELECT * FROM analysis.utterances")}
    by_term: list[dict[str, list[Found]]] = []
    for term, exact, alike in looked.terms:
        calls: dict[str, list[Found]] = {}
        for numbers, shown in ((exact, term), (alike, "")):
            for number in sorted(map(int, numbers), reverse=True):
                calls.setdefault(rows[number]["call_id"], []).append(found_in(rows[number], shown))
        by_term.append(calls)
    common = set.intersection(*map(set, by_term)) if by_term else set()
    return {call: [found for calls in by_term for found in calls[call]] for call in sorted(common, reverse=True)}
