"""What a model consists of: the manifest that ships, and the record that is written beside a model that came from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analyzer.progress import Progress
from hw.messages import UserError

MANIFEST = Path(__file__).parent / "models.toml"
RECORD = "callbox-model.json"
_PIECE = 1 << 20  # bytes read at a time
_LANGUAGES = {"cn": "zh", "zh": "zh", "en": "en", "ko": "ko"}


@dataclass(frozen=True)
class ModelFile:
    """A file of a model. path: in the model's folder. sources: paths in the packages that are joined to make it."""

    path: str
    sha256: str
    bytes: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """engine: "whisper" or "vosk". language: "any", or the only one it knows. packages: PyPI requirements it is made of."""

    name: str
    engine: str
    language: str
    files: tuple[ModelFile, ...]
    packages: tuple[str, ...] = ()
    licence: str = ""

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return sum(file.bytes for file in self.files)


@cache
def manifest() -> dict[str, Model]:
    """The models known by name."""
    entries = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["model"]
    return {entry["name"]: _from_entry(entry) for entry in entries}


def _from_entry(entry: dict[str, object]) -> Model:
    listed = entry["file"]
    packages = entry["packages"]
    assert isinstance(listed, list) and isinstance(packages, list)
    files = tuple(ModelFile(f["path"], f["sha256"], f["bytes"], tuple(f["from"])) for f in listed)
    return Model(str(entry["name"]), str(entry["engine"]), str(entry["language"]), files, tuple(packages), str(entry["licence"]))


def describe(folder: Path, name: str, progress: Progress) -> Model:
    """Look at a model's folder: which engine it is for, and the digest of every file. Raises UserError when it is no model."""
    if (folder / "am" / "final.mdl").is_file() or (folder / "final.mdl").is_file():
        engine = "vosk"
    elif (folder / "model.bin").is_file() and (folder / "config.json").is_file():
        engine = "whisper"
    else:
        raise UserError(
            f"{name} holds no model: a Vosk model has am/final.mdl, a Whisper model for CTranslate2 model.bin and config.json",
            f"{name} 中没有模型:Vosk 模型应含 am/final.mdl,CTranslate2 的 Whisper 模型应含 model.bin 和 config.json",
        )
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    total, done, files = sum(path.stat().st_size for path in paths), 0, []
    for path in paths:
        files.append(ModelFile(path.relative_to(folder).as_posix(), sha256(path), path.stat().st_size))
        done += files[-1].bytes
        progress(done, total)
    return Model(name, engine, "any" if engine == "whisper" else _language(name), tuple(files))


def _language(name: str) -> str:
    """The language in a Vosk model's name (vosk-model-small-cn-0.22); "unknown" when it says none."""
    parts = re.split(r"[-_.]", name.lower())
    return next((_LANGUAGES[part] for part in parts if part in _LANGUAGES), "unknown")


def write_record(model: Model, folder: Path) -> None:
    """Keep a model's description in its folder, so that it can be verified later."""
    record = {
        "name": model.name,
        "engine": model.engine,
        "language": model.language,
        "files": {file.path: [file.sha256, file.bytes] for file in model.files},
    }
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")


def installed_in(folder: Path) -> Model | None:
    """The model in a folder: by its record, else by the manifest; None when it is none of callbox's."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = tuple(ModelFile(path, digest, size) for path, (digest, size) in record["files"].items())
        return Model(record["name"], record["engine"], record["language"], files)
    except FileNotFoundError:
        return manifest().get(folder.name)
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return None


def faults(model: Model, folder: Path, progress: Progress) -> Iterator[tuple[str, str]]:
    """The files that are not as they should be: (path, "missing" or "changed")."""
    done = 0
    for file in model.files:
        path = folder / file.path
        if not path.is_file():
            yield file.path, "missing"
        elif path.stat().st_size != file.bytes or sha256(path) != file.sha256:
            yield file.path, "changed"
        done += file.bytes
        progress(done, model.bytes)


def sha256(path: Path) -> str:
    """Hexadecimal digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
