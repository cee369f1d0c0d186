"""Models from an address: over real sockets on the loopback, from a server that breaks off, refuses, changes its mind."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from analyzer import modeldownload, models
from hw.messages import UserError


class Server(BaseHTTPRequestHandler):
    """Serves `content`; each of `breaks` ends one answer after so many bytes. ranges: what was asked for."""

    content: ClassVar[bytes] = b""
    etag: ClassVar[str] = '"one"'
    breaks: ClassVar[list[int]] = []
    ranges: ClassVar[list[str]] = []
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        wanted, mine = self.headers.get("Range", ""), type(self)
        mine.ranges.append(wanted)
        if mine.status != 200 or "missing" in self.path:
            self.send_error(mine.status if mine.status != 200 else 404)
            return
        first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.headers["If-Range"] == mine.etag else 0
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(mine.content) - 1}/{len(mine.content)}")
        self.send_header("ETag", mine.etag)
        self.send_header("Content-Length", str(len(mine.content) - first))
        self.end_headers()
        rest = mine.content[first:]
        self.wfile.write(rest[: mine.breaks.pop(0)] if mine.breaks else rest)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(models, "SYSTEM_FOLDER", tmp_path / "system")
    monkeypatch.setattr(modeldownload, "_WAIT_S", 0.0)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "models"


@pytest.fixture
def server() -> Iterator[type[Server]]:
    Server.content, Server.etag, Server.breaks, Server.ranges, Server.status = _archive(), '"one"', [], [], 200
    yield Server


@pytest.fixture
def url(server: type[Server]) -> Iterator[str]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), server)
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/models/vosk-model-small-cn-0.22.zip"
    listening.shutdown()
    thread.join()
    listening.server_close()


def _archive(model: bytes = b"acoustic model" * 5000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("vosk-model-small-cn-0.22/am/final.mdl", model)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _left(where: Path) -> list[str]:
    return sorted(path.name for path in where.iterdir())


def test_a_model_is_fetched_checked_and_installed(where: Path, server: type[Server], url: str) -> None:
    told: list[tuple[float, float]] = []
    folder = models.install(url, where, lambda done, total: told.append((done, total)), _digest(server.content))
    assert folder == where / "vosk-model-small-cn-0.22"
    assert models.language_of(folder) == "zh"
    assert models.verify(where) == []
    assert (len(server.content), len(server.content)) in told
    assert _left(where) == ["vosk-model-small-cn-0.22"]


def test_a_broken_connection_is_taken_up_where_it_broke(where: Path, server: type[Server], url: str) -> None:
    server.breaks = [1000, 2000]
    models.install(f"{url}#sha256={_digest(server.content)}", where)
    assert server.ranges == ["", "bytes=1000-", "bytes=3000-"]
    assert models.verify(where) == []


def test_the_next_run_goes_on_where_the_last_gave_up(where: Path, server: type[Server], url: str) -> None:
    server.breaks = [1000, 0, 0, 0, 0]
    with pytest.raises(UserError, match=r"broke off; 0\.0 MB are kept and gone on from"):
        models.install(url, where, digest=_digest(server.content))
    server.ranges.clear()
    models.install(url, where, digest=_digest(server.content))
    assert server.ranges == ["bytes=1000-"]
    assert _left(where) == ["vosk-model-small-cn-0.22"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(where: Path, server: type[Server], url: str) -> None:
    server.breaks = [1000, 0, 0, 0, 0]
    with pytest.raises(UserError):
        models.install(url, where, digest=_digest(server.content))
    server.content, server.etag = _archive(b"another model"), '"two"'
    folder = models.install(url, where, digest=_digest(server.content))
    assert (folder / "am" / "final.mdl").read_bytes() == b"another model"


def test_the_wrong_file_is_refused_and_thrown_away(where: Path, url: str) -> None:
    with pytest.raises(UserError, match="is not the one wanted"):
        models.install(url, where, digest="0" * 64)
    assert [p for p in where.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(("status", "wanted"), [(404, "there is no such file"), (403, "the server refuses"), (503, "refuses")])
def test_a_refusal_is_told(where: Path, server: type[Server], url: str, status: int, wanted: str) -> None:
    server.status = status
    with pytest.raises(UserError, match=wanted):
        models.install(url, where, digest="0" * 64)
    assert len(server.ranges) == 1
    assert _left(where) == []


def test_no_network_is_told_with_the_way_out(where: Path) -> None:
    with pytest.raises(UserError, match="bring the file here") as told:
        models.install("http://127.0.0.1:1/model.zip", where, digest="0" * 64)
    assert "复制到本机" in told.value.message.zh
    assert _left(where) == []


def test_no_room_is_told_before_anything_is_fetched(
    where: Path, server: type[Server], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(UserError, match="0 MB are free: free some space"):
        models.install(url, where, digest=_digest(server.content))
    assert [p.stat().st_size for p in where.rglob("part")] == []


def test_an_archive_that_would_fill_the_disk_is_refused(where: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vosk-cn.zip").write_bytes(_archive(b"0" * 3_000_000))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 8, 2_000_000))
    with pytest.raises(UserError, match="3 MB are needed, 2 MB are free: free some space"):
        models.install(str(tmp_path / "vosk-cn.zip"), where)
    assert _left(where) == []


def test_what_is_no_archive_is_refused(where: Path, server: type[Server], url: str) -> None:
    server.content = b"<html>Please log in</html>"
    with pytest.raises(UserError, match="cannot be unpacked"):
        models.install(url, where, digest=_digest(server.content))
    assert _left(where) == []


def test_plain_http_needs_a_digest_and_a_digest_its_form(where: Path) -> None:
    with pytest.raises(UserError, match="use https, or add --sha256"):
        models.install("http://example.com/model.zip", where)
    with pytest.raises(UserError, match="64 hexadecimal digits"):
        models.install("https://example.com/model.zip", where, digest="abc")
    assert not where.exists()


def test_a_file_given_with_a_digest_is_checked_too(where: Path, tmp_path: Path) -> None:
    archive = tmp_path / "vosk-cn.zip"
    archive.write_bytes(_archive())
    with pytest.raises(UserError, match="is not the one wanted"):
        models.install(str(archive), where, digest="0" * 64)
    assert models.install(str(archive), where, digest=_digest(archive.read_bytes())).name == "vosk-cn"
