"""The bench of searches, on a small store: what it says it found is what is there."""

from __future__ import annotations

from pathlib import Path

from quality.store import reading
from quality.webbench.pages import COMMON
from quality.webbench.searching import bench_search
from tests.webui.makebox import make_box


def test_it_finds_the_calls_in_which_the_words_are(tmp_path: Path) -> None:
    box = make_box(tmp_path / "store")
    figures = bench_search(0, 0, box.store, lambda *_: None)
    said = 0
    with reading(box.store) as connection:
        for word in COMMON:
            rows = connection.execute("SELECT DISTINCT call_id FROM analysis.utterances WHERE instr(text, ?)", (word,))
            said += len({row[0] for row in rows} & set(box.ids.values()))  # the others' words are not in the index
    common = figures["common"]
    assert isinstance(common, dict)
    assert common["calls_found"] >= said > 0, "as written, and what sounds like it"
    assert common["complete"] == 1.0
    assert figures["calls"] == len(box.made) + len(box.ids)
