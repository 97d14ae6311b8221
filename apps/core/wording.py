"""How numbers, days and sizes are written on a page (ux.md §2: 2026-11-22, 32 名, −3)."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

NOTHING = "—"
MINUS = "\u2212"
Number = int | float | Decimal


def dash(value: object) -> object:
    """Return the value, or “—” where there is none (0 is a value)."""
    return NOTHING if value is None or value == "" else value


def whole(value: Number | None) -> str:
    """A whole number with a true minus sign and no thousands separator."""
    if value is None:
        return NOTHING
    number = int(value)
    return f"{MINUS}{-number}" if number < 0 else str(number)


def people(value: Number | None) -> str:
    """32 → “32 名”."""
    return NOTHING if value is None else f"{whole(value)} 名"


def thousands(value: Number | None) -> str:
    """13244 → “13,244”. On boards only; registers print plain figures."""
    if value is None:
        return NOTHING
    return f"{value:,}".replace("-", MINUS)


def signed(value: Number | None) -> str:
    """A difference: 2 → “+2”, -3 → “−3”, 0 → “0”."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    return f"+{value}" if value > 0 else f"{MINUS}{-value}"


def percent(part: Number | None, whole_: Number | None, places: int = 1) -> str:
    """part of whole in per cent, rounded half up; “—” when there is no whole to speak of."""
    if part is None or not whole_:
        return NOTHING
    share = Decimal(str(part)) * 100 / Decimal(str(whole_))
    rounded = share.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded}%".replace("-", MINUS)


def day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-22, in local time when a moment is given."""
    if value is None or value == "":
        return NOTHING
    return local(value).strftime("%Y-%m-%d")


def month(value: dt.date | dt.datetime | None) -> str:
    """2026-11."""
    if value is None or value == "":
        return NOTHING
    return local(value).strftime("%Y-%m")


def moment(value: dt.date | dt.datetime | None) -> str:
    """2026-11-22 09:12, in local time; a plain date stays a date."""
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    return local(value).strftime("%Y-%m-%d %H:%M")


def day_in_words(value: dt.date) -> str:
    """2026 年 11 月 22 日, for the frame of a past day."""
    return f"{value.year} 年 {value.month} 月 {value.day} 日"


def size(value: int | None) -> str:
    """Bytes as people say them: “3.2 MB”."""
    if value is None:
        return NOTHING
    if value < 1024:
        return f"{value} 字节"
    number = Decimal(value)
    for unit in ("KB", "MB", "GB"):
        number /= 1024
        if number < 1024 or unit == "GB":
            break
    return f"{number.quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)} {unit}"


def local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """Bring an aware moment to the office's time zone; leave everything else."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
