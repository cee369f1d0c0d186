"""Documentation is tested: every make target and command in it exists, and the other way round. Settings: tests/recorder."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

from console import commandlist
from console.commandline import build_parser
from console.commands.serial import conversation
from recorder.settings.loader import load
from recorder.settings.sections import Settings

HOUSE = Path(__file__).parents[1]
ENGLISH, CHINESE = HOUSE / "README.md", HOUSE / "README.zh-CN.md"
PAGES = sorted([*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md")])
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def page(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", page(HOUSE / "Makefile"), re.MULTILINE))


def commands(parser: argparse.ArgumentParser, name: str = "callbox") -> set[str]:
    """Every complete command a parser takes: "callbox status", "callbox export weekly" …"""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        return {name}
    alone = set() if inner[0].required else {name}
    return alone | {command for word, below in inner[0].choices.items() for command in commands(below, f"{name} {word}")}


def callbox_commands() -> set[str]:
    return commands(build_parser())


def commands_named(text: str) -> set[str]:
    """The commands in the README's table; `a\\|b` stands for both."""
    named = set()
    for cell in re.findall(r"^\| `(callbox [^`]+)` \|", text, re.MULTILINE):
        words = [word for word in cell.split() if word.islower()]
        *first, last = [word.split("\\|") for word in words]
        named |= {" ".join([*(word[0] for word in first), choice]) for choice in last}
    return named


@pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda path: path.name)
def test_every_make_target_is_in_the_readme_and_the_other_way_round(readme: Path) -> None:
    assert set(re.findall(r"^\| `make ([a-z]+)` \|", page(readme), re.MULTILINE)) == make_targets()


@pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda path: path.name)
def test_the_readme_names_commands_that_exist(readme: Path) -> None:
    named = commands_named(page(readme))
    assert named
    assert named <= callbox_commands()


def test_both_readmes_name_the_same_commands() -> None:
    assert commands_named(page(ENGLISH)) == commands_named(page(CHINESE))


def test_the_page_of_commands_is_the_command_line() -> None:
    written = page(HOUSE / "docs" / "commands.md")
    assert written == commandlist.page(), "make it again: .venv/bin/python -m console.commandlist > docs/commands.md"
    assert {command for command in callbox_commands() if f"| `{command}` |" not in written} == set()


def test_every_make_target_named_anywhere_exists() -> None:
    named = {target for path in PAGES for target in re.findall(r"`make ([a-z]+)`", page(path))}
    assert named <= make_targets()


def test_every_command_named_anywhere_exists() -> None:
    first_words = {command.split()[1] for command in callbox_commands()}
    named = {
        (path.name, word)
        for path in PAGES
        for code in [*re.findall(r"`([^`\n]+)`", FENCE.sub("", page(path))), *FENCE.findall(page(path))]
        for word in re.findall(r"(?:^ *|bin/)callbox ([a-z]+)\b", code, re.MULTILINE)
    }
    assert {(name, word) for name, word in named if word not in first_words} == set()


PAPERS = ("install.md", "install.zh-CN.md", "technician-card.md", "handbook.md", "handbook.zh-CN.md")
"""What people work by: every whole command in them is one that is taken, with its arguments."""


def whole_commands(text: str) -> set[str]:
    fenced = [line for block in FENCE.findall(text) for line in block.splitlines()]
    code = [*re.findall(r"`([^`\n]+)`", FENCE.sub("", text)), *fenced]
    found = (re.match(r"\s*(?:sudo )?callbox (.+)$", piece) for piece in code)
    return {match[1] for match in found if match and not match[1].startswith("-")}


@pytest.mark.parametrize("name", PAPERS)
def test_every_whole_command_of_a_paper_is_taken(name: str) -> None:
    parser = build_parser()
    for command in whole_commands(page(HOUSE / "docs" / name)):
        assert parser.parse_args(shlex.split(command)), command


def test_a_wrong_command_of_a_paper_would_be_found() -> None:
    assert whole_commands("`sudo callbox backup --cheque X` and\n```\ncallbox doctor\n```\n") == {"backup --cheque X", "doctor"}
    with pytest.raises(SystemExit):
        build_parser().parse_args(["backup", "--cheque", "X"])


def test_the_card_names_what_the_console_takes() -> None:
    taken = conversation(Settings()).commands
    card = page(HOUSE / "docs" / "technician-card.md")
    typed = {code for row in re.findall(r"^\| (`.+?) \|", card, re.MULTILINE) for code in re.findall(r"`([^`]+)`", row)}
    own = ("help", "lang zh", "lang en")
    unknown = {code for code in typed if not any(code.startswith(word) for word in (*taken, *own))}
    assert unknown == set()
    assert {word for word in taken if not any(code.startswith(word) for code in typed)} == set(), "the card leaves one out"


def test_the_guides_are_twins() -> None:
    english, chinese = (page(HOUSE / "docs" / name) for name in ("install.md", "install.zh-CN.md"))
    assert re.findall(r"^#+|^```[^`]*^```|^\| |^!\[", english, re.MULTILINE) == re.findall(
        r"^#+|^```[^`]*^```|^\| |^!\[", chinese, re.MULTILINE
    )


def outline(text: str) -> list[str]:
    """What twins share whatever their language: heading levels, code, names and links, in order."""
    code = FENCE.findall(text)
    plain = FENCE.sub("", text)
    marks = [match[0] for match in re.finditer(r"^#+(?= )|^\| `[^`]+`|`[^`\n]+`|^\d+\.|^- |\]\([^)]+\)", plain, re.MULTILINE)]
    own = [mark for mark in marks if mark not in ("](README.md)", "](README.zh-CN.md)")]
    return [mark.replace(".zh-CN.md)", ".md)") for mark in own] + code


def test_the_readmes_are_twins() -> None:
    assert outline(page(CHINESE)) == outline(page(ENGLISH))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", FENCE.sub("", page(path)))]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


def test_the_example_settings_are_good() -> None:
    settings = load([HOUSE / "docs/callbox.example.toml"])
    assert len(settings.line) == 4


def test_every_folder_of_the_house_is_in_the_readme() -> None:
    made_here = {"node_modules", "build", "var"}
    folders = {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name.isidentifier()} - made_here
    rows = re.findall(r"^\| (`\w+/`.*?) \|", page(ENGLISH), re.MULTILINE)
    assert folders == {name for row in rows for name in re.findall(r"(\w+)/", row)}


ROOMS = ("firmware", "hw", "recorder", "analyzer", "quality", "webui", "console")
NAME_IN_CODE = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`")


def exists(name: str) -> bool:
    """Whether a full name leads to a module, or to something defined in one."""
    parts = name.split(".")
    for depth in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        return all((found := getattr(found, part, None)) is not None for part in parts[depth:])
    return False


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_names_of_code_exist(path: Path) -> None:
    assert [name for name in NAME_IN_CODE.findall(page(path)) if not exists(name)] == []
