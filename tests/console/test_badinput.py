"""Bad input to every command: a clear message in both languages, exit status 2, nothing lost, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recorder.settings.sections import Settings, Store
from recorder.store.reader import CallReader
from tests.console import badaudio
from tests.console.command import answer, callbox, environment, refused, written
from tests.quality.factory import fill


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    badaudio.make(folder)
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return written(Settings(store=Store(str(tmp_path / "store"), min_free_mb=0)), tmp_path)


@pytest.fixture
def filled(tmp_path: Path, config: Path) -> Path:
    fill(tmp_path / "store", 20)
    return config


@pytest.mark.parametrize("name", badaudio.REFUSED)
def test_what_is_no_call_is_not_analysed(sounds: Path, name: str) -> None:
    said = refused("analyze", sounds / name)
    assert badaudio.REFUSED[name] in said and name in said


def test_a_folder_is_not_analysed(sounds: Path) -> None:
    assert "is a folder" in refused("analyze", sounds)


def test_replay_tells_every_bad_file_and_records_the_good_ones(sounds: Path, config: Path, tmp_path: Path) -> None:
    good = ["whole.wav", "truncated.flac", "fast.wav", "truncated.wav"]
    done = callbox("replay", "--config", config, "--speed", 100, *(sounds / name for name in [*badaudio.REFUSED, *good]))
    assert done.returncode == 2
    for name, words in badaudio.REFUSED.items():
        assert any(name in line and words in line for line in done.stderr.splitlines())
    assert [Path(line.split("  ")[1]).name for line in done.stdout.splitlines()[: len(good)]] == good
    with CallReader(tmp_path / "store") as reader:
        lengths = {Path(call.source).name: call.duration_s for call in reader.calls_between(0, 9e9)}
    assert lengths["whole.wav"] == 20.0 and lengths["fast.wav"] == pytest.approx(20.0, abs=0.01)
    assert lengths["truncated.wav"] == pytest.approx(10.0, abs=0.01)
    assert (lengths["truncated.flac"] or 0) > 5


def test_a_missing_model_is_told_with_the_command_that_installs_it(sounds: Path, tmp_path: Path) -> None:
    said = refused("analyze", sounds / "whole.wav", CALLBOX_MODELS=str(tmp_path))
    assert "callbox models install whisper-base" in said


def test_verify_says_when_there_is_no_model(tmp_path: Path) -> None:
    done = callbox("models", "verify", CALLBOX_MODELS=str(tmp_path))
    assert done.returncode == 1 and "no model is installed" in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no such settings file"),
        ("[stoer]\n", "did you mean store"),
        ('[web]\nport = "x"\n', "port must be a whole number"),
        ("what is this", "not valid TOML"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    path = tmp_path / "wrong.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for command in (["status"], ["doctor"], ["users", "list"]):
        assert words in refused(*command, "--config", path)


@pytest.mark.parametrize(
    ("week", "out", "words"),
    [
        ("2026-W99", "a.xlsx", "no week 99"),
        ("last", "a.xlsx", "is no week"),
        ("2026-W47", "a.doc", ".xlsx"),
        ("2026-W47", "nowhere/a.xlsx", "cannot be written"),
        ("2026-W47", "nowhere/a.csv", "cannot be written"),
    ],
)
def test_an_export_that_cannot_be_says_why(filled: Path, tmp_path: Path, week: str, out: str, words: str) -> None:
    assert words in refused("export", "weekly", "--week", week, "--out", tmp_path / out, "--config", filled)
    assert not (tmp_path / out).exists()


def test_nothing_recorded_is_no_empty_report(config: Path, tmp_path: Path) -> None:
    said = refused("export", "weekly", "--week", "2026-W47", "--out", tmp_path / "a.xlsx", "--config", config)
    assert "nothing was recorded" in said


def test_damaged_databases_are_told_and_left_alone(filled: Path, tmp_path: Path) -> None:
    for name in ("calls.db", "analysis.db", "review.db"):
        (tmp_path / "store" / name).write_bytes(b"no database" * 500)
    status = callbox("status", "--config", filled)
    assert status.returncode == 0 and status.stdout.count("PROBLEM") == 2
    assert len(answer(callbox("status", "--json", "--config", filled))["problems"]) == 2
    doctor = callbox("doctor", "--config", filled)
    assert doctor.returncode == 2 and "calls.db cannot be read" in " ".join(doctor.stdout.split())
    assert "cannot be used" in refused("export", "weekly", "--week", "2026-W47", "--out", tmp_path / "a.csv", "--config", filled)
    assert "cannot be used" in refused("users", "list", "--config", filled)
    assert (tmp_path / "store" / "calls.db").read_bytes() == b"no database" * 500


def test_passwords_and_names_are_checked_before_anything_is_kept(config: Path) -> None:
    add = ["users", "add", "lily", "--role", "admin", "--config", config]
    assert "10 to 128 characters" in callbox(*add, given="short\n").stderr
    assert callbox(*add, given="a pond of lilies\n").returncode == 0
    assert "already" in callbox(*add, given="a pond of lilies\n").stderr
    assert "no user" in callbox("users", "passwd", "rose", "--config", config, given="a pond of roses\n").stderr
    assert "no user" in callbox("users", "disable", "rose", "--config", config).stderr
    listed = callbox("users", "list", "--config", config).stdout.splitlines()
    assert len(listed) == 2 and listed[1].split() == ["lily", "administrator", "active"]


def test_accounts_are_for_the_services_group_and_nobody_else(config: Path, tmp_path: Path) -> None:
    callbox("users", "add", "lily", "--role", "admin", "--config", config, given="a pond of lilies\n")
    assert (tmp_path / "store" / "review.db").stat().st_mode & 0o777 == 0o660


MANIFESTS = {
    "asr": {
        "": "path,text",
        "path\nx.wav\n": "path,text",
        "path,text\n": "no rows",
        "path,text\nmissing.wav,你好\n": "missing.wav",
        "path,text\nwhole.wav,\n": "text is empty",
    },
    "emotion": {
        "": "path,label,speaker",
        "path\nx.wav\n": "path,label,speaker",
        "path,label,speaker\n": "rows",
        "path,label,speaker\nmissing.wav,angry,a\n": "missing.wav",
        "path,label,speaker\nwhole.wav,furious,a\n": "furious",
        "path,label,speaker\ntext.wav,angry,a\n": "text.wav",
    },
}


@pytest.mark.parametrize(("subject", "text"), [(subject, text) for subject, texts in MANIFESTS.items() for text in texts])
def test_a_manifest_that_cannot_be_used_says_what_is_wrong(sounds: Path, subject: str, text: str) -> None:
    manifest = sounds / "manifest.csv"
    manifest.write_text(text, encoding="utf-8")
    more = ["--language", "zh"] if subject == "asr" else []
    assert MANIFESTS[subject][text] in refused("evaluate", subject, manifest, *more)


@pytest.mark.parametrize("subject", MANIFESTS)
def test_a_manifest_that_is_not_there_or_no_text(tmp_path: Path, subject: str) -> None:
    more = ["--language", "zh"] if subject == "asr" else []
    assert "cannot be read" in refused("evaluate", subject, tmp_path / "none.csv", *more)
    (tmp_path / "binary.csv").write_bytes(b"\xff\x00\xfe" * 99)
    assert "cannot be read" in refused("evaluate", subject, tmp_path / "binary.csv", *more)


def test_evaluate_rules_says_what_a_folder_lacks(sounds: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none", sounds / "whole.wav"):
        assert "No labelled calls" in refused("evaluate", "rules", folder)
    (tmp_path / "a.wav").symlink_to(sounds / "empty.wav")
    for label, words in (("{bad", "cannot be read as JSON"), ("[]", "JSON object"), ('{"must": "opening"}', "must be a list")):
        (tmp_path / "a.json").write_text(label, encoding="utf-8")
        assert words in refused("evaluate", "rules", tmp_path)
    (tmp_path / "a.json").write_text('{"must": ["no such rule"]}', encoding="utf-8")
    assert "a.wav is empty" in refused("evaluate", "rules", tmp_path)


def test_a_demo_touches_nothing_it_cannot_use(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").touch()
    demo = ["demo", "--exit", "--store"]
    assert "is not a demo's" in refused(*demo, tmp_path / "mine")
    assert "cannot be used" in refused(*demo, tmp_path / "file")
    assert "cannot be made" in refused(*demo, "/proc/none")
    assert "--speed" in refused(*demo, tmp_path / "new", "--speed", "0")
    assert "--speed" in refused(*demo, tmp_path / "new", "--speed", "nan")
    assert "shoes_perfect" in refused(*demo, tmp_path / "new", "--calls", "shoes_imperfect")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_reader_that_goes_away_is_no_error(filled: Path) -> None:
    command = [sys.executable, "-m", "console", "status", "--json", "--config", str(filled)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert running.wait(60) == 128 + signal.SIGPIPE
    assert running.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_told(filled: Path) -> None:
    command = [sys.executable, "-m", "console", "status", "--config", str(filled)]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False)
    assert done.returncode == 2 and "No space left" in done.stderr and "Traceback" not in done.stderr


def test_a_terminal_without_chinese_shows_question_marks(filled: Path) -> None:
    command = [sys.executable, "-m", "console", "status", "--config", str(filled)]
    surroundings = environment(CALLBOX_LANG="zh", PYTHONIOENCODING="ascii")
    done = subprocess.run(command, capture_output=True, env=surroundings, check=False)
    assert (done.returncode, done.stderr) == (0, b"") and b"??" in done.stdout
    done = subprocess.run([*command, "--json"], capture_output=True, env=surroundings, check=False)
    assert json.loads(done.stdout.decode("ascii"))["calls"]


def test_without_any_locale_the_answer_is_english(filled: Path) -> None:
    command = [sys.executable, "-m", "console", "status", "--config", str(filled)]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 0 and "recorder" in done.stdout


def test_ctrl_c_stops_with_a_word(sounds: Path, config: Path) -> None:
    command = [sys.executable, "-m", "console", "replay", "--speed", "0.1", "--config", str(config), str(sounds / "whole.wav")]
    # A shell's background job is born deaf to Ctrl-C, and its children are: not what is asked here, even if the tests are one.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    signal.signal(signal.SIGINT, before)
    time.sleep(1.5)  # somewhere between the first import and the first second of audio: wherever it is, the answer is the same
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "callbox: stopped"
