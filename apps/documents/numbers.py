"""Document numbers (发文字号). Source: docs/rules.md D-01 to D-03.

Three forms, each with one canonical spelling:
    嵊编发〔2015〕12号    issuer's mark, year in 〔〕 (U+3014, U+3015), serial
    公告2015年第12号      year in words, for announcements
    省政府令第321号       no year, for orders
Serials have no leading zeros; the first form no 第 (GB/T 9704).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

EARLIEST_YEAR: Final = 1949
LATEST_YEAR: Final = 2199
MAX_LENGTH: Final = 60


class Form(StrEnum):
    BRACKET = "bracket"
    YEARLY = "yearly"
    ORDER = "order"


class DocNumber(NamedTuple):
    """A document number, taken apart. str() gives the canonical spelling.

    prefix  the issuer's mark, such as 嵊编发; never empty
    year    None for orders
    serial  1 or more
    """

    prefix: str
    year: int | None
    serial: int
    form: Form = Form.BRACKET

    def __str__(self) -> str:
        match self.form:
            case Form.BRACKET:
                return f"{self.prefix}〔{self.year}〕{self.serial}号"
            case Form.YEARLY:
                return f"{self.prefix}{self.year}年第{self.serial}号"
        return f"{self.prefix}第{self.serial}号"


class BadNumber(ValueError):
    """A text that is no document number.

    sentence  Chinese: what is wrong and what would be right
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_EXAMPLE = "应如 嵊编发〔2015〕12号"
_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = re.compile(r"[\s\u00a0\u200b-\u200d\u3000\ufeff]+")
_OPEN = "〔[【(（﹝［〖{<〈《「"
_CLOSE = "〕]】)）﹞］〗}>〉》」"
_YEAR = r"(?P<year>[0-9]+)"
_SERIAL = r"(?P<serial>[0-9]+)"
_BRACKET = re.compile(
    rf"(?P<prefix>.*?)[{re.escape(_OPEN)}]{_YEAR}年?[{re.escape(_CLOSE)}](?P<middle>字?第?){_SERIAL}(?P<end>号?)"
)
_YEARLY = re.compile(rf"(?P<prefix>.*?){_YEAR}年第?{_SERIAL}(?P<end>号?)")
_ORDER = re.compile(rf"(?P<prefix>.*?)第{_SERIAL}(?P<end>号?)")
_BRACKETED = re.compile(rf"[{re.escape(_OPEN + _CLOSE)}]")
_PREFIX = re.compile(r"[\w·、（）-]*[\u3400-\u9fff\U00020000-\U0003ffff][\w·、（）-]*")
_BAD_PREFIX_CHAR = re.compile(r"[^\w·、（）-]")


def normalise(text: str) -> str:
    """Return the canonical spelling. Raises BadNumber where parse does."""
    return str(parse(text))


def parse(text: str) -> DocNumber:
    """Take a number apart, however its brackets, spaces and digits were typed. Raises BadNumber.

    Reads 嵊编发[2015]12号, 嵊编发【２０１５】０１２号, (2015)嵊编字第12号 and the forms above.
    """
    plain = _SPACES.sub("", text).translate(_FORMS)
    if not plain:
        raise BadNumber(f"未填写文号，{_EXAMPLE}")
    if len(plain) > MAX_LENGTH:
        raise BadNumber(f"文号超过{MAX_LENGTH}个字，{_EXAMPLE}")
    plain = _year_first(plain)
    for form, pattern in (
        (Form.BRACKET, _BRACKET),
        (Form.YEARLY, _YEARLY),
        (Form.ORDER, _ORDER),
    ):
        if found := pattern.fullmatch(plain):
            return _read(form, found, text)
    raise BadNumber(_what_is_wrong(plain, text))


def _year_first(plain: str) -> str:
    """Return 嵊编字〔1987〕第12号 for the old spelling (1987)嵊编字第12号."""
    pattern = rf"[{re.escape(_OPEN)}]([0-9]+)[{re.escape(_CLOSE)}]([^0-9]+?)第?([0-9]+)号"
    if found := re.fullmatch(pattern, plain):
        return f"{found[2]}〔{found[1]}〕{found[3]}号"
    return plain


def _read(form: Form, found: re.Match[str], text: str) -> DocNumber:
    prefix = _prefix(found["prefix"], text)
    if not found["end"]:
        raise BadNumber(f"“{_shown(text)}”末尾缺少“号”字，应为 {_shown(text)}号")
    year = _year(found["year"], text) if form is not Form.ORDER else None
    serial = int(found["serial"]) if len(found["serial"]) <= 6 else 0
    if serial < 1:
        raise BadNumber(f"“{_shown(text)}”的序号{found['serial']}不正确，应为从1开始的整数")
    return DocNumber(prefix, year, serial, form)


def _prefix(raw: str, text: str) -> str:
    prefix = "".join("（" if c in _OPEN else "）" if c in _CLOSE else c for c in raw)
    if not prefix:
        raise BadNumber(f"“{_shown(text)}”缺少发文机关代字，{_EXAMPLE}")
    if odd := _BAD_PREFIX_CHAR.search(prefix):
        raise BadNumber(f"“{_shown(text)}”的机关代字中不应出现“{odd[0]}”，{_EXAMPLE}")
    if not _PREFIX.fullmatch(prefix):
        raise BadNumber(f"“{_shown(text)}”的机关代字应含汉字，{_EXAMPLE}")
    return prefix


def _year(digits: str, text: str) -> int:
    if len(digits) == 2:
        guess = ("19" if int(digits) >= EARLIEST_YEAR % 100 else "20") + digits
        raise BadNumber(f"“{_shown(text)}”的年份应写四位，是否为〔{guess}〕？")
    if len(digits) != 4 or not EARLIEST_YEAR <= int(digits) <= LATEST_YEAR:
        raise BadNumber(f"“{_shown(text)}”的年份{digits}不正确，应为四位年份，如〔2015〕")
    return int(digits)


def _what_is_wrong(plain: str, text: str) -> str:
    if re.search(r"\d{4}年?\d+号?$", plain) or re.fullmatch(r"\D+\d{4}[-—–.]\d+号?", plain):
        return f"“{_shown(text)}”的年份应放在六角括号内，{_EXAMPLE}"
    if _BRACKETED.search(plain):
        return f"“{_shown(text)}”括号内应为四位年份、其后为序号和“号”字，{_EXAMPLE}"
    return f"“{_shown(text)}”不是文号，{_EXAMPLE}"


def _shown(text: str) -> str:
    """Return the text short enough for a sentence."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 30 else plain[:30] + "…"
