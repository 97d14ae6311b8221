"""Normalising typed text, and saying what was changed.

Rare characters stay as they are: neither NFKC nor NFC is applied to text, because both replace
compatibility ideographs that stand in people's names (﨑 would become 崎).
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Full-width forms of printable ASCII, and the ideographic space.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_MARKS = {0x3000: 0x20, 0x3010: 0x5B, 0x3011: 0x5D, 0x2212: 0x2D, 0x2010: 0x2D, 0x2011: 0x2D}
_HALF_ALL = _HALF | _HALF_MARKS
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff\ud800-\udfff]")
_BLANK = re.compile("[\t\r\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000 ]+")
_LINE_BLANK = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000 ]+")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_CJK = re.compile(f"(?<=[{_CJK}·]) +(?=[{_CJK}·])")
_DOTS = "•‧∙・･⋅●•◦．﹒᛫⸱˙ꞏ"
_DOT = re.compile(f"[{_DOTS}]")
_DOT_BETWEEN_CJK = re.compile(f"(?<=[{_CJK}]) *[.{_DOTS}] *(?=[{_CJK}])")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")

# One look that nearly every cell passes: nothing in it needs any of the rules below.
is_plain = re.compile(
    "[^\\s\u00ad\u00a0\u2000-\u206f\u3000\ufeff\ue000-\uf8ff\uff01-\uff5e"
    "\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\u2212\u3010\u3011"
    "\U000f0000-\U0010fffd.\u2219\u2022\u30fb\uff65\u22c5\u25cf\u25e6\ufe52\u16eb\u2e31\u02d9\ua78f]+"
).fullmatch

FULL_WIDTH = "全角字符已改为半角"
SPACES = "多余的空格已去掉"
INVISIBLE = "看不见的字符已去掉"
DOT = "间隔号已统一为「·」"
PRIVATE = "含有造字区的字，别处可能显示不出，请改用标准汉字"


class Rules(NamedTuple):
    """What a column asks for.

    half_width   full-width digits, letters, brackets and signs become half-width
    inner        "one": runs of blanks become one space; "cjk": also none between two Chinese
                 characters (张 三 → 张三); "none": no blank at all (codes and numbers)
    lines        line breaks are kept
    middle_dot   variants of the interpunct become ·
    """

    half_width: bool = False
    inner: str = "one"
    lines: bool = False
    middle_dot: bool = False


PLAIN = Rules()
CODE = Rules(half_width=True, inner="none")


def half_width(text: str) -> str:
    """Return the text with full-width ASCII and the ideographic space made half-width."""
    return text.translate(_HALF_ALL)


def tidy(text: str, rules: Rules = PLAIN) -> tuple[str, list[str]]:
    """Return the text as the rules want it, and the reasons for each change (Chinese)."""
    if is_plain(text):
        return text, []
    reasons: list[str] = []
    before = text
    text = _CONTROL.sub("", _INVISIBLE.sub("", text))
    if text != before:
        reasons.append(INVISIBLE)
    if rules.half_width:
        before, text = text, text.translate(_HALF_ALL)
        if text.replace(" ", "") != before.replace(" ", "").replace("\u3000", ""):
            reasons.append(FULL_WIDTH)
    if rules.middle_dot:
        before, text = text, _DOT.sub("·", _DOT_BETWEEN_CJK.sub("·", text))
        if text != before:
            reasons.append(DOT)
    before, text = text, _tidy_spaces(text, rules)
    if text != before:
        reasons.append(SPACES)
    if _PRIVATE.search(text):
        reasons.append(PRIVATE)
    return text, reasons


def _tidy_spaces(text: str, rules: Rules) -> str:
    if rules.inner == "none":
        return _BLANK.sub("", text)
    if rules.lines:
        lines = re.split("\r\n|[\r\n\u2028\u2029]", text)
        text = "\n".join(_LINE_BLANK.sub(" ", line).strip() for line in lines).strip("\n")
    else:
        text = _BLANK.sub(" ", text).strip()
    if rules.inner == "cjk":
        text = _BETWEEN_CJK.sub("", text)
    return text


def key(text: str) -> str:
    """Return the text as it is compared: half-width, no blanks, no invisible characters, lower."""
    text = _BLANK.sub("", _INVISIBLE.sub("", text.translate(_HALF_ALL)))
    return text.casefold()


def strip_control(text: str) -> str:
    """Return the text without the characters that no xlsx file can hold."""
    return _CONTROL.sub("", text)


def holds_control(text: str) -> bool:
    return _CONTROL.search(text) is not None
