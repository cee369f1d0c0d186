"""A model's archive from an address: taken up where it broke off, checked, and told plainly when it cannot be had."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from analyzer.modelfiles import sha256
from analyzer.progress import Progress
from hw.messages import UserError

FOLDER = ".downloads"
"""Within the models' folder: what came so far of downloads that broke off, for the next try."""

_TIMEOUT_S = 30.0
_PIECE = 1 << 18  # bytes read at a time
_TRIES = 5  # in a row without a byte
_WAIT_S = 2.0
_GONE = {404, 410}


@dataclass(frozen=True)
class Address:
    """An http(s) address of an archive, and the SHA-256 it must have (hexadecimal; None: unknown)."""

    url: str
    digest: str | None

    @property
    def file_name(self) -> str:
        """The archive's own name, of which the model gets its."""
        return Path(unquote(urlsplit(self.url).path)).name or "model"


def address(what: str, digest: str | None) -> Address | None:
    """The address named by `what`, which may end in #sha256=…; None when it is none. Raises UserError for one that may not be
    used."""
    if not what.lower().startswith(("http://", "https://")):
        return None
    url, _, fragment = what.partition("#")
    given = (digest or (fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else "")).strip().lower()
    if given and (len(given) != 64 or set(given) - set("0123456789abcdef")):
        raise UserError("--sha256 needs 64 hexadecimal digits", "--sha256 需要 64 位十六进制数字")
    if not given and url.lower().startswith("http://"):
        raise UserError(
            "over http anybody on the way may change a file: use https, or add --sha256 with the digest its maker names",
            "http 传输的文件可能被篡改:请使用 https,或用 --sha256 给出发布者公布的校验值",
        )
    return Address(url, given or None)


def download(source: Address, where: Path, progress: Progress, sleep: Callable[[float], None] = time.sleep) -> Path:
    """The archive, complete and with the digest it must have, in a folder of its own below `where`/.downloads; the caller removes
    that folder. What came of a download that broke off stays there and is gone on from. Raises UserError; OSError for the disk."""
    place = where / FOLDER / hashlib.sha256(source.url.encode()).hexdigest()[:16]
    whole, part = place / source.file_name, place / "part"
    place.mkdir(parents=True, exist_ok=True)
    tries = 0
    while not whole.exists():
        before = _size(part)
        try:
            if _get(source, part, progress):
                part.rename(whole)
                break
            reason = "the connection broke off"
        except HTTPError as error:
            raise _refused(source, error) from None
        except (URLError, HTTPException, ConnectionError, TimeoutError) as error:
            reason = str(getattr(error, "reason", "") or error or type(error).__name__)
        tries = 1 if _size(part) > before else tries + 1
        if tries >= _TRIES:
            raise _unreachable(source, reason, _size(part))
        sleep(_WAIT_S)
    _check(source, whole)
    return whole


def sweep(where: Path) -> None:
    """Remove folders of downloads of which nothing came."""
    for place in (*(where / FOLDER).glob("*"), where / FOLDER):
        if place.is_dir() and not list(place.iterdir()):
            place.rmdir()


def _get(source: Address, part: Path, progress: Progress) -> bool:
    """One connection's worth of it, behind what is there; whether the file is complete now."""
    came = _size(part)
    request = Request(source.url, headers=_resuming(part, came))  # noqa: S310  address() lets only http and https through
    try:
        answer: HTTPResponse = urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310
    except HTTPError as error:
        if error.code == 416 and came:  # it is shorter now, or all of it was there
            part.unlink()
            return False
        raise
    with answer:
        goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {came}-")
        came = came if goes_on else 0
        length = answer.headers.get("Content-Length")
        total = came + int(length) if length else 0
        _room(part, total - came)
        _note(part, answer)
        with part.open("ab" if goes_on else "wb") as file:
            while piece := answer.read(_PIECE):
                file.write(piece)
                came += len(piece)
                progress(came, max(total, came))
    return not total or came == total


def _resuming(part: Path, came: int) -> dict[str, str]:
    """Asks for the rest, and for all of it should the file have changed meanwhile."""
    try:
        mark = json.loads(part.with_suffix(".mark").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        mark = ""
    return {"Range": f"bytes={came}-", "If-Range": mark} if came and mark else {}


def _note(part: Path, answer: HTTPResponse) -> None:
    """Keep by what the server knows this very file again; a weak ETag is no such thing (RFC 9110, 13.1.5)."""
    etag = answer.headers.get("ETag", "")
    mark = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
    part.with_suffix(".mark").write_text(json.dumps(mark), encoding="utf-8")


def _room(part: Path, wanted: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if wanted > free:
        raise UserError(
            f"{part.parent.parent.parent}: {wanted / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free: free some space or name "
            "another folder in [analysis] models",
            f"{part.parent.parent.parent}:需要 {wanted / 1e6:.0f} MB,仅剩 {free / 1e6:.0f} MB:请释放空间,或在 [analysis] models "
            "中指定其他文件夹",
        )


def _check(source: Address, whole: Path) -> None:
    found = sha256(whole)
    if source.digest and found != source.digest:
        shutil.rmtree(whole.parent)
        raise UserError(
            f"{source.url}: the file is not the one wanted (SHA-256 {found} instead of {source.digest}); it was thrown "
            "away. Check the digest and the address",
            f"{source.url}:文件与要求不符(SHA-256 为 {found},应为 {source.digest}),已丢弃。请核对校验值和地址",
        )


def _refused(source: Address, error: HTTPError) -> UserError:
    if error.code in _GONE:
        return UserError(
            f"{source.url}: there is no such file ({error.code}): check the address",
            f"{source.url}:没有该文件({error.code}):请核对地址",
        )
    return UserError(
        f"{source.url}: the server refuses ({error.code} {error.reason}): try later, or fetch the file "
        "elsewhere and name it instead",
        f"{source.url}:服务器拒绝({error.code} {error.reason}):请稍后再试,或在别处下载后以文件路径安装",
    )


def _unreachable(source: Address, reason: str, came: int) -> UserError:
    kept, kept_zh = (
        (f"; {came / 1e6:.1f} MB are kept and gone on from", f";已下载的 {came / 1e6:.1f} MB 将续传") if came else ("", "")
    )
    return UserError(
        f"{source.url} could not be downloaded: {reason}{kept}. Try again; without a network, bring the file "
        "here and name it instead",
        f"{source.url} 下载失败:{reason}{kept_zh}。请重试;没有网络时,可将文件复制到本机,再以该路径安装",
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
