"""Chinese text made comparable: one way of writing numbers, simplified characters, no punctuation, no spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from math import prod

import opencc

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_ARABIC = r"\d+(?:\.\d+)?"
_NUMBER = re.compile(
    # An Arabic number, with a Chinese unit behind it or not; or digits read one by one or with units, and a decimal part.
    rf"{_ARABIC}[百千]?[万亿]*|(?:[{''.join(_DIGITS)}][{''.join(_DIGITS)}十百千万亿]*|十[{''.join(_DIGITS)}十百千万亿]*)"
    rf"(?:点[{''.join(_DIGITS)}]+(?![十百千])[万亿]*)?"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")


def normalise_chinese(text: str) -> str:
    """The characters that are compared: NFKC, lower case, simplified, numbers in Arabic digits (二零一五年 = 2015年,
    百分之三十 = 30%, 一百四十四亿 = 144亿 = 14400000000), everything else but letters, digits and % taken out."""
    plain = _simplifier().convert(unicodedata.normalize("NFKC", text).lower().replace("︰", ":"))
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", _CLOCK.sub(r"\1点\2分", plain))
    plain = plain.replace("百分之百", "100%")
    plain = re.sub(rf"百分之({_NUMBER.pattern})", r"\1%", plain)
    plain = _NUMBER.sub(lambda found: _arabic(found.group()), plain)
    plain = re.sub(r"(?<=\d)\.(?=\d)", "点", plain)
    return "".join(c for c in plain if c == "%" or unicodedata.category(c)[0] in "LN")


def _arabic(number: str) -> str:
    """One number as the pattern found it, in Arabic digits."""
    whole, _, rest = number.partition("点")
    if not rest and not any(c in _UNITS or c in _MYRIADS for c in whole):
        digits = "".join(str(_DIGITS.get(c, c)) for c in whole)  # read digit by digit: a year, a telephone number
        return _written(float(digits)) if digits.endswith("0000") and digits[0] != "0" else digits
    decimals = "".join(str(_DIGITS[c]) for c in rest if c in _DIGITS) or "0"
    factor = prod(_MYRIADS.get(c, 1) for c in rest)
    return _written((_value(whole) + float(f"0.{decimals}")) * factor)


def _value(number: str) -> float:
    """144亿, 一百四十四亿, 1.2万; and as people say it: 三千五 is 3500, 一万二 is 12000."""
    total = section = digit = 0.0
    unit = 10
    for sign in re.findall(rf"{_ARABIC}|.", number):
        if sign in _UNITS:
            unit = _UNITS[sign]
            section, digit = section + (digit or 1.0) * unit, 0.0
        elif sign in _MYRIADS:
            unit = _MYRIADS[sign]
            section, digit = section + digit, 0.0
            total, section = ((total + section) * unit if sign == "亿" else total + section * unit), 0.0
        else:
            digit = float(_DIGITS.get(sign, sign))
            unit = unit if sign in _DIGITS and digit else 10
    return total + section + digit * unit / 10


def _written(value: float) -> str:
    """Without the run of noughts that 万 and 亿 stand for, so that a number is not weighed by its size."""
    if value != int(value):
        return f"{value:.6f}".rstrip("0")
    for unit, worth in (("亿", 100_000_000), ("万", 10_000)):
        if value >= worth and value % worth == 0:
            return f"{int(value) // worth}{unit}"
    return str(int(value))


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
