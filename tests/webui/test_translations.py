"""Every text of the pages exists in Chinese, and no page has text that was never put up for translation."""

from __future__ import annotations

import io
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tests.webui.conftest import logged_in
from tests.webui.makebox import TestBox
from webui.app import create_app
from webui.languages import CATALOGS

WEBUI = Path(__file__).parents[2] / "webui"
CHINESE = WEBUI / "translations" / "zh" / "LC_MESSAGES"
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


def extracted() -> Catalog:
    catalog = Catalog()
    with (WEBUI / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    for _, line, message, _, context in extract_from_dir(WEBUI, methods, options, keywords=KEYWORDS):  # type: ignore[arg-type]
        catalog.add(message, None, [("", line)], context=context)
    return catalog


def translations() -> list[Message]:
    return [message for name in CATALOGS for message in catalog(name) if message.id]


def catalog(name: str) -> Catalog:
    with (CHINESE / f"{name}.po").open("rb") as file:
        return read_po(file, locale="zh")


def as_po(messages: list[Message]) -> str:
    made, text = Catalog(), io.BytesIO()
    for message in messages:
        made.add(message.id, None, context=message.context, flags=message.flags)
    write_po(text, made, omit_header=True)
    return text.getvalue().decode()


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|\{\}", text))


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    wanted = {(m.context, m.id): m for m in extracted() if m.id}
    found = {(m.context, m.id) for m in translations()}
    missing = [message for key, message in wanted.items() if key not in found]
    assert not missing, f"to be translated in the catalog of their room:\n{as_po(missing)}"
    assert found - set(wanted) == set(), "no page uses these any more"


def test_a_text_is_translated_in_one_catalog_only() -> None:
    keys = Counter((m.context, m.id) for m in translations())
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_catalog_is_read() -> None:
    assert {path.stem for path in CHINESE.glob("*.po")} == set(CATALOGS)


@pytest.mark.parametrize("message", translations(), ids=lambda m: str(m.id)[:40])
def test_each_translation_is_chinese_and_keeps_its_places(message: Message) -> None:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    assert not message.fuzzy
    for text in texts:
        assert HAN.search(text) or not re.search("[A-Za-z]", re.sub(r"%\(\w+\)s", "", text)), message.id
        assert placeholders(text) == placeholders(ids[-1])


# What needs no translation: names, units and signs.
UNIVERSAL = re.compile(
    r"(?<=由 )[a-z-]+(?= 评分)"  # a user's name
    r"|callbox|FLAC|WAV|CSV|Excel|English|N|wavesurfer\.js|BSD|Clause|line\d|manager|20\d\d-W\d\d|Asia/Shanghai"
    r"|\b[A-Z]\b|Ctrl|Enter|Esc"  # keys
    r"|(?<=callbox )(doctor|status)|(?<=规则库 )test"
)


class Texts(HTMLParser):
    """What a person reads or hears of a page: text and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("title", "aria-label", "placeholder", "alt") and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


PATHS = (
    "/calls", "/calls?agent=9999&priority=no&score=risk&max_score=50&direction=in", "/calls?q=火星", "/weekly",
    "/weekly?week=2020-W01", "/about", "/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_chinese_page_has_no_english_word(box: TestBox, path: str) -> None:
    assert english_words(box, path) == []


@pytest.mark.parametrize("name", ["rude", "perfect", "recording", "unanswered", "waiting"])
def test_a_chinese_call_page_has_no_english_word(box: TestBox, name: str) -> None:
    assert english_words(box, f"/calls/{box.ids[name]}") == []


def english_words(box: TestBox, path: str) -> list[str]:
    app = create_app(box.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    page = logged_in(app, "manager", "zh").get(path, headers={"Accept": "text/html"})
    texts = Texts()
    texts.feed(page.text)
    words = [word for text in texts.found for word in re.findall(r"[A-Za-z]+", UNIVERSAL.sub("", text))]
    return sorted(set(words))
