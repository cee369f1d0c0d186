"""SQL and script in every field of every form that a visitor finds, and in what comes from elsewhere: it stays a text."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.alerting.alerts import raise_alert
from quality.store import writing
from tests.webui.conftest import entered
from tests.webui.makebox import TestBox
from tests.webui.routes import ANYONE, OBJECTS, ROUTES, Row, Values
from tests.webui.safety.crawl import Form, crawl, endpoint_of

SCRIPT = "'\"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
SQL = "x' OR 1=1; DROP TABLE users; --"
KEPT = f"{SCRIPT}{SQL}"
"""What a field may keep."""
ODD = f"{KEPT}\x00\u202e﷽\U0001f600"
"""What most refuse, or should."""
NOBODY = "00000000-0000-7000-8000-000000000000"
NUMBERS = ("9" * 400, "9" * 5000, "-" + "9" * 20, "nan", "inf")
"""What is too much for a float, for Python to read, for SQLite and for a clock, and what is none though it reads as one."""
EVERYBODY = ("admin", "manager", "inspector", "trainer", "liu")
MOST_FORMS = ("admin", "inspector", "liu")
"""Who together have every form before them; a page takes its time."""
RULES = 30
"""As many pages of a kind lead to every rule's, whose checks have fields of their own."""
BY_SCRIPTS = {
    "auth.login": ("name", "password"),
    "auth.code": ("code",),
    "firstrun.page": ("code", "name", "password", "again"),
    "account.turn_off": ("password",),
    "searches.share": ("shared",),
    "desk.hand_back": ("why",),
    "drafts.keep": ("form_id", "form_version", "based_on", "window", "number", "seen", "instead", "taboo", "comment", "grade-x"),
    "listens.heard": ("spans",),
    "corrections.utterance": ("start", "text", "side", "emotion", "missed"),
    "corrections.hit": ("rule", "verdict"),
    "corrections.unmiss": ("rule",),
    "clips.send": ("start", "end", "caption", "case", "title", "problem", "solution", "effect", "tags", "for_agents"),
    "retention.release": ("reason",),
    "rules.try_out": ("days",),
    "jobs.stop": ("next",),
    "boxhealth.acknowledge": ("note",),
    "manage.judge": ("correct", "score", "note"),
}
"""What the crawl does not come to: forms that scripts fill, and pages of a moment that the box is not in."""
NO_FIELDS = {
    "account.logout_everywhere", "auth.logout", "cases.remove_case", "drafts.discard", "manage.close",
    "manage.coaching_step", "manage.plan_day", "manage.question_step", "manage.stop_work", "models.back", "models.calibrate",
    "models.check", "notes.remove", "own.task_done", "rules.adopt", "rules.again", "rules.back", "rules.drop", "rules.remove",
    "rules.switch", "searches.remove", "tokens.revoke", "users.act", "users.reset",
}  # fmt: skip
ELSEWHERE = {"account.password", "languages.switch", "api.acknowledge_alarm"}
"""Tested in test_login, test_attacks and tests/webui/api."""
PLANTED = {
    "calls.db": {"agents": ("name",), "calls": ("caller_number", "called_number", "extension")},
    "analysis.db": {"utterances": ("text",), "hits": ("evidence",), "jobs": ("reason",)},
    "review.db": {
        "reviews": ("comment",), "review_items": ("comment",), "appeals": ("reason",), "notes": ("text",), "coaching": ("task",),
        "trainings": ("plan",), "cases": ("title", "problem", "solution", "effect"), "case_clips": ("caption",),
        "case_tags": ("tag",), "questions": ("topic", "question", "answer"),
    },
}  # fmt: skip
"""Texts that people, exchanges and the recogniser put into the stores, not only by these pages: file → table → columns."""


@pytest.fixture
def objects(own_box: TestBox) -> dict[str, Values]:
    """One of everything there are pages about, and a second alert: only several can be ticked and closed together."""
    with writing(own_box.store) as database:
        raise_alert(database, "special_review", "售后组", {}, 0.0)
    return {about: OBJECTS[about](own_box) for about in sorted({row.about for row in ROUTES} - {""})}


@pytest.mark.parametrize("each_field", [False, pytest.param(True, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])])
def test_code_in_every_field_does_nothing(own_app: Flask, own_box: TestBox, objects: dict[str, Values], each_field: bool) -> None:
    """In all fields of a form at once, and in all that people write in; slow: in each by itself, too, the others as the page had
    them."""
    tried, broken = set(BY_SCRIPTS), _by_scripts(own_app, objects)
    kinds = set()
    for user in EVERYBODY if each_field else MOST_FORMS:
        for form in list(_forms(entered(own_app, user), each=RULES if each_field and user == "admin" else 1)):
            if form.kind not in kinds:
                kinds.add(form.kind)
                tried.add(endpoint_of(own_app, form.action, form.method))
                broken += _put_in(entered(own_app, user), form, _groups(form, each_field))
    assert broken == []
    assert {row.endpoint for row in ROUTES if row.method == "POST"} - tried == NO_FIELDS | ELSEWHERE
    _unharmed(own_box.store)
    assert _shown(own_app, EVERYBODY) > 5


def _forms(client: FlaskClient, each: int) -> Iterator[Form]:
    for _, _, forms in crawl(client, each=each):
        for form in forms:
            endpoint = endpoint_of(client.application, form.action, form.method)
            if form.texts and endpoint not in ELSEWHERE | NO_FIELDS:
                yield form


