"""The handbook says what the pages say: its bold words are those of the catalogs; its pictures are there, its languages twins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

DOCS = Path(__file__).parents[1] / "docs"
CATALOGS = sorted((DOCS.parent / "webui/translations/zh/LC_MESSAGES").glob("*.po"))
HANDBOOKS = {"en": DOCS / "handbook.md", "zh": DOCS / "handbook.zh-CN.md"}
SAID_OF_BOLD = {"en": {"bold"}, "zh": {"粗体"}}
LARGEST_BYTES, ALL_BYTES = 60_000, 1_000_000


def words_of_pages(language: str) -> set[str]:
    """Every text of the pages in that language."""
    found: set[str] = set()
    for path in CATALOGS:
        with path.open("rb") as file:
            for message in read_po(file):
                texts = message.id if language == "en" else message.string
                found |= set(texts) if isinstance(texts, tuple | list) else {texts}
    return found


def bold(text: str) -> set[str]:
    """**Set up · Rules** is two names."""
    return {name for words in re.findall(r"\*\*([^*]+)\*\*", text) for name in " ".join(words.split()).split(" · ")}


@pytest.mark.parametrize("language", HANDBOOKS)
def test_bold_words_stand_on_the_pages(language: str) -> None:
    named = bold(HANDBOOKS[language].read_text("utf-8")) - SAID_OF_BOLD[language]
    assert len(named) > 60
    assert named - words_of_pages(language) == set()


def shape(text: str) -> list[str]:
    """What twins share: headings' ranks, rows, steps, points, pictures, commands and keys, in order."""
    marks = re.findall(r"^#+(?= )|^\d+\.|^- |^\| |^!\[[^\]]*\]\([^)]+\)|`[^`\n]+`", text, re.MULTILINE)
    return [re.sub(r"!\[.*\]\(pictures/\w\w-", "picture ", mark) for mark in marks]


def test_the_handbooks_are_twins() -> None:
    english, chinese = (path.read_text("utf-8") for path in HANDBOOKS.values())
    assert shape(english) == shape(chinese)


def test_pictures_are_small_and_all_shown() -> None:
    shown = {name for path in HANDBOOKS.values() for name in re.findall(r"\]\(pictures/([^)]+)\)", path.read_text("utf-8"))}
    files = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert set(files) == shown
    assert max(files.values()) <= LARGEST_BYTES
    assert sum(files.values()) <= ALL_BYTES
