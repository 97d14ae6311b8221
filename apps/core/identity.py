"""Resident identity numbers: 18 digits, GB 11643. Source: docs/rules.md P-01 to P-03.

Checksum, date and form are errors; a division code nobody knows is a warning, because real
people carry codes that no list has. Sentences never repeat the number itself, so that a log or a
report that quotes them shows nobody's identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from . import divisions

LENGTH: Final = 18
EARLIEST_YEAR: Final = 1900
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARS: Final = "10X98765432"

MALE: Final = "1"
FEMALE: Final = "2"

#: Full-width forms to half-width; everything that is only space or invisible goes away.
_FORMS: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FORMS |= dict.fromkeys(
    ord(char)
    for char in "\t\n\r \u00a0\u2002\u2003\u2009\u200b\u200c\u200d"
    "\u202a\u202c\u202d\u202f\u3000\ufeff"
)
_APOSTROPHES = "'`‘’"


class Identity(NamedTuple):
    """A number that holds.

    number    18 characters, capital X
    birth_on  digits 7 to 14
    sex       value of the code table 性别 (GB/T 2261.1): "1" 男, "2" 女
    warnings  sentences; empty when nothing is odd
    """

    number: str
    birth_on: date
    sex: str
    warnings: tuple[str, ...] = ()

    def age_on(self, day: date) -> int:
        """Return the age in completed years; the limits 16 to 75 are the caller's rule."""
        return age_on(self.birth_on, day)


class BadIdentity(ValueError):
    """A number that cannot hold.

    code      EMPTY, OLD_15, LENGTH, LETTERS, DATE, EARLY, FUTURE or CHECKSUM
    sentence  Chinese: what is wrong and what would be right
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __reduce__(self) -> tuple[type[BadIdentity], tuple[str, str]]:
        return type(self), (self.code, self.sentence)


def age_on(birth_on: date, day: date) -> int:
    """Return completed years; someone born on 29 February ages on 1 March in common years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def normalise(text: str) -> str:
    """Return the number as it should be written: half-width, no spaces, capital X."""
    return text.translate(_FORMS).strip(_APOSTROPHES).upper()


def check_char(first17: str) -> str:
    """Return the 18th character for 17 ASCII digits (ISO 7064 MOD 11-2)."""
    total = sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True))
    return CHECK_CHARS[total % 11]


def check(number: str, *, today: date | None = None) -> Identity:
    """Return what the number says. Raises BadIdentity with the first fault found.

    today   last day a birth may lie on; default the current day
    """
    found = check_many([number], today=today)[0]
    if isinstance(found, BadIdentity):
        raise found
    return found


def check_many(
    numbers: Iterable[str], *, today: date | None = None
) -> list[Identity | BadIdentity]:
    """Check a column of numbers: for each an Identity or the BadIdentity it deserves, in order.

    Each third of a number (division, birth, sequence) is looked at once per column, so that a
    roster costs three dictionary look-ups a row (about half a million rows a second).
    """
    today = today or date.today()
    heads: dict[str, tuple[int, tuple[str, ...]] | None] = {}
    births: dict[str, tuple[int, date] | None] = {}
    tails: dict[str, tuple[int, str] | None] = {}
    results: list[Identity | BadIdentity] = []
    for raw in numbers:
        number = raw
        if len(number) != LENGTH or not number.isascii() or number[17] not in "0123456789X":
            number = normalise(number)
            if len(number) != LENGTH:
                results.append(_fault(number, today))
                continue
        head_text, birth_text, tail_text = number[:6], number[6:14], number[14:17]
        try:
            head = heads[head_text]
        except KeyError:
            head = heads[head_text] = _read_head(head_text)
        try:
            birth = births[birth_text]
        except KeyError:
            birth = births[birth_text] = _read_birth(birth_text, today)
        try:
            tail = tails[tail_text]
        except KeyError:
            tail = tails[tail_text] = _read_tail(tail_text)
        if (
            head is None
            or birth is None
            or tail is None
            or CHECK_CHARS[(head[0] + birth[0] + tail[0]) % 11] != number[17]
        ):
            results.append(_fault(number, today))
        else:
            results.append(Identity(number, birth[1], tail[1], head[1]))
    return results


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _sum(text: str, at: int) -> int:
    return sum(w * int(d) for w, d in zip(WEIGHTS[at : at + len(text)], text, strict=True))


def _read_head(text: str) -> tuple[int, tuple[str, ...]] | None:
    return (_sum(text, 0), division_warnings(text)) if _digits(text) else None


def _read_birth(text: str, today: date) -> tuple[int, date] | None:
    if not _digits(text):
        return None
    day = _day(text)
    if day is None or day > today or day.year < EARLIEST_YEAR:
        return None
    return _sum(text, 6), day


def _read_tail(text: str) -> tuple[int, str] | None:
    return (_sum(text, 14), MALE if int(text[2]) % 2 else FEMALE) if _digits(text) else None


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def division_warnings(code: str) -> tuple[str, ...]:
    """Return what is odd about the first six digits; an empty tuple when nothing is."""
    if code in divisions.RESIDENCE_PERMITS:
        who = divisions.RESIDENCE_PERMITS[code]
        return (f"号码以{code[:2]}开头，是{who}居住证号码，请确认证件类型",)
    if code[0] == "9" and divisions.is_known(code[1:3] + "0000"):
        return ("号码以9开头，是外国人永久居留身份证号码，请确认证件类型",)
    if divisions.is_known(code):
        return ()
    return (f"前6位行政区划代码{code}未收录，请与证件核对",)


def _fault(number: str, today: date) -> BadIdentity:
    """Return the first fault of a normalised number, in the order a person reads it."""
    if not number:
        return BadIdentity("EMPTY", "未填写身份证号，应为18位公民身份号码")
    if len(number) == 15 and _digits(number):
        return _old(number)
    if len(number) != LENGTH:
        return BadIdentity("LENGTH", f"身份证号应为18位，当前为{len(number)}位")
    for place, char in enumerate(number[:17], 1):
        if not _digits(char):
            return BadIdentity("LETTERS", f"身份证号前17位应全部为数字，第{place}位现为“{char}”")
    if number[17] not in "0123456789X":
        return BadIdentity("LETTERS", f"身份证号第18位应为数字或字母X，当前为“{number[17]}”")
    birth = _day(number[6:14])
    year, month, day = number[6:10], number[10:12], number[12:14]
    if birth is None:
        return BadIdentity(
            "DATE", f"第7至14位的出生日期{year}年{month}月{day}日不存在，请与证件核对"
        )
    if birth > today:
        return BadIdentity(
            "FUTURE", f"第7至14位的出生日期{year}年{month}月{day}日晚于今天，请与证件核对"
        )
    if birth.year < EARLIEST_YEAR:
        return BadIdentity("EARLY", f"第7至10位的出生年份{year}早于{EARLIEST_YEAR}年，请与证件核对")
    right = check_char(number[:17])
    return BadIdentity("CHECKSUM", f"校验码应为 {right}，当前为 {number[17]}，请逐位核对号码")


def _old(number: str) -> BadIdentity:
    """Return the refusal of a 15-digit number (before 1999), saying how it becomes 18 digits."""
    first17 = number[:6] + "19" + number[6:]
    hint = "请与本人证件核对"
    if _day(first17[6:14]) is not None:
        hint = f"换算方法：第6位后加“19”，末尾加校验码 {check_char(first17)}，并与本人证件核对"
    return BadIdentity("OLD_15", f"这是15位旧号码，请填写18位公民身份号码；{hint}")
