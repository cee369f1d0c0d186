"""`load(paths) -> Settings`: the one way settings are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hw.messages import Message, UserError
from recorder.settings import build, files
from recorder.settings.checks import check
from recorder.settings.sections import Settings


class SettingsError(UserError):
    """Everything wrong with the settings, in one error: `problems` has a line each."""

    def __init__(self, problems: Sequence[Message]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(["The settings have errors; nothing was started:", *(f"  {problem.en}" for problem in problems)]),
            "\n".join(["设置有误，未启动：", *(f"  {problem.zh}" for problem in problems)]),
        )


def load(paths: Sequence[Path] = (), drafts: Mapping[Path, str] | None = None) -> Settings:
    """Read the settings files and their drop-ins (callbox.toml, then callbox.d/*.toml in name order).

    Without `paths`: the file CALLBOX_CONFIG names, else /etc/callbox/callbox.toml, else the defaults. drafts: what the settings
    would be if these files said this, for whoever wants to know before writing. Raises SettingsError with everything that is wrong.
    """
    chosen, problems = files.chosen_paths(paths, drafts)
    entries = files.read(chosen, build.list_names(), drafts)
    settings, mistakes = build.build(entries)
    problems += mistakes + check(settings, entries)
    if problems:
        raise SettingsError(problems)
    return settings
