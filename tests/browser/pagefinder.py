"""Every page a person can come to, found as they would: the routes without a place to fill, and one example of each page that
links lead to from there."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.webui.conftest import logged_in
from tests.webui.makebox import PEOPLE, TestBox
from webui.app import create_app

MOST = 400  # pages looked at for links, of one person


class Links(HTMLParser):
    """The addresses a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def find_pages(box: TestBox) -> dict[str, dict[str, str]]:
    """User → route → an address of it that answers with a page. Without log-in: user ""."""
    app = create_app(box.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    pages = {name: _pages(app, logged_in(app, name)) for name in PEOPLE}
    return {"": _pages(app, app.test_client()), **pages}


def _pages(app: Flask, browser: FlaskClient) -> dict[str, str]:
    waiting, found, seen = plain_addresses(app), dict[str, str](), set[str]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        if address in seen or not endpoint or endpoint in found:
            continue
        seen.add(address)
        answer = browser.get(address, headers={"Accept": "text/html"})
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<main" in answer.text:
            found[endpoint] = address
            links = Links()
            links.feed(answer.text)
            waiting += [link for link in links.found if link.startswith("/")]
    return found


def plain_addresses(app: Flask) -> list[str]:
    """The pages that need nothing filled in."""
    with app.test_request_context():
        return [app.url_for(r.endpoint) for r in app.url_map.iter_rules() if not r.arguments and "GET" in (r.methods or ())]


def endpoint_of(app: Flask, address: str) -> str:
    """The route an address leads to; "" where there is none."""
    try:
        with app.test_request_context():
            return str(app.url_map.bind("box").match(urlsplit(address).path, method="GET")[0])
    except HTTPException:
        return ""
