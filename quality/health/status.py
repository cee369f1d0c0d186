"""The box at a glance: one picture of recorder, analyzer, pages and disk, for the command line and the serial console alike."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.behind import Behind, read_behind
from analyzer.live.state import LiveState, read_live
from analyzer.schema import ANALYSIS_DB
from hw.messages import Message
from quality.health.backups import LastBackup, last_backup
from quality.schema import REVIEW_DB
from recorder.live import DeviceStatus, LineStatus, ListenerStatus, RecorderStatus, read_status, run_folder
from recorder.settings.sections import Settings, Web
from recorder.store.schema import CALLS_DB
from recorder.times import to_text
from recorder.watch.alarmkinds import kind_of

STALE_S = 10.0
"""Seconds without a fresh status file after which the recorder counts as stopped; it writes one every second."""
ANSWER_S = 0.5
"""Seconds the pages get to take a connection."""


@dataclass(frozen=True)
class Alarm:
    """An alarm that stands. detail: what was seen, in English; detail_zh: in Chinese. id: its number for `callbox alarms ack`.
    severity: see recorder.watch.alarmkinds. acknowledged_by: who saw to it last, empty when nobody did."""

    kind: str
    subject: str
    raised_at: str
    detail: str
    id: int = 0
    severity: str = "warning"
    acknowledged_by: str = ""
    detail_zh: str = ""

    @property
    def seen(self) -> Message:
        """What was seen, for people."""
        return Message(self.detail, self.detail_zh or self.detail)


@dataclass(frozen=True)
class BoxStatus:
    """Everything a technician asks first.

    lines, devices, listeners (who hears a line live): empty while the recorder does not run. calls counts rows by state, jobs
    analyses by state; waiting: ended calls not yet analysed. problems: what could not be looked at, and why. timezone: in which a
    person reads the times, all UTC here.
    """

    at: str
    recorder_running: bool
    recorder_at: str | None
    analyzer_running: bool
    pages_answer: bool
    lines: tuple[LineStatus, ...]
    devices: tuple[DeviceStatus, ...]
    alarms: tuple[Alarm, ...]
    calls: dict[str, int]
    jobs: dict[str, int]
    waiting: int
    last_call_at: str | None
    free_disk_mb: float
    store: str
    timezone: str = "UTC"
    problems: tuple[Message, ...] = ()
    listeners: tuple[ListenerStatus, ...] = ()
    behind: Behind | None = None  # what the analyzer tells of its queue; None while it does not run
    last_backup: LastBackup | None = None  # None when none has been made
    live: LiveState | None = None  # what it tells of the calls it understands while they go on; None where no line is set so

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return asdict(self)


def collect(settings: Settings, now: float | None = None) -> BoxStatus:
    """Look at the live status file, the locks and the databases. What is not there yet shows as empty, what cannot be read among
    the problems; never an error."""
    now = time.time() if now is None else now
    store = Path(settings.store.path)
    live = read_status(settings)
    running = live is not None and _is_fresh(live, now)
    recorded, understood = _Database(store / CALLS_DB), _Database(store / ANALYSIS_DB)
    analysing = _held(store / "analyzer.lock")
    calls = recorded.counts("SELECT state, count(*) FROM calls GROUP BY state")
    jobs = understood.counts("SELECT state, count(*) FROM jobs GROUP BY state")
    ended = calls.get("closed", 0) + calls.get("interrupted", 0)
    return BoxStatus(
        at=to_text(now),
        recorder_running=running,
        recorder_at=None if live is None else to_text(live.written_at),
        analyzer_running=analysing,
        behind=read_behind(run_folder(settings)) if analysing else None,
        live=read_live(run_folder(settings)) if analysing and any(line.live for line in settings.line) else None,
        pages_answer=_answers(settings.web),
        lines=live.lines if live is not None and running else (),
        devices=live.devices if live is not None and running else (),
        alarms=_alarms(recorded, _Database(store / REVIEW_DB)),
        calls=calls,
        jobs=jobs,
        waiting=max(0, ended - jobs.get("done", 0) - jobs.get("parked", 0)),
        last_call_at=_last_call(recorded),
        free_disk_mb=round(_free_mb(store), 1),
        store=str(store),
        last_backup=last_backup(store),
        timezone=settings.site.timezone,
        listeners=live.listeners if live is not None and running else (),
        problems=tuple(dict.fromkeys((*recorded.problems, *understood.problems))),
    )


def fresh_status(settings: Settings, now: float) -> RecorderStatus | None:
    """What the recorder says of itself, or None while it does not run."""
    live = read_status(settings)
    return live if live is not None and _is_fresh(live, now) else None


def _is_fresh(live: RecorderStatus, now: float) -> bool:
    return abs(now - live.written_at) < STALE_S and _runs(live.pid)


class _Database:
    """A database looked at: one that is not there yet is empty, one that cannot be read is a problem."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[Message] = []

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a query; none when they cannot be had."""
        try:
            if not self._path.exists():
                return []
            connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self.problems.append(Message(f"{self._path} cannot be read: {why}", f"无法读取 {self._path}:{why}"))
            return []

    def counts(self, sql: str) -> dict[str, int]:
        """The rows of a query for names and numbers."""
        return {str(state): int(str(count)) for state, count in self.rows(sql)}


def _alarms(recorded: _Database, said: _Database) -> tuple[Alarm, ...]:
    chinese = "detail_zh" if recorded.rows("SELECT 1 FROM pragma_table_info('alarms') WHERE name = 'detail_zh'") else "''"
    sql = f"SELECT kind, subject, raised_at, detail, id, {chinese} FROM alarms WHERE cleared_at IS NULL ORDER BY raised_at"  # noqa: S608
    rows = recorded.rows(sql)
    seen: dict[tuple[object, ...], str] = {}
    if rows and said.rows("SELECT 1 FROM sqlite_master WHERE name = 'alarm_acks'"):
        seen = {row[:3]: str(row[3]) for row in said.rows("SELECT kind, subject, raised_at, by FROM alarm_acks ORDER BY id")}
    alarms = []
    for kind, subject, raised_at, detail, number, zh in rows:
        by = seen.get((kind, subject, raised_at), "")
        words = (str(kind), str(subject), str(raised_at), str(detail))
        alarms.append(Alarm(*words, int(str(number)), kind_of(str(kind)).severity, by, str(zh)))
    return tuple(alarms)


def _last_call(recorded: _Database) -> str | None:
    newest = recorded.rows("SELECT max(started_at) FROM calls")
    return str(newest[0][0]) if newest and newest[0][0] is not None else None


def _free_mb(store: Path) -> float:
    """Free space where the store is, or will be once it is made."""
    place = store.absolute()
    while place != place.parent:
        try:
            return shutil.disk_usage(place).free / 2**20
        except OSError:
            place = place.parent
    return shutil.disk_usage(place).free / 2**20


def _runs(pid: int) -> bool:
    """Whether the process is there. A service that systemd keeps from seeing others' processes (ProtectProc=) cannot tell, and
    goes by the freshness of what they write."""
    return Path(f"/proc/{pid}").exists() or not Path("/proc/1").exists()


def _held(lock: Path) -> bool:
    """Whether a running program holds `lock`. Read from the kernel's list: trying the lock would be in that program's way."""
    try:
        inode = str(lock.stat().st_ino)
        held = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return False
    # 1: FLOCK  ADVISORY  WRITE 4711 08:01:131072 0 EOF; waiting ones have "->" as their second word (proc(5)).
    words = (line.split() for line in held.splitlines())
    return any(one[1] == "FLOCK" and one[5].rpartition(":")[2] == inode for one in words if len(one) > 5)


def _answers(web: Web) -> bool:
    """Whether somebody listens where the pages are to be."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104  what is set, not what we bind
    try:
        socket.create_connection((host, web.port), ANSWER_S).close()
    except OSError:
        return False
    return True
