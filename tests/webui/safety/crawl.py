"""A visitor who follows every link and notes every form, as somebody would who looks for a way in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DATES = re.compile(r"\d{4}-\d\d-\d\d|20\d\d-(W\d\d|Q\d|\d\d)|\d+")
CHOSEN = ("hidden", "submit", "checkbox", "radio", "button", "file", "date", "number", "time", "month", "week")
"""Types of fields whose value a browser does not let people write freely."""
NOT_FOLLOWED = ("auth.logout",)
MOST = 3000  # pages of one person: more of them than this is a crawl that finds no end


@dataclass
class Form:
    """values: name → what it is sent with unless something else is put in. texts: names of all fields, chosen and hidden ones, too,
    since nobody is bound to the page. free: of those that people write in."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """Forms of one kind differ in what they are about only."""
        return self.method, shape(urlsplit(self.action).path), tuple(sorted(set(self.values)))


class _Page(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.links, self.forms = address, [], []  # type: ignore[var-annotated]
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href"):
            self.links.append(urljoin(self.address, values["href"]))
        elif tag == "form":
            action = urljoin(self.address, values.get("action") or self.address)
            self.forms.append(Form(values.get("method", "get").upper(), action))
        elif tag in ("input", "textarea", "select", "button") and values.get("name") and self.forms:
            self._take(tag, values)
        elif tag == "option" and self._select and ("selected" in values or not self.forms[-1].values[self._select]):
            self.forms[-1].values[self._select] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._select = self._textarea = ""

    def _take(self, tag: str, values: dict[str, str]) -> None:
        form, kind = self.forms[-1], values.get("type", "text")
        if not (kind in ("checkbox", "radio") and "checked" not in values) and tag != "button":
            form.values.setdefault(values["name"], values.get("value", ""))
        if tag in ("input", "textarea", "select") and values["name"] != "csrf_token":
            form.texts.append(values["name"])
            form.values.setdefault(values["name"], "")
        self._select, self._textarea = (values["name"] if tag == name else "" for name in ("select", "textarea"))
        if tag == "textarea" or (tag == "input" and kind not in CHOSEN):
            form.free.append(values["name"])


def shape(path: str) -> str:
    """A page's path without what it is about."""
    return DATES.sub("#", UUID.sub("*", path))


def crawl(client: FlaskClient, start: str = "/", each: int = 2) -> Iterator[tuple[str, str, list[Form]]]:
    """So many of every page that links lead to, and one more for every name of a query: address, text, forms."""
    waiting, seen, page = [start], set(), _Kinds(client.application, each)  # type: ignore[var-annotated]
    while waiting:
        address = waiting.pop(0)
        if address in seen or not page.wanted(address):
            continue
        seen.add(address)
        assert len(seen) < MOST, address
        answer = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
        if answer.mimetype != "text/html":
            answer.close()
            assert answer.status_code < 500, address
            continue
        assert answer.status_code < 500, (address, answer.text[-800:])
        found = _Page(address)
        found.feed(answer.text)
        waiting += [link for link in found.links if link.startswith("/")]
        yield address, answer.text, found.forms


class _Kinds:
    """Which pages have been seen often enough. each: of one route."""

    def __init__(self, app: Flask, each: int) -> None:
        self._app, self._each = app, each
        self._seen: Counter[tuple[str, str]] = Counter()

    def wanted(self, address: str) -> bool:
        """Counts it when it is."""
        route, asked = endpoint_of(self._app, address, "GET"), parse_qs(urlsplit(address).query, keep_blank_values=True)
        names = {(route, name) for name in ("", *asked)}
        if route in NOT_FOLLOWED or not (self._seen[route, ""] < self._each or any(self._seen[name] == 0 for name in names)):
            return False
        self._seen.update(names)
        return True


def endpoint_of(app: Flask, address: str, method: str) -> str:
    """The route an address leads to; "" where there is none."""
    try:
        return str(app.url_map.bind("").match(urlsplit(address).path, method=method)[0])
    except HTTPException:
        return ""
