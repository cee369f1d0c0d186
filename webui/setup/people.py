"""The book of people: agents with their groups, lines and extensions; one by one, or as a table in and out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import date

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.csvtables import CsvErrors
from quality.staff.people import POSTS, People, Person, Seat, as_row, clash, of_row
from quality.staff.peoplecsv import Imported, export_people, import_people
from recorder.settings.sections import Settings
from webui.access import allow
from webui.context import box
from webui.languages import language
from webui.setup.shared import me, setup_blueprint, store, told

blueprint = setup_blueprint("people")

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d)?)?")
SPARE = 2  # empty rows for more seats


@blueprint.get("/setup/people")
@allow(*LEADS)
def listing() -> ResponseReturnValue:
    """Everybody, and whether the recorder knows them as the book does."""
    people = People(store()).list()
    return render_template("setup/people.html", people=people, posts=POSTS, behind=_is_behind(box().settings), told=told)


@blueprint.get("/setup/people/new")
@allow(*LEADS)
def new() -> ResponseReturnValue:
    """A form for somebody new."""
    return _page(Person("", ""), is_new=True)


@blueprint.get("/setup/people/<number>")
@allow(*LEADS)
def page(number: str) -> ResponseReturnValue:
    """One person."""
    found = People(store()).get(number) or abort(404)
    return _page(found)


@blueprint.post("/setup/people/save")
@allow(*LEADS)
def save() -> ResponseReturnValue:
    """Keep a person. What is not right comes back as it was sent."""
    is_new = "is_new" in request.form
    row = _read(request.form)
    try:
        wanted = _checked(row, is_new)
        if not any(People(store()).save([wanted], me())):
            raise UserError("Nothing has been changed.", "没有任何改动。")
    except UserError as error:
        return _page(_lenient(row), is_new, told(error.message)), 422
    flash(gettext("%(name)s is kept.", name=wanted.name), "info")
    return redirect(url_for("people.listing"))


@blueprint.post("/setup/people/import")
@allow(*LEADS)
def take() -> ResponseReturnValue:
    """Take a table. A bad row refuses all of it and is named, unless the good rows were asked for."""
    sent = request.files.get("file")
    data = sent.read() if sent else _again(request.form.get("data", ""))
    people = People(store()).list()
    try:
        found = import_people(store(), data, me(), good_only="good_only" in request.form)
    except CsvErrors as error:
        kept, name = base64.b64encode(data).decode(), sent.filename if sent else ""
        return render_template("setup/peopleimport.html", problems=error.problems, data=kept, told=told, name=name), 422
    except UserError as error:
        said = told(error.message)
        return render_template("setup/people.html", people=people, posts=POSTS, behind=False, told=told, problem=said), 422
    flash(_taken(found), "info")
    return redirect(url_for("people.listing"))


@blueprint.get("/setup/people/table.csv")
@allow(*LEADS)
def table() -> ResponseReturnValue:
    """The whole book as a table; the import takes it back."""
    answer = Response(export_people(store(), language()), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="people.csv")
    return answer


def _again(text: str) -> bytes:
    """The file as the page that named its bad rows gave it back."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _taken(found: Imported) -> str:
    counts = {"new": found.new, "changed": found.changed, "same": found.unchanged}
    text = gettext("%(new)s new, %(changed)s changed, %(same)s as before.", **counts)
    if found.skipped:
        text += " " + gettext("Left as they were, because of bad rows: %(names)s.", names=", ".join(found.skipped))
    return str(text)


def _is_behind(settings: Settings) -> bool:
    """Whether the settings the services were started with know other agents or seats than the book."""
    agents = People(store()).list("agent")
    if not agents:
        return False
    known = {(a.id, a.name, a.team) for a in settings.agent}
    seats = {(s.agent, s.line, s.extension, s.since, s.until) for s in settings.assignment}
    wanted = {(a.number, a.name, a.team) for a in agents}
    return wanted != known or seats != {(a.number, s.line, s.extension, s.since, s.until) for a in agents for s in a.seats}


