"""No page leads anybody to what he may not see, or to nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser.pagefinder import MOST, Links, endpoint_of, plain_addresses
from tests.webui.conftest import logged_in


@pytest.mark.parametrize("name", ["inspector", "admin", "trainer", "wang"])
def test_every_link_of_every_page_leads_somewhere(app: Flask, name: str) -> None:
    browser, broken, seen = logged_in(app, name), [], set[tuple[str, str]]()
    waiting = [(address, "the menu") for address in plain_addresses(app)]
    while waiting and len(seen) < MOST:
        address, source = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        followed = (endpoint, "by itself" if source == "the menu" else "by a link")
        if followed in seen or endpoint in ("auth.logout", "static"):
            continue
        seen.add(followed)
        answer = browser.get(address, headers={"Accept": "text/html"})
        if answer.status_code >= 400 and source != "the menu":
            broken.append(f"{address} on {source}: {answer.status_code}")
        if answer.status_code == 200 and answer.mimetype == "text/html":
            links = Links()
            links.feed(answer.text)
            waiting += [(link, address) for link in links.found if link.startswith("/")]
    assert len(seen) > 10
    assert broken == []
