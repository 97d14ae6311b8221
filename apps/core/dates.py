"""Days and months as people write them, read strictly. Source: docs/rules.md C-04.

What cannot be read is refused with a sentence; nothing is guessed and nothing becomes today.
A month is the date of its first day, here and everywhere.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2199

_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0x3002: 0x2E,  # 。 typed for .
    0x2010: 0x2D,
    0x2013: 0x2D,
    0x2014: 0x2D,
    0x2212: 0x2D,
}
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_SPACE = re.compile(r"\s+")
_BESIDE_MARKS = re.compile(r"(?<!\d) | (?!\d)")  # a space between two digits stays, and is refused
_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(:00(\.0+)?)?$")
_YEAR_MONTH_DAY = re.compile(r"(\d+)([-./])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_MONTH = re.compile(r"(\d+)[-./](\d{1,2})", re.ASCII)
_WORDS = re.compile(r"(\d+)年(?:(\d{1,2})月(?:份|(\d{1,2})[日号])?)?", re.ASCII)
_TENS = re.compile(r"([一二三]?)十([一二三四五六七八九]?)(?=[月日号])")


class BadDate(ValueError):
    """A text that is no day or month.

    sentence  Chinese: what is wrong and what would be right
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def parse_day(text: str) -> date:
    """Return the day a text names.

    Reads 2015-03-01, 2015/3/1, 2015.3.1, 20150301, 2015年3月1日 and 二〇一五年三月一日, also
    full-width, with spaces, and with a midnight behind it. Raises BadDate.
    """
    year, month, day = _parts(text, "2015-03-01")
    if month is None:
        raise BadDate(f"“{_shown(text)}”只有年份，请写到日，如 {year}-03-01")
    if day is None:
        raise BadDate(f"“{_shown(text)}”缺少日，请写到日，如 {year}-{month:02d}-01")
    return _day(year, month, day)


def parse_month(text: str) -> date:
    """Return the first day of the month a text names.

    Reads 2015.3, 2015.03, 2015-03, 2015/3, 201503, 2015年3月, and every form of parse_day, whose
    day must then exist. Raises BadDate.
    """
    year, month, day = _parts(text, "2015.03")
    if month is None:
        raise BadDate(f"“{_shown(text)}”只有年份，请写到月，如 {year}.03")
    return _day(year, month, 1 if day is None else day).replace(day=1)


def _parts(text: str, example: str) -> tuple[int, int | None, int | None]:
    """Return (year, month, day) as written; month and day None when absent."""
    plain = _MIDNIGHT.sub("", _SPACE.sub(" ", text.translate(_FORMS)).strip())
    plain = _BESIDE_MARKS.sub("", plain)
    if not plain:
        raise BadDate(f"未填写日期，应如 {example}")
    if "年" in plain:
        plain = _arabic(plain)
    digits_only = plain.isascii() and plain.isdigit()
    parts = _compact(plain) if digits_only else _separated(plain)
    if parts is None:
        raise BadDate(f"“{_shown(text)}”不是可识别的日期，应如 {example}")
    year_text, *rest = parts
    if len(year_text) != 4:
        raise BadDate(f"“{_shown(text)}”的年份不是四位，应如 {example}")
    year = int(year_text)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise BadDate(f"“{_shown(text)}”的年份应在{EARLIEST_YEAR}至{LATEST_YEAR}之间")
    month, day = (int(part) if part else None for part in rest)
    if month is not None and not 1 <= month <= 12:
        raise BadDate(f"“{_shown(text)}”的月份{month}不存在，应为1至12")
    return year, month, day


def _compact(digits: str) -> tuple[str, str | None, str | None] | None:
    match len(digits):
        case 4:
            return digits, None, None
        case 6:
            return digits[:4], digits[4:], None
        case 8:
            return digits[:4], digits[4:6], digits[6:]
    return None


def _separated(plain: str) -> tuple[str, str | None, str | None] | None:
    if not plain.isascii():
        found = _WORDS.fullmatch(plain)
        return (found[1], found[2], found[3]) if found else None
    if found := _YEAR_MONTH_DAY.fullmatch(plain):
        return found[1], found[3], found[4]
    if found := _YEAR_MONTH.fullmatch(plain):
        return found[1], found[2], None
    return None


def _arabic(plain: str) -> str:
    """Return 二〇一五年十二月三十一日 with digits; a text without Chinese numerals unchanged."""

    def tens(found: re.Match[str]) -> str:
        first, last = found[1] or "一", found[2] or "〇"
        return first + last

    return _TENS.sub(tens, plain).translate(_CHINESE)


def _day(year: int, month: int, day: int) -> date:
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise BadDate(f"{year}年{month}月{day}日不存在，{month}月只有{last}天")
    return date(year, month, day)


def _shown(text: str) -> str:
    """Return the text short enough for a sentence."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 20 else plain[:20] + "…"
