"""The chain beside the recording: its key, what is older than it, its heads as files, and what verification found last."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from hw.messages import Message
from hw.oserrors import system_words
from recorder.evidence.adopting import Adopter
from recorder.evidence.headfiles import heads_of, write_head
from recorder.evidence.keys import FOLDER, SigningKey, load_or_make
from recorder.evidence.witness import Witness
from recorder.keeper import Keeper
from recorder.store.journal import Journal
from recorder.store.writer import CallStore, make_folder
from recorder.watch.alarms import NOTHING, Alarms

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""Real seconds between two looks; a head file is at most that much behind."""

REPORT = "last-verify.json"
"""What `callbox verify` leaves of its last look at everything: {"at", "problems", "first_en", "first_zh"}."""


class EvidenceKeeper(Keeper):
    """Of the recorder that owns the store. Raises nothing: evidence must never stop a recording."""

    def __init__(self, journal: Journal, alarms: Alarms, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._store = journal.store.store
        self._alarms = alarms
        self._monotonic = monotonic
        self._due = float("-inf")
        self._adopter = Adopter(journal.store)
        self._witness = Witness(self._store)
        self._told = ""  # the newest day whose head file is complete

    def step(self) -> None:
        """A little of what there is to do."""
        if not self._adopter.done and not len(self._journal):
            self._journal.do(self._adopter.step)
        if self._monotonic() >= self._due:
            self._due = self._monotonic() + LOOK_S
            self._look()

    def close(self) -> None:
        """Leave the newest head behind."""
        self._look()

    def _look(self) -> None:
        try:
            if self._journal.store.chain.signer is None:
                self._take_key()
        except OSError as error:
            self._alarms.set("evidence_unsigned", str(self._store), True, system_words(error))
        except ValueError as error:
            seen = Message(str(error), f"密钥文件无法使用（{error}）")
            self._alarms.set("evidence_unsigned", str(self._store), True, seen)
        else:
            self._alarms.set("evidence_unsigned", str(self._store), False)
        try:
            self._write_heads()
        except OSError as error:  # a full disk: the heads in calls.db count, the files follow
            log.debug("no head file: %s", error)
        self._witness.look(self._journal)
        trouble = self._journal.store.chain.trouble or read_report(self._store)
        self._alarms.set("evidence_broken", str(self._store), trouble is not None, trouble or NOTHING)

    def _take_key(self) -> None:
        key = load_or_make(self._store, make_folder)
        self._journal.do(lambda store: _sign(store, key))

    def _write_heads(self) -> None:
        make_folder(self._store / FOLDER / "heads")
        for head in heads_of(self._journal.store.connection, self._told):
            write_head(self._store, head)
            # The newest day is written again as it grows; a clock that was set back may give an older one new items, which its
            # own file then lacks until the next start.
            self._told = max(self._told, "" if head.day == self._today() else head.day)

    def _today(self) -> str:
        row = self._journal.store.connection.execute("SELECT max(day) FROM heads").fetchone()
        return str(row[0] or "")


def sign_as_guest(journal: Journal) -> None:
    """A replay beside the service signs what it writes, if its user may read the key; else the service tells so later."""
    try:
        key = load_or_make(journal.store.store, make_folder)
    except (OSError, ValueError) as error:
        log.info("what is recorded now is not signed: %s", error)
        return
    journal.do(lambda store: _sign(store, key))


def _sign(store: CallStore, key: SigningKey) -> None:
    with store.writing():
        store.chain.sign_with(key)


def write_report(store: Path, at: str, problems: int, first: tuple[str, str]) -> None:
    """Keep what a look at everything found, for the recorder's alarm. Raises OSError."""
    path = store / FOLDER / REPORT
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f"{REPORT}.tmp")
    beside.write_text(json.dumps({"at": at, "problems": problems, "first_en": first[0], "first_zh": first[1]}), "utf-8")
    beside.replace(path)


def read_report(store: Path) -> Message | None:
    """What the last look at everything found first, or None when it found nothing."""
    try:
        report = json.loads((store / FOLDER / REPORT).read_text("utf-8"))
        count = report["problems"]
        return Message(f"{count}: {report['first_en']}", f"{count} 处：{report['first_zh']}") if count else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
