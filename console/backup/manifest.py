"""What a backup holds: one JSON file in its folder, written last and whole, that names every file with its size and hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hw.messages import UserError

NAME = "callbox-backup.json"
FORMAT = 1
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A file of the backup. size: bytes. sha256: hexadecimal. mtime_ns: of the file on the box, by which one that has not
    changed is known. mode: permission bits. owner, group: names, "" when the box had none."""

    size: int
    sha256: str
    mtime_ns: int
    mode: int
    owner: str = ""
    group: str = ""


@dataclass(frozen=True)
class Manifest:
    """made_at: UTC instant as text. site: the box's name. files: by path within the backup, with forward slashes. skipped: files
    that were gone before they could be copied (deleted by retention meanwhile)."""

    made_at: str
    site: str
    files: Mapping[str, Kept] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()


def read(folder: Path) -> Manifest:
    """The folder's manifest. Raises UserError when there is none, or none that this version reads."""
    path = folder / NAME
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["format"] != FORMAT:
            raise _foreign(path)
        files = {name: Kept(**values) for name, values in document["files"].items()}
        return Manifest(document["made_at"], document["site"], files, tuple(document["skipped"]))
    except FileNotFoundError:
        raise UserError(
            f"{folder} holds no finished backup: {NAME} is missing. Name the folder given to callbox backup.",
            f"{folder} 中没有完整的备份（缺少 {NAME}）。请给出 callbox backup 使用的目录。",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _foreign(path) from error


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the folder's manifest; a power cut leaves the old one or the new one."""
    files = {name: asdict(kept) for name, kept in sorted(manifest.files.items())}
    document = {"format": FORMAT, **asdict(manifest), "files": files}
    spare = folder / f"{NAME}.new"
    with spare.open("w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    spare.replace(folder / NAME)


def sha256(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _foreign(path: Path) -> UserError:
    return UserError(
        f"{path} is damaged, or of another version of callbox. Use the version that made it, or another backup.",
        f"{path} 已损坏，或由其他版本的 callbox 生成。请使用生成它的版本，或换一份备份。",
    )
