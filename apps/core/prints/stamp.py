"""What a print says about itself: its number, its moment, where it can be verified."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stamp:
    """The line at the foot of every page.

    at         moment of the print, in local time; the only part that differs between two prints
    number     number of the print; empty for a draft
    verify     address the QR code holds (no personal data); empty: no code
    watermark  pale text across each page (name, unit, time), for prints with identity numbers
    """

    at: dt.datetime
    number: str = ""
    verify: str = ""
    watermark: str = ""

    @property
    def line(self) -> str:
        parts = [f"编号：{self.number}"] if self.number else []
        return "　".join([*parts, f"打印时间：{self.at:%Y-%m-%d %H:%M}"])
