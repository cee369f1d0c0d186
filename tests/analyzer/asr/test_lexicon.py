"""The site's names are written as they are where something sounds like them, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.asr.interface import Transcript
from analyzer.asr.lexicon import Lexicon
from analyzer.asr.named import NamedRecognizer
from analyzer.result import Word
from hw.interfaces import Samples

LEXICON = Lexicon(("好走购鞋网", "江南银行", "安心", "Platinum Motors", "callbox", "AB"))


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        (("您好,", "好走", "狗", "鞋王", ",工号"), ("您好,", "好走", "购", "鞋网", ",工号")),
        (("江南", "引航"), ("江南", "银行")),
        (("江南银行",), ("江南银行",)),
        ((" calling", " platinum", " motor,", " the"), (" calling", " Platinum", " Motors,", " the")),
        ((" Call", " box", " is"), (" callbox", "", " is")),
        ((" Callbox."), (" callbox.",)),
    ],
)
def test_what_sounds_like_a_name_is_the_name(heard: Sequence[str], written: Sequence[str]) -> None:
    assert LEXICON.mended([heard] if isinstance(heard, str) else heard) == list(written)


@pytest.mark.parametrize(
    "text", ["江南人很好", "我放心了", "暗信", "购鞋", "the platform", "motors", "calling", "ab", "江,南银,行"]
)
def test_what_does_not_stays(text: str) -> None:
    assert LEXICON.mended([text]) == [text]


@given(st.lists(st.text(alphabet="江南银行好走购鞋网,a b1", max_size=6), max_size=8))
def test_pieces_stay_one_for_one_and_han_keeps_its_length(pieces: list[str]) -> None:
    mended = LEXICON.mended(pieces)
    assert len(mended) == len(pieces)
    if not any(c.isascii() and c.isalpha() for piece in pieces for c in piece):
        assert [len(a) for a in mended] == [len(b) for b in pieces]


class Engine:
    """Hears what it is told."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """The same in every clip."""
        assert language
        return [self._transcript for _ in clips]

    def language_of(self, clips: Sequence[Samples]) -> str:
        """English."""
        return "en" if clips else "zh"


def test_text_and_words_agree() -> None:
    words = tuple(Word(n * 0.2, n * 0.2 + 0.2, text, 0.9) for n, text in enumerate(("您好", "江南", "引航")))
    named = NamedRecognizer(Engine(Transcript("您好,江南引航。", 0.9, words)), LEXICON)
    (found,) = named.transcribe([[]], "zh")  # type: ignore[list-item]
    assert found.text == "您好,江南银行。"
    assert [w.text for w in found.words] == ["您好", "江南", "银行"]
    assert named.language_of([[]]) == "en"  # type: ignore[list-item]


def test_a_transcript_without_names_is_left_alone() -> None:
    plain = Transcript("Thank you  very much.", 0.5, (Word(0, 1, "Thank", 0.5),))
    assert NamedRecognizer(Engine(plain), LEXICON).transcribe([[]], "en") == [plain]  # type: ignore[list-item]
