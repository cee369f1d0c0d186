"""Changes of a rule that are not live yet: each a whole rulebook beside the live one, to be tried on past calls and then adopted.

<store>/rulebooks/drafts/<id>/book/*.toml   the rulebook as it would be
<store>/rulebooks/drafts/<id>/draft.json    whose change it is, of which rule, and what was live then
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.rules.editing import Entry, entries, write_changed
from analyzer.rules.library import FOLDER, Rulebooks, make_folder, shared
from hw.messages import UserError
from recorder.ids import new_id
from recorder.times import to_text


@dataclass(frozen=True)
class Draft:
    """based_on: digest of the rulebook that was live. before, after: the rule as data; None where it is new, or taken out. at: UTC.
    by: user name."""

    id: str
    rule: str
    by: str
    at: str
    based_on: str
    before: Entry | None
    after: Entry | None


class Drafts:
    """The drafts of one store."""

    def __init__(self, rulebooks: Rulebooks) -> None:
        self._rulebooks = rulebooks
        self._folder = rulebooks.store / FOLDER / "drafts"

    def make(self, rule_id: str, entry: Entry | None, by: str, now: float) -> Draft:
        """Keep a change of the live rulebook. Raises UserError naming everything wrong with it, and when it changes nothing."""
        live = self._rulebooks.live_path()
        before = entries(live).get(rule_id)
        if before == entry:
            raise UserError("Nothing has been changed.", "没有任何改动。")
        draft = Draft(new_id(now), rule_id, by, to_text(now), self._rulebooks.live().digest, before, entry)
        place = self._folder / draft.id
        make_folder(place)
        try:
            write_changed(live, place / "book", rule_id, entry)
        except UserError as error:
            shutil.rmtree(place)
            raise _told(error, place / "book") from error
        shared(place / "book")
        for file in (place / "book").iterdir():
            shared(file)
        (place / "draft.json").write_text(json.dumps(asdict(draft), ensure_ascii=False), "utf-8")
        shared(place / "draft.json")
        return draft

    def list(self) -> list[Draft]:
        """All drafts, the newest first."""
        if not self._folder.is_dir():
            return []
        found = [self.get(place.name) for place in sorted(self._folder.iterdir(), reverse=True)]
        return [draft for draft in found if draft is not None]

    def get(self, draft_id: str) -> Draft | None:
        """The draft of that id, None when it is gone."""
        if not re.fullmatch(r"[0-9a-f-]{36}", draft_id):
            return None
        try:
            return Draft(**json.loads((self._folder / draft_id / "draft.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def path(self, draft: Draft) -> Path:
        """The rulebook as it would be."""
        return self._folder / draft.id / "book"

    def drop(self, draft: Draft) -> None:
        """Forget it."""
        shutil.rmtree(self._folder / draft.id, ignore_errors=True)

    def is_stale(self, draft: Draft) -> bool:
        """Whether another rulebook has gone live since it was made."""
        return draft.based_on != self._rulebooks.live().digest


def _told(error: UserError, folder: Path) -> UserError:
    """Without the first line, which names a folder that is gone."""
    lines = (error.message.en.partition("\n")[2], error.message.zh.partition("\n")[2])
    en, zh = (
        text.replace(f"{folder}/", "") or whole for text, whole in zip(lines, (error.message.en, error.message.zh), strict=True)
    )
    return UserError(en, zh)
