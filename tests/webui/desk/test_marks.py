"""What people add to a call through its page: marks kept, corrections, notes, clips, what they heard."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from quality.calls.holds import Holds
from quality.calls.views import Views
from quality.changes import list_changes
from quality.forms.store import Forms
from quality.improving.cases import Cases, CaseText
from quality.reviewing.assignments import Assignments
from quality.reviewing.drafts import Drafts
from quality.reviewing.labels import Labels
from quality.reviewing.listens import Listens
from quality.reviewing.notes import Notes
from quality.reviewing.reviews import Reviews
from tests.webui.conftest import entered
from tests.webui.desk.conftest import account
from tests.webui.desk.test_reviews import filled
from tests.webui.makebox import TestBox

PIECE = {"X-Piece": "1"}


@pytest.fixture
def call(given_box: TestBox) -> str:
    return given_box.ids["rude"]


def told(answer: TestResponse) -> dict[str, Any]:
    assert isinstance(answer.json, dict)
    return answer.json


def marks(number: int, window: str = "one", **more: str) -> dict[str, str]:
    return {
        "form_id": "A", "form_version": "1.0", "based_on": "0", "window": window, "number": str(number), "seen": "0",
        "grade-polite": "poor", "comment-polite": "语气生硬", "comment": "听到一半",
    } | more  # fmt: skip


def test_marks_are_kept_and_stand_on_the_form_in_any_browser(inspector: FlaskClient, own_app: Flask, call: str) -> None:
    answer = inspector.post(f"/calls/{call}/draft", data=marks(1))
    assert answer.status_code == 200
    assert told(answer)["revision"] == 1
    assert told(answer)["others"] == ""
    page = entered(own_app, "inspector").get(f"/calls/{call}").text
    assert 'name="grade-polite" value="poor" data-share="0.4" checked' in page
    assert "听到一半" in page
    assert "These are marks you had not saved" in page
    assert "听到一半" not in entered(own_app, "manager").get(f"/calls/{call}").text


def test_the_first_mark_begins_the_work_on_the_form_of_that_moment(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    inspector.post(f"/calls/{call}/draft", data=marks(3))
    given = Assignments(given_box.store).of_call(call)
    assert given is not None
    assert (given.state, given.form) == ("started", ("A", Forms(given_box.store).current().version))


def test_a_second_window_is_told(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    inspector.post(f"/calls/{call}/draft", data=marks(1))
    answer = inspector.post(f"/calls/{call}/draft", data=marks(1, "two", comment="另一窗口"))
    assert answer.status_code == 409
    assert "another window" in told(answer)["elsewhere"]
    assert inspector.post(f"/calls/{call}/draft", data=marks(2, "two", comment="另一窗口", instead="1")).status_code == 200
    kept = Drafts(given_box.store).of(call, account(given_box, "inspector"))
    assert kept is not None
    assert kept.marks.comment == "另一窗口"


def test_a_second_person_is_told(inspector: FlaskClient, own_app: Flask, call: str) -> None:
    inspector.post(f"/calls/{call}/draft", data=marks(1))
    lead = entered(own_app, "manager")
    assert "Also being scored by inspector" in lead.get(f"/calls/{call}").text
    assert "inspector" in told(lead.post(f"/calls/{call}/draft", data=marks(1, "lead")))["others"]


def test_marks_from_before_anothers_review_are_put_aside_and_can_be_had(
    inspector: FlaskClient, own_app: Flask, given_box: TestBox, call: str
) -> None:
    inspector.post(f"/calls/{call}/draft", data=marks(1))
    assert entered(own_app, "manager").post(f"/calls/{call}/review", data=filled(given_box)).status_code == 302
    page = inspector.get(f"/calls/{call}").text
    assert "You had begun before this review was saved" in page
    assert "听到一半" not in page
    assert "听到一半" in inspector.get(f"/calls/{call}?mine=1").text


def test_marks_can_be_discarded_and_go_with_the_review(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    inspector.post(f"/calls/{call}/draft", data=marks(1))
    assert inspector.post(f"/calls/{call}/draft/discard").status_code == 302
    assert "听到一半" not in inspector.get(f"/calls/{call}").text
    inspector.post(f"/calls/{call}/draft", data=marks(2))
    inspector.post(f"/calls/{call}/review", data=filled(given_box))
    assert Drafts(given_box.store).of(call, account(given_box, "inspector")) is None
    assert Reviews(given_box.store).latest(call) is not None
    assert inspector.post(f"/calls/{call}/draft", data=marks(3)).status_code == 422


def test_what_cannot_be_kept_is_said(inspector: FlaskClient, call: str) -> None:
    answer = inspector.post(f"/calls/{call}/draft", data=marks(1, comment="长" * 5000))
    assert answer.status_code == 422
    assert "longer than" in told(answer)["problem"]


def fix(browser: FlaskClient, box: TestBox, place: int, **fields: str) -> tuple[int, str]:
    view = Views(box.store).call(box.ids["rude"])
    assert view is not None
    data = {"start": str(view.utterances[place].start)} | fields
    answer = browser.post(f"/calls/{box.ids['rude']}/utterances/{place}", data=data, headers=PIECE)
    return answer.status_code, answer.text


def test_words_who_and_mood_are_put_right_and_the_machines_own_stays(
    inspector: FlaskClient, given_box: TestBox, call: str
) -> None:
    status, piece = fix(inspector, given_box, 2, text="这个东西不归我管", side="customer", emotion="angry")
    assert status == 200
    assert '<li class="turn customer" id="u2"' in piece
    assert "corrected by inspector" in piece
    assert "Machine: Agent calm <q>显示签收就是签收了" in piece
    assert 'id="lanes"' in piece
    labels = {label.field: (label.before, label.after) for label in Labels(given_box.store).of_call(call)}
    assert labels["side"] == ("agent", "customer")
    assert labels["emotion"] == ("neutral", "angry")
    assert labels["text"][1] == "这个东西不归我管"
    assert "这个东西不归我管" in inspector.get(f"/calls/{call}").text
    assert len([c for c in list_changes(given_box.store, call) if c.action == "label.add"]) == 3


def test_a_correction_is_taken_back_by_the_machines_own(inspector: FlaskClient, given_box: TestBox) -> None:
    view = Views(given_box.store).call(given_box.ids["rude"])
    assert view is not None
    fix(inspector, given_box, 2, text="不归我管")
    status, piece = fix(inspector, given_box, 2, text=view.utterances[2].text)
    assert status == 200
    assert "corrected by" not in piece


def test_a_missed_fault_is_added_and_taken_back(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    status, piece = fix(inspector, given_box, 0, missed="insult")
    assert status == 200
    assert 'class="chip mine"' in piece
    assert piece.count('class="hit"') == 6
    answer = inspector.post(f"/calls/{call}/missed/0/remove", data={"rule": "insult"}, headers=PIECE)
    assert 'class="chip mine"' not in answer.text
    assert fix(inspector, given_box, 0, missed="no_such_rule")[0] == 422


def test_a_finding_is_no_fault_and_one_again(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    for verdict, marked, count in (("wrong", 'class="wrong"', 4), ("right", 'class="right"', 5)):
        answer = inspector.post(f"/calls/{call}/hits/0", data={"rule": "shirk", "verdict": verdict}, headers=PIECE)
        assert answer.status_code == 200
        assert f'<li id="h0" {marked}' in answer.text
        assert answer.text.count('class="hit"') == count
    view = Views(given_box.store).call(call)
    assert view is not None
    assert view.row.scores is not None
    assert view.row.scores.compliance == 64.0
    assert inspector.post(f"/calls/{call}/hits/0", data={"rule": "opening", "verdict": "wrong"}).status_code == 422
    assert inspector.post(f"/calls/{call}/hits/99", data={"rule": "shirk", "verdict": "wrong"}).status_code == 404


def test_a_call_analysed_anew_meanwhile_is_not_corrected_blindly(inspector: FlaskClient, given_box: TestBox) -> None:
    assert fix(inspector, given_box, 0, start="999.0", text="x")[0] == 422
    assert Labels(given_box.store).every() == []


def test_a_note_stands_in_the_transcript_and_on_the_waveform(inspector: FlaskClient, own_app: Flask, call: str) -> None:
    piece = inspector.post(f"/calls/{call}/notes", data={"at": "11.5", "text": "这里应先致歉 <b>"}, headers=PIECE).text
    assert "这里应先致歉 &lt;b&gt;" in piece
    assert '<rect class="note"' in piece
    page = entered(own_app, "liu").get(f"/calls/{call}").text
    assert "Note by inspector" in page
    assert "/remove" not in page
    for at, text in (("11.5", " "), ("9999", "太晚"), ("nan", "x"), ("", "x")):
        answer = inspector.post(f"/calls/{call}/notes", data={"at": at, "text": text}, headers=PIECE)
        assert answer.status_code == 422, at


def test_a_note_is_removed_by_its_writer_or_a_lead(inspector: FlaskClient, own_app: Flask, given_box: TestBox, call: str) -> None:
    note = Notes(given_box.store).add(call, 3.0, "听这里", account(given_box, "inspector"))
    address = f"/calls/{call}/notes/{note.id}/remove"
    assert entered(own_app, "trainer").post(address, headers=PIECE).status_code == 422
    other = address.replace(call, given_box.ids["perfect"])
    assert inspector.post(other, headers=PIECE).status_code == 422
    assert inspector.post(address, headers=PIECE).status_code == 200
    assert Notes(given_box.store).of_call(call) == []


def test_a_clip_becomes_a_case_and_its_call_is_kept(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    assert "a new case" in inspector.get(f"/calls/{call}/clip").text
    data = {
        "start": "10.5", "end": "16.0", "caption": "推诿", "title": "推诿", "problem": "推给派件员", "solution": "先致歉再查件",
        "tags": "推诿，致歉", "case": "",
    }  # fmt: skip
    answer = inspector.post(f"/calls/{call}/clip", data=data, headers=PIECE)
    assert "“推诿” has 1 clip now" in answer.text
    (case,) = Cases(given_box.store).browse()
    assert (case.text.clips[0].start_s, case.text.clips[0].end_s, case.text.tags) == (10.5, 16.0, ("推诿", "致歉"))
    assert [hold.kind for hold in Holds(given_box.store).of_call(call)] == ["case", "review"]
    answer = inspector.post(f"/calls/{call}/clip", data={"start": "20", "end": "24", "case": case.id}, headers=PIECE)
    assert "“推诿” has 2 clips now" in answer.text


@pytest.mark.parametrize("change", [{"end": "5"}, {"start": "x"}, {"end": "999"}, {"title": ""}, {"case": "none"}])
def test_a_clip_that_is_none_is_refused(inspector: FlaskClient, given_box: TestBox, call: str, change: dict[str, str]) -> None:
    data = {"start": "10", "end": "16", "title": "t", "problem": "p", "solution": "s"} | change
    assert inspector.post(f"/calls/{call}/clip", data=data, headers=PIECE).status_code == 422
    assert Cases(given_box.store).browse() == []


def test_a_clip_is_added_to_the_case_somebody_chose(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    case = Cases(given_box.store).add(CaseText("安抚", "客户激动", "先倾听"), account(given_box, "manager"))
    assert case.id in inspector.get(f"/calls/{call}/clip").text


def test_what_was_heard_is_known(inspector: FlaskClient, given_box: TestBox, call: str) -> None:
    answer = inspector.post(f"/calls/{call}/heard", data={"spans": "0.00-20.50,nonsense,30-45"})
    assert 0 < told(answer)["share"] < 1
    assert Listens(given_box.store).of_call(call)[0].spans[0] == (0.0, 20.5)
    assert "Heard by" in inspector.get(f"/calls/{call}").text
    assert "heard" in inspector.get("/desk").text
    for spans in ("", "5-1", "x-y"):
        assert inspector.post(f"/calls/{call}/heard", data={"spans": spans}).status_code == 422
