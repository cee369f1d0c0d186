"""Saving a review through the page."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from quality.forms.documents import read_form
from quality.forms.store import Forms
from quality.reviewing.reviews import Reviews
from tests.webui.conftest import logged_in
from tests.webui.makebox import TestBox


def filled(box: TestBox, grade: str = "good", **changes: str) -> dict[str, str]:
    form = Forms(box.store).current()
    data = {"form_id": form.id, "form_version": form.version, "based_on": "0"}
    return data | {f"grade-{item}": grade for item in form.items} | changes


def save(browser: FlaskClient, box: TestBox, data: dict[str, str]) -> tuple[int, str]:
    answer = browser.post(f"/calls/{box.ids['rude']}/review", data=data)
    return answer.status_code, answer.text


def test_a_whole_review_is_kept_and_shown(own_app: Flask, own_box: TestBox) -> None:
    browser = logged_in(own_app, "inspector")
    assert save(browser, own_box, filled(own_box, comment="态度需改进"))[0] == 302
    review = Reviews(own_box.store).latest(own_box.ids["rude"])
    assert review is not None
    assert (review.total, review.reviewer, review.comment) == (80.0, "inspector", "态度需改进")
    page = browser.get(f"/calls/{own_box.ids['rude']}").text
    assert "Reviewed by inspector" in page
    assert "态度需改进" in page


def test_the_agent_sees_the_review_of_their_call(own_app: Flask, own_box: TestBox) -> None:
    save(logged_in(own_app, "inspector"), own_box, filled(own_box, comment="态度需改进"))
    page = logged_in(own_app, "liu").get(f"/calls/{own_box.ids['rude']}").text
    assert "态度需改进" in page
    assert 'value="good" data-share="0.8" checked disabled' in page
    assert "Save review" not in page


def test_what_is_missing_is_named_and_nothing_is_kept(own_app: Flask, own_box: TestBox) -> None:
    browser = logged_in(own_app, "inspector")
    data = filled(own_box, **{"grade-ask_name": "bad", "comment": "only half heard"})
    del data["grade-standard_greeting"]
    status, page = save(browser, own_box, data)
    assert status == 422
    assert "“Standard greeting” has no grade." in page
    assert "say why" in page
    assert "only half heard" in page
    assert Reviews(own_box.store).latest(own_box.ids["rude"]) is None


def test_two_people_at_once_do_not_overwrite_each_other(own_app: Flask, own_box: TestBox) -> None:
    assert save(logged_in(own_app, "inspector"), own_box, filled(own_box))[0] == 302
    status, page = save(logged_in(own_app, "manager"), own_box, filled(own_box, "excellent", comment="mine"))
    assert status == 409
    assert "Somebody else has reviewed this call meanwhile" in page
    assert "mine" in page
    assert len(Reviews(own_box.store).history(own_box.ids["rude"])) == 1


def test_a_taboo_fails_the_call(own_app: Flask, own_box: TestBox) -> None:
    taboo = Forms(own_box.store).current().taboos[0].id
    assert save(logged_in(own_app, "manager"), own_box, filled(own_box, taboo=taboo, comment="辱骂客户"))[0] == 302
    review = Reviews(own_box.store).latest(own_box.ids["rude"])
    assert review is not None
    assert (review.total, review.earned, review.passed) == (0.0, 80.0, False)


def in_points(box: TestBox) -> None:
    document = Forms(box.store).current().document
    Forms(box.store).add(read_form({**document, "version": "9.0", "scale": "points"}), "manager")


def test_a_form_in_points_asks_for_points(own_app: Flask, own_box: TestBox) -> None:
    in_points(own_box)
    browser, form = logged_in(own_app, "inspector"), Forms(own_box.store).current()
    page = browser.get(f"/calls/{own_box.ids['rude']}").text
    assert f'name="grade-polite" min="0" max="{form.items["polite"].points}"' in page
    assert 'type="radio"' not in page
    full = {f"grade-{key}": f"{item.points / 2:g}" for key, item in form.items.items()}
    assert save(browser, own_box, filled(own_box) | full)[0] == 302
    review = Reviews(own_box.store).latest(own_box.ids["rude"])
    assert review is not None
    assert (review.form_version, review.total) == ("9.0", 50.0)
    assert 'value="3.0" aria-label="Points for Polite"' in browser.get(f"/calls/{own_box.ids['rude']}").text


def test_too_many_points_are_refused_and_stay_on_the_page(own_app: Flask, own_box: TestBox) -> None:
    in_points(own_box)
    status, page = save(logged_in(own_app, "inspector"), own_box, filled(own_box, **{"grade-polite": "7"}))
    assert status == 422
    assert "“Polite”: give 0 to 6 points." in page
    assert 'value="7" aria-label="Points for Polite"' in page
