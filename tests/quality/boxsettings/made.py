"""A box with a settings file, and each way a change can get into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from quality.boxsettings.book import BoxSettings
from quality.boxsettings.carrying import Carrier, Direct, Helper, serve
from quality.boxsettings.dropin import Place
from quality.changes import Change, list_changes
from recorder.settings.loader import load


@dataclass
class SettingsBox:
    """store, config: its own. requests: what the web service's unit would have as RuntimeDirectory. now: what its clock says."""

    folder: Path
    way: str = "direct"
    now: float = 1_764_000_000.0
    asleep: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store, self.requests = self.folder / "store", self.folder / "run-web"
        self.config = self.folder / "callbox.toml"
        for folder in (self.store, self.requests):
            folder.mkdir(parents=True)
        text = '# what the technician wrote\n[site]\nname = "云帆客服"\n[store]\npath = "{}"\n[[line]]\nname = "A1"\n'
        text += 'device = "tap"\nchannels = [0, 1]\n[[device]]\nname = "tap"\n[retention]\ndays = 180\n'
        self.config.write_text(text.format(self.store), "utf-8")
        self.place = Place((self.config,))

    def carrier(self) -> Carrier:
        return Direct(self.place) if self.way == "direct" else Helper(self.requests)

    def serve(self) -> int:
        """The helper, as its service would run it."""
        return serve(self.place, self.requests)

    def book(self, carrier: Carrier | None = None, *, served: bool = True) -> BoxSettings:
        """The pages' side. served: while it waits, the helper comes by."""
        def sleep(_seconds: float) -> None:
            if served:
                self.serve()

        return BoxSettings(self.store, load([self.config]), self.place, carrier or self.carrier(), sleep, lambda: self.now)

    def log(self) -> list[Change]:
        """Of changes, newest first."""
        return list_changes(self.store)
