"""Documents that people change (sampling weights, targets): every change is a version, version 0 is what ships; and as files, TOML
with the version on top, so that nobody overwrites what somebody else has changed meanwhile."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.changes import record
from quality.differences import as_detail, differences
from quality.store import reading, writing
from recorder.times import to_text


@dataclass(frozen=True)
class Versions:
    """table: of review.db, with columns version, document, at and by. name: what people call the document. action, subject: of the
    entry in the change log. command: prints the document as a file."""

    table: str
    name: Message
    action: str
    subject: str
    command: str

    def current(self, store: Path) -> tuple[int, dict[str, Any] | None]:
        """The version that holds and its document; (0, None) while it is the shipped one."""
        with reading(store) as connection:
            sql = f"SELECT version, document FROM review.{self.table} ORDER BY version DESC LIMIT 1"  # noqa: S608  a name of ours
            row = connection.execute(sql).fetchone()
        return (row["version"], json.loads(row["document"])) if row else (0, None)

    def get(self, store: Path, version: int) -> dict[str, Any] | None:
        """The document of a version; None for the shipped one, 0, and one that never was."""
        with reading(store) as connection:
            sql = f"SELECT document FROM review.{self.table} WHERE version = ?"  # noqa: S608  a name of ours
            row = connection.execute(sql, (version,)).fetchone()
        return json.loads(row["document"]) if row else None

    def keep(
        self, store: Path, document: Mapping[str, Any], by: str, based_on: int, shipped: Mapping[str, Any] | None = None
    ) -> int:
        """Keep a document as the next version, which is returned. based_on: the version the person had before them. shipped:
        version 0, so that the log can say what differs from it. Raises UserError when somebody else has made another meanwhile."""
        with writing(store) as database:
            held: int = database.execute(f"SELECT coalesce(max(version), 0) FROM {self.table}").fetchone()[0]  # noqa: S608
            if held != based_on:
                raise UserError(
                    f"Somebody else has changed the {self.name.en} meanwhile. Look at theirs, then change again.",
                    f"其间已有他人修改{self.name.zh}，请查看后再修改。",
                )
            before = self._document(database, held) or dict(shipped or {})
            found = differences(before, json.loads(json.dumps(document)))
            row = (held + 1, json.dumps(document, ensure_ascii=False), to_text(time.time()), by)
            database.execute(f"INSERT INTO {self.table} VALUES (?, ?, ?, ?)", row)  # noqa: S608
            record(database, by, self.action, self.subject, {"version": held + 1, "differences": as_detail(found)})
        return held + 1

    def _document(self, database: Database, version: int) -> dict[str, Any] | None:
        sql = f"SELECT document FROM {self.table} WHERE version = ?"  # noqa: S608  a name of ours
        row = database.execute(sql, (version,)).fetchone()
        return json.loads(row[0]) if row else None

    def read_file(self, text: str) -> tuple[int, dict[str, Any]]:
        """The version a file was made from, and its document. Raises UserError when it is no such file."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UserError(f"The file is not TOML: {error}.", f"文件不是有效的 TOML：{error}。") from error
        version = document.pop("version", None)
        if not isinstance(version, int):
            raise UserError(
                f"The first line, version = …, is missing: start from `{self.command}`.",
                f"缺少首行 version = …，请先用 {self.command} 导出后修改。",
            )
        return version, document


def version_line(version: int) -> str:
    """The first line of such a file."""
    return f"version = {version} # leave this line as it is 请勿改动本行\n"
