"""A visitor who follows every link and notes every form, as somebody would who looks for a way in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DATES = re.compile(r"\d{4}-\d\d-\d\d|20\d\d-(W\d\d|Q\d|\d\d)|\d+")
NO_TEXT = ("hidden", "submit", "checkbox", "radio", "button", "file")


@dataclass
class Form:
    """values: name → what it is sent with unless something else is put in. texts: names of fields that people type into; hidden
    ones, too, since nobody is bound to the page."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """Forms of one kind differ in what they are about only."""
        return self.method, shape(urlsplit(self.action).path), tuple(sorted(set(self.values)))


class _Page(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.links, self.forms = address, [], []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href"):
            self.links.append(urljoin(self.address, values["href"]))
        elif tag == "form":
            action = urljoin(self.address, values.get("action") or self.address)
            self.forms.append(Form(values.get("method", "get").upper(), action))
        elif tag in ("input", "textarea", "select", "button") and values.get("name") and self.forms:
            self._take(tag, values)

    def _take(self, tag: str, values: dict[str, str]) -> None:
        form, kind = self.forms[-1], values.get("type", "text")
        if not (kind in ("checkbox", "radio") and "checked" not in values) and tag != "button":
            form.values.setdefault(values["name"], values.get("value", ""))
        if tag in ("input", "textarea", "select") and values["name"] != "csrf_token":
            form.texts.append(values["name"])
            form.values.setdefault(values["name"], "")


def shape(path: str) -> str:
    """A page's path without what it is about."""
    return DATES.sub("#", UUID.sub("*", path))


def crawl(client: FlaskClient, start: str = "/", most: int = 120, each: int = 2) -> Iterator[tuple[str, str, list[Form]]]:
    """Every kind of page that links lead to, so many of each: address, text, forms."""
    waiting, seen, kinds = [start], set(), {}  # type: ignore[var-annotated]
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        kind = (
            shape(urlsplit(address).path),
            tuple(sorted(piece.partition("=")[0] for piece in urlsplit(address).query.split("&"))),
        )
        if address in seen or kinds.get(kind, 0) >= each or "logout" in address:
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
        if answer.mimetype != "text/html":
            answer.close()
            assert answer.status_code < 500, address
            continue
        assert answer.status_code < 500, (address, answer.text[-800:])
        page = _Page(address)
        page.feed(answer.text)
        waiting += [link for link in page.links if link.startswith("/")]
        yield address, answer.text, page.forms
