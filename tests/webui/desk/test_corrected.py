"""The score after correction on the pages that show the machine's; and when suggestions are shown."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from hw.messages import UserError
from quality.calibrating.calibration import Calibrations
from quality.calls.rows import CallView
from quality.calls.views import Views
from quality.forms.showing import AFTER_OWN, AT_ONCE, NEVER, change_showing, showing
from quality.reviewing.appeals import Appeals
from quality.reviewing.correctedresults import CorrectedResults
from quality.reviewing.labels import Labels
from quality.reviewing.reviews import Reviews
from quality.undo import find, undo
from tests.webui.conftest import entered, make_app
from tests.webui.desk.conftest import account
from tests.webui.makebox import TestBox


def view(box: TestBox, name: str = "rude") -> CallView:
    call = Views(box.store).call(box.ids[name])
    assert call is not None
    return call


def strike(app: Flask, box: TestBox, place: int) -> str:
    hit = view(box).hits[place]
    browser = entered(app, "inspector")
    answer = browser.post(f"/calls/{box.ids['rude']}/hits/{place}", data={"rule": hit.rule, "verdict": "wrong", "form_id": "A"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def reviewed(box: TestBox) -> None:
    browser = entered(make_app(box), "inspector")
    page = browser.get(f"/calls/{box.ids['rude']}").get_data(as_text=True)
    items = dict.fromkeys(re.findall(r'name="(grade-[^"]+)"', page), "good")
    version = re.search(r'name="form_version" value="([^"]+)"', page)
    assert version
    data = {"form_id": "A", "form_version": version[1], "comment": "请注意", **items}
    assert browser.post(f"/calls/{box.ids['rude']}/review", data=data).status_code == 302


def test_striking_a_hit_out_shows_the_score_after_it_at_once(own_box: TestBox) -> None:
    piece = strike(make_app(own_box), own_box, 2)
    held = CorrectedResults(own_box.store).of_call(view(own_box), Labels(own_box.store).of_call(own_box.ids["rude"]))
    assert held is not None
    assert 'id="scores"' in piece and "after correction" in piece and f"<ins>{held.scores.experience:g}</ins>" in piece
    assert 'id="h2" class="wrong"' in piece and "Not counted after correction" in piece
    assert 'id="s-' in piece and 'id="machine-total"' in piece


def test_every_page_with_the_machines_scores_shows_both(own_box: TestBox) -> None:
    reviewed(own_box)
    agent, call = account(own_box, "liu"), own_box.ids["rude"]
    appeal = Appeals(own_box.store, "Asia/Shanghai").file(call, agent, "没有推诿")
    app = make_app(own_box)
    strike(app, own_box, 2)
    scores = view(own_box).row.scores
    assert scores is not None and scores.experience == 52.0  # the machine's own is what it was
    shown = {
        "inspector": (f"/calls/{call}", "/calls"), "liu": (f"/calls/{call}", f"/own/reviews/{call}", "/calls"),
        "manager": (f"/appeals/{appeal.id}",),
    }  # fmt: skip
    for name, pages in shown.items():
        for path in pages:
            text = entered(app, name).get(path).get_data(as_text=True)
            assert "after correction" in text and re.search(r">\s*52\s*<|machine 52", text), (name, path)
    kept = Reviews(own_box.store).latest(call)
    assert kept is not None and kept.total == Reviews(own_box.store).history(call)[-1].total


def test_words_put_right_change_the_hits_that_rest_on_them(own_box: TestBox) -> None:
    call = view(own_box)
    place = next(n for n, said in enumerate(call.utterances) if said.side == "agent")
    said = call.utterances[place]
    browser = entered(make_app(own_box), "inspector")
    data = {"start": f"{said.start}", "text": "你这个人有病吧，傻逼", "form_id": "A"}
    piece = browser.post(f"/calls/{call.row.id}/utterances/{place}", data=data).get_data(as_text=True)
    assert "Found after correction" in piece and re.search(r"\+ [^<]*nsult", piece)
    page = browser.get(f"/calls/{call.row.id}").get_data(as_text=True)
    assert "Found after correction" in page


def test_suggestions_at_once_after_the_own_mark_or_never(own_box: TestBox) -> None:
    path, suggestion = f"/calls/{own_box.ids['rude']}", re.compile(r'<p class="suggestion" id="s-\w+">')
    browser = entered(make_app(own_box), "inspector")

    def look() -> tuple[bool, int, bool]:
        page = browser.get(path).get_data(as_text=True)
        return bool(re.search(r'name="grade-[^>]*checked', page)), len(suggestion.findall(page)), "Machine: " in page

    prefilled, all_items, total = look()
    assert prefilled and all_items > 5 and total
    change_showing(own_box.store, NEVER, "manager", 0)
    assert look() == (False, 0, False)
    change_showing(own_box.store, AFTER_OWN, "manager", 1)
    assert look() == (False, 0, False)
    page = browser.get(path).get_data(as_text=True)
    item = re.search(r'name="grade-(\w+)" value="good"', page)
    assert item
    fields = {"form_id": "A", "form_version": _version(page), "based_on": "0", "window": "w", "number": "1", "seen": "0"}
    assert browser.post(f"{path}/draft", data={**fields, f"grade-{item[1]}": "good"}).status_code == 200
    told = browser.get(f"{path}/suggestions?form_id=A").get_data(as_text=True)
    assert suggestion.findall(told) == [f'<p class="suggestion" id="s-{item[1]}">']
    assert look()[1] == 1
    # Who may not review is led to nothing by what they see.
    agent = entered(make_app(own_box), "liu").get(path).get_data(as_text=True)
    assert len(suggestion.findall(agent)) == all_items


def _version(page: str) -> str:
    found = re.search(r'name="form_version" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_calibration_is_blind_in_any_case(own_box: TestBox) -> None:
    raters = [account(own_box, "inspector"), account(own_box, "manager")]
    Calibrations(own_box.store).open(own_box.ids["rude"], raters, date(2026, 12, 1), account(own_box, "manager"))
    page = entered(make_app(own_box), "inspector").get(f"/calls/{own_box.ids['rude']}").get_data(as_text=True)
    assert '<p class="suggestion" id="s-' in page
    assert not re.search(r'<p class="suggestion" id="s-\w+">', page) and "Machine: " not in page


def test_the_choice_is_made_on_the_forms_page_and_taken_back(own_box: TestBox) -> None:
    browser = entered(make_app(own_box), "manager")
    assert browser.post("/setup/forms/suggestions", data={"way": NEVER, "based_on": "0"}).status_code == 302
    assert showing(own_box.store) == (1, NEVER)
    page = browser.get("/setup/forms").get_data(as_text=True)
    assert f'value="{NEVER}" checked' in page
    for way in ("sometimes", NEVER):
        with pytest.raises(UserError):
            change_showing(own_box.store, way, "manager", 1)
    with pytest.raises(UserError, match="Somebody else"):
        change_showing(own_box.store, AFTER_OWN, "manager", 0)
    log = browser.get("/setup/changes").get_data(as_text=True)
    assert "When suggestions are shown" in log
    seq = next(int(n) for n in re.findall(r"/setup/changes/(\d+)/undo", log))
    change = find(own_box.store, seq)
    assert change is not None
    undo(own_box.store, own_box.settings, change, "manager")
    assert showing(own_box.store) == (2, AT_ONCE)
