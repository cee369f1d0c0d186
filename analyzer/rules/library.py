"""The rulebooks a box has used: every one is kept, one is live, and the one before can be had back.

    <store>/rulebooks/<digest>/*.toml   a rulebook as it was adopted
    <store>/rulebooks/history.jsonl     what became live when, and by whom; its last line is the live one

Files, since the console adopts while the analyzer, the only writer of analysis.db, is at work. While none has been adopted the
settings' rulebook is live, or the one that ships.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from analyzer.rules.rulebook import SHIPPED, Rule, Rulebook, load
from analyzer.rules.rulefiles import SUFFIXES
from hw.messages import UserError
from recorder.times import to_text

log = logging.getLogger(__name__)

FOLDER, HISTORY = "rulebooks", "history.jsonl"
FILE_MODE, FOLDER_MODE = 0o660, 0o2770
"""Console (as whoever runs it), pages and analyzer are different users of one group."""


@dataclass(frozen=True)
class Adoption:
    """A rulebook that became live. at: UTC; by: the account; digest "" stands for the settings' or the shipped one."""

    at: str
    by: str
    identity: str
    digest: str


class Rulebooks:
    """The rulebooks of one store. configured: path from the settings, "" for the one that ships."""

    def __init__(self, store: Path, configured: str = "") -> None:
        self.store = store
        self._folder = store / FOLDER
        self._configured = Path(configured) if configured else SHIPPED
        self._live: Rulebook | None = None

    def live(self) -> Rulebook:
        """The rulebook to check by now; read again only when another has been adopted. Raises UserError."""
        self._live = _read_once(self.live_path())
        return self._live

    def once(self, identity: str) -> Rulebook | None:
        """The rulebook of that identity, if it was ever live and is still whole."""
        adopted = next((a for a in self.history() if a.identity == identity), None)
        try:
            book = _read_once(self.path_of(adopted.digest if adopted else ""))
        except (UserError, OSError):
            return None
        return book if book.identity == identity else None

    def use(self) -> Rulebook:
        """The same for a service at work: if it has become unreadable, the one read before stays in use."""
        try:
            return self.live()
        except (UserError, OSError):
            if self._live is None:
                raise
            return self._live

    def by_id(self) -> dict[str, Rule]:
        """The live rules, for whoever shows their names. One that cannot be read costs the names, not the page or report: the
        analyzer complains of it where somebody can mend it."""
        try:
            return {rule.id: rule for rule in self.use().rules}
        except (UserError, OSError) as error:
            log.error("no rule names: %s", error)
            return {}

    def live_path(self) -> Path:
        """Where the live rulebook is."""
        adopted = self.history()
        digest = adopted[-1].digest if adopted else ""
        path = self._folder / digest if digest else self._configured
        if not path.exists():
            raise UserError(
                f"The live rulebook is missing: {path}. Adopt one again: callbox rules adopt FILE",
                f"当前规则手册缺失：{path}。请重新启用：callbox rules adopt FILE",
            )
        return path

    def history(self) -> list[Adoption]:
        """All adoptions, the oldest first."""
        try:
            lines = (self._folder / HISTORY).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Adoption(**json.loads(line)) for line in lines if line.strip()]

    def adopt(self, path: Path, now: float, by: str = "") -> Rulebook:
        """Keep a copy of a rulebook and make it live. by: user name; empty: the system's account. Raises UserError when it has
        errors, or is live already."""
        book = load(path)
        if book.digest == self.live().digest:
            raise UserError(f"{book.identity} is live already.", f"{book.identity} 已在使用。")
        target = self._folder / book.digest
        if not target.is_dir():
            part = target.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            make_folder(part)
            for file in [path] if path.is_file() else sorted(f for f in path.iterdir() if f.suffix in SUFFIXES):
                shared(Path(shutil.copyfile(file, part / file.name)))
            part.rename(target)
        self._note(Adoption(to_text(now), by or _who(), book.identity, book.digest))
        return book

    def readopt(self, digest: str, now: float, by: str = "") -> Rulebook:
        """Make a rulebook live again that was so once; "" stands for the settings' or the shipped one. Raises UserError when it is
        not there."""
        if digest and digest not in {a.digest for a in self.history()}:
            raise UserError("That rulebook was never live on this box.", "本机从未启用过该规则手册。")
        book = load(self._folder / digest if digest else self._configured)
        self._note(Adoption(to_text(now), by or _who(), book.identity, digest))
        return book

    def path_of(self, digest: str) -> Path:
        """Where a rulebook that is or was live is kept."""
        return self._folder / digest if digest else self._configured

    def back(self, now: float, by: str = "") -> Rulebook:
        """Make the rulebook live that was so before the live one. Raises UserError when there was none."""
        adopted = self.history()
        if not adopted:
            raise UserError(
                "No rulebook has been adopted: there is nothing to go back to.", "尚未启用过其他规则手册，没有可退回的版本。"
            )
        before = next((a for a in reversed(adopted) if a.digest != adopted[-1].digest), None)
        return self.readopt(before.digest if before else "", now, by)

    def _note(self, adoption: Adoption) -> None:
        """One line more, and on the disk before anything else happens."""
        make_folder(self._folder)
        with (self._folder / HISTORY).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(adoption), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        shared(self._folder / HISTORY)


def _read_once(path: Path) -> Rulebook:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return _read(path, tuple((f.name, f.stat().st_mtime_ns) for f in files if f.is_file()))


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: tuple[tuple[str, int], ...]) -> Rulebook:
    """A rulebook in the state of its files that _stamp tells of; read once a process, since reading takes a third of a second."""
    return load(path)


def make_folder(path: Path) -> None:
    """Make a folder, and those it lies in, that the whole group may write."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        shared(path)


def shared(path: Path) -> None:
    """Let the group write it too; somebody else's file is so already."""
    with suppress(PermissionError):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
