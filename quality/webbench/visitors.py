"""`python -m quality.webbench.visitors`: the load of `callbox bench web`, a process of its own: people who open pages one after the
other. wrk would cost less CPU, but it can neither log in with a form's token, nor follow a list's link to its next page, nor tell
the times of different pages apart."""

from __future__ import annotations

import http.client
import json
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_CALL = re.compile(r'href="(/calls/[0-9a-f-]{36})')
_TIMEOUT_S = 60


@dataclass
class Plan:
    """What to do. pages: kind → addresses. think_s: mean seconds a person reads a page (drawn at random), 0: none."""

    host: str
    port: int
    accounts: list[tuple[str, str]]
    pages: dict[str, list[str]]
    seconds: float
    think_s: float
    seed: int = 1


@dataclass
class Times:
    """Milliseconds by kind of page, and answers that were none."""

    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)


class Visitor:
    """One person with one connection."""

    def __init__(self, plan: Plan, account: tuple[str, str], number: int) -> None:
        self._plan, self._account = plan, account
        self._rng = random.Random(f"{plan.seed} {number}")
        self._connection = http.client.HTTPConnection(plan.host, plan.port, timeout=_TIMEOUT_S)
        self._cookies: dict[str, str] = {}
        self.times = Times()

    @property
    def cookie(self) -> str:
        """The header that says who this is."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def log_in(self) -> None:
        """By the form, as a browser does. Raises OSError when the answer is not the way to a page."""
        form = self._get("/login")[1]
        token = _TOKEN.search(form)
        fields = {"name": self._account[0], "password": self._account[1], "csrf_token": token.group(1) if token else ""}
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = self._ask("POST", "/login", urlencode(fields), head)
        if status not in (302, 303):
            raise OSError(f"log-in of {self._account[0]}: {status} {text[:200]}")

    def visit(self, until: float) -> None:
        """Open pages until the clock (monotonic) says so."""
        self._pause(0.5)
        for kind, address in self._walk():
            if time.monotonic() >= until:
                return
            self._open(kind, address)
            self._pause(1.0)

    def _walk(self) -> Iterator[tuple[str, str]]:
        kinds = list(self._plan.pages)
        while True:
            kind = self._rng.choice(kinds)
            yield kind, self._rng.choice(self._plan.pages[kind])
            following = _NEXT.search(self._page) if kind in ("list", "filter", "search") else None
            if following and self._rng.random() < 0.3:
                yield kind, following.group(1).replace("&amp;", "&")
            calls = _CALL.findall(self._page)
            if calls and self._rng.random() < 0.3:
                yield "call", self._rng.choice(calls)

    def _open(self, kind: str, address: str) -> None:
        began = time.perf_counter()
        try:
            status, self._page = self._get(address)
        except (OSError, http.client.HTTPException) as error:
            self.times.failed.append(f"{error} {address}")
            self._connection.close()
            return
        self.times.by_kind[kind].append(1000 * (time.perf_counter() - began))
        if status != 200:
            self.times.failed.append(f"{status} {address}")

    def _pause(self, share: float) -> None:
        if self._plan.think_s:
            time.sleep(share * self._plan.think_s * self._rng.uniform(0.5, 1.5))

    def _get(self, address: str) -> tuple[int, str]:
        return self._ask("GET", address, None, {})

    def _ask(self, method: str, address: str, body: str | None, head: dict[str, str]) -> tuple[int, str]:
        head = {"Accept": "text/html", "Cookie": self.cookie, **head}
        try:
            self._connection.request(method, address, body, head)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
            # The service closed an idle connection: a browser opens another and asks again.
            self._connection.close()
            self._connection.request(method, address, body, head)
            answer = self._connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, text

    _page = ""


def main() -> int:
    """Plan on standard input, times on standard output, as JSON."""
    plan = Plan(**json.load(sys.stdin))
    visitors = [Visitor(plan, account, number) for number, account in enumerate(plan.accounts)]
    for visitor in visitors:
        visitor.log_in()
    print("ready", flush=True)  # noqa: T201  the bench waits for it
    until = time.monotonic() + plan.seconds
    threads = [threading.Thread(target=visitor.visit, args=(until,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times: dict[str, list[float]] = defaultdict(list)
    for visitor in visitors:
        for kind, found in visitor.times.by_kind.items():
            times[kind] += found
    failed = [line for visitor in visitors for line in visitor.times.failed]
    print(json.dumps({"times": times, "failed": failed}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
