"""Copying files so that a power cut leaves the old one or the new one, hashed on the way."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
from contextlib import suppress
from pathlib import Path

from console.backup.manifest import BLOCK_BYTES, Kept


def copy(source: Path, target: Path) -> Kept:
    """Copy a file. Raises OSError; FileNotFoundError when the source is gone."""
    with source.open("rb") as file:
        facts = os.fstat(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        spare = target.with_name(f"{target.name}.new")
        digest, size = hashlib.sha256(), 0
        with spare.open("wb") as out:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                size += out.write(block)
            out.flush()
            os.fsync(out.fileno())
    spare.replace(target)
    return kept(facts, size, digest.hexdigest())


def kept(facts: os.stat_result, size: int, sha256: str) -> Kept:
    """A file's line in the manifest."""
    return Kept(size, sha256, facts.st_mtime_ns, facts.st_mode & 0o7777, _owner(facts.st_uid), _group(facts.st_gid))


def dress(path: Path, wanted: Kept) -> None:
    """Give a restored file the mode and time it had, and its owner as far as this box knows the name and the caller may."""
    with suppress(KeyError, PermissionError):
        os.chown(path, pwd.getpwnam(wanted.owner).pw_uid, grp.getgrnam(wanted.group).gr_gid)
    path.chmod(wanted.mode)
    os.utime(path, ns=(wanted.mtime_ns, wanted.mtime_ns))


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return ""
