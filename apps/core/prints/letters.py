"""Letters and replies on the page of GB/T 9704-2012: 公函、批复、通知单."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    heading     发文机关标志 above the red line; empty: none
    number      文号, centred under the heading
    to          主送机关, without the colon
    paragraphs  the text; each is indented two characters
    on          its day; a text stands as it is
    attachments 附件 names
    """

    title: str
    paragraphs: Sequence[str]
    to: str = ""
    signer: str = ""
    on: dt.date | str | None = None
    heading: str = ""
    number: str = ""
    attachments: Sequence[str] = field(default_factory=tuple)

    @property
    def day(self) -> str:
        """Return 成文日期 as the standard has it: 2026年11月22日."""
        if isinstance(self.on, str):
            return self.on
        return f"{self.on.year}年{self.on.month}月{self.on.day}日" if self.on else ""
