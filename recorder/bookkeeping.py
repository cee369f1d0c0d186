"""What stock-taking finds is put right, or told."""

from __future__ import annotations

import logging

from recorder.alarms import Alarms
from recorder.closing import Closer
from recorder.journal import Journal
from recorder.recovery import adopt
from recorder.stocktaking import Stock, StockTaker, UnknownCall

log = logging.getLogger(__name__)

NAMED = 3
"""Files an alarm names; `callbox verify` lists all."""


class Bookkeeper:
    """Takes up what calls.db does not know, and raises "audio_missing" while it names files that have gone."""

    def __init__(self, journal: Journal, closer: Closer, alarms: Alarms) -> None:
        self._journal = journal
        self._closer = closer
        self._alarms = alarms
        self._taker = StockTaker(journal.store.store)

    def step(self) -> None:
        """One finding, if there is one."""
        match self._taker.poll():
            case UnknownCall(call_id, flacs, parts):
                self._journal.do(lambda store: adopt(store, self._closer, call_id, flacs, parts))
            case Stock() as stock:
                self._tell(stock)

    def close(self) -> None:
        """Stop looking."""
        self._taker.close()

    def _tell(self, stock: Stock) -> None:
        some = ", ".join(stock.missing[:NAMED])
        self._alarms.set("audio_missing", "audio", bool(stock.missing), f"{len(stock.missing)} files: {some}")
        for name in stock.strangers:
            log.warning("audio folder: %s is no recording of this box; it is left alone", name)
