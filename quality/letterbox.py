"""Requests of a service without rights to one that has them: files in a folder that only the asker may write, answered beside them.

Who answers runs as root and trusts nobody: only a plain file that belongs to the folder's own user, has no second name, is no link
and is not too long is read, and nothing of it is believed that was not looked at.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.messages import UserError
from recorder.ids import new_id

LARGEST = 4096
"""Bytes of a request that are read, unless who answers says otherwise."""


def leave(folder: Path, document: Mapping[str, Any], name: str = "") -> str:
    """Put a request into the folder, whole; its name. Raises OSError."""
    name = name or new_id(time.time())
    spare = folder / f"{name}.new"
    spare.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    spare.replace(folder / f"{name}.json")
    return name


def waits(folder: Path, name: str) -> bool:
    """Whether nobody has taken the request up yet."""
    return (folder / f"{name}.json").exists()


def take_back(folder: Path, name: str) -> None:
    """Nobody is to answer it any more."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def answered(folder: Path) -> list[str]:
    """The names of requests whose answers lie there, oldest first."""
    return sorted(path.stem for path in folder.glob("*.answer"))


def answer_to(folder: Path, name: str) -> dict[str, Any] | None:
    """The answer; None while there is none. It stays until `forget`."""
    try:
        said = json.loads((folder / f"{name}.answer").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return dict(said)


def forget(folder: Path, name: str) -> None:
    """The answer has been taken note of."""
    (folder / f"{name}.answer").unlink(missing_ok=True)


def requests(folder: Path) -> list[Path]:
    """What waits, oldest first."""
    return sorted(folder.glob("*.json"))


def read(path: Path, largest: int = LARGEST) -> Any:
    """A request's document. Raises UserError, with why, for whatever should not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            facts, folder = os.fstat(descriptor), path.parent.lstat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
                raise _no_request("no plain file of its own")
            if facts.st_uid != folder.st_uid:
                raise _no_request(f"it is user {facts.st_uid}'s, not {folder.st_uid}'s")
            data = file.read(largest + 1)
        if len(data) > largest:
            raise _no_request(f"longer than {largest} bytes")
        return json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise _no_request(type(error).__name__) from error


def _no_request(why: str) -> UserError:
    return UserError(f"This is no request ({why}).", f"请求无效（{why}）。")


def answer(path: Path, document: Mapping[str, Any]) -> None:
    """Take the request away and put the answer in its place, for the folder's user to read. Whatever lay there is gone afterwards:
    what stayed would be looked at again for ever."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        path.rename(path.with_suffix(".refused"))
    spare = path.with_suffix(".answer-new")
    folder = path.parent.stat()
    # Made anew, and given away while it is open: whoever owns the folder could have put a link in its place.
    spare.unlink(missing_ok=True)
    descriptor = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
        json.dump(document, file, ensure_ascii=False)
    spare.replace(path.with_suffix(".answer"))
