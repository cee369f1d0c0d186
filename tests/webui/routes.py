"""Every route × method × asker → the answer. Whoever adds a route adds its row here, in the same commit; nobody needs to be asked.

    Row("calls.page", about="call")                              GET, open to everyone who is logged in and may see the call
    Row("reviews.save", "POST", REVIEWERS, "call", ok=(302, 422))
    Row("health.healthz", roles=ANYONE)                          open without log-in

roles: as in the route's own @allow, which the test compares. about: an object of OBJECTS, of agent 8004 in group 售后: whoever may
not see it gets 404. ok: what everybody else gets. Askers and what each gets: `expected`. See the whole of it:
.venv/bin/python -m tests.webui.routes
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quality.access.roles import LEADS, REVIEWERS, STAFF
from quality.access.users import Users
from quality.reviewing.notes import Notes
from tests.webui.makebox import TestBox
from tests.webui.manage import rows as manage_rows
from webui.access import EVERYONE, PUBLIC

Values = Mapping[str, str]
ANYONE = (PUBLIC,)
NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Asker:
    """user: of makebox.PEOPLE, "" for a stranger. sees: what is about agent 8004 of group 售后."""

    user: str
    role: str
    sees: bool


ASKERS = {
    "stranger": Asker("", "", sees=False),
    "admin": Asker("admin", "admin", sees=True),
    "manager": Asker("manager", "manager", sees=True),
    "manager of the group": Asker("manager-after", "manager", sees=True),
    "manager of another group": Asker("manager-pre", "manager", sees=False),
    "inspector": Asker("inspector", "inspector", sees=True),
    "inspector of the group": Asker("inspector-after", "inspector", sees=True),
    "inspector of another group": Asker("inspector-pre", "inspector", sees=False),
    "trainer": Asker("trainer", "trainer", sees=True),
    "trainer of another group": Asker("trainer-pre", "trainer", sees=False),
    "agent, own": Asker("liu", "agent", sees=True),
    "agent, another's": Asker("wang", "agent", sees=False),
}

OBJECTS: dict[str, Callable[[TestBox], Values]] = {
    "call": lambda box: {"call_id": box.ids["rude"]},
    "note": lambda box: {"call_id": box.ids["rude"], "note_id": _note(box)},
    **manage_rows.OBJECTS,
}
"""Made in a box of its own for each asker, by the department's own functions: the values its address needs."""


def _note(box: TestBox) -> str:
    writer = next(user for user in Users(box.store).list() if user.name == "trainer")
    return Notes(box.store).add(box.ids["rude"], 2.0, "慢一点", writer).id


@dataclass(frozen=True)
class Row:
    """place: other values of the address. send: fields of the form, given the object's values. headers: sent beside a browser's.
    stranger: what who is not logged in gets, when it is not the way to the log-in page (GET) or 401. hidden: what who may not see
    the object gets. own: answers that fit neither, by asker."""

    endpoint: str
    method: str = "GET"
    roles: tuple[str, ...] = EVERYONE
    about: str = ""
    ok: int | tuple[int, ...] = 200
    place: Values = field(default_factory=dict)
    query: Values = field(default_factory=dict)
    send: Callable[[Values], Values] | None = None
    headers: Values = field(default_factory=dict)
    stranger: int | tuple[int, ...] | None = None
    hidden: int = 404
    own: Mapping[str, int | tuple[int, ...]] = field(default_factory=dict)


WHOLE_CENTRE = {name: 403 for name, asker in ASKERS.items() if asker.user.endswith(("-pre", "-after"))}
"""For what cannot be cut to some groups."""

