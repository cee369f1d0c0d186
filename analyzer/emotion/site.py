"""The site's calibrations of the emotion model: each is kept, one is live, and the one before can be had back.

<store>/emotion/NNNN.json   a calibration: the adjustments, and what was measured when it was made
<store>/emotion/live        the name of the live one; empty: the model as it ships
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from analyzer.emotion.adjustment import Adjustment, from_json, to_json
from hw.messages import UserError

log = logging.getLogger(__name__)

FOLDER, LIVE = "emotion", "live"


class SiteCalibrations:
    """The calibrations of one store."""

    def __init__(self, store: Path) -> None:
        self._folder = store / FOLDER
        self._in_use: tuple[str, dict[str, Adjustment]] | None = None

    def live(self) -> dict[str, Adjustment]:
        """The adjustments in use, by machine; none: the model as it ships. Raises UserError when the file cannot be read."""
        return self._read(self.live_name())

    def use(self) -> dict[str, Adjustment]:
        """The same for a service at work: read again only when another has become live; if that cannot be read, the one read before
        stays in use."""
        name = self.live_name()
        if self._in_use is None:
            self._in_use = name, self._read(name)
        elif self._in_use[0] != name:
            try:
                self._in_use = name, self._read(name)
            except UserError as error:
                log.error("%s", error)
                self._in_use = name, self._in_use[1]  # told once
        return self._in_use[1]

    def _read(self, name: str) -> dict[str, Adjustment]:
        if not name:
            return {}
        try:
            table = json.loads((self._folder / name).read_text(encoding="utf-8"))
            return from_json(table["adjustments"])
        except (OSError, ValueError, KeyError, TypeError) as why:
            raise UserError(
                f"The calibration {self._folder / name} cannot be read ({why}). Go back: callbox models calibrate emotion --back",
                f"无法读取校准文件 {self._folder / name}（{why}）。可退回上一版：callbox models calibrate emotion --back",
            ) from why

    def keep(self, adjustments: dict[str, Adjustment], measured: Mapping[str, object]) -> Path:
        """Keep a calibration and make it live."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{1 + max((int(f.stem) for f in self._folder.glob('[0-9]*.json')), default=0):04d}.json"
        table = {"adjustments": to_json(adjustments), "measured": dict(measured), "before": self.live_name()}
        _replace(path, json.dumps(table, ensure_ascii=False, indent=1))
        _replace(self._folder / LIVE, path.name)
        return path

    def measured(self) -> dict[str, dict[str, object]]:
        """What was measured when the one in use was made, by machine; nothing for the model as it ships or a damaged file."""
        try:
            found = json.loads((self._folder / self.live_name()).read_text(encoding="utf-8"))["measured"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}

    def back(self) -> str:
        """Make live what was before the live one; its name, "" for the model as it ships. Raises UserError when that is live."""
        name = self.live_name()
        if not name:
            raise UserError(
                "The emotion model is as it ships: there is nothing to go back to.", "情绪模型为出厂状态，没有可退回的版本。"
            )
        try:
            before = str(json.loads((self._folder / name).read_text(encoding="utf-8"))["before"])
        except (OSError, ValueError, KeyError):
            before = ""  # a damaged file must not hold anybody: the shipped model is always there
        _replace(self._folder / LIVE, before)
        return before

    def live_name(self) -> str:
        """The name of the calibration in use; "" for the model as it ships."""
        try:
            return (self._folder / LIVE).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, also when the power goes."""
    part = path.with_suffix(path.suffix + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
