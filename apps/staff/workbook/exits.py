"""Status, exit and days of each row, before the register is asked."""

from __future__ import annotations

import datetime as dt

from apps.core import identity

from ..services.obstacles import LEAST_AGE
from .columns import Codes
from .rows import Rows

OLDEST = 75  # years of age above which somebody in a quota is worth a warning


def resolve(rows: Rows, codes: Codes) -> None:
    """Fill statuses and exit_modes; refuse what cannot be (docs/rules.md S-06).

    An ended spell keeps a status that counted while it held: 退休 in a row with an exit is how it
    ended, not what it was. None in `statuses` means: as it was, or 在职在岗.
    """
    attrs = codes.attrs("person_status")
    labels = codes.labels()
    left = {key for key, values in attrs.items() if values.get("left")}
    mode_of: dict[str, str] = {}
    for key, values in codes.attrs("exit_mode").items():
        mode_of.setdefault(f"person_status.{values.get('status')}", key)
    statuses, modes, ends = rows.column("status"), rows.column("exit_mode"), rows.column("ends_on")
    rows.statuses, rows.exit_modes = list(statuses), list(modes)
    for i, status in enumerate(statuses):
        ended = ends[i] is not None
        if status in left:
            rows.statuses[i] = None
            if not ended and rows.is_empty(i, "ends_on"):
                rows.fault(i, "status", f"人员状态是「{labels[status]}」，请填写出编时间和退出方式")
            elif modes[i] is None:
                rows.exit_modes[i] = mode_of.get(status)
        if ended and rows.exit_modes[i] is None and rows.is_empty(i, "exit_mode"):
            rows.fault(i, "exit_mode" if "exit_mode" in rows.given else "ends_on", "请填写退出方式")
        if modes[i] is not None and not ended and rows.is_empty(i, "ends_on"):
            rows.fault(i, "exit_mode", "填写了退出方式，请同时填写出编时间")


def check_days(rows: Rows) -> None:
    """Days of one row against each other and against the birth."""
    starts, ends, works = (
        rows.column("starts_on"),
        rows.column("ends_on"),
        rows.column("work_started_on"),
    )
    posts = rows.column("post_starts_on")
    for i, (start, end, work, found) in enumerate(
        zip(starts, ends, works, rows.found, strict=True)
    ):
        if start is not None:
            if end is not None and end < start:
                rows.fault(i, "ends_on", f"早于入编时间 {start:%Y-%m-%d}，请核对两个日期")
            if (
                work is not None
                and work > start
                and (work.year, work.month)
                > (
                    start.year,
                    start.month,
                )
            ):
                rows.parsed.warn(i, "work_started_on", "晚于入编时间，请核对")
            if found is not None:
                age = identity.age_on(found.birth_on, start)
                if age < 0:
                    rows.fault(i, "starts_on", "早于出生日期，请核对入编时间和公民身份号码")
                elif age < LEAST_AGE:
                    sentence = f"入编时本人 {age} 周岁，未满 {LEAST_AGE} 周岁，请核对入编时间"
                    rows.fault(i, "starts_on", sentence)
        if work is not None and found is not None and work < found.birth_on:
            rows.fault(i, "work_started_on", "早于出生日期，请核对")
        if end is not None and posts[i] is not None and posts[i] > end:
            rows.fault(i, "post_starts_on", f"晚于出编时间 {end:%Y-%m-%d}，请核对")


def warn_of_age(rows: Rows, today: dt.date) -> None:
    """Somebody older than 75 who is still in a quota is worth a look."""
    ends = rows.column("ends_on")
    for i, found in enumerate(rows.found):
        if found is not None and ends[i] is None and found.age_on(today) > OLDEST:
            rows.parsed.warn(i, "id_no", f"本人已超过 {OLDEST} 周岁仍在编，请核对")
