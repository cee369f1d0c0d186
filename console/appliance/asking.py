"""What the box says of itself to a program on the LAN: calls through the HTTP API, figures and report from the same store."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.access.tokens import Tokens
from quality.access.users import Users
from quality.figures.files import sheet_json
from quality.figures.sheet import figure_sheet
from quality.periods import Period, period_of
from quality.reports.build import build
from quality.reports.facts import Box
from recorder.settings.sections import Settings

ANSWER_S = 60.0
"""Seconds the pages get to come up."""

PAGE = 100


@dataclass(frozen=True)
class Said:
    """calls: what the API lists, by id. figures: the operating figures of each day, as `callbox figures --json`. reported: calls
    that the daily reports count."""

    calls: dict[str, dict[str, object]]
    figures: list[dict[str, object]]
    reported: int


def asked(settings: Settings, url: str, start: float, end: float) -> Said:
    """Ask for everything. start, end: UTC epoch seconds of the traffic."""
    _wait(url)
    store = Path(settings.store.path)
    admin = next(user for user in Users(store).list() if user.role == "admin")
    token = Tokens(store).add(f"bench {time.time_ns()}", admin, ["calls:read"], days=1)[1]
    days = _days(start, end, settings.site.timezone)
    figures = [sheet_json(figure_sheet(store, day, settings.site.timezone)) for day in days]
    reports = [build(Box.of(settings), "daily", day) for day in days]
    counts = [int(subject["calls"]) for sheet in figures for subject in sheet["subjects"]]  # type: ignore[attr-defined]
    assert all(reports), "a report without content"
    return Said(_calls(url, token), figures, sum(counts))


def _days(start: float, end: float, timezone: str) -> list[Period]:
    zone = ZoneInfo(timezone)
    dates = {datetime.fromtimestamp(at, UTC).astimezone(zone).date() for at in (start, end)}
    return [period_of("day", day) for day in sorted(dates)]


def _calls(url: str, token: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    after = ""
    while True:
        page = _get(f"{url}api/v1/calls?limit={PAGE}{after}", token)
        found |= {call["id"]: call for call in page["calls"]}  # type: ignore[attr-defined]
        if not page["next_cursor"]:
            return found
        after = f"&after={page['next_cursor']}"


def _get(address: str, token: str) -> dict[str, object]:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310  the box's own
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        document: dict[str, object] = json.load(answer)
    return document


def _wait(url: str) -> None:
    until = time.monotonic() + ANSWER_S
    while True:
        try:
            urllib.request.urlopen(f"{url}healthz", timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return
