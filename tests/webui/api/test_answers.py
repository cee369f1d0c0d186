"""What the API answers: lists and pages, one call, files with ranges, errors that say what is wrong, the description."""

from __future__ import annotations

import io
import typing

import pytest
import soundfile
from flask import Flask
from openpyxl import load_workbook
from prometheus_client.parser import text_string_to_metric_families

from quality.access.tokens import SCOPES
from quality.calls.filter import CallFilter
from quality.calls.paging import SORTS
from quality.calls.views import Views
from tests.webui.api.conftest import MakeProgram
from tests.webui.makebox import HEARD, TestBox
from webui.api.operations import OPERATIONS
from webui.api.problems import MIMETYPE
from webui.api.shapes.call import CallQuery
from webui.search.filters import FILTER_NAMES


def test_pages_follow_each_other_and_hold_every_call_once(program: MakeProgram, box: TestBox) -> None:
    own, seen, cursor = program("calls:read"), [], ""
    while cursor is not None:
        page = own.get(f"/calls?limit=7{f'&after={cursor}' if cursor else ''}").json
        seen += [call["id"] for call in page["calls"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == len(box.made) + len(HEARD) + 2


def test_the_lists_filters_are_those_of_the_domain(program: MakeProgram, box: TestBox) -> None:
    own = program("calls:read")
    views = Views(box.store, box.settings.site.timezone)
    for query, wanted in (
        ("agent=8004", CallFilter(agent="8004")), ("team=售后", CallFilter(team="售后")), ("rule=shirk", CallFilter(rule="shirk")),
        ("min_score=60&max_score=70&score=compliance", CallFilter(min_score=60, max_score=70)),
        ("reviewed=yes", CallFilter(reviewed=True)), ("priority=no", CallFilter(priority=False)),
        ("number=138&direction=in", CallFilter(number="138", direction="in")), ("analysis=parked", CallFilter(analysis="parked")),
    ):  # fmt: skip
        expected = [row.id for row in views.list_calls(wanted, limit=200).rows]
        assert [call["id"] for call in own.get(f"/calls?limit=200&{query}").json["calls"]] == expected, query
    assert [call["id"] for call in own.get("/calls?q=不归我管").json["calls"]] == [box.ids["rude"]]
    assert set(FILTER_NAMES) - {"problem", "item"} <= CallQuery.model_fields.keys()
    assert typing.get_args(CallQuery.model_fields["sort"].annotation) == tuple(SORTS)


def test_one_call_from_every_side(program: MakeProgram, box: TestBox) -> None:
    own, path = program(), f"/calls/{box.ids['rude']}"
    call = own.get(path).json
    assert call["call"]["started_at"].endswith("Z") and call["parts"][0]["rate"] == 8000
    words = own.get(f"{path}/transcript").json["utterances"]
    assert any("不归我管" in said["text"] for said in words)
    hits = own.get(f"{path}/hits").json["hits"]
    assert {"rule": "shirk", "name": {"en": hits[0]["name"]["en"], "zh": "推诿"}}.items() <= hits[0].items()
    scores = own.get(f"{path}/scores").json
    assert scores["scores"] == {"compliance": 64.0, "experience": 52.0, "risk": 45.0}
    assert {deduction["rule"] for deduction in scores["deductions"]} == {"shirk", "argue", "sensitive_word", "escalate_hint"}
    assert own.get(f"{path}/reviews").json["reviews"] == []


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_sound_comes_whole_and_in_ranges(program: MakeProgram, box: TestBox, kind: str) -> None:
    own, path = program("audio:read"), f"/calls/{box.ids['parts']}/audio.{kind}"
    whole = own.get(path)
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    with soundfile.SoundFile(io.BytesIO(whole.data)) as sound:
        assert (sound.samplerate, sound.channels) == (8000, 2)
        assert sound.frames / 8000 == pytest.approx(Views(box.store).call(box.ids["parts"]).row.duration_s, abs=0.2)  # type: ignore[union-attr]
    middle = own.get(path, {"Range": "bytes=1000-1999"})
    assert (middle.status_code, middle.data) == (206, whole.data[1000:2000])
    assert middle.headers["Content-Range"] == f"bytes 1000-1999/{len(whole.data)}"
    assert own.get(path, {"Range": "bytes=-10"}).data == whole.data[-10:]
    beyond = own.get(path, {"Range": f"bytes={len(whole.data)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole.data)}")
    nothing = own.get(f"/calls/{box.ids['unanswered']}/audio.{kind}")
    assert (nothing.status_code, nothing.mimetype) == (404, MIMETYPE)


def test_a_report_is_json_a_workbook_or_print(program: MakeProgram) -> None:
    own = program("reports:read")
    report = own.get("/reports/weekly/2026-W47").json
    assert report["period"] == {"kind": "week", "name": "2026-W47", "first": "2026-11-16", "last": "2026-11-22"}
    assert report["calls"] > 40 and report["sections"][0]["tables"][0]["rows"]
    book = load_workbook(io.BytesIO(own.get("/reports/weekly/2026-W47?format=xlsx&language=en").data))
    assert len(book.sheetnames) > 2
    assert own.get("/reports/daily/2026-11-20?format=csv").data.startswith(b"\xef\xbb\xbf")
    assert {kind["id"] for kind in own.get("/reports").json["kinds"]} >= {"daily", "weekly", "monthly", "quarterly"}
    for wrong in ("/reports/daily/2026-11", "/reports/weekly/2026-11-20", "/reports/none/2026-11", "/reports/daily/2026-02-30"):
        assert own.get(wrong).status_code == 404, wrong


def test_a_print_is_made_apart(program: MakeProgram) -> None:
    answer = program("reports:read").get("/reports/daily/2026-11-20?format=pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_a_figure_that_cannot_be_known_is_null_and_says_why(program: MakeProgram) -> None:
    figures = {figure["id"]: figure for figure in program().get("/figures?period=2026-W47").json["subjects"][0]["figures"]}
    assert len(figures) == 23
    unknown = [figure for figure in figures.values() if figure["value"] is None]
    assert unknown and all(figure["why"]["zh"] for figure in unknown)


@pytest.mark.parametrize(("path", "named"), [
    ("/calls?agnet=8001", ["agnet"]), ("/calls?limit=0&min_score=x", ["limit", "min_score"]), ("/calls?limit=5&limit=6", ["limit"]),
    ("/calls?since=2026-02-30", ["since"]), ("/figures", ["period"]), ("/reports?x=1", ["x"]),
])  # fmt: skip
def test_wrong_parameters_are_named(program: MakeProgram, path: str, named: list[str]) -> None:
    answer = program().get(path)
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    assert sorted(error["name"] for error in answer.json["errors"]) == sorted(named)


def test_what_does_not_exist_is_a_problem_too(program: MakeProgram, app: Flask) -> None:
    own = program()
    for path in ("/nothing", "/calls/123", "/calls/01a1f6bc-54a0-7ea4-9e69-000000000000", "/calls?after=bm90aGluZw=="):
        answer = own.get(path)
        assert (answer.status_code, answer.mimetype) == (404, MIMETYPE), path
    wrong = app.test_client().delete("/api/v1/calls", headers=own.headers)
    assert (wrong.status_code, wrong.mimetype) == (405, MIMETYPE) and "GET" in wrong.headers["Allow"]
    assert own.post("/alarms/1/acknowledgements", ["no object"]).status_code in (400, 404)


def test_the_description_names_every_operation_with_its_scopes(program: MakeProgram, app: Flask) -> None:
    told = program("calls:read").get("/openapi.json").json
    assert told["openapi"] == "3.1.0" and set(told["x-scopes"]) == set(SCOPES)
    routes = {rule.endpoint.removeprefix("api.") for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    described = {one["operationId"] for path in told["paths"].values() for one in path.values()}
    assert described == routes - {"openapi"} == {made.name for made in OPERATIONS}
    for made in OPERATIONS:
        assert made.summary and made.scopes and set(made.scopes) <= SCOPES.keys(), made.name


def test_metrics_read_as_prometheus_reads_them(program: MakeProgram, app: Flask) -> None:
    answer = app.test_client().get("/metrics", headers=program("metrics:read").headers)
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    up = {sample.labels["service"]: sample.value for sample in families["callbox_up"].samples}
    assert up == {"recorder": 0.0, "analyzer": 0.0}
    calls = {sample.labels["state"]: sample.value for sample in families["callbox_calls"].samples}
    assert calls["recording"] == calls["unanswered"] - 1 == 1.0
    assert families["callbox_disk_free_bytes"].samples[0].value > 1e6
    assert all(name.startswith("callbox") for name in families)