ROUTES = (
    # Open to all the world.
    Row("static", roles=ANYONE, place={"filename": "base.css"}),
    Row("health.healthz", roles=ANYONE),
    Row("languages.switch", "POST", ANYONE, ok=302, place={"code": "en"}),
    Row("auth.login", roles=ANYONE, ok=302, stranger=200),
    Row("auth.login", "POST", ANYONE, ok=302, stranger=401),
    Row("auth.code", roles=ANYONE, ok=302),
    Row("auth.code", "POST", ANYONE, ok=302),
    Row("firstrun.page", roles=ANYONE, ok=404),
    Row("firstrun.page", "POST", ANYONE, ok=404),
    # For everyone who is logged in.
    Row("auth.logout", "POST", ok=302),
    Row("account.page"),
    Row("account.password", "POST", ok=422),
    Row("account.stay", ok=204),
    Row("account.codes"),
    Row("account.turn_on", "POST", ok=302),
    Row("account.turn_off", "POST", ok=422),
    Row("account.logout_everywhere", "POST", ok=302),
    Row("health.about"),
    Row("calls.start", ok=302),
    Row("calls.listing"),
    # Saved searches: everybody's own; what is not one's own answers as what is not there.
    Row("searches.listing"),
    Row("searches.counts"),
    Row("searches.save", "POST", ok=302, send=lambda _: {"name": "x", "query": "priority=yes"}),
    Row("searches.share", "POST", place={"search_id": NOBODY}, ok=422),
    Row("searches.remove", "POST", place={"search_id": NOBODY}, ok=422),
    # Safety.
    Row("audit.page", roles=LEADS, own=WHOLE_CENTRE),
    Row("audit.csv", roles=LEADS, own=WHOLE_CENTRE),
    # Calls.
    Row("calls.page", about="call"),
    Row("audio.sound", about="call"),
    Row("audio.peaks", about="call"),
    Row("audio.integrity", about="call"),
    Row("audio.download", about="call", place={"kind": "wav"}),
    # Reviews.
    Row("reviews.save", "POST", REVIEWERS, "call", ok=409),
    # The inspector's desk and what people add to a call.
    Row("desk.page", roles=REVIEWERS),
    Row("desk.following", roles=REVIEWERS, ok=302),
    Row("desk.hand_back", "POST", REVIEWERS, "call", ok=302, send=lambda _: {"why": "biased"}),
    # The inspector has reviewed the call meanwhile (the objects below need it): a draft from before is not kept.
    Row("drafts.keep", "POST", REVIEWERS, "call", send=lambda _: {"form_id": "A", "form_version": "1.0", "number": "1"},
        own={"inspector": 422}),
    Row("livecalls.so_far", about="call"),
    Row("reviews.suggestions", roles=REVIEWERS, about="call"),
    Row("drafts.discard", "POST", REVIEWERS, "call", ok=302),
    Row("listens.talk", about="call"),
    Row("listens.heard", "POST", about="call", send=lambda _: {"spans": "0.0-5.0"}),
    Row("notes.add", "POST", STAFF, "call", ok=302, send=lambda _: {"at": "3.0", "text": "慢一点"}),
    Row("notes.remove", "POST", STAFF, "note", ok=302),
    Row("corrections.utterance", "POST", STAFF, "call", ok=422, place={"place": "0"}, send=lambda _: {"start": "never"}),
    Row("corrections.hit", "POST", STAFF, "call", place={"place": "0"}, send=lambda _: {"rule": "shirk", "verdict": "wrong"}),
    Row("corrections.unmiss", "POST", STAFF, "call", place={"place": "0"}, send=lambda _: {"rule": "insult"}),
    Row("clips.form", roles=STAFF, about="call"),
    Row("clips.send", "POST", STAFF, "call", ok=422),
    # Reports.
    Row("reports.weekly", roles=STAFF),
    Row("reports.download", roles=STAFF, place={"week": "2026-W47", "kind": "csv"}, own=WHOLE_CENTRE),
    # Set-up: of the whole centre.
    Row("rules.listing", roles=LEADS, own=WHOLE_CENTRE),
    Row("rules.new", roles=LEADS, own=WHOLE_CENTRE),
    Row("rules.page", roles=LEADS, place={"rule_id": "shirk"}, own=WHOLE_CENTRE),
    Row("rules.save", "POST", LEADS, ok=404, own=WHOLE_CENTRE),
    Row("rules.switch", "POST", LEADS, ok=302, place={"rule_id": "shirk"}, own=WHOLE_CENTRE),
    Row("rules.remove", "POST", LEADS, ok=302, place={"rule_id": "shirk"}, own=WHOLE_CENTRE),
    Row("rules.draft", roles=LEADS, ok=404, place={"draft_id": "none"}, own=WHOLE_CENTRE),
    Row("rules.try_out", "POST", LEADS, ok=404, place={"draft_id": "none"}, own=WHOLE_CENTRE),
    Row("rules.adopt", "POST", LEADS, ok=404, place={"draft_id": "none"}, own=WHOLE_CENTRE),
    Row("rules.again", "POST", LEADS, ok=404, place={"draft_id": "none"}, own=WHOLE_CENTRE),
    Row("rules.drop", "POST", LEADS, ok=404, place={"draft_id": "none"}, own=WHOLE_CENTRE),
    Row("rules.back", "POST", LEADS, ok=302, own=WHOLE_CENTRE),
    Row("forms.listing", roles=LEADS, own=WHOLE_CENTRE),
    Row("forms.page", roles=LEADS, place={"form_id": "A"}, own=WHOLE_CENTRE),
    Row("forms.save", "POST", LEADS, ok=422, place={"form_id": "A"}, own=WHOLE_CENTRE),
    Row("forms.suggestions", "POST", LEADS, ok=302, own=WHOLE_CENTRE, send=lambda _: {"way": "never", "based_on": "0"}),
    Row("forms.preview", roles=LEADS, place={"form_id": "A", "version": "1.0"}, own=WHOLE_CENTRE),
    Row("forms.compare", roles=LEADS, place={"form_id": "A"}, own=WHOLE_CENTRE),
    Row("sampling.page", roles=LEADS, own=WHOLE_CENTRE),
    Row("sampling.save", "POST", LEADS, ok=422, own=WHOLE_CENTRE),
    Row("figures.page", roles=LEADS, own=WHOLE_CENTRE),
    Row("figures.save", "POST", LEADS, ok=422, own=WHOLE_CENTRE),
    Row("people.listing", roles=LEADS, own=WHOLE_CENTRE),
    Row("people.new", roles=LEADS, own=WHOLE_CENTRE),
    Row("people.page", roles=LEADS, ok=404, place={"number": "0"}, own=WHOLE_CENTRE),
    Row("people.save", "POST", LEADS, ok=422, own=WHOLE_CENTRE),
    Row("people.take", "POST", LEADS, ok=422, own=WHOLE_CENTRE),
    Row("people.table", roles=LEADS, own=WHOLE_CENTRE),
    Row("users.listing", roles=("admin",)),
    Row("users.new", roles=("admin",)),
    Row("users.add", "POST", ("admin",), ok=422),
    Row("users.page", roles=("admin",), ok=404, place={"user_id": "none"}),
    Row("users.save", "POST", ("admin",), ok=404, place={"user_id": "none"}),
    Row("users.reset", "POST", ("admin",), ok=404, place={"user_id": "none"}),
    Row("users.act", "POST", ("admin",), ok=404, place={"user_id": "none", "what": "disable"}),
    Row("retention.page", roles=("admin",)),
    Row("retention.change", "POST", ("admin",), ok=400),
    Row("retention.holds", roles=LEADS, own=WHOLE_CENTRE),
    Row("retention.place", "POST", LEADS, "call", ok=302, own=WHOLE_CENTRE),
    Row("retention.release", "POST", LEADS, "call", ok=302, own=WHOLE_CENTRE),
    Row("models.page", roles=("admin",)),
    Row("models.change", "POST", ("admin",), ok=400),
    Row("models.check", "POST", ("admin",), ok=302),
    Row("models.calibrate", "POST", ("admin",), ok=302),
    Row("models.back", "POST", ("admin",), ok=302),
    Row("settings.page", roles=("admin",)),
    Row("settings.change", "POST", ("admin",), ok=400),
    Row("settings.alarms", roles=("admin",)),
    Row("settings.change_alarms", "POST", ("admin",), ok=400),
    Row("changes.page", roles=LEADS, own=WHOLE_CENTRE),
    Row("changes.take_back", "POST", LEADS, ok=404, place={"seq": "0"}, own=WHOLE_CENTRE),
    Row("jobs.state", roles=LEADS, ok=404, place={"job_id": "none"}, own=WHOLE_CENTRE),
    Row("jobs.stop", "POST", LEADS, ok=404, place={"job_id": "none"}, own=WHOLE_CENTRE),
    # Live.
    Row("live.page", roles=REVIEWERS),
    Row("live.state", roles=REVIEWERS),
    Row("listening.audio", roles=LEADS, ok=404, place={"line": "none"}),
    Row("boxhealth.page", roles=REVIEWERS),
    Row("boxhealth.acknowledge", "POST", LEADS, ok=302, place={"alarm_id": "1"}),
    # The HTTP API: programs with tokens, and these with their sessions.
    Row("api.list_calls", stranger=401),
    Row("api.get_call", about="call", stranger=401),
    Row("api.get_transcript", about="call", stranger=401),
    Row("api.get_hits", about="call", stranger=401),
    Row("api.get_scores", about="call", stranger=401),
    Row("api.get_reviews", about="call", stranger=401),
    Row("api.get_vcon", about="call", stranger=401, ok=409),
    Row("api.get_wav", about="call", stranger=401),
    Row("api.get_flac", about="call", stranger=401),
    Row("api.get_figures", roles=STAFF, query={"period": "2026-W47"}, stranger=401, own=WHOLE_CENTRE),
    Row("api.list_reports", roles=STAFF, stranger=401),
    Row("api.get_report", roles=STAFF, place={"kind": "daily", "period": "2026-11-20"}, stranger=401, own=WHOLE_CENTRE),
    Row("api.list_alerts", roles=STAFF, stranger=401),
    Row("api.get_status", roles=STAFF, stranger=401),
    Row("api.list_alarms", roles=STAFF, stranger=401),
    Row("api.acknowledge_alarm", "POST", LEADS, ok=400, place={"alarm_id": "1"}),
    Row("api.openapi", stranger=401),
    Row("metrics.scrape", roles=STAFF, stranger=401),
    Row("tokens.docs"),
    Row("tokens.page", roles=LEADS),
    Row("tokens.add", "POST", LEADS, ok=422),
    Row("tokens.revoke", "POST", LEADS, ok=404, place={"token_id": "00000000-0000-7000-8000-000000000000"}),
    # The manager's pages, the case library, the agent's own.
    *manage_rows.rows(Row, WHOLE_CENTRE),
)  # fmt: skip


def expected(row: Row, name: str) -> tuple[int, ...]:
    """The answers that asker may get."""
    asker = ASKERS[name]
    if name in row.own:
        answer = row.own[name]
    elif name == "stranger" and row.stranger is not None:
        answer = row.stranger
    elif PUBLIC in row.roles:
        answer = row.ok
    elif name == "stranger":
        answer = 302 if row.method == "GET" else 401
    elif asker.role not in row.roles:
        answer = 403
    else:
        answer = row.hidden if row.about and not asker.sees else row.ok
    return answer if isinstance(answer, tuple) else (answer,)


def main() -> None:
    """Print the table."""
    out = sys.stdout.write
    out(f"| route | {' | '.join(ASKERS)} |\n|---|{'---|' * len(ASKERS)}\n")
    for row in ROUTES:
        cells = ("/".join(map(str, expected(row, name))) for name in ASKERS)
        out(f"| {row.method} {row.endpoint}{' (' + row.about + ')' if row.about else ''} | {' | '.join(cells)} |\n")


__all__ = ["ANYONE", "ASKERS", "EVERYONE", "LEADS", "OBJECTS", "REVIEWERS", "ROUTES", "STAFF", "Row", "expected"]

if __name__ == "__main__":
    main()
