"""What can be wrong with an audio file before a sample is read: each fault as a message that says what to do."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from hw.messages import UserError


def recognise(path: Path) -> None:
    """Raise UserError when `path` cannot be an audio file at all: missing, a folder, no permission, empty."""
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder: name an audio file in it", f"{path} 是文件夹:请指定其中的音频文件")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} does not exist: check the name", f"{path} 不存在:请检查文件名") from None
    except PermissionError:
        raise UserError(
            f"{path} may not be read: give this user the right to read it", f"无权读取 {path}:请为当前用户授予读取权限"
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", f"无法读取 {path}({error.strerror})") from None
    if size == 0:
        raise UserError(
            f"{path} is empty (0 bytes): the recording was never written", f"{path} 是空文件(0 字节):录音未写入"
        )


def cut_off(path: Path) -> bool:
    """Whether a WAV file's header disagrees with its length: the writer stopped before it could write the size (data size 0, or
    more than there is). The audio is intact; libsndfile reads to the end of the file. Other formats: False."""
    with path.open("rb") as file:
        size = _data_size(file)
        here = file.tell()
        file.seek(0, 2)
        rest = file.tell() - here
    return size is not None and (size > rest or (size == 0 and rest > 0))


def _data_size(file: BinaryIO) -> int | None:
    """The size the WAV's data chunk claims, the file standing at its first sample; None when this is no WAV with a data chunk.
    Chunks are walked, not searched for: the letters "data" may stand anywhere."""
    header = file.read(12)
    if header[:4] != b"RIFF" or header[8:] != b"WAVE":
        return None
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            return int(size)
        file.seek(size + size % 2, 1)
    return None
