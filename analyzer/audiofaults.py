"""What can be wrong with an audio file before a sample is read: each fault as a message that says what to do."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from hw.messages import UserError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


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
        raise UserError(f"{path} is empty (0 bytes): the recording was never written", f"{path} 是空文件(0 字节):录音未写入")


def mended(path: Path) -> MendedWav | None:
    """A WAV file whose header disagrees with its length, as if it had been closed properly: the writer stopped before it could
    write the size (data size 0, or more than there is), and all its audio is there. None for every other file."""
    with path.open("rb") as file:
        claimed = _data_size(file)
        here = file.tell()
        whole = file.seek(0, io.SEEK_END)
    if claimed is None or not (claimed > whole - here or (claimed == 0 and whole > here)):
        return None
    return MendedWav(path, {4: whole - 8, here - 4: whole - here})


class MendedWav(io.RawIOBase):
    """A file with some of its 32-bit numbers replaced as it is read. numbers: by position, in bytes from the start."""

    def __init__(self, path: Path, numbers: dict[int, int]) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._patches = {at: struct.pack("<I", min(number, 0xFFFFFFFF)) for at, number in numbers.items()}

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As of any file."""
        return self._file.tell()

    def readinto(self, buffer: WriteableBuffer) -> int:
        """As of any file, with the numbers replaced."""
        start = self._file.tell()
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view)
        for at, number in self._patches.items():
            for place, byte in enumerate(number, at - start):
                if 0 <= place < count:
                    view[place] = byte
        return count

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        super().close()


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
