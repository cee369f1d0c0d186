"""What watching the wall costs: `python -m webui.live.bench --address http://127.0.0.1:8080 --user manager --watchers 20`.

Reads the password from standard input, asks for the wall's state as that many browsers would, and prints figures as JSON. On the
box itself, so that the pages' processor time can be read.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import psutil

from webui.auth import BACKGROUND

EVERY_S = 1.0


@dataclass
class Watch:
    """Everything that came back. took: seconds a request."""

    took: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


def main() -> int:
    """Exit status 0 when every answer was good."""
    parser = argparse.ArgumentParser(prog="python -m webui.live.bench", description="What watching the wall costs.")
    parser.add_argument("--address", default="http://127.0.0.1:8080")
    parser.add_argument("--user", default="manager")
    parser.add_argument("--watchers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    place = urllib.parse.urlsplit(asked.address)
    cookie = _log_in(place.netloc, asked.user, sys.stdin.readline().rstrip("\n"))
    pages = [process for process in psutil.process_iter() if _serves(process, place.port or 80)]
    watch, before, began = Watch(), _cpu(pages), time.monotonic()
    threads = [threading.Thread(target=_watch, args=(place.netloc, cookie, asked.seconds, watch)) for _ in range(asked.watchers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, cpu = time.monotonic() - began, _cpu(pages) - before
    json.dump(_figures(watch, asked.watchers, wall, cpu), sys.stdout, indent=1)
    return 0 if set(watch.statuses) <= {200, 304} else 1


def _figures(watch: Watch, watchers: int, wall_s: float, cpu_s: float) -> dict[str, object]:
    cuts = statistics.quantiles(watch.took, n=20)
    each = round(1000 * cpu_s / len(watch.took), 2)
    return {
        "watchers": watchers, "requests": len(watch.took), "unchanged": watch.statuses.count(304),
        "median_ms": round(1000 * cuts[9], 1), "p95_ms": round(1000 * cuts[18], 1), "cpu_ms_a_request": each,
        "share_of_a_core": round(cpu_s / wall_s, 3),
    }  # fmt: skip


def _watch(where: str, cookie: str, seconds: float, watch: Watch) -> None:
    tag, until = "", time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        connection = http.client.HTTPConnection(where, timeout=30)
        headers = {"Cookie": cookie, BACKGROUND: "wall", **({"If-None-Match": tag} if tag else {})}
        connection.request("GET", "/live/state.json", headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        tag = answer.headers.get("ETag", tag)
        watch.took.append(time.monotonic() - began)
        watch.statuses.append(answer.status)
        time.sleep(max(0.0, EVERY_S - watch.took[-1]))


def _log_in(where: str, name: str, password: str) -> str:
    connection = http.client.HTTPConnection(where, timeout=30)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    cookies = SimpleCookie(answer.headers.get("Set-Cookie", ""))
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
    form = urllib.parse.urlencode({"name": name, "password": password, "csrf_token": found[1] if found else ""})
    told = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _written(cookies)}
    connection.request("POST", "/login", form, told)
    answer = connection.getresponse()
    answer.read()
    for cookie in answer.headers.get_all("Set-Cookie", []):
        cookies.load(cookie)
    return _written(cookies)


def _written(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={one.value}" for name, one in cookies.items())


def _serves(process: psutil.Process, port: int) -> bool:
    try:
        return any(one.laddr.port == port and one.status == psutil.CONN_LISTEN for one in process.net_connections("tcp"))
    except psutil.Error:
        return False


def _cpu(processes: list[psutil.Process]) -> float:
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


if __name__ == "__main__":
    sys.exit(main())
