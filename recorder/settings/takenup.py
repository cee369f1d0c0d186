"""Which settings a service runs with, told by the service itself: `<run>/settings-<service>.json`. Digests of whole tables, so that
nothing of what they say stands where more people may read."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from recorder.settings.sections import Settings

LIVE = ("retention", "retention_rule", "alarms")
"""Tables that the recorder takes up while it records; every other one waits for its next start."""


@dataclass(frozen=True)
class TakenUp:
    """at: UTC epoch seconds at which it did. tables: name → digest."""

    service: str
    pid: int
    at: float
    tables: Mapping[str, str]

    def lacks(self, settings: Settings, tables: Iterable[str]) -> bool:
        """Whether the service runs with something else than `settings` say in one of these tables."""
        wanted = digests(settings)
        return any(self.tables.get(name) != wanted[name] for name in tables)


def digests(settings: Settings) -> dict[str, str]:
    """A digest of each table."""
    tables = dataclasses.asdict(settings)
    return {name: hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()[:32] for name, table in tables.items()}


def live_part(running: Settings, found: Settings) -> Settings:
    """What a recorder that runs with `running` may take up of `found` without a call being lost."""
    return dataclasses.replace(running, **{name: getattr(found, name) for name in LIVE})


def tell(run: Path, service: str, settings: Settings, now: float) -> None:
    """Say that `service` runs with these. Raises OSError."""
    path = _path(run, service)
    spare = path.with_suffix(".new")
    told = {"pid": os.getpid(), "at": now, "tables": digests(settings)}
    spare.write_text(json.dumps(told), "utf-8")
    spare.replace(path)


def read(run: Path, service: str) -> TakenUp | None:
    """What it said last; None when it never did, or nothing that can be read."""
    try:
        told = json.loads(_path(run, service).read_text("utf-8"))
        return TakenUp(service, int(told["pid"]), float(told["at"]), dict(told["tables"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(run: Path, service: str) -> Path:
    return run / f"settings-{service}.json"