def _read(sent: Mapping[str, str]) -> dict[str, object]:
    seats = []
    for n in range(40):
        seat = {name: sent.get(f"seat-{n}-{name}", "").strip() for name in ("line", "extension", "since", "until")}
        if any(seat.values()):
            seats.append({**seat, "since": seat["since"].replace("T", " "), "until": seat["until"].replace("T", " ")})
    plain = {name: sent.get(name, "").strip() for name in ("number", "name", "role", "team", "hired_on", "left_on", "was")}
    return {**plain, "seats": seats}


def _checked(row: Mapping[str, object], is_new: bool) -> Person:
    person = _person(row)
    book = People(store())
    now = book.get(person.number)
    if is_new and now is not None:
        raise UserError(f"Number {person.number} is {now.name}’s already.", f"工号 {person.number} 已属于{now.name}。")
    if not is_new and (now is None or json.dumps(as_row(now), sort_keys=True) != row["was"]):
        raise UserError(
            "Somebody else has changed this person meanwhile. Look at theirs, then change again.",
            "其间已有他人修改此人资料，请查看后再修改。",
        )
    others = [(other.number, seat) for other in book.list() if other.number != person.number for seat in other.seats]
    both = [*others, *((person.number, seat) for seat in person.seats)]
    for one, two in clash(both):
        if two >= len(others):
            seat = both[two][1]
            en = f"{seat.place[1]} is {both[one][0]}’s at that time."
            raise UserError(en, f"该时段 {seat.place[1]} 已分配给 {both[one][0]}。")
    return person


def _person(row: Mapping[str, object]) -> Person:
    texts = {name: str(row[name]) for name in ("number", "name", "role", "team", "hired_on", "left_on")}
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}", texts["number"]) or not texts["name"] or texts["role"] not in POSTS:
        raise UserError(
            "A person needs a number (letters and digits, at most 20), a name and a role.",
            "须填写工号（字母和数字，最多 20 位）、姓名和角色。",
        )
    hired, left = _date(texts["hired_on"]), _date(texts["left_on"])
    if hired and left and left < hired:
        raise UserError("The last day is before the first.", "离职日期早于入职日期。")
    return Person(texts["number"], texts["name"], texts["role"], texts["team"], hired, left, _seats(row["seats"]))


def _seats(rows: object) -> tuple[Seat, ...]:
    assert isinstance(rows, list)
    seats = tuple(sorted((Seat(**row) for row in rows), key=lambda s: (s.since, s.line, s.extension)))
    for seat in seats:
        whole = bool(seat.line) != bool(seat.extension) and all(MOMENT.fullmatch(text) for text in (seat.since, seat.until))
        if not whole or (seat.until and seat.until <= seat.since):
            raise UserError(
                "A seat is a line or an extension, from and until as 2026-11-22 or 2026-11-22 08:30, the end after the start.",
                "座位须为一条线路或一个分机；起止时间写作 2026-11-22 或 2026-11-22 08:30，结束晚于开始。",
            )
    return seats


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"“{text}” is no date; write 2026-11-22.", f"“{text}”不是日期，请写作 2026-11-22。") from None


def _lenient(row: Mapping[str, object]) -> Person:
    """What was sent, for the form that comes back; a date that is none is left out."""
    dates = {name: row[name] if re.fullmatch(r"\d{4}-\d\d-\d\d", str(row[name])) else None for name in ("hired_on", "left_on")}
    try:
        return of_row({**row, **dates})
    except ValueError:
        return of_row({**row, "hired_on": None, "left_on": None})


def _page(person: Person, is_new: bool = False, problem: str = "") -> str:
    settings = box().settings
    was = request.form.get("was") or json.dumps(as_row(person), sort_keys=True)
    teams = sorted({one.team for one in People(store()).list() if one.team})
    return render_template(
        "setup/person.html", person=person, is_new=is_new, problem=problem, posts=POSTS, told=told, was=was, teams=teams,
        lines=[line.name for line in settings.line], seats=[*person.seats, *[Seat()] * SPARE],
    )  # fmt: skip
