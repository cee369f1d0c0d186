"""Numbers said in Chinese: which runs of characters are one, and how it is written (GB/T 15835 leaves small ones in words)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.numerals.numeral import Numeral

_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "幺": 1, "两": 2}
_PLACES = {"千": 1000, "百": 100, "十": 10}
_D = "[一二两三四五六七八九]"
_BELOW_MYRIAD = (
    rf"(?:{_D}千(?:零{_D}?十?{_D}?|{_D}百(?:零{_D}|{_D}十{_D}?|{_D})?|{_D})?|{_D}百(?:零{_D}|{_D}十{_D}?|{_D})?|{_D}?十{_D}?|{_D})"
)
_CARDINAL = re.compile(rf"(?:(?P<yi>{_BELOW_MYRIAD})亿)?(?:零?(?P<wan>{_BELOW_MYRIAD})万)?(?P<nil>零)?(?P<rest>{_BELOW_MYRIAD})?")
_ONE_BY_ONE = re.compile("[零〇一二三四五六七八九幺]{3,}")
_RUN = "[零〇一二两三四五六七八九幺十百千万亿]"
_DECIMALS = "点(?P<{}>[零〇一二三四五六七八九]+)(?![两十百千分刻])"
_MEASURES = "块元折倍斤米升兆寸度"

# What has the shape of a number and is none, or is never written in digits.
_SAYINGS = (
    "二百五(?![十块元个])|七七八八|三十六计|七十二变|十八般|五十步|三十而立|十万八千里|一千零一夜|一百八十度|八百[年遍辈]"
    "|十一(?![月号日点个块元天年岁分秒位件次人楼层期%])|百分之百"
)
_NUMBER = re.compile(
    rf"(?P<saying>{_SAYINGS})"
    rf"|百分之(?P<share>{_RUN}+)(?:{_DECIMALS.format('share_decimals')})?"
    # A digit alone, where its neighbours will be digits: 三点二十五分, 二零二五年三月五号, 三十五块八.
    rf"|(?P<single>{_D}(?=点{_D}?十)|{_D}(?=月{_D}?十?{_D}?[号日])|(?<=月){_D}(?=[号日])|(?<=[零一二三四五六七八九]年){_D}(?=月)"
    rf"|(?<={_RUN}[十百千一二三四五六七八九][块元]){_D}(?!{_RUN}|[个位件次天]))"
    rf"|(?P<ten>十(?=[块元天点号月年岁倍斤米秒折]|个[月工]|分钟|小时|公里)(?<!{_RUN}十))"
    rf"|(?P<whole>{_RUN}+)(?:{_DECIMALS.format('decimals')}(?P<measure>(?=[{_MEASURES}]|公里|公斤|万|亿|个百分点))?(?P<scale>[万亿]?))?"
)
_NEIGHBOURS = re.compile(r"[0-9.]")


def chinese_numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text that are written in digits, in order: amounts from ten on, years, card and telephone numbers read
    out digit by digit, shares of a hundred. What only may be one stays as it is: 一下, 三五个, 十几, 二百五, 百分之百."""
    for found in _NUMBER.finditer(text):
        digits = None if found["saying"] or _is_part(text, found) else _digits(found)
        if digits is not None:
            yield Numeral(found.start(), found.end(), digits)


def _is_part(text: str, found: re.Match[str]) -> bool:
    """Whether it belongs to a larger thing: to digits that are there already, a fraction, or 几."""
    before, after = text[max(0, found.start() - 2) : found.start()], text[found.end() : found.end() + 2]
    return bool(
        before.endswith("分之")
        or after.startswith(("几", "分之"))
        or before.endswith("几")
        or _NEIGHBOURS.fullmatch(before[-1:])
        or _NEIGHBOURS.fullmatch(after[:1])
    )


def _is_decimal(found: re.Match[str]) -> bool:
    """Whether "点" is the decimal point for certain: 十二点五 may be a time."""
    return found["measure"] is not None or len(found["decimals"]) > 1 or found["whole"] in ("零", "〇")


def _digits(found: re.Match[str]) -> str | None:
    if found["single"]:
        return str(_VALUES[found["single"]])
    if found["ten"]:
        return "10"
    if found["share"]:
        whole = _written(found["share"], least=1)
        return whole and f"{whole}{_decimals(found['share_decimals'])}%"
    if found["decimals"] is None:
        return _written(found["whole"], least=2)
    if not _is_decimal(found):
        return None
    whole = _written(found["whole"], least=1)
    return whole and f"{whole}{_decimals(found['decimals'])}{found['scale'] or ''}"


def _decimals(said: str | None) -> str:
    return "." + "".join(str(_VALUES[c]) for c in said) if said else ""


def _written(run: str, least: int) -> str | None:
    """A run of `least` characters and more as one number; None when it is none (十五六, 三五, 一五一十)."""
    if len(run) < least:
        return None
    if _ONE_BY_ONE.fullmatch(run) or (len(run) == 1 and run in _VALUES):
        return "".join(str(_VALUES[c]) for c in run)
    if run in ("零", "〇"):
        return "0"
    parts = _CARDINAL.fullmatch(run)
    return _amount(parts) if parts and not (parts["nil"] and not (parts["wan"] or parts["yi"])) else None


def _amount(parts: re.Match[str]) -> str:
    """Below 100,000 in digits throughout; larger ones with their 万 and 亿, as they are said and read."""
    upper, lower = (_value(parts["wan"]) if parts["wan"] else 0), (_value(parts["rest"]) if parts["rest"] else 0)
    if not parts["yi"] and upper < 10 and lower:
        # 一万二 is 12000: a lone digit counts in the next lower place.
        lone = len(parts["rest"]) == 1 and not parts["nil"]
        return str(upper * 10_000 + (lower * 1000 if lone and upper else lower))
    return "".join(
        (
            f"{_value(parts['yi'])}亿" if parts["yi"] else "",
            f"{upper}万" if parts["wan"] else "",
            ("零" if parts["nil"] else "") + str(lower) if lower else "",
        )
    )


def _value(section: str) -> int:
    """A number below 10,000; 三千五 is 3500, 一百二 is 120."""
    total, digit, place = 0, 0, 10
    for sign in section:
        if sign in _PLACES:
            place = _PLACES[sign]
            total, digit = total + (digit or 1) * place, 0
        else:
            digit, place = _VALUES[sign], (10 if sign == "零" else place)
    return total + digit * place // 10
