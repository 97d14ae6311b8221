"""Reading days and months as people type them. What cannot be read is a fault, never today."""

from __future__ import annotations

import datetime as dt
import re

from .workbook import Cell

EPOCH = dt.date(1899, 12, 30)  # Excel's day 0, for serials past the non-existent 29 Feb 1900
FIRST_SERIAL, LAST_SERIAL = 3_654, 109_574  # 1910-01-01 to 2199-12-31
FIRST_YEAR, LAST_YEAR = 1900, 2199

_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_DAY_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_DAY_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月份?")
_MONTH_DIGITS = re.compile(r"(\d{4})(\d{2})")
_MIDNIGHT = re.compile(r"(.*?\d日?)(?:[T ]|(?<=日))0?0:00(?::00(?:\.0+)?)?(?:Z|\+08:?00)?")
_SHORT_YEAR = re.compile(r"\d{2}([-/.年])\d{1,2}(?:[-/.月]\d{1,2})?[日月]?")
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")

DAY_FORM = "请写成 2015-03-01 的形式"
MONTH_FORM = "请写成 2015-03 的形式"


class Unreadable(ValueError):
    """A text that is no day (or month). The message is a Chinese sentence."""


def _make(year: int, month: int, day: int, form: str) -> dt.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(f"年份 {year} 不合理，{form}")
    if not 1 <= month <= 12:
        raise Unreadable(f"没有 {month} 月，{form}")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Unreadable(f"{year} 年 {month} 月没有 {day} 日，{form}") from None


def _match_day(text: str) -> dt.date | None:
    """Return the day a text spells with year, month and day; None if it has another shape."""
    if found := _DAY.fullmatch(text):
        year, _, month, day = found.groups()
    elif found := _DAY_CHINESE.fullmatch(text) or _DAY_DIGITS.fullmatch(text):
        year, month, day = found.groups()
    else:
        return None
    return _make(int(year), int(month), int(day), DAY_FORM)


def _match_month(text: str) -> dt.date | None:
    found = (
        _MONTH.fullmatch(text) or _MONTH_CHINESE.fullmatch(text) or _MONTH_DIGITS.fullmatch(text)
    )
    if found is None:
        return None
    return _make(int(found[1]), int(found[2]), 1, MONTH_FORM)


def _from_serial(number: float, form: str) -> dt.date:
    if float(number).is_integer() and FIRST_SERIAL <= number <= LAST_SERIAL:
        return EPOCH + dt.timedelta(days=int(number))
    raise Unreadable(f"数字 {number:.15g} 不是日期，{form}")


def _plain(text: str) -> str:
    """Return a date text without blanks, midnight and Chinese numerals."""
    if found := _MIDNIGHT.fullmatch(text):
        text = found[1]
    text = text.replace(" ", "").translate(_CHINESE_DIGITS)
    return text


def _refuse(text: str, form: str) -> Unreadable:
    if _SHORT_YEAR.fullmatch(text):
        return Unreadable(f"年份请写四位，{form}")
    if _DAY_FIRST.fullmatch(text):
        return Unreadable(f"分不清日和月，{form}")
    if re.fullmatch(r"\d{4}年?", text):
        return Unreadable(f"只有年份，{form}")
    return Unreadable(f"不是可识别的日期，{form}")


def read_day(value: Cell) -> tuple[dt.date, str]:
    """Return the day in a cell and a remark (Chinese, often empty). Raises Unreadable.

    Read: 2015-03-01, 2015/3/1, 2015.3.1, 20150301, 2015年3月1日, date cells, Excel serials.
    Not read, because a guess would be a made-up fact: two-digit years, a month without a day,
    3/1/2015. Full-width text must have been made half-width before.
    """
    if isinstance(value, dt.datetime):
        day = _make(value.year, value.month, value.day, DAY_FORM)
        return day, "时刻已略去" if value.time() != dt.time() else ""
    if isinstance(value, dt.date):
        return _make(value.year, value.month, value.day, DAY_FORM), ""
    if isinstance(value, bool | dt.time | dt.timedelta):
        raise Unreadable(f"不是可识别的日期，{DAY_FORM}")
    if isinstance(value, int | float):
        if float(value).is_integer() and FIRST_SERIAL <= value <= LAST_SERIAL:
            day = _from_serial(value, DAY_FORM)
            return day, f"按 Excel 日期序号读作 {day.isoformat()}"
        text = f"{value:.15g}"
    elif found := _DAY.fullmatch(str(value)):  # nearly all of them
        return _make(int(found[1]), int(found[3]), int(found[4]), DAY_FORM), ""
    else:
        text = _plain(str(value))
    if (day_found := _match_day(text)) is not None:
        return day_found, ""
    if _match_month_shape(text):
        raise Unreadable(f"只有年月，缺少日，{DAY_FORM}")
    if re.fullmatch(r"\d{5}(?:\.0)?", text):
        day = _from_serial(float(text), DAY_FORM)
        return day, f"按 Excel 日期序号读作 {day.isoformat()}"
    raise _refuse(text, DAY_FORM)


def _match_month_shape(text: str) -> bool:
    shapes = (_MONTH, _MONTH_CHINESE, _MONTH_DIGITS)
    return any(shape.fullmatch(text) for shape in shapes)


def read_month(value: Cell) -> tuple[dt.date, str]:
    """Return the first day of the month in a cell and a remark. Raises Unreadable.

    Read besides everything `read_day` reads: 2015.3, 2015-03, 201503, 2015年3月. The *number*
    2015.1 is refused: Excel shows a typed 2015.10 that way, so January and October look alike.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if float(value).is_integer():
            text = str(int(value))
        else:
            text = f"{value:.15g}"
            if re.fullmatch(r"\d{4}\.1", text):
                raise Unreadable(f"数字 {text} 分不清 1 月和 10 月，{MONTH_FORM}")
    elif isinstance(value, str):
        text = _plain(value)
    else:
        day, _ = read_day(value)
        return day.replace(day=1), ""
    month = _match_month(text)
    if month is not None:
        remark = ""
        if isinstance(value, str) and re.fullmatch(r"\d{4}\.1", text):
            remark = f"读作 {month.year} 年 1 月；如为 10 月请写成 {month.year}.10"
        return month, remark
    if (day_found := _match_day(text)) is not None:
        return day_found.replace(day=1), ""
    if re.fullmatch(r"\d{5}(?:\.0)?", text):
        day = _from_serial(float(text), MONTH_FORM)
        return day.replace(day=1), f"按 Excel 日期序号读作 {day.year}-{day.month:02d}"
    raise _refuse(text, MONTH_FORM)
