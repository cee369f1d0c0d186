"""What stock-taking finds is put right, or told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from hw.messages import Message
from recorder.audio.partfile import PartHeader
from recorder.keeper import Keeper
from recorder.line.closing import Closer, close
from recorder.restart.recovery import adopt, part_of_file
from recorder.restart.stocktaking import Stock, StockTaker, UnknownCall
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

NAMED = 3
"""Files an alarm names; `callbox verify` lists all."""


class Bookkeeper(Keeper):
    """Takes up what calls.db does not know, and raises "audio_missing" while it names files that have gone."""

    def __init__(self, journal: Journal, closer: Closer, alarms: Alarms) -> None:
        self._journal = journal
        self._closer = closer
        self._alarms = alarms
        self._taker = StockTaker(journal.store.store)

    @property
    def looking(self) -> bool:
        """Whether a look is under way or has yet to begin."""
        return self._taker.looking

    def step(self) -> None:
        """One finding, if there is one."""
        match self._taker.poll():
            case UnknownCall() as call:
                self._take_up(call)
            case Stock() as stock:
                self._tell(stock)

    def _take_up(self, call: UnknownCall) -> None:
        leftovers = [(header, path) for header, path in call.parts if path.is_file()]
        self._journal.do(lambda store: self._adopt(store, call, leftovers))
        for header, path in leftovers:
            self._closer.part_written(part_of_file(self._journal.store.store, header, path), path)
        if leftovers:
            self._closer.call_ended(call.call_id, "interrupted")
        log.warning("call %s was not in calls.db and was taken up again from its files", call.call_id)

    def _adopt(self, store: CallStore, call: UnknownCall, leftovers: Sequence[tuple[PartHeader, Path]]) -> None:
        with store.chain.adopting():  # the chain says that it was found, not that it was seen being recorded
            adopt(store, call.flacs, leftovers)
            if not leftovers:
                close(store, call.call_id, "closed")

    def close(self) -> None:
        """Stop looking."""
        self._taker.close()

    def _tell(self, stock: Stock) -> None:
        count, some = len(stock.missing), ", ".join(stock.missing[:NAMED])
        detail = Message(f"{count} files: {some}", f"{count} 个文件：{some}")
        self._alarms.set("audio_missing", "audio", bool(stock.missing), detail)
        for name in stock.strangers:
            log.warning("audio folder: %s is no recording of this box; it is left alone", name)
