"""Dashboards that were put together lately: one is made in tenths of a second, and many people look at the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from quality.figures.kept import TODAY_S
from quality.managing.dashboard import Dashboard, dashboard
from quality.periods import Period
from quality.reports.facts import Box

FRESH_S = 30.0
"""Seconds after which a dashboard is put together anew, beside whoever looks at the last one; its page says of when it is."""
OLD_S = TODAY_S
"""Seconds after which whoever asks waits for the new one."""
_KEPT = 24  # dashboards a process keeps: some 60 kB each

_Key = tuple[str, Period, frozenset[str] | None]


@dataclass
class _Made:
    board: Dashboard
    at: float
    renewing: bool = False


_made: OrderedDict[_Key, _Made] = OrderedDict()
_lock = threading.Lock()
_making = threading.Lock()


def board(box: Box, period: Period, teams: frozenset[str] | None, fresh: bool = False) -> Dashboard:
    """The dashboard of a period. fresh: not one that was made before. Raises UserError as quality.managing.dashboard does."""
    key = (str(box.store), period, teams)
    with _lock:
        kept = None if fresh else _made.get(key)
        age = time.monotonic() - kept.at if kept else OLD_S
        renew = kept is not None and FRESH_S < age < OLD_S and not kept.renewing
        if kept and renew:
            kept.renewing = True
    if kept is None or age >= OLD_S:
        return _make(box, key, None if kept is None else kept.at)
    if renew:
        threading.Thread(target=_make, args=(box, key, kept.at), name="callbox-dashboard", daemon=True).start()
    return kept.board


def forget() -> None:
    """For whoever has changed what dashboards show, and for tests."""
    with _lock:
        _made.clear()


def _make(box: Box, key: _Key, before: float | None) -> Dashboard:
    """One at a time: two who ask for the same wait for one making."""
    with _making:
        with _lock:
            kept = _made.get(key)
            if kept and (before is None or kept.at > before) and time.monotonic() - kept.at < FRESH_S:
                return kept.board
        made = dashboard(box, key[1], key[2])
        with _lock:
            _made[key] = _Made(made, time.monotonic())
            _made.move_to_end(key)
            while len(_made) > _KEPT:
                _made.popitem(last=False)
    return made
