"""What recognisers make up when there is little to hear: closing credits of films, and the same thing over and over."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

# Sentences Whisper learnt from subtitles and says over silence or noise. Nobody says them to a call centre.
_PHANTOMS = re.compile(
    r"(?:"
    r"(?:中文)?字幕(?:由|by|制作|製作|志愿者|提供|:|:)[^。!?!?]*"
    r"|(?:请)?(?:不吝)?点赞[、,, ]*(?:订阅|转发)[^。!?!?]*|明镜与点点(?:栏目)?"
    r"|(?:谢谢|感谢)(?:大家|您|你们?)?(?:的)?(?:观看|收看|收听)[^。!?!?]*"
    r"|(?:请)?订阅(?:我们?的)?频道|我们下(?:期|次|集)(?:视频|节目)?(?:再见|见)"
    r"|thank(?:s| you)(?: (?:so|very) much)? for (?:watching|viewing)[^.!?]*"
    r"|(?:please )?(?:like and )?subscribe(?: to (?:my|our|the) channel)?"
    r"|^副?(?:作词|作曲|词曲|编曲)[\s::]*\S{0,8}$"
    r"|subtitles? (?:by|provided by)[^!?]*|amara\.org[^.!?]*"
    r"|[((\[【]?(?:音乐|掌声|笑声|music|applause|laughter|silence|blank_audio|inaudible)[))\]】]"
    r")[。.!!??,, ]*",
    re.IGNORECASE,
)
_RATIO = 2.4  # Whisper's own limit: text that shrinks more than this is a loop
_NO_SPEECH, _UNLIKELY = 0.6, -1.0  # Whisper's own limits for "nobody speaks": both have to be passed
_REPEATED = re.compile(r"(.{1,20}?)\1{5,}")
_FASTEST = 14.0  # characters a second of Chinese nobody says (auctioneers reach 10); English letters stay below 28
_FASTEST_LATIN = 35.0


def without_phantoms(text: str) -> str:
    """The text without made-up credits; what a person said around them stays."""
    return _PHANTOMS.sub("", text).strip()


def is_leak(text: str, names: Sequence[str]) -> bool:
    """Whether a text is nothing but the names a decoder was told to expect, or parts of them: what it says over noise. Somebody may
    say a name alone; then the decoder is sure of it."""
    said = re.findall(r"\w+", text.lower())
    known = [re.sub(r"\W", "", name.lower()) for name in names]
    return bool(said) and all(any(word in name for name in known) for word in said)


def is_silence(no_speech: float, mean_log_probability: float) -> bool:
    """Whether Whisper itself says that nobody spoke in a window: no_speech is its probability, and it found its own words unlikely
    (mean of their log probabilities)."""
    return no_speech > _NO_SPEECH and mean_log_probability < _UNLIKELY


def is_loop(text: str, seconds: float) -> bool:
    """Whether the recogniser got stuck: the text repeats itself beyond what people do, or is too much for its time."""
    squeezed = re.sub(r"\W", "", text)
    latin = squeezed.isascii()
    if len(squeezed) > (_FASTEST_LATIN if latin else _FASTEST) * max(seconds, 0.5):
        return True
    repeated = _REPEATED.search(squeezed)
    if repeated and len(repeated.group()) > 0.6 * len(squeezed) and len(squeezed) >= 12:
        return True
    raw = text.encode()
    return len(raw) > 100 and len(raw) / len(zlib.compress(raw)) > _RATIO
