"""Letters and replies on the page of GB/T 9704-2012: 公函、批复、通知单."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

FIGURES = "〇一二三四五六七八九"


def _in_words(number: int) -> str:
    """Return a month or a day in words: 十一, 二十二."""
    tens, ones = divmod(number, 10)
    words = ("" if tens == 1 else FIGURES[tens]) + "十" if tens else ""
    return words + (FIGURES[ones] if ones or not tens else "")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    heading     发文机关标志 above the red line; empty: none
    number      文号, centred under the heading
    in_words    成文日期 in Chinese figures, as letters and notices of a form have it
    to          主送机关, without the colon
    paragraphs  the text; each is indented two characters
    attachments 附件 names
    """

    title: str
    paragraphs: Sequence[str]
    to: str = ""
    signer: str = ""
    on: dt.date | None = None
    heading: str = ""
    number: str = ""
    attachments: Sequence[str] = field(default_factory=tuple)
    in_words: bool = False

    @property
    def day(self) -> str:
        """Return 成文日期: 2026年11月22日, or 二〇二六年十一月二十二日."""
        if self.on is not None and self.in_words:
            year = "".join(FIGURES[int(sign)] for sign in str(self.on.year))
            return f"{year}年{_in_words(self.on.month)}月{_in_words(self.on.day)}日"
        return f"{self.on.year}年{self.on.month}月{self.on.day}日" if self.on else ""
