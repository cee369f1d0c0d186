"""What a browser has to fetch before a page is there: the page, its style sheets, its scripts and what these import."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from urllib.parse import urljoin

_PARTS = re.compile(r'<(?:link[^>]+rel="(?:stylesheet|icon|modulepreload)"[^>]*href|script[^>]+src|link[^>]+href)="([^"]+)"')
_IMPORTS = re.compile(r'^\s*(?:import|export)\b[^;]*?["\']([^"\']+\.js[^"\']*)["\']', re.MULTILINE)

Fetch = Callable[[str], bytes]


def fetcher(cookie: str) -> Fetch:
    """Fetches with this cookie header, as sent over the wire (compressed where the server does)."""

    def fetch(address: str) -> bytes:
        request = urllib.request.Request(address, headers={"Cookie": cookie, "Accept": "text/html"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  the address is the bench's own
            return bytes(answer.read())

    return fetch


def first_load_kb(address: str, fetch: Fetch) -> float:
    """Kilobytes (1000 bytes) of everything, each file once."""
    page = fetch(address)
    sizes = {address: len(page)}
    waiting = [urljoin(address, part) for part in _PARTS.findall(page.decode("utf-8", "replace"))]
    while waiting:
        place = waiting.pop()
        if place in sizes:
            continue
        content = fetch(place)
        sizes[place] = len(content)
        if ".js" in place:
            waiting += [urljoin(place, part) for part in _IMPORTS.findall(content.decode("utf-8", "replace"))]
    return round(sum(sizes.values()) / 1000, 1)