def _groups(form: Form, each_field: bool) -> list[dict[str, str]]:
    """What is put in, one request each."""
    together = [dict.fromkeys(form.texts, ODD), dict.fromkeys(form.free, KEPT)]
    return together + [{name: ODD} for name in dict.fromkeys(form.texts) if each_field]


def _put_in(client: FlaskClient, form: Form, groups: list[dict[str, str]]) -> list[str]:
    """What broke."""
    broken = []
    for fields in groups:
        values = {**form.values, **fields}
        way = {"query_string": values} if form.method == "GET" else {"data": values}
        answer = client.open(form.action.partition("?")[0], method=form.method, headers={"Accept": "text/html"}, **way)
        if answer.status_code >= 500 or not _is_escaped(answer.mimetype, answer.text):
            broken.append(f"{form.method} {form.action} {list(fields)}: {answer.status_code}")
        answer.close()
    return broken


def _by_scripts(app: Flask, objects: dict[str, Values]) -> list[str]:
    """What broke of what no page has as a form."""
    broken = []
    for form, client in _scripts_forms(app, objects):
        broken += _put_in(client, form, _groups(form, each_field=True))
    return broken


def _scripts_forms(app: Flask, objects: dict[str, Values]) -> Iterator[tuple[Form, FlaskClient]]:
    for row in ROUTES:
        if row.method == "POST" and row.endpoint in BY_SCRIPTS:
            values = objects.get(row.about, {})
            sent = row.send(values) if row.send else {}
            client = app.test_client() if row.roles == ANYONE else entered(app, "admin")
            yield Form("POST", _address(app, row, values), dict(sent), list(BY_SCRIPTS[row.endpoint])), client


def _address(app: Flask, row: Row, values: Values) -> str:
    with app.test_request_context():
        wanted = next(iter(app.url_map.iter_rules(row.endpoint))).arguments
        return app.url_for(row.endpoint, **{key: value for key, value in {**values, **row.place}.items() if key in wanted})


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_numbers_that_are_none_break_no_field(own_app: Flask, objects: dict[str, Values]) -> None:
    """Each in each field once; of fields that stand in rows, in the first row's."""
    tried: set[tuple[str, str]] = set()
    broken: list[str] = []
    for form, client in [*_scripts_forms(own_app, objects), *_everybodys_forms(own_app)]:
        rows = {(endpoint_of(own_app, form.action, form.method), re.sub(r"\d+", "#", name)): name for name in reversed(form.texts)}
        names = [name for row, name in rows.items() if row not in tried]
        tried |= rows.keys()
        broken += _put_in(client, form, [{name: text} for name in names for text in NUMBERS])
    assert broken == []
    assert len(tried) > 300


def _everybodys_forms(app: Flask) -> Iterator[tuple[Form, FlaskClient]]:
    for user in EVERYBODY:
        client = entered(app, user)
        yield from ((form, client) for form in list(_forms(client, each=1)))


@pytest.mark.parametrize("number", [NUMBERS[0], *(pytest.param(number, marks=pytest.mark.slow) for number in NUMBERS[1:])])
def test_an_address_holds_no_number_that_breaks(app: Flask, number: str) -> None:
    """In the place of every number, and of everything a page is asked for."""
    client, broken = entered(app, "admin"), []
    for method, address in [*_counted(app, number), *(("GET", address) for address in _asked(client, number))]:
        answer = client.open(address, method=method, headers={"Accept": "text/html"})
        if answer.status_code >= 500:
            broken.append((method, address[:200], answer.status_code))
        answer.close()
    assert broken == []


def _counted(app: Flask, number: str) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<[^>]*>", lambda found: NOBODY if "uuid" in found[0] else number, rule.rule)
        if rule.arguments:
            yield from ((method, address) for method in ("GET", "POST") if method in (rule.methods or ()))


def _asked(client: FlaskClient, number: str) -> Iterator[str]:
    for address, _, forms in list(crawl(client, each=1)):
        path, _, query = address.partition("?")
        names = {*parse_qs(query, keep_blank_values=True), *(name for form in forms if form.method == "GET" for name in form.texts)}
        yield from (f"{path}?{urlencode({name: number})}" for name in sorted(names))


def _is_escaped(kind: str, text: str) -> bool:
    return kind != "text/html" or not re.search(r"<script>alert|<img src=x|=[\"\']\'[\"]><script", text)


def _unharmed(store: Path) -> None:
    for name, table in (("calls.db", "calls"), ("analysis.db", "results"), ("review.db", "users")):
        with sqlite3.connect(store / name) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 5, name


def _shown(app: Flask, users: tuple[str, ...]) -> int:
    """On how many pages the code stands, which it does as a text."""
    count = 0
    for user in users:
        for address, text, _ in crawl(entered(app, user), each=1):
            assert _is_escaped("text/html", text), address
            count += "alert(1)" in text
    return count


@pytest.mark.usefixtures("objects")
def test_code_that_the_stores_hold_does_nothing(own_app: Flask, own_box: TestBox) -> None:
    for name, tables in PLANTED.items():
        with sqlite3.connect(own_box.store / name) as database:
            for table, columns in tables.items():
                database.execute(
                    f"UPDATE {table} SET " + ", ".join(f"{column} = {column} || ?" for column in columns), [SCRIPT] * len(columns)
                )
    assert _shown(own_app, EVERYBODY) > 30
