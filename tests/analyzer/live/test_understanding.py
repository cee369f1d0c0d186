"""From blocks of sound to rows that others follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.live.listening import Arrived
from analyzer.live.queue import LATE_S, MOST_DEBT_S
from analyzer.live.rules import ANGER
from analyzer.live.state import read_live
from analyzer.livestore import LiveReader, LiveSaid
from analyzer.result import Analysis
from analyzer.store import AnalysisStore
from hw.messages import Message
from tests.analyzer.analyses import analysis
from tests.analyzer.live.fakes import CALL, START, ScriptedEars, Stage
from tests.analyzer.sounds import call, hiss


def rows(stage: Stage) -> list[LiveSaid]:
    with LiveReader(stage.folder) as reader:
        return reader.since()


def quiet(seconds: float) -> np.ndarray:
    return np.stack([hiss(seconds), hiss(seconds, seed=5)], axis=1)


def test_what_is_said_has_its_row_with_side_time_mood_and_hits(tmp_path: Path) -> None:
    ears = ScriptedEars(["您好", "您好", "我要投诉你们", "我要投诉你们"], mood={"angry": 0.9, "neutral": 0.1})
    stage = Stage(tmp_path, ears)
    stage.begin()
    stage.feed(np.concatenate((call()[: 14 * 8000], quiet(2.0))))
    first, second, *_ = said = rows(stage)
    assert (first.call_id, first.line, first.text, first.urgent) == (CALL, "1", "您好", False)
    assert [hit.rule for hit in next(one for one in said if one.urgent).hits if hit.alert] == [ANGER, "sensitive_word"]
    assert second.emotion == {"angry": 0.9, "neutral": 0.1}
    assert all(0 <= one.at - one.said_at < 2 for one in said)
    assert all(one.said_at == pytest.approx(START + one.end_s, abs=0.05) for one in said)
    assert {language for _, language in ears.asked} == {"zh"}


def test_a_hit_is_told_once_however_often_the_call_is_looked_at(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars(["你神经病吧"] * 2 + ["好的"] * 20))
    stage.begin()
    stage.feed(call()[: 40 * 8000])
    hits = [hit for one in rows(stage) for hit in one.hits if hit.rule == "insult"]
    assert len(hits) == len({(hit.start, hit.side) for hit in hits})
    assert 1 <= len(hits) <= 2


def test_a_call_that_is_joined_late_has_its_own_times(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.begin(5000 - 60 * 8000)
    stage.feed(call()[: 10 * 8000])
    assert rows(stage)[0].start_s > 60


def test_what_was_said_before_the_call_was_known_belongs_to_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    samples = call()[: 14 * 8000]
    stage.feed(samples[: 8000 * 3])
    stage.begin(5000)
    stage.feed(samples[8000 * 3 :])
    (tmp_path / "other").mkdir()
    with_all = Stage(tmp_path / "other", ScriptedEars([]))
    with_all.begin()
    with_all.feed(samples)
    assert [one.start_s for one in rows(stage)] == pytest.approx([one.start_s for one in rows(with_all)], abs=0.3)


def test_between_calls_nobody_is_understood(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.feed(call()[: 12 * 8000])
    assert rows(stage) == []


def test_what_was_no_call_is_taken_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.begin()
    stage.feed(call()[: 12 * 8000])
    assert rows(stage)
    stage.drop()
    stage.understanding.step()
    assert rows(stage) == []


def test_a_call_that_is_understood_already_says_nothing_more(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.begin()
    stage.feed(call()[: 12 * 8000], step=False)
    stage.end()
    stage.results.save(CALL, analysis("您好"), False, START)
    for _ in range(10):
        stage.understanding.step()
    assert rows(stage) == []
    assert stage.understanding.state(stage.now).waiting == 0


def test_without_time_utterances_wait_and_the_late_ones_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.debt_s = MOST_DEBT_S + 1
    stage.begin()
    stage.feed(call()[: 40 * 8000])
    state = stage.understanding.state(stage.now)
    assert rows(stage) == []
    assert state.late > 0
    assert state.state == "behind"
    assert sum("no time to understand" in record.message for record in caplog.records) == 1
    stage.debt_s = 0.0
    for _ in range(20):
        stage.understanding.step()
    assert all(stage.now - one.said_at <= LATE_S + 2 for one in rows(stage))
    assert rows(stage)
    stage.now += 61
    assert stage.understanding.state(stage.now).state == "following"


def test_a_small_debt_lets_a_speakers_utterances_share_a_window(tmp_path: Path) -> None:
    ears = ScriptedEars([])
    stage = Stage(tmp_path, ears)
    stage.debt_s = 1.0
    stage.begin()
    stage.feed(np.concatenate((call("stock_rude")[: 12 * 8000], quiet(6.0))))
    assert rows(stage)
    assert max(len(clips.now) for clips, _ in ears.asked) > 1


def test_two_people_on_one_channel_are_mixed_and_have_no_reference(tmp_path: Path) -> None:
    ears = ScriptedEars([])
    stage = Stage(tmp_path, ears, channels=(0,))
    stage.begin()
    stage.feed(call()[: 30 * 8000].max(axis=1, keepdims=True))
    assert {one.side for one in rows(stage)} == {"mixed"}
    assert all(clips.calm == () for clips, _ in ears.asked)
    assert len(ears.asked[-1][0].before) == min(6, len(ears.asked) - 1)


def test_on_a_pair_line_a_speaker_has_a_reference_after_three_utterances(tmp_path: Path) -> None:
    ears = ScriptedEars([])
    stage = Stage(tmp_path, ears)
    stage.begin()
    stage.feed(call()[: 40 * 8000])
    references = {len(clips.calm) for clips, _ in ears.asked}
    assert {0, 5} <= references
    assert not references & {1, 2}


def test_what_people_read_is_shown_as_set_and_rules_judge_what_was_said(tmp_path: Path) -> None:
    ears = ScriptedEars(["你神经病吧卡号六二二二零零一二"] * 9)

    def masking(whole: Analysis) -> Analysis:
        return replace(whole, utterances=tuple(replace(u, text="***") for u in whole.utterances))

    ears.present = masking
    stage = Stage(tmp_path, ears)
    stage.begin()
    stage.feed(call()[: 14 * 8000])
    assert {one.text for one in rows(stage)} == {"***"}
    assert any(hit.rule == "insult" for one in rows(stage) for hit in one.hits)


def test_the_state_says_what_live_does(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.begin()
    stage.feed(call()[: 14 * 8000])
    stage.now += 1
    stage.understanding.step()
    state = read_live(tmp_path)
    assert state is not None
    assert (state.state, state.lines[0].line, state.lines[0].call_id, state.lines[0].why) == ("following", "1", CALL, "")
    assert state.said == len(rows(stage)) > 0
    assert state.delay_s is not None
    stage.source.why = Message("the recorder has stopped", "录音服务已停止")
    stage.now += 2
    stage.understanding.step()
    told = read_live(tmp_path)
    assert told is not None
    assert told.lines[0].why_zh == "录音服务已停止"
    stage.understanding.close()
    assert stage.source.closed


def test_a_new_connection_ends_what_was_heard_of_a_call(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.begin()
    stage.feed(call()[: 8000 * 7], step=False)
    stage.source.give(Arrived(stage.now, None, 900_000))
    stage.begin(900_000 - 10 * 8000)
    stage.feed(call()[8000 * 10 : 8000 * 20])
    starts = [one.start_s for one in rows(stage)]
    assert min(starts) < 7
    assert max(starts) >= 10


def test_what_was_said_in_calls_that_were_given_up_goes_after_days(tmp_path: Path) -> None:
    AnalysisStore(tmp_path).say([LiveSaid("old", "1", "agent", 0, 1, "您好", said_at=START - 4 * 86_400, at=START - 4 * 86_400)])
    stage = Stage(tmp_path, ScriptedEars([]))
    stage.understanding.step()
    assert rows(stage) == []
