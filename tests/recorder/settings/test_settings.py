"""callbox.toml: merging, names, types, values, and that the documentation names every setting."""

from __future__ import annotations

import argparse
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.settings import cli, files
from recorder.settings.build import list_names, section_types
from recorder.settings.loader import SettingsError, load
from recorder.settings.sections import Device, Settings, Site

GOOD = """
[site]
company = ["某某科技"]
[[device]]
name = "tap"
channels = 4
[[line]]
name = "1"
device = "tap"
channels = [0, 1]
[[agent]]
id = "1001"
name = "李晓敏"
[[assignment]]
agent = "1001"
line = "1"
since = "2026-11-01"
"""


def write(folder: Path, text: str, name: str = "callbox.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load([write(folder, text)])
    assert all(problem.zh and problem.zh != problem.en for problem in caught.value.problems)
    return [problem.en for problem in caught.value.problems]


def test_good_settings_read(tmp_path: Path) -> None:
    settings = load([write(tmp_path, GOOD)])
    assert settings.site.company == ("某某科技",)
    assert settings.line[0].channels == (0, 1)
    assert settings.store.min_free_mb == 200


def test_drop_ins_merge_in_name_order(tmp_path: Path) -> None:
    main = write(tmp_path, GOOD + "[web]\nport = 1000\nworkers = 3\n")
    write(tmp_path, '[[line]]\nname = "2"\ndevice = "tap"\nchannels = [2]\n[web]\nport = 3000', "callbox.d/20.toml")
    write(tmp_path, "[web]\nport = 2000", "callbox.d/10.toml")
    settings = load([main])
    assert (settings.web.port, settings.web.workers) == (3000, 3)
    assert [line.name for line in settings.line] == ["1", "2"]


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [site]
        langage = "zh"
        [stroe]
        path = "x"
        [web]
        port = "8080"
        [store]
        min_free_mb = true
        [analysis]
        beam = 2.5
        """,
    )
    assert len(found) == 5
    assert any("[site]" in line and "did you mean language?" in line for line in found)
    assert any("did you mean store?" in line for line in found)
    assert any("[web]: port must be a whole number" in line for line in found)
    assert any("min_free_mb" in line for line in found)
    assert any("beam" in line for line in found)


def test_an_error_names_the_drop_in_it_stands_in(tmp_path: Path) -> None:
    main = write(tmp_path, GOOD)
    write(tmp_path, "[web]\nport = 70000", "callbox.d/web.toml")
    with pytest.raises(SettingsError, match=r"web\.toml, \[web\]: port must be from 1 to 65535"):
        load([main])


LINE = '[[device]]\nname = "tap"\nchannels = 4\n[[line]]\nname = "1"\ndevice = "tap"\nchannels = [0, 1]\n'
AGENT = '[[agent]]\nid = "a"\nname = "A"\n[[agent]]\nid = "b"\nname = "B"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINE + '[[line]]\nname = "2"\ndevice = "tap"\nchannels = [1]', "1 of device 'tap' is used twice"),
        (LINE + '[[line]]\nname = "1"\ndevice = "tap"\nchannels = [2]', "name '1' is used twice"),
        (LINE + '[[line]]\nname = "2"\ndevice = "tap"\nchannels = [4]', "which has channels 0 to 3"),
        (LINE + '[[line]]\nname = "2"\ndevice = "tip"\nchannels = [2]', "known are: tap"),
        (LINE + '[[line]]\nname = "2"\ndevice = "tap"\nchannels = [2, 3, 1]', "must be one channel (mono) or two"),
        (LINE + '[[line]]\nname = "2"\nchannels = [2]', "device is missing"),
        (LINE + 'sense = 2', "[line_sense] names no port"),
        (LINE + '[[assignment]]\nagent = "x"\nline = "1"', "is not the id of an [[agent]]"),
        (LINE + AGENT + '[[assignment]]\nagent = "a"\nline = "9"', "is not the name of a [[line]]"),
        (LINE + AGENT + '[[assignment]]\nagent = "a"', "or extension must be given"),
        (LINE + AGENT + '[[assignment]]\nagent = "a"\nline = "1"\nsince = "gestern"', "is no date or time"),
        (LINE + AGENT + '[[assignment]]\nagent = "a"\nline = "1"\nsince = "2026-02-01"\nuntil = "2026-01-01"', "later than since"),
        (LINE + AGENT + '[[assignment]]\nagent = "a"\nline = "1"\n[[assignment]]\nagent = "b"\nline = "1"', "overlaps"),
        ('[[device]]\nname = "tap"\nrate = 11025', "must be one of 8000"),
        ('[site]\ntimezone = "Mars/Olympus"', "is no time zone"),
        ('[site]\nlanguage = "de"', 'must be one of "zh", "en"'),
        ("[web]\nport = 0", "must be from 1 to 65535"),
        ('[call_records]\nformat = "9X3"', "data bits, parity and stop bits"),
        ('[call_records]\nlayout = "panasonic"', "known are: avaya_cm_isdn"),
        ('[call_records]\ntransport = "tcp"', "needs host and tcp_port"),
        ('[call_records]\ntransport = "tcp_listen"', "needs tcp_port"),
        ('[call_records]\ntransport = "modem"', 'must be one of "serial"'),
        ('[call_records]\ntime_means = "middle"', 'must be one of "", "start"'),
        ('[call_records]\ndate = "yy/mm/dd"', "must hold %d and %m"),
        ('[simulation]\nstart = "soon"', "UTC instant"),
        ("[simulation]\nspeed = nan", "must be from"),
        ("[line]\nname = 1", "write [[line]]"),
        ("[[web]]\nport = 1", "single brackets"),
        ("port = 1", "stands outside every table"),
        ("[web\n", "is not valid TOML"),
    ],
)
def test_wrong_values_are_told(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in problems(tmp_path, text))


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="there is no such settings file"):
        load([tmp_path / "none.toml"])
    monkeypatch.setenv("CALLBOX_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match=r"other\.toml"):
        load()


def test_without_any_file_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLBOX_CONFIG", raising=False)
    monkeypatch.setattr(files, "DEFAULT_PATH", tmp_path / "callbox.toml")
    assert load() == Settings()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "callbox.toml"
    path.write_bytes(b"\xff\xfe\x00garbage")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load([path])


def test_shown_settings_read_back_the_same(tmp_path: Path) -> None:
    settings = load([write(tmp_path, GOOD)])
    shown = cli.show(settings)
    assert load([write(tmp_path, shown, "shown.toml")]) == settings
    assert 'company = ["某某科技"]  # default: []' in shown
    assert "min_free_mb = 200\n" in shown


@given(st.text(), st.text())
def test_any_text_survives_being_shown(name: str, pcm: str) -> None:
    settings = Settings(site=Site(name=name), device=(Device("tap", pcm),))
    back = tomllib.loads(cli.show(settings))
    assert (back["site"]["name"], back["device"][0]["pcm"]) == (name, pcm)


@pytest.mark.parametrize(
    ("text", "argument", "status"),
    [(GOOD, "--check-config", 0), ("[x]", "--check-config", 2), (GOOD, "--show-config", 0)],
)
def test_services_check_and_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, argument: str, status: int
) -> None:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    arguments = parser.parse_args(["--config", str(write(tmp_path, text)), argument])
    with pytest.raises(SystemExit) as ended:
        cli.settings_or_exit(arguments)
    assert ended.value.code == status
    out = capsys.readouterr()
    assert (out.out if status == 0 else out.err).strip()


def test_the_documentation_names_every_setting_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    documented: dict[str, dict[str, str]] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name = part.split("\n", 1)[0].strip("[]")
        documented[name] = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", part, re.MULTILINE))
    for name, section in section_types().items():
        expected = {
            row.name: "(needed)" if row.default is dataclasses.MISSING else f"`{cli.toml_value(row.default)}`"
            for row in dataclasses.fields(section)
        }
        assert documented.pop(name) == expected
        assert (f"## [[{name}]]" in text) == (name in list_names())
    assert not documented
