from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.__main__ import main
from hw.messages import UserError
from quality.centre.cast import PRODUCT
from quality.centre.make import make_centre, read_truths
from quality.clusters.merging import merge, terms
from quality.clusters.report import NO_MEASURES, NO_WORDS, NOT_BEFORE, Clusters, clusters, clusters_json
from quality.clusters.spoken import Said
from quality.clusters.topics import topics
from quality.periods import Period, period_of
from tests.quality.department import SMALL, ZONE

WEEKS = [period_of("week", SMALL.first + timedelta(days=7 * n)) for n in range(2, 8)]


def product_week(store: Path) -> Period:
    return period_of("week", date.fromisoformat(str(read_truths(store)["product_week"])))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre all of whose calls are transcribed. In the ordinary one only the product week has every call about the product, so
    that the topic would be on top in it without any complaint."""
    store = tmp_path_factory.mktemp("heard")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quality.centre.faults.HEARD_SHARE", 1.0)
        make_centre(store, SMALL)
    return store


def test_the_bad_product_week_is_on_top_in_its_week_and_rises_in_no_other(heard: Path) -> None:
    bad = product_week(heard)
    assert bad in WEEKS
    for week in WEEKS:
        found = list(clusters(heard, week, ZONE).topics)
        assert [t for t in found if t.rising and PRODUCT in t.text] == (found[:1] if week == bad else []), week
        if week == bad:
            assert found[0].complaints.rising
            assert not found[0].calls.rising  # as many callers as ever speak of it
            assert found[0].complaints.share > 0.4 > 3 * (found[0].complaints.before or 0)


def test_counts_are_those_of_a_slow_count(centre: Path) -> None:
    bad = product_week(centre)
    database = sqlite3.connect(centre / "analysis.db")
    database.execute("ATTACH ? AS calls", (str(centre / "calls.db"),))
    sql = """SELECT DISTINCT c.id FROM calls.calls c JOIN utterances u ON u.call_id = c.id
        WHERE u.side = 'customer' AND u.text LIKE '%云盘%' AND date(c.started_at, '+8 hours') BETWEEN ? AND ?"""
    own = {row[0] for row in database.execute(sql, (str(bad.first), str(bad.last)))}
    marks = ("sensitive_word", "customer_anger")
    complain = {row[0] for row in database.execute("SELECT call_id FROM hits WHERE rule IN (?, ?)", marks)} & own
    topic = clusters(centre, bad, ZONE).topics[0]
    assert (topic.calls.hits, topic.complaints.hits, topic.complaints.calls) == (len(own), len(complain), len(own))
    for example in topic.examples:
        assert example.call in complain
        at = database.execute("SELECT text FROM utterances WHERE call_id = ? AND start_s = ?", (example.call, example.at))
        assert PRODUCT in at.fetchone()[0]


def test_near_duplicates_are_one_topic_and_others_are_not() -> None:
    counts = {
        "云盘的文件打不开，同步一直失败": 5, "我的云盘文件打不开了": 3, "请问一下云盘文件怎么打不开": 1,
        "请问安装师傅什么时候来": 4, "请问快递什么时候来啊": 4, "嗯好的": 9, "没有了谢谢": 9,
        "My invoice shows the wrong amount": 2, "the amount on my invoice is wrong": 1,
    }  # fmt: skip
    groups = merge(counts)
    assert {text for text, leader in groups.items() if PRODUCT in leader} == {t for t in counts if PRODUCT in t}
    assert groups["请问安装师傅什么时候来"] == "请问安装师傅什么时候来"
    assert "嗯好的" not in groups
    assert "没有了谢谢" not in groups
    assert groups["the amount on my invoice is wrong"] == "My invoice shows the wrong amount"


@given(st.dictionaries(st.text(st.sampled_from("云盘文件打不开订单退款ab 1，"), max_size=12), st.integers(1, 9), max_size=30))
def test_every_group_is_called_by_one_of_its_own(counts: dict[str, int]) -> None:
    groups = merge(counts)
    assert all(groups[leader] == leader and counts[leader] >= counts[text] for text, leader in groups.items())
    assert all(len(terms(text)) >= 2 for text in groups)
    assert merge(dict(reversed(counts.items()))) == groups


@given(st.dictionaries(st.text(st.sampled_from("云盘文件打开订单退款"), min_size=3, max_size=9), st.integers(1, 9), max_size=25))
def test_no_near_group_is_missed(counts: dict[str, int]) -> None:
    """Against looking at every group."""
    with pytest.MonkeyPatch.context() as patch:
        quick = merge(counts)
        patch.setattr("quality.clusters.merging._Groups._telling", lambda _, found: list(found))
        assert merge(counts) == quick


def _said(counts: dict[str, int], again: int = 0, name: str = "a") -> Said:
    texts = [text for text, n in counts.items() for _ in range(n)]
    sentences = {f"{name}{n:03d}": ((text, 1.0),) for n, text in enumerate(texts)}
    return Said(sentences, frozenset(), frozenset(list(sentences)[:again]))


def test_a_topic_callers_come_back_with_rises_and_a_small_change_does_not() -> None:
    counts = {"密码忘记登录不了": 100, "安装师傅没有来": 100, "订单到哪里了": 100}
    found, about = topics(_said(counts, again=40), _said(counts, again=10, name="b"))
    assert [t.text for t in found if t.rising] == ["密码忘记登录不了"]
    assert found[0].again.rising
    assert not found[0].calls.rising
    assert about["a000"] == "密码忘记登录不了"
    found, _ = topics(_said(counts | {"订单到哪里了": 108}), _said(counts, name="b"))
    assert not any(t.rising for t in found)


def _make_silent(store: Path, week: Period, count: int, **extra: object) -> set[str]:
    """Unreviewed calls without a complaint of that week become ones with pauses and a hurried customer."""
    database = sqlite3.connect(store / "analysis.db")
    for name in ("calls", "review"):
        database.execute(f"ATTACH ? AS {name}", (str(store / f"{name}.db"),))
    sql = """SELECT c.id FROM calls.calls c JOIN results r ON r.call_id = c.id WHERE c.duration_s >= 60 AND c.team = '技术组'
        AND c.id NOT IN (SELECT call_id FROM review.reviews)
        AND c.id NOT IN (SELECT call_id FROM hits WHERE rule IN ('sensitive_word', 'customer_anger'))
        AND date(c.started_at, '+8 hours') BETWEEN ? AND ? LIMIT ?"""
    calls = {row[0] for row in database.execute(sql, (str(week.first), str(week.last), count))}
    pauses = [{"start": 5.0 * n, "end": 5.0 * n + (4.9 if n == 3 else 4.0)} for n in range(1, 12)]
    measures = {"silences": pauses, "rate": {"customer": {"overall": 400}}, **extra}
    database.executemany("UPDATE results SET acoustics = ? WHERE call_id = ?", [(json.dumps(measures), call) for call in calls])
    database.commit()
    return calls


def _silent(found: Clusters) -> dict[str, int]:
    return {group.team: group.calls.hits for group in found.silent}


def test_calls_with_pauses_and_hurry_that_nobody_complained_about_are_found(own_centre: Path) -> None:
    week = WEEKS[-1]
    before = _silent(clusters(own_centre, week, ZONE)).get("技术组", 0)
    made = _make_silent(own_centre, week, 12)
    first = clusters(own_centre, week, ZONE).silent[0]
    assert len(made) == 12
    assert (first.team, first.calls.rising) == ("技术组", True)
    assert 12 <= first.calls.hits <= 12 + before
    assert {e.call for e in first.examples} <= made
    assert {e.at for e in first.examples} == {15.0}  # the longest pause
    assert sum(n for _, n in first.topics) + first.untold == first.calls.hits


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({"rate": {"customer": {"overall": 60, "minutes": [{"start": 0, "rate": 200}, {"start": 60, "rate": 210}]}}}, False),
        ({"music": [{"start": 0.0, "end": 100.0}]}, False),
        ({"silences": [{"start": 1.0, "end": 2.9}] * 20}, False),
        ({"rate": {"mixed": {"overall": 400}}}, False),
    ],
)
def test_one_sign_alone_is_not_enough(own_centre: Path, extra: dict[str, object], found: bool) -> None:
    made = _make_silent(own_centre, WEEKS[-1], 6, **extra)
    marked = {e.call for group in clusters(own_centre, WEEKS[-1], ZONE).silent for e in group.examples}
    assert bool(marked & made) == found


def test_a_reviewed_or_complaining_call_is_not_silent(own_centre: Path) -> None:
    made = sorted(_make_silent(own_centre, WEEKS[-1], 4))
    database = sqlite3.connect(own_centre / "analysis.db")
    sql = """INSERT INTO hits (call_id, seq, rule, side, start_s, end_s, evidence, confidence)
        VALUES (?, 99, ?, 'customer', 1, 2, '', 1)"""
    database.execute(sql, (made[0], "customer_anger"))
    database.commit()
    reviews = sqlite3.connect(own_centre / "review.db")
    reviews.execute("UPDATE reviews SET call_id = ? WHERE id = (SELECT min(id) FROM reviews)", (made[1],))
    reviews.commit()
    marked = {e.call for group in clusters(own_centre, WEEKS[-1], ZONE).silent for e in group.examples}
    assert marked & set(made) == set(made[2:])


def test_what_is_unknown_says_why(centre: Path, tmp_path: Path) -> None:
    empty = clusters(tmp_path, WEEKS[0], ZONE)
    assert (empty.topics, empty.silent, empty.why) == ((), (), (NO_WORDS, NOT_BEFORE, NO_MEASURES))
    first = clusters(centre, period_of("week", SMALL.first - timedelta(days=0)), ZONE)
    assert NOT_BEFORE in first.why
    assert not any(t.rising for t in first.topics)
    assert json.loads(json.dumps(clusters_json(empty)))["unknown"][0]["zh"] == NO_WORDS.zh


@pytest.mark.parametrize(("lang", "words"), [("zh", "沉默不满"), ("en", "called again")])
def test_the_command_tells_it(centre: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str) -> None:
    week, config = product_week(centre), str(centre / "callbox.toml")
    assert main(["--lang", lang, "clusters", "--week", week.name, "--config", config]) == 0
    shown = capsys.readouterr().out
    assert words in shown
    assert PRODUCT in next(line for line in shown.splitlines() if "↑" in line)
    assert main(["clusters", "--from", str(week.first), "--to", str(week.last), "--json", "--config", config]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["topics"][0]["rising"]
    assert PRODUCT in told["topics"][0]["text"]


def test_two_periods_at_once_are_refused(centre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clusters", "--month", "2026-08", "--week", "2026-W33", "--config", str(centre / "callbox.toml")]) != 0
    assert "--week" in capsys.readouterr().err


def test_a_broken_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "analysis.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(UserError):
        clusters(tmp_path, WEEKS[0], ZONE)
